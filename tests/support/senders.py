"""A CA of private senders, a sender with its certificate, and documents that it signs: as a delivery provider has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from mynumber.foundation.documents import sign_xml
from mynumber.foundation.numbers.corporate import CorporateNumber
from mynumber.foundation.pki import new_serial, serial_text
from mynumber.institutions.courier.dispatch.composing import xml_document
from mynumber.protocols.applications import Attachment, Delivered
from mynumber.protocols.deliveries import SENDER_POLICY, RegisteredSender, SenderRegister

PROVIDER, CLINIC, NOTE = "courier", "hidamari_clinic", "clinic_note"
ADDRESS = "a" * 32
NAME = "ひだまり架空クリニック"
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Signer:
    """A key with its certificate."""

    key: rsa.RSAPrivateKey = field(repr=False)
    certified: x509.Certificate

    @property
    def certificate(self) -> bytes:
        """X.509 DER."""
        return self.certified.public_bytes(Encoding.DER)

    @property
    def serial(self) -> str:
        return serial_text(self.certified.serial_number)

    def sign(self, digest: bytes) -> bytes:
        """RSA PKCS#1 v1.5 over a SHA-256 digest."""
        return self.key.sign(digest, padding.PKCS1v15(), Prehashed(hashes.SHA256()))


@dataclass(frozen=True)
class Senders:
    """A CA, and two senders of it."""

    root: Signer
    clinic: Signer
    other: Signer

    def revoked(self, *serials: int, now: datetime, made: datetime | None = None) -> bytes:
        """A list of the CA, DER."""
        at = made or now
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.root.certified.subject)
            .last_update(at - timedelta(minutes=1))
            .next_update(at + timedelta(hours=1))
            .add_extension(x509.CRLNumber(int(at.timestamp() * 1_000_000)), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.root.key.public_key()), critical=False
            )
        )
        for serial in serials:
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(at - _DAY).build()
            )
        return builder.sign(self.root.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def register(self, *, now: datetime, revoked: tuple[int, ...] = ()) -> SenderRegister:
        """As the portal tells it."""
        return SenderRegister(
            name="たより",
            root=self.root.certificate,
            revocation_list=self.revoked(*revoked, now=now),
            senders=(
                RegisteredSender(
                    key=CLINIC,
                    name=NAME,
                    corporate_number=CorporateNumber.from_base("000000000303").digits,
                    kinds={NOTE: "妊娠の証明", "contract_notice": "お知らせ"},
                    certificates=(self.clinic.serial,),
                ),
            ),
        )

    def note(
        self,
        values: Mapping[str, str],
        *,
        now: datetime,
        signer: Signer | None = None,
        kind: str = NOTE,
        address: str = ADDRESS,
    ) -> bytes:
        """A signed XML that says these values by key."""
        plain = xml_document(
            "妊娠の証明",
            NAME,
            tuple((f"項目 {key}", value) for key, value in values.items()),
            kind=kind,
            address=address,
            now=now,
            keys={f"項目 {key}": key for key in values},
        )
        return sign_xml(plain, signer or self.clinic, signed_at=now)


@cache
def senders() -> Senders:
    """Keys are slow to make: once a run."""
    now = datetime.now(UTC)
    root = _made("Sender CA", None, now)
    return Senders(root, _made("Hidamari Clinic", root, now), _made("Somebody else", root, now))


def attached(content: bytes, **changes: str) -> Attachment:
    """A document as the portal hands it in."""
    given = {"provider": PROVIDER, "sender": CLINIC, "kind": NOTE, "address": ADDRESS, **changes}
    return Attachment(
        document=NOTE,
        name="妊娠の証明.xml",
        media_type="application/xml",
        content=content,
        delivered=Delivered(**given, arrived_at=datetime.now(UTC)),
    )


def _made(name: str, issuer: Signer | None, now: datetime) -> Signer:
    key = rsa.generate_private_key(65537, 2048)
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, f"{name} (fictitious)"),
        ]
    )
    signing = issuer.key if issuer else key
    bits = ("key_cert_sign", "crl_sign") if issuer is None else ("digital_signature", "content_commitment")
    names = (
        *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
        *("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certified.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(new_serial())
        .not_valid_before(now - 10 * _DAY)
        .not_valid_after(now + 1000 * _DAY)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.DirectoryName(subject)]), critical=False)
        .add_extension(x509.KeyUsage(**{each: each in bits for each in names}), critical=True)
    )
    if issuer is None:
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    else:
        policy = x509.PolicyInformation(x509.ObjectIdentifier(SENDER_POLICY), None)
        builder = builder.add_extension(x509.CertificatePolicies([policy]), critical=True).add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False
        )
    return Signer(key, builder.sign(signing, hashes.SHA256()))
