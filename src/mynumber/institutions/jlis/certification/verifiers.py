"""Registered verifiers (署名検証者 公的個人認証法 art. 17, 利用者証明検証者 art. 36): who may ask what, and how often they did."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from mynumber.foundation.pki import JAPAN
from mynumber.institutions.jlis.certification.models import Verifier
from mynumber.institutions.jlis.certification.words import UseKind, VerifierCategory, VerifierPurpose
from mynumber.protocols.certification import Purpose
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.prepared import Prepared, ask, given

CHECK_OF: Final = {
    Purpose.AUTHENTICATION: UseKind.AUTHENTICATION_CHECK,
    Purpose.SIGNATURE: UseKind.SIGNATURE_CHECK,
}
PURPOSE_OF: Final = {
    Purpose.AUTHENTICATION: VerifierPurpose.AUTHENTICATION,
    Purpose.SIGNATURE: VerifierPurpose.SIGNATURE,
}
_OF_SYSTEM: Final = Prepared(
    lambda: Verifier.objects.filter(system_id=given("system"), ended_at__isnull=True)
)
_COUNT: Final = """
    INSERT INTO jlis_certification_verifieruse (verifier_id, kind, day, count) VALUES ($1, $2, $3, $4)
        ON CONFLICT (verifier_id, kind, day) DO UPDATE SET count = jlis_certification_verifieruse.count + excluded.count
    """
_IDENTIFIER: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)
_KEY_BYTES: Final = 32


class BadRegistration(Exception):
    """A verifier cannot be registered so. The message says why."""


@dataclass(frozen=True, slots=True)
class Registration:
    """A verifier and, once, the key by which it asks over HTTP."""

    verifier: Verifier
    key: str | None = field(repr=False)


def registered(system: str, purpose: VerifierPurpose) -> Verifier:
    """The verifier that asks by signed messages of this system. Raises Refused(NOT_ENTITLED), saying whether it is registered at all."""
    verifier = _OF_SYSTEM.first(system=system)
    if verifier is None:
        raise Refused(Hop.JLIS, Reason.NOT_ENTITLED, "not a registered verifier")
    if purpose not in verifier.purposes:
        raise Refused(Hop.JLIS, Reason.NOT_ENTITLED, f"not registered for this: {purpose.value}")
    return verifier


def count_use(verifier: Verifier, kind: UseKind, *, at: datetime, number: int = 1) -> None:
    """Count what is answered, in the transaction of the answer: no answer without its count."""
    ask(_COUNT, [verifier.pk, kind.value, at.astimezone(JAPAN).date(), number])


def register(
    identifier: str,
    name: str,
    purposes: Collection[VerifierPurpose],
    *,
    category: VerifierCategory,
    system_id: str | None = None,
    with_key: bool = True,
    at: datetime,
) -> Registration:
    """Register a verifier; its key, if it gets one, is told here and never again. Raises BadRegistration."""
    if not _IDENTIFIER.fullmatch(identifier):
        raise BadRegistration("an identifier has 1 to 40 characters of a-z, 0-9 and -")
    if not 1 <= len(name) <= 100 or not name.isprintable():
        raise BadRegistration("a name has 1 to 100 printable characters")
    if not purposes:
        raise BadRegistration("a verifier needs a purpose")
    if system_id is None and not with_key:
        raise BadRegistration("a verifier asks by messages of a system or with a key")
    if Verifier.objects.filter(identifier=identifier).exists():
        raise BadRegistration("the identifier is taken")
    if system_id is not None and Verifier.objects.filter(system_id=system_id, ended_at=None).exists():
        raise BadRegistration("the system is registered already")
    key = _new_key() if with_key else None
    verifier = Verifier.objects.create(
        identifier=identifier,
        name=name,
        category=category,
        purposes=[purpose.value for purpose in VerifierPurpose if purpose in purposes],
        system_id=system_id,
        key_digest=key_digest(key) if key else None,
        registered_at=at,
    )
    return Registration(verifier, key)


def renew_key(identifier: str) -> Registration:
    """Give a verifier a new key; the old one is worthless from now. Raises BadRegistration."""
    verifier = _in_force(identifier)
    key = _new_key()
    verifier.key_digest = key_digest(key)
    verifier.save(update_fields=["key_digest"])
    return Registration(verifier, key)


def end(identifier: str, *, at: datetime) -> Verifier:
    """Strike a verifier off: it is told nothing any more, what it used stays counted. Raises BadRegistration."""
    verifier = _in_force(identifier)
    verifier.ended_at = at
    verifier.save(update_fields=["ended_at"])
    return verifier


def key_digest(key: str) -> bytes:
    """As the register keeps a key: SHA-256, since a key of 256 random bits needs no slow hash."""
    return hashlib.sha256(key.encode()).digest()


def _new_key() -> str:
    return secrets.token_urlsafe(_KEY_BYTES)


def held(identifier: str) -> Verifier | None:
    """The verifier of an identifier, if one is registered."""
    return Verifier.objects.filter(identifier=identifier, ended_at__isnull=True).first()


def _in_force(identifier: str) -> Verifier:
    verifier = held(identifier)
    if verifier is None:
        raise BadRegistration("no verifier of that identifier is registered")
    return verifier
