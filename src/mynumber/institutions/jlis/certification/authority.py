"""The authentication CA of this institution: its key in the key ring, its root certificate in the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from mynumber.foundation.keyring import KeyRing
from mynumber.foundation.pki import CertificateAuthority
from mynumber.institutions.jlis.certification.models import RootCertificate
from mynumber.protocols.refusal import Hop, Reason, Refused

KEY_NAME: Final = "ca-authentication"
"""Name of the CA's key in the key ring; its generation is the generation of the CA."""


@dataclass(frozen=True, slots=True)
class Generation:
    """One generation of the CA, ready to sign."""

    number: int
    authority: CertificateAuthority


def create_authority(keyring: KeyRing, *, now: datetime) -> Generation:
    """Make the CA unless there is one whose key and certificate are both at hand. Returns the current one.

    A key without a certificate (a database that was made anew) is left in the ring and not used again.
    """
    for root in RootCertificate.objects.order_by("-generation"):
        if root.generation in keyring.generations(KEY_NAME):
            return _load(keyring, root)
    authority = CertificateAuthority.create(now=now)
    keyring.add_pem(KEY_NAME, authority.key_pem())
    root = RootCertificate.objects.create(
        generation=keyring.generations(KEY_NAME)[0],
        certificate=authority.certificate_der(),
        not_before=authority.certificate.not_valid_before_utc,
        not_after=authority.certificate.not_valid_after_utc,
    )
    return Generation(root.generation, authority)


def current_authority(keyring: KeyRing) -> Generation:
    """The generation that issues now. Raises Refused(UNAVAILABLE) until ``create_ca`` was run."""
    root = RootCertificate.objects.order_by("-generation").first()
    if root is None:
        raise Refused(Hop.JLIS, Reason.UNAVAILABLE, "there is no CA yet: run create_ca")
    return _load(keyring, root)


def _load(keyring: KeyRing, root: RootCertificate) -> Generation:
    return Generation(root.generation, _load_authority(keyring, root.generation, bytes(root.certificate)))


@lru_cache(maxsize=4)
def _load_authority(keyring: KeyRing, generation: int, certificate: bytes) -> CertificateAuthority:
    return CertificateAuthority.load(key_pem=keyring.pem(KEY_NAME, generation), certificate=certificate)
