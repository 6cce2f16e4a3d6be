"""Certificates of the status service: made before the old ones end, with a new key each time.

A responder's certificate cannot be revoked (ocsp-nocheck), so it lives shortly and its key is never certified twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.db import connection, transaction

from mynumber.foundation.keyring import KeyRing, KeyRingRefused
from mynumber.foundation.pki import CertificateAuthority, Purpose, new_serial
from mynumber.foundation.pki.signing import DerSigner, SignerDamaged
from mynumber.institutions.jlis.status.models import Service, ServiceCertificate

SigningKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

_RESPONDERS = {
    Purpose.AUTHENTICATION: Service.OCSP_AUTHENTICATION,
    Purpose.SIGNATURE: Service.OCSP_SIGNATURE,
}


def renew(
    keyring: KeyRing,
    authorities: Iterable[tuple[int, CertificateAuthority]],
    *,
    now: datetime,
    elliptic: bool = False,
) -> list[ServiceCertificate]:
    """Issue what is missing or more than half over, in one transaction; one process at a time. Returns what was issued.

    authorities: (generation, CA) of both hierarchies, as far as they are valid now; the newest signature CA certifies the time-stamping
    authority. elliptic: keys on P-256 instead of RSA-2048.
    """
    issued: list[ServiceCertificate] = []
    valid = [(number, ca) for number, ca in authorities if ca.certificate.not_valid_after_utc > now]
    stampers = [(number, ca) for number, ca in valid if ca.profile.purpose is Purpose.SIGNATURE]
    wanted = [(_RESPONDERS[ca.profile.purpose], number, ca) for number, ca in valid]
    wanted += [(Service.TIME_STAMPING, *max(stampers, key=lambda found: found[0]))] if stampers else []
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('service certificates', 0))")
        for service, number, authority in wanted:
            if not _lasts(service, number, keyring, now):
                issued.append(_issue(service, number, authority, keyring, now=now, elliptic=elliptic))
    return issued


def _lasts(service: Service, generation: int, keyring: KeyRing, now: datetime) -> bool:
    """Whether the newest certificate has its own key at hand and half its time to go."""
    newest = (
        ServiceCertificate.objects.filter(service=service, authority_generation=generation)
        .order_by("-pk")
        .first()
    )
    if newest is None or now >= newest.not_before + (newest.not_after - newest.not_before) / 2:
        return False
    try:
        key = keyring.pem(service.value, newest.key_generation)
        DerSigner.load(key_pem=key, certificate=bytes(newest.certificate))
    except (KeyRingRefused, SignerDamaged):
        return False
    return True


def _issue(
    service: Service,
    generation: int,
    authority: CertificateAuthority,
    keyring: KeyRing,
    *,
    now: datetime,
    elliptic: bool,
) -> ServiceCertificate:
    key: SigningKey = (
        ec.generate_private_key(ec.SECP256R1()) if elliptic else rsa.generate_private_key(65537, 2048)
    )
    issue = (
        authority.issue_time_stamping if service == Service.TIME_STAMPING else authority.issue_ocsp_responder
    )
    der = issue(key.public_key(), serial=new_serial(), issued_at=now)
    keyring.add_pem(service.value, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    certificate = x509.load_der_x509_certificate(der)
    return ServiceCertificate.objects.create(
        service=service,
        authority_generation=generation,
        key_generation=keyring.generations(service.value)[0],
        certificate=der,
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
    )
