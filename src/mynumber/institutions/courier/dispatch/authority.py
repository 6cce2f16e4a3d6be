"""The CA that issues signing certificates to this firm's senders (認定認証業務, in the model), and the senders' keys for remote signing.

A certificate names the sender's corporate number (法人番号) as the serialNumber of its subject; a list of revocations has the microsecond of its making as its number.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID
from django.db import transaction

from mynumber.foundation.keyring import KeyRing
from mynumber.foundation.pki import new_serial, serial_text
from mynumber.institutions.courier.dispatch.models import SenderCertificate
from mynumber.institutions.courier.dispatch.senders import SENDERS, Sender
from mynumber.protocols.deliveries import SENDER_POLICY

CA: Final = "sender-ca"
"""Name of key and certificate in the key ring; those of a sender are `sender-KEY`."""
CA_YEARS: Final = timedelta(days=3653)
CERTIFICATE_LIVES: Final = timedelta(days=730)
LIST_LIVES: Final = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Held:
    """A key and its certificate."""

    key: rsa.RSAPrivateKey = field(repr=False)
    certified: x509.Certificate

    @property
    def certificate(self) -> bytes:
        """X.509 DER."""
        return self.certified.public_bytes(Encoding.DER)

    def sign(self, digest: bytes) -> bytes:
        """RSA PKCS#1 v1.5 over a SHA-256 digest."""
        return self.key.sign(digest, padding.PKCS1v15(), Prehashed(hashes.SHA256()))


def ensure(ring: KeyRing, *, now: datetime) -> None:
    """Make the CA and a certificate for every sender that has none."""
    if not ring.has(CA):
        _add(ring, CA, _self_signed(now))
    authority = _held(ring, CA)
    for sender in SENDERS.values():
        if not SenderCertificate.objects.filter(sender=sender.key, revoked_at=None).exists():
            issue(ring, authority, sender, now=now)


def issue(ring: KeyRing, authority: Held, sender: Sender, *, now: datetime) -> None:
    """A new key and certificate for a sender."""
    key = rsa.generate_private_key(65537, 2048)
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, sender.english),
            x509.NameAttribute(NameOID.SERIAL_NUMBER, sender.corporate_number),
        ]
    )
    builder = (
        _builder(subject, authority.certified.subject, key, now, now + CERTIFICATE_LIVES)
        .add_extension(_usage("digital_signature", "content_commitment"), critical=True)
        .add_extension(
            x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier(SENDER_POLICY), None)]),
            critical=True,
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False
        )
    )
    made = Held(key, builder.sign(authority.key, hashes.SHA256()))
    with transaction.atomic():
        SenderCertificate.objects.create(
            sender=sender.key,
            serial=serial_text(made.certified.serial_number),
            der=made.certificate,
            issued_at=now,
        )
        _add(ring, _name(sender.key), made)


def revoke(sender: str, *, now: datetime) -> int:
    """Revoke the certificates of a sender that are in force; how many."""
    return SenderCertificate.objects.filter(sender=sender, revoked_at=None).update(revoked_at=now)


def authority_of(ring: KeyRing) -> Held:
    """The CA."""
    return _held(ring, CA)


def signer_of(ring: KeyRing, sender: str) -> Held:
    """The newest key of a sender."""
    return _held(ring, _name(sender))


def revocation_list(ring: KeyRing, *, now: datetime) -> bytes:
    """The list as of now, DER."""
    authority = authority_of(ring)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.certified.subject)
        .last_update(now)
        .next_update(now + LIST_LIVES)
        .add_extension(x509.CRLNumber(int(now.timestamp() * 1_000_000)), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False
        )
    )
    for row in SenderCertificate.objects.order_by("pk"):
        if row.revoked_at is not None:
            entry = x509.RevokedCertificateBuilder().serial_number(int(row.serial, 16))
            builder = builder.add_revoked_certificate(entry.revocation_date(row.revoked_at).build())
    return builder.sign(authority.key, hashes.SHA256()).public_bytes(Encoding.DER)


def _self_signed(now: datetime) -> Held:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Courier (fictitious)"),
            x509.NameAttribute(NameOID.COMMON_NAME, "Sender CA"),
        ]
    )
    builder = (
        _builder(name, name, key, now, now + CA_YEARS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
    )
    return Held(key, builder.sign(key, hashes.SHA256()))


def _builder(
    subject: x509.Name, issuer: x509.Name, key: rsa.RSAPrivateKey, begin: datetime, end: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(new_serial())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.DirectoryName(subject)]), critical=False)
    )


def _usage(*bits: str) -> x509.KeyUsage:
    names = (
        *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
        *("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
    )
    return x509.KeyUsage(**{name: name in bits for name in names})


def _name(sender: str) -> str:
    return f"sender-{sender.replace('_', '-')}"


def _add(ring: KeyRing, name: str, held: Held) -> None:
    key = held.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    ring.add_pem(name, key + held.certified.public_bytes(Encoding.PEM))


def _held(ring: KeyRing, name: str) -> Held:
    pem = ring.pem(name)
    key = load_pem_private_key(pem, None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("senders have RSA keys")
    return Held(key, x509.load_pem_x509_certificate(pem))
