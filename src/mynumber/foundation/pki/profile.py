"""Names, identifiers and choices of a certification hierarchy: data, because it differs between hierarchies.

Source: docs/protocols/card.md. Every generation of the CA has the same name; an issuer is found by its signature.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from cryptography import x509
from cryptography.x509.oid import NameOID


@dataclass(frozen=True, slots=True)
class AuthenticationProfile:
    """The hierarchy of user-authentication certificates (利用者証明用電子証明書)."""

    organisation: str = "JPKI-TEST"
    """O of the CA: JPKI in the real one. A simulation never uses the real name."""
    units: tuple[str, ...] = ("JPKI for user authentication", "Simulation with synthetic people")
    alternative_units: tuple[str, ...] = ("公的個人認証サービス利用者証明用", "架空の住民による模擬")
    policy: x509.ObjectIdentifier = field(
        default_factory=lambda: x509.ObjectIdentifier("1.2.392.200149.8.5.1.3.30")
    )
    """The one certificate policy of a leaf, critical."""
    client_authentication_usage: bool = False
    """Whether a leaf carries extendedKeyUsage clientAuth. Uncertain of the real certificates."""
    authority_years: int = 10
    revocation_list_validity: timedelta = timedelta(hours=48)
    """nextUpdate - thisUpdate. Uncertain of the real lists."""

    def authority_name(self) -> x509.Name:
        """Subject and issuer of the CA."""
        units = [x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit) for unit in self.units]
        return _name(x509.NameAttribute(NameOID.ORGANIZATION_NAME, self.organisation), *units)

    def authority_alternative_name(self) -> x509.Name:
        """The CA's name in Japanese (subjectAltName)."""
        units = [
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit) for unit in self.alternative_units
        ]
        return _name(x509.NameAttribute(NameOID.ORGANIZATION_NAME, "公的個人認証サービス(模擬)"), *units)

    def holder_name(self, common_name: str) -> x509.Name:
        """Subject of a leaf: the country and an identifier, no attribute of the holder."""
        return _name(x509.NameAttribute(NameOID.COMMON_NAME, common_name))


SIMULATION = AuthenticationProfile()
"""The hierarchy of this platform until an operator configures another."""


def _name(*attributes: x509.NameAttribute[str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"), *attributes])
