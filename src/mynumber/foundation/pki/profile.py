"""Names, identifiers and choices of a certification hierarchy: data, because it differs between hierarchies.

Source: docs/protocols/certification-profiles.md. Every generation of a CA has the same name; an issuer is found by its
signature. What is uncertain of the real service is a field here, and the document says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from cryptography import x509
from cryptography.x509.oid import NameOID

from mynumber.foundation.pki.algorithms import Algorithm
from mynumber.foundation.pki.municipality import Municipality

COUNTRY: Final = "JP"


class Purpose(StrEnum):
    """What the certificates of a hierarchy are for."""

    AUTHENTICATION = "authentication"
    """利用者証明用: shows that its holder is at the other end; names nobody."""
    SIGNATURE = "signature"
    """署名用: signs documents; carries the four attributes of its holder."""


class Medium(StrEnum):
    """Where the key of a certificate lives."""

    CARD = "card"
    """個人番号カード用"""
    PHONE = "phone"
    """移動端末設備用 (スマートフォン用): another policy, everything else as on the card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HierarchyProfile:
    """One hierarchy: a self-signed CA in generations, and the leaves that it issues."""

    purpose: Purpose
    units: tuple[str, ...]
    """OU of the CA."""
    alternative_units: tuple[str, ...]
    """OU of the CA's name in Japanese."""
    policies: Mapping[Medium, x509.ObjectIdentifier] = field(hash=False)
    """The one certificate policy of a leaf, critical."""
    algorithm: Algorithm = Algorithm.RSA_2048
    """Keys and signatures of the CA and of the leaves."""
    organisation: str = "JPKI-TEST"
    """O of the CA: JPKI in the real one. A simulation never uses the real name."""
    alternative_organisation: str = "公的個人認証サービス(模擬)"
    practice_statement: str | None = "http://jlis.localhost:8000/certification/practice-statement"
    """CPS of a leaf's policy: the address of the rules by which it was issued (http://www.jpki.go.jp/cps.html in the real one)."""
    client_authentication_usage: bool = False
    """Whether an authentication leaf carries extendedKeyUsage clientAuth. Uncertain of the real certificates."""
    authority_years: int = 10
    revocation_list_validity: timedelta = timedelta(hours=48)
    """nextUpdate - thisUpdate. Uncertain of the real lists."""

    @property
    def policy(self) -> x509.ObjectIdentifier:
        """The policy of the card's certificates."""
        return self.policies[Medium.CARD]

    def authority_name(self) -> x509.Name:
        """Subject and issuer of the CA."""
        return _entry(self.organisation, self.units)

    def authority_alternative_name(self) -> x509.Name:
        """The CA's name in Japanese (subjectAltName of the CA)."""
        return _entry(self.alternative_organisation, self.alternative_units)

    def issuer_alternative_name(self) -> x509.Name:
        """The name in Japanese that a leaf gives its issuer (issuerAltName): without units, as real leaves have it."""
        return _entry(self.alternative_organisation, ())

    def holder_name(self, common_name: str, municipality: Municipality | None = None) -> x509.Name:
        """Subject of a leaf: an identifier, and for signatures where the holder lives; no other attribute."""
        places = (municipality.prefecture, municipality.city) if municipality else ()
        localities = [x509.NameAttribute(NameOID.LOCALITY_NAME, place) for place in places]
        return _name(*localities, x509.NameAttribute(NameOID.COMMON_NAME, common_name))

    def distribution_point(self, municipality: Municipality | None) -> x509.Name:
        """The directory name under which a revocation list stands: one a municipality; the CA's own for the rest."""
        if municipality is None:
            return self.authority_name()
        units = (self.units[0], "CRL Distribution Points", municipality.prefecture)
        return _entry(self.organisation, units, f"{municipality.city} CRLDP")

    def service_name(self, common_name: str) -> x509.Name:
        """Subject of a responder or of a time-stamping authority."""
        return _entry(self.organisation, self.units, common_name)


def _policies(card: str, phone: str) -> Mapping[Medium, x509.ObjectIdentifier]:
    return MappingProxyType(
        {Medium.CARD: x509.ObjectIdentifier(card), Medium.PHONE: x509.ObjectIdentifier(phone)}
    )


AUTHENTICATION: Final = HierarchyProfile(
    purpose=Purpose.AUTHENTICATION,
    units=("JPKI for user authentication", "Simulation with synthetic people"),
    alternative_units=("公的個人認証サービス利用者証明用", "架空の住民による模擬"),
    policies=_policies("1.2.392.200149.8.5.1.3.30", "1.2.392.200149.8.5.1.3.50"),
)
"""利用者証明用, of this platform until an operator configures another."""

SIGNATURE: Final = HierarchyProfile(
    purpose=Purpose.SIGNATURE,
    units=("JPKI for digital signature", "Simulation with synthetic people"),
    alternative_units=("公的個人認証サービス署名用", "架空の住民による模擬"),
    policies=_policies("1.2.392.200149.8.5.1.0.20", "1.2.392.200149.8.5.1.0.40"),
)
"""署名用, likewise. The policy is that of the real test hierarchy."""


def _name(*attributes: x509.NameAttribute[str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, COUNTRY), *attributes])


@lru_cache(maxsize=8192)
def _entry(organisation: str, units: tuple[str, ...], common_name: str | None = None) -> x509.Name:
    """The name of an entry of the directory; kept, as the same few stand in every certificate."""
    attributes = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation)]
    attributes += [x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit) for unit in units]
    if common_name is not None:
        attributes.append(x509.NameAttribute(NameOID.COMMON_NAME, common_name))
    return _name(*attributes)
