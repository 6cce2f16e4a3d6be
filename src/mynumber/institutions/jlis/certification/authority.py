"""The two CAs of this institution in their generations: keys in the key ring or a token, root certificates in the database.

All generations of a CA have one name. The newest issues; each signs the lists of what it issued until it is over (公的個人認証法 art. 38-2 ff.).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from django.db import connection
from django.db.models import QuerySet

from mynumber.foundation.keyring import KeyRing
from mynumber.foundation.pki import (
    AUTHENTICATION,
    SIGNATURE,
    CertificateAuthority,
    HierarchyProfile,
    Token,
    TokenPlace,
)
from mynumber.institutions.jlis.certification.models import RootCertificate
from mynumber.protocols.certification import Purpose
from mynumber.protocols.refusal import Hop, Reason, Refused

PROFILES: Final[dict[Purpose, HierarchyProfile]] = {
    Purpose.AUTHENTICATION: AUTHENTICATION,
    Purpose.SIGNATURE: SIGNATURE,
}


@dataclass(frozen=True, slots=True)
class Generation:
    """One generation of a CA, ready to sign."""

    purpose: Purpose
    number: int
    authority: CertificateAuthority


def key_name(purpose: Purpose) -> str:
    """Name of a CA's key in the key ring; its generation is the generation of the CA."""
    return f"ca-{purpose.value}"


def create_authority(
    keyring: KeyRing,
    purpose: Purpose,
    *,
    now: datetime,
    next_generation: bool = False,
    in_token: bool = False,
) -> Generation:
    """Make a CA unless there is one whose key and certificate are both at hand, or, for a roll-over, its next generation. Returns the one
    that issues from now on.

    in_token: the key is made in the PKCS#11 token (`token`) and never leaves it; otherwise it goes into the key ring. A key without a
    certificate (a database that was made anew) is left where it is and not used again.
    """
    _one_at_a_time()
    if not next_generation:
        for root in _roots(purpose):
            if root.token_label or root.generation in keyring.generations(key_name(purpose)):
                return _load(keyring, root)
    profile = PROFILES[purpose]
    if in_token:
        generation = _next_generation(keyring, purpose)
        label = f"{key_name(purpose)}-{generation}"
        authority = CertificateAuthority.create(
            now=now, profile=profile, key=token(keyring).create_key(label)
        )
    else:
        authority, label = CertificateAuthority.create(now=now, profile=profile), ""
        generation = _keep(keyring, purpose, authority)
    root = RootCertificate.objects.create(
        hierarchy=purpose,
        generation=generation,
        token_label=label,
        certificate=authority.certificate_der(),
        not_before=authority.certificate.not_valid_before_utc,
        not_after=authority.certificate.not_valid_after_utc,
    )
    return Generation(purpose, root.generation, authority)


def current_authority(keyring: KeyRing, purpose: Purpose) -> Generation:
    """The generation that issues now. Raises Refused(UNAVAILABLE) until ``create_ca`` was run."""
    root = _roots(purpose).first()
    if root is None:
        raise Refused(Hop.JLIS, Reason.UNAVAILABLE, "there is no CA yet: run create_ca")
    return _load(keyring, root)


def authority_of(keyring: KeyRing, purpose: Purpose, generation: int) -> Generation:
    """An earlier generation, to sign its lists. Raises Refused(UNAVAILABLE) when it is not here."""
    root = _roots(purpose).filter(generation=generation).first()
    if root is None:
        raise Refused(Hop.JLIS, Reason.UNAVAILABLE, "a generation of the CA is missing")
    return _load(keyring, root)


def valid_roots(purpose: Purpose, *, at: datetime) -> list[RootCertificate]:
    """The generations that are not over, newest first."""
    return list(_roots(purpose).filter(not_after__gte=at))


def _roots(purpose: Purpose) -> QuerySet[RootCertificate]:
    return RootCertificate.objects.filter(hierarchy=purpose).order_by("-generation")


def token(keyring: KeyRing) -> Token:
    """The PKCS#11 token of this process: MYNUMBER_TOKEN_MODULE (path), MYNUMBER_TOKEN_LABEL, and its PIN in the key ring (``token-pin``).

    Raises Refused(UNAVAILABLE) where none is configured, TokenRefused.
    """
    module, label = os.environ.get("MYNUMBER_TOKEN_MODULE"), os.environ.get("MYNUMBER_TOKEN_LABEL")
    if not module or not label:
        raise Refused(Hop.JLIS, Reason.UNAVAILABLE, "the key of the CA is in a token that is not configured")
    return _open_token(TokenPlace(module, label, keyring.secret("token-pin").decode()), os.getpid())


def close_token(keyring: KeyRing) -> None:
    """Log out of the token and forget the keys that stay in it, before its module is unloaded."""
    token(keyring).close()
    _open_token.cache_clear()
    _load_authority.cache_clear()


@lru_cache(maxsize=2)
def _open_token(place: TokenPlace, process: int) -> Token:
    """Opened once a process: a login is the whole process's."""
    return Token(place)


def _next_generation(keyring: KeyRing, purpose: Purpose) -> int:
    known = [*_roots(purpose).values_list("generation", flat=True), *keyring.generations(key_name(purpose))]
    return max(known, default=0) + 1


def _keep(keyring: KeyRing, purpose: Purpose, authority: CertificateAuthority) -> int:
    """Put the key into the ring under a generation that no certificate has (one of a token may have it)."""
    name = key_name(purpose)
    while True:
        keyring.add_pem(name, authority.key_pem())
        generation = keyring.generations(name)[0]
        if not _roots(purpose).filter(generation=generation).exists():
            return generation


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('certification authority', 0))")


def _load(keyring: KeyRing, root: RootCertificate) -> Generation:
    purpose = Purpose(root.hierarchy)
    authority = _load_authority(
        keyring, purpose, root.generation, root.token_label, bytes(root.certificate), os.getpid()
    )
    return Generation(purpose, root.generation, authority)


@lru_cache(maxsize=16)
def _load_authority(
    keyring: KeyRing, purpose: Purpose, generation: int, token_label: str, certificate: bytes, process: int
) -> CertificateAuthority:
    profile = PROFILES[purpose]
    if token_label:
        key = token(keyring).key(token_label)
        return CertificateAuthority.load(key=key, certificate=certificate, profile=profile)
    pem = keyring.pem(key_name(purpose), generation)
    return CertificateAuthority.load(key_pem=pem, certificate=certificate, profile=profile)
