"""A person with a real card (software) whose signature key signs documents, the two CAs behind it, lists and time-stamps.

house = signing_house()            # keys are slow to make: once a run
signed = sign_pdf(plain_pdf(), house.card(), signed_at=house.now)
validate(signed, trust=house.trust(), at=house.now)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from mynumber.foundation.documents import SignatureCard, TimeStamper, time_stamp_request, token_of
from mynumber.foundation.people import PersonName, Sex
from mynumber.foundation.pki import (
    AUTHENTICATION,
    SIGNATURE,
    CertificateAuthority,
    Municipality,
    Revocation,
    RevocationReason,
    SignatureHolder,
)
from mynumber.foundation.pki.signing import DerSigner
from mynumber.foundation.pki.timestamp import StampingAuthority, parse_request
from mynumber.foundation.smartcard import (
    AUTHENTICATION_PIN_RULES,
    SIGNATURE_PIN_RULES,
    Card,
    CardKey,
    CardPins,
    Pin,
    personalise,
)
from mynumber.foundation.validation import Trust

TOWN, OTHER_TOWN = Municipality.of("131229"), Municipality.of("011011")
PASSWORD = Pin.parse("ABC123", SIGNATURE_PIN_RULES)
HOLDER = SignatureHolder.of(
    PersonName(family="山田", given="花子"),
    address="東京都葛飾区亀有一丁目２－３",
    birth_date=date(1990, 5, 3),
    sex=Sex.FEMALE,
)
SERIAL = 0x5157A01


@cache
def rsa_key(number: int) -> rsa.RSAPrivateKey:
    """A key a number, made once a run."""
    return rsa.generate_private_key(65537, 2048)


@dataclass(frozen=True)
class SigningHouse:
    """CAs, a card and a time-stamping authority. `now`: when everything was issued."""

    now: datetime
    older: CertificateAuthority
    """A generation of the signature CA with the same name and another key."""
    authority: CertificateAuthority
    authentication: CertificateAuthority
    certificate: bytes
    """署名用電子証明書 of the card, DER."""
    authentication_certificate: bytes
    state: Card
    stamping: StampingAuthority
    stamping_certificate: bytes

    @property
    def expires_on(self) -> date:
        return x509.load_der_x509_certificate(self.certificate).not_valid_after_utc.date()

    def card(self) -> SignatureCard:
        """The card after its password."""
        return SignatureCard.unlock(self.state, PASSWORD)

    def revocation_list(
        self,
        *revocations: Revocation,
        at: datetime | None = None,
        town: Municipality | None = TOWN,
        number: int = 1,
        of: CertificateAuthority | None = None,
    ) -> bytes:
        """A list of the signature CA. at: when it is made (valid for 48 hours)."""
        return (of or self.authority).revocation_list(
            revocations, number=number, now=at or self.now, municipality=town
        )

    def revoked(
        self,
        at: datetime,
        reason: RevocationReason = RevocationReason.LOST,
        *,
        listed: datetime | None = None,
    ) -> bytes:
        """A list on which the card's certificate is."""
        return self.revocation_list(Revocation(SERIAL, at, reason), at=listed or at, number=2)

    def trust(self, *lists: bytes, ocsp_responses: Iterable[bytes] = (), at: datetime | None = None) -> Trust:
        """What a verifier has. Without lists: a fresh one of the town."""
        whole = self.revocation_list(at=at, town=None)
        return Trust(
            signature_roots=[self.older.certificate_der(), self.authority.certificate_der()],
            authentication_roots=[self.authentication.certificate_der()],
            time_stamp_roots=[self.authority.certificate_der()],
            revocation_lists=lists or ([] if ocsp_responses else [self.revocation_list(at=at), whole]),
            ocsp_responses=list(ocsp_responses),
        )

    def ocsp(
        self,
        at: datetime,
        *,
        revoked_at: datetime | None = None,
        delegated: bool = True,
        by: CertificateAuthority | None = None,
    ) -> bytes:
        """An OCSP response about the card's certificate, made by `cryptography`. by: whose responder, and whose certificate it speaks of."""
        authority = by or self.authority
        root = authority.certificate
        key = rsa_key(8) if delegated else authority.key
        responder = (
            x509.load_der_x509_certificate(
                authority.issue_ocsp_responder(key.public_key(), serial=77, issued_at=self.now)
            )
            if delegated
            else root
        )
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=x509.load_der_x509_certificate(self.certificate),
            issuer=root,
            algorithm=hashes.SHA256(),
            cert_status=ocsp.OCSPCertStatus.REVOKED if revoked_at else ocsp.OCSPCertStatus.GOOD,
            this_update=at,
            next_update=at + timedelta(hours=1),
            revocation_time=revoked_at,
            revocation_reason=x509.ReasonFlags.key_compromise if revoked_at else None,
        )
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, responder)
        if delegated:
            builder = builder.certificates([responder])
        return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)

    def stamp(self, at: datetime) -> TimeStamper:
        """A time-stamper whose clock stands at `at`."""

        def stamper(digest: bytes) -> bytes:
            request = time_stamp_request(digest, nonce=4711)
            return token_of(self.stamping.stamp(parse_request(request), now=at), digest=digest, nonce=4711)

        return stamper


@cache
def signing_house(now: datetime | None = None) -> SigningHouse:
    """The house, as of some minutes ago: programs of others judge by their own clock."""
    now = now or datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=10)
    older = CertificateAuthority.create(now=now - timedelta(days=1500), profile=SIGNATURE, key=rsa_key(1))
    authority = CertificateAuthority.create(now=now, profile=SIGNATURE, key=rsa_key(2))
    authentication = CertificateAuthority.create(now=now, profile=AUTHENTICATION, key=rsa_key(3))
    expires_on = date(now.year + 4, 5, 3)
    certificate = authority.issue_signature(
        rsa_key(4).public_key(),
        holder=HOLDER,
        municipality=TOWN,
        common_name="20261122000000001",
        serial=SERIAL,
        issued_at=now,
        expires_on=expires_on,
    )
    authentication_certificate = authentication.issue_authentication(
        rsa_key(5).public_key(), common_name="A1", serial=77, issued_at=now, expires_on=expires_on
    )
    stamping_certificate = authority.issue_time_stamping(rsa_key(6).public_key(), serial=78, issued_at=now)
    state = personalise(
        card_serial="123456789012345",
        authentication=CardKey(rsa_key(5), authentication_certificate, authentication.certificate_der()),
        signature=CardKey(rsa_key(4), certificate, authority.certificate_der()),
        pins=CardPins(authentication=Pin.parse("1234", AUTHENTICATION_PIN_RULES), signature=PASSWORD),
    )
    signer = DerSigner.of(rsa_key(6), x509.load_der_x509_certificate(stamping_certificate))
    return SigningHouse(
        now,
        older,
        authority,
        authentication,
        certificate,
        authentication_certificate,
        Card(state),
        StampingAuthority(signer, "2.25.1"),
        stamping_certificate,
    )


def plain_pdf(text: str = "I agree.", *, extra: bytes = b"", form: bool = False) -> bytes:
    """One page with a line of text. extra: metadata, object 6. form: with a text field to fill in."""
    content = f"BT /F1 24 Tf 72 720 Td ({text}) Tj ET".encode("ascii")
    catalog = b"<< /Type /Catalog /Pages 2 0 R%s%s >>" % (
        b" /AcroForm << /Fields [7 0 R] >>" if form else b"",
        b" /Metadata 6 0 R" if extra else b"",
    )
    annotations = b"/Annots [7 0 R] " if form else b""
    objects = [
        catalog,
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        + annotations
        + b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        extra or b"null",
        b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (amount) /V (100) /Rect [72 600 200 620] /P 3 0 R >>",
    ]
    written, places = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", []
    for number, each in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    head = b"xref\n0 %d\n0000000000 65535 f \n" % size
    tail = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(written))
    return written + head + table + tail


@dataclass(frozen=True)
class KeySigner:
    """Somebody who signs with any key and shows any certificate."""

    key: rsa.RSAPrivateKey
    certificate: bytes

    def sign(self, digest: bytes) -> bytes:
        """As a card would."""
        return self.key.sign(digest, padding.PKCS1v15(), Prehashed(hashes.SHA256()))
