"""Parsers of cards, certificates, signed papers, photos, forms and payments: what residents, cards, banks and vendors send."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable
from functools import partial
from io import BytesIO
from pathlib import Path

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.ocsp import OCSPRequestBuilder
from joserfc import jwt

from mynumber.foundation.documents import DocumentRefused, describe, time_stamp_request
from mynumber.foundation.documents.card import read_certificate
from mynumber.foundation.envelope import SigningKey
from mynumber.foundation.pki import (
    MalformedHolder,
    MalformedSerial,
    MalformedTrust,
    Trust,
    VerificationRefused,
    ocsp,
    timestamp,
)
from mynumber.foundation.pki.holder import read_signature_holder
from mynumber.foundation.pki.lifetime import parse_serial
from mynumber.foundation.pki.listed import KnownList
from mynumber.foundation.portrait.accepting import PhotoRefused, accept
from mynumber.foundation.procedures.conditions import MalformedCondition
from mynumber.foundation.procedures.conditions import parse as parse_condition
from mynumber.foundation.procedures.loading import MalformedProcedure, catalogue, read_overlay
from mynumber.foundation.procedures.spreadsheet import read_xlsx, write_xlsx
from mynumber.foundation.procedures.values import Flawed, read_day
from mynumber.foundation.smartcard import Card, CardState, PinName, apdu, tlv
from mynumber.foundation.smartcard.administration import (
    AdministrationStatus,
    AllowPin,
    MalformedOrder,
    Order,
    OrderNotSigned,
    OrderRefused,
    read_answers,
)
from mynumber.foundation.smartcard.face import modulus_template, read_public_key
from mynumber.foundation.smartcard.profile import MalformedPin
from mynumber.foundation.smartcard.state import CardStateDamaged
from mynumber.foundation.validation.status import read_answer, read_list
from mynumber.foundation.zengin.transfers import BadTransferFile
from mynumber.foundation.zengin.transfers import decode as decode_transfers
from mynumber.foundation.zengin.transfers import encode as encode_transfers
from mynumber.institutions.acquirer.payments.cards import BadCard
from mynumber.institutions.acquirer.payments.cards import Card as PaymentCard
from mynumber.platform.backup_file import DATABASE, FORMAT, KEYS, BackupUnusable, Head, reading, writing
from mynumber.protocols.card_handover import HandedCard, MalformedHandover
from mynumber.protocols.card_handover import decode as decode_handed
from mynumber.protocols.relying_party import SignInElsewhereRefused, read_id_token
from mynumber.protocols.settlements import BadFile
from mynumber.protocols.settlements import decode as decode_settlements
from mynumber.protocols.settlements import encode as encode_settlements
from mynumber.wallet.pins import read_pin
from tests.foundation.pki.hierarchies import KATSUSHIKA, NOW, authentication, ec_key, rsa_key, signature
from tests.foundation.portrait import test_accepting
from tests.foundation.validation.parts import FORMS, check, content_of, signed
from tests.foundation.zengin import test_transfers
from tests.fuzz.examples import example
from tests.fuzz.target import Target, each_of, of_text
from tests.protocols import test_settlements
from tests.support.signing import plain_pdf, signing_house

SERIAL = "123456789012345"
ISSUER = "https://provider.example"
SELECTIONS = (
    bytes.fromhex("00a4040c0ad392f000260100000001"),
    bytes.fromhex("00a4020c020018"),
    bytes.fromhex("0020008004") + b"1234",
    bytes.fromhex("802a00a0") + bytes((51,)) + bytes(51) + b"\0",
    bytes.fromhex("00b0000004"),
)
"""Commands to the application of certificates: select it, a file of it, try a PIN, sign, read."""


def paper_targets() -> tuple[Target, ...]:
    """Cards, certificates and signed papers, forms, payments."""
    return (*_cards(), *_certificates(), *_documents(), *_forms_and_payments())


def _cards() -> tuple[Target, ...]:
    issuer_key = Ed25519PrivateKey.generate()
    order = Order(SERIAL, 1, (AllowPin(PinName.AUTHENTICATION),))
    state = signing_house().state.state
    memory = state.to_bytes()
    items = tlv.encode(0x80, SERIAL.encode()) + tlv.encode(0x81, bytes(4)) + tlv.encode(0x84, b"a")
    status = tlv.encode(0xE0, items)
    bad_tlv, bad_order = (tlv.MalformedTlv,), (MalformedOrder, OrderNotSigned)
    bad_key = (tlv.MalformedTlv, ValueError, UnsupportedAlgorithm)

    def read_order(data: bytes) -> object:
        return Order.read(data, issuer_key.public_key())

    def read_signed_order(body: bytes) -> object:
        """Of an issuer gone wrong."""
        return read_order(b"mynumber-order-1\n" + issuer_key.sign(b"mynumber card order v1\n" + body) + body)

    def read_memory(body: bytes) -> object:
        """With the checksum of whatever it is."""
        return CardState.from_bytes(body + hashlib.sha256(body).digest())

    return (
        Target(
            "APDU",
            apdu.Command.parse,
            (apdu.MalformedApdu,),
            (bytes.fromhex("00a4040c0ad392f000260100000001"),),
        ),
        Target("answer of a card", apdu.Response.parse, (apdu.MalformedApdu,), (b"abc\x90\x00", b"\x63\xc2")),
        Target("command to a card", lambda data: Card(state).transmit(data), (), SELECTIONS),
        Target("TLV", tlv.parse, bad_tlv, (bytes.fromhex("7f490482020102"),)),
        Target("order to a card", read_order, bad_order, (order.sign(issuer_key),)),
        Target("order to a card, signed", read_signed_order, bad_order, (msgspec.msgpack.encode(order),)),
        Target("status of a card", AdministrationStatus.parse, bad_tlv, (status,)),
        Target(
            "answers to an order",
            lambda data: read_answers((b"\x90\x00", data)),
            (OrderRefused,),
            (status + b"\x90\x00", b"\x69\x85"),
        ),
        Target(
            "key in the face of a card",
            read_public_key,
            bad_key,
            (modulus_template(rsa_key().public_key()), _spki(ec_key().public_key())),
        ),
        Target("memory of a card", CardState.from_bytes, (CardStateDamaged,), (memory,)),
        Target("memory of a card, whole", read_memory, (CardStateDamaged,), (memory[:-32],)),
        Target("handed card", decode_handed, (MalformedHandover,), (example(HandedCard),)),
        Target(
            "PIN",
            each_of(MalformedPin, *(partial(read_pin, name=name) for name in PinName)),
            (),
            (b"1234", b"ABC123"),
        ),
    )


def _certificates() -> tuple[Target, ...]:
    """Certificates, lists and answers are signed by a CA: a changed one comes from a CA gone wrong, and is read before it is judged."""
    leaf, named = authentication().leaf(), signature().leaf()
    authority = authentication().current
    revocations = authority.revocation_list((), number=1, now=NOW, municipality=KATSUSHIKA)
    trust = Trust(roots=[authority.certificate_der()], revocation_lists=[revocations])
    house = signing_house()
    answer = house.ocsp(house.now)
    bad_list = (MalformedTrust,)
    return (
        Target("certificate", lambda der: trust.check(der, at=NOW), (VerificationRefused,), (leaf, named)),
        Target("certificate of a signer", read_certificate, (DocumentRefused,), (named, leaf)),
        Target("holder in a certificate", read_signature_holder, (MalformedHolder,), (named, leaf)),
        Target("serial number", of_text(parse_serial), (MalformedSerial,), (b"1234ABCD",)),
        Target("revocation list", KnownList.read, bad_list, (revocations,)),
        Target("revocation list of a verifier", read_list, bad_list, (revocations,)),
        Target("OCSP answer", read_answer, bad_list, (answer,)),
        Target("OCSP request", ocsp.parse_request, (ocsp.RequestRefused,), (_status_request(),)),
        Target(
            "time stamp request",
            timestamp.parse_request,
            (timestamp.RequestRefused,),
            (time_stamp_request(bytes(32), nonce=1),),
        ),
    )


def _documents() -> tuple[Target, ...]:
    """Each form of a signed paper is a target of its own; a report is made of whatever it is."""

    def checked(form: str) -> Callable[[bytes], object]:
        return lambda document: check(document, content=content_of(form), include_holder=True)

    return (
        *(Target(f"signed paper, {form}", checked(form), (), (signed(form),)) for form in FORMS),
        Target("paper to sign", describe, (DocumentRefused,), (plain_pdf(), signed("pdf"))),
        Target(
            "photo",
            accept,
            (PhotoRefused,),
            (
                test_accepting.PORTRAIT,
                test_accepting.png(),
                test_accepting.jpeg(extra=test_accepting.exif(6)),
            ),
        ),
        Target("backup", _read_backup, (BackupUnusable, OSError), (_backup(),)),
    )


def _forms_and_payments() -> tuple[Target, ...]:
    procedure = catalogue().versions("child_allowance_claim")[0]
    key = SigningKey.generate()
    return (
        Target("procedure in a workbook", read_xlsx, (MalformedProcedure,), (write_xlsx(procedure),)),
        Target(
            "changes to a procedure",
            of_text(read_overlay),
            (MalformedProcedure,),
            (b'municipality = "131229"\nprocedure = "a"\nversion = "1"\nordinance = "b"\noff = ["c"]\n',),
        ),
        Target(
            "condition of a form",
            of_text(parse_condition),
            (MalformedCondition,),
            (
                b"other = yes and (ground in (divorce, death) or not income >= 1000000)",
                b"a.b is answered",
            ),
        ),
        Target(
            "day as typed",
            of_text(read_day),
            (Flawed,),
            ("令和８年11月22日".encode(), b"H1.1.8", b"2026/11/22"),
        ),
        Target(
            "bank transfers",
            decode_transfers,
            (BadTransferFile,),
            (
                encode_transfers(test_transfers.SAMPLE),
                encode_transfers(test_transfers.SAMPLE, line_ends=True),
            ),
        ),
        Target(
            "settlements of a day",
            decode_settlements,
            (BadFile,),
            (encode_settlements(test_settlements.FILE),),
        ),
        Target(
            "card as typed",
            of_text(lambda text: PaymentCard.read(text, "12/30", "123", today=NOW.date())),
            (BadCard,),
            (b"4242 4242 4242 4242", b"3530111333300000"),
        ),
        Target(
            "ID token",
            of_text(lambda text: _id_token(text, {"keys": [key.public.to_jwk()]})),
            (SignInElsewhereRefused,),
            (_token(key),),
        ),
        Target(
            "keys of a provider",
            lambda data: _id_token(_token(key).decode(), _object(data)),
            (SignInElsewhereRefused,),
            (msgspec.json.encode({"keys": [key.public.to_jwk()]}),),
        ),
    )


def _id_token(token: str, keys: dict[str, object]) -> object:
    return read_id_token(token, keys, issuer=ISSUER, client_id="a", nonce="b", now=NOW)


def _token(key: SigningKey) -> bytes:
    moment = int(NOW.timestamp())
    claims = {"iss": ISSUER, "aud": "a", "nonce": "b", "sub": "c", "iat": moment, "exp": moment + 60}
    return jwt.encode({"alg": "ES256"}, claims, key.jose, algorithms=["ES256"]).encode()


def _object(data: bytes) -> dict[str, object]:
    try:
        return msgspec.json.decode(data, type=dict[str, object])
    except (ValueError, RecursionError):
        return {}


def _status_request() -> bytes:
    request = OCSPRequestBuilder().add_certificate_by_hash(bytes(20), bytes(20), 7, SHA1())  # noqa: S303 - as requests name an issuer
    return request.build().public_bytes(Encoding.DER)


def _spki(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _backup() -> bytes:
    head = Head(
        format=FORMAT,
        institution="network",
        taken_at=NOW,
        server="18",
        tables={"exchange": 1},
        keys=(),
        salt=bytes(32),
    )
    stream = BytesIO()
    with writing(stream, head, "a passphrase of words") as writer:
        writer.add(KEYS, BytesIO(b"{}"))
        writer.add(DATABASE, BytesIO(b"rows"))
    return stream.getvalue()


def _read_backup(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "backup"
        path.write_bytes(data)
        with reading(path):
            pass
