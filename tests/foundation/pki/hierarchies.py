"""Both hierarchies with everything they issue, for the tests that let other people's software judge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from mynumber.foundation.people import PersonName, Sex
from mynumber.foundation.pki import (
    AUTHENTICATION,
    SIGNATURE,
    CertificateAuthority,
    HierarchyProfile,
    Medium,
    Municipality,
    Purpose,
    SignatureHolder,
)

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
EXPIRY = date(2031, 5, 3)
KATSUSHIKA, CHUO = Municipality.of("131229"), Municipality.of("011011")
HANAKO = SignatureHolder.of(
    PersonName(family="山田", given="花子", former_family="髙橋"),
    address="東京都葛飾区亀有一丁目２－３　みどり荘１０１",
    birth_date=date(1990, 5, 3),
    sex=Sex.FEMALE,
)


@cache
def rsa_key(number: int = 0) -> rsa.RSAPrivateKey:
    """A key a number, made once a run."""
    return rsa.generate_private_key(65537, 2048)


@cache
def ec_key() -> ec.EllipticCurvePrivateKey:
    """The key of a responder."""
    return ec.generate_private_key(ec.SECP256R1())


@dataclass(frozen=True)
class Hierarchy:
    """Two generations of one CA, and leaves of the newer."""

    older: CertificateAuthority
    current: CertificateAuthority

    def leaf(
        self,
        serial: int = 0x1234ABCD,
        *,
        of: CertificateAuthority | None = None,
        municipality: Municipality | None = KATSUSHIKA,
        medium: Medium = Medium.CARD,
        expires_on: date = EXPIRY,
    ) -> bytes:
        """A certificate of a resident, for a card unless said otherwise."""
        authority = of or self.current
        issue = partial(
            authority.issue_authentication
            if authority.profile.purpose is Purpose.AUTHENTICATION
            else partial(authority.issue_signature, holder=HANAKO),
            municipality=municipality,
        )
        return issue(
            rsa_key().public_key(),
            common_name="202611220100000000000001",
            serial=serial,
            issued_at=NOW,
            expires_on=expires_on,
            medium=medium,
        )


@cache
def authentication() -> Hierarchy:
    """利用者証明用"""
    return _two_generations(AUTHENTICATION)


@cache
def signature() -> Hierarchy:
    """署名用"""
    return _two_generations(SIGNATURE)


def _two_generations(profile: HierarchyProfile) -> Hierarchy:
    return Hierarchy(
        CertificateAuthority.create(now=NOW - timedelta(days=4 * 365), profile=profile, key=rsa_key(1)),
        CertificateAuthority.create(now=NOW - timedelta(days=1), profile=profile, key=rsa_key(2)),
    )
