"""Every parser of what comes from outside, as a function of bytes, with good samples and the only errors that it may raise.

What the package brings along (tables and mappings of the law) is not from outside. Envelopes, seals and signed bodies are read with real keys: a body that is nonsense travels under a good signature, as from a member gone wrong.
"""

from __future__ import annotations

import atexit
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from uuid import UUID

import msgspec

from mynumber.foundation import envelope, facts
from mynumber.foundation.blind import BlindCode, BlindRequest, Blurred
from mynumber.foundation.codes import BadCode, Code, CodeKeys
from mynumber.foundation.envelope import EnvelopeRefused, SealingKey, SealPublicKey, VerifyKey
from mynumber.foundation.facts.faults import MalformedFact
from mynumber.foundation.facts.keys import MalformedKey as MalformedFactKey
from mynumber.foundation.facts.keys import Period
from mynumber.foundation.facts.reading import read_fact
from mynumber.foundation.facts.samples import sample
from mynumber.foundation.law.egov_xml import parse_egov_xml
from mynumber.foundation.law.errors import MalformedText
from mynumber.foundation.law.markdown import parse_markdown
from mynumber.foundation.law.numerals import parse_article, parse_articles, parse_joint, parse_number
from mynumber.foundation.law.sources import read_text
from mynumber.foundation.message_keys import MalformedKey
from mynumber.foundation.numbers import CorporateNumber, IndividualNumber, MalformedNumber, ResidentCode
from mynumber.foundation.people import MalformedPersonalData, PartialDate, Wareki
from mynumber.foundation.pki import ocsp, timestamp
from mynumber.foundation.smartcard import apdu, tlv
from mynumber.foundation.tlog import (
    AddCheckpoint,
    BadPolicy,
    Checkpoint,
    LogProof,
    Note,
    NoteRefused,
    Policy,
    ReceiptInvalid,
    TileId,
    VerifierKey,
    WitnessRefused,
    verify_receipt,
)
from mynumber.foundation.tlog.commitment import read_record
from mynumber.foundation.tlog.proof import MalformedProof
from mynumber.foundation.tlog.tiles import MalformedPath
from mynumber.foundation.tlog.witness import read_cosignatures, read_size
from mynumber.institutions.gateway.files.lines import read_copies, read_inquiries
from mynumber.institutions.network.core.limits import BadRates, parse_rates
from mynumber.protocols import wire
from mynumber.protocols.card_handover import MalformedHandover
from mynumber.protocols.card_handover import decode as decode_handed
from mynumber.protocols.card_reader import ReaderStep, decode_step
from mynumber.protocols.directory import DIRECTORY_AUDIENCE, DIRECTORY_KIND, read_directory
from mynumber.protocols.event_bus import PAGE_KIND, open_page
from mynumber.protocols.exchange import (
    ASK,
    SHEET_KIND,
    Outcome,
    Permit,
    PermitAnswer,
    PermitSheet,
    SheetAnswer,
)
from mynumber.protocols.holders import PERSON_INFO, open_person
from mynumber.protocols.permits import CODES_INFO, FACTS_INFO, open_answer, open_codes, read_sheet
from mynumber.protocols.refusal import Hop, Refused
from mynumber.protocols.residents import FourAttributes
from mynumber.protocols.sign_in import SignInRefused, SignInRequest, SignInResponse
from mynumber.protocols.sign_in import decode_request as decode_sign_in_request
from mynumber.protocols.sign_in import decode_response as decode_sign_in_response
from mynumber.protocols.signing import SigningRequest, SigningResponse
from mynumber.protocols.signing import decode_request as decode_signing_request
from mynumber.protocols.signing import decode_response as decode_signing_response
from tests.foundation.law.official import egov_xml, markdown
from tests.foundation.law.test_texts import SMALL
from tests.foundation.tlog import test_receipt, test_witness
from tests.fuzz.examples import example, messages
from tests.support.directory import Systems, make_systems

CITY, FORMER_CITY = "municipality.131229", "municipality.272124"
GATEWAY, PROVIDER = f"gateway.{CITY}", f"gateway.{FORMER_CITY}"
REQUEST_ID = UUID("0b8e2e4e-6f0a-4a4b-8a52-8f0c2a9d1d11")
NOW = datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Target:
    """A parser. ``errors`` are those that its documentation names; empty: it raises nothing."""

    name: str
    read: Callable[[bytes], object]
    errors: tuple[type[Exception], ...]
    samples: tuple[bytes, ...]


@cache
def world() -> Systems:
    """Real keys and a signed directory, gone when the process ends."""
    folder = tempfile.TemporaryDirectory(prefix="mynumber-fuzz-")
    atexit.register(folder.cleanup)
    return make_systems(Path(folder.name), CITY, FORMER_CITY, GATEWAY, PROVIDER, "network")


def _text(read: Callable[[str], object]) -> Callable[[bytes], object]:
    """For parsers of text: what is no UTF-8 comes with replacement characters, as lines of a lenient reader would."""
    return lambda data: read(data.decode("utf-8", "replace"))


def _network() -> envelope.SigningKey:
    return world().node("network").signing_key("network")


def _sealed(plain: bytes, to: str, info: bytes, aad: bytes) -> str:
    key: SealPublicKey = world().node("network").directory.seal_key(to)
    return wire.to_text(envelope.seal(plain, to=key, info=info, aad=aad))


def _sealing_key(of: str) -> SealingKey:
    return world().node("gateway").sealing_key(of)


def _signed(body: bytes, kind: str, audience: str) -> bytes | None:
    """A body under a good signature of the network; None for what cannot be signed because it is not JSON."""
    try:
        return envelope.sign(body, key=_network(), issuer="network", audience=audience, kind=kind, now=NOW)
    except (ValueError, RecursionError):
        return None


# --- envelopes and what is in them --------------------------------------------------------------------------


def _verify(data: bytes) -> object:
    return envelope.verify(
        data, key_for=lambda *_: _network().public, audience=GATEWAY, kind="probe.v1", now=NOW
    )


def _body(data: bytes) -> object:
    """The first byte says which message, the second whether question or answer."""
    kinds = messages()
    message = kinds[data[0] % len(kinds)] if data else kinds[0]
    body_type = message.answer if data[1:2] == b"a" else message.question
    return envelope.decode_body(data[2:], body_type)


def _bodies() -> tuple[bytes, ...]:
    return tuple(
        bytes((number,)) + which + example(body_type)
        for number, message in enumerate(messages())
        for which, body_type in ((b"q", message.question), (b"a", message.answer))
    )


def _conclude(data: bytes) -> object:
    node = world().node("municipality")
    outgoing = wire.Outgoing(ASK, CITY, GATEWAY, "m" * 22, b"", "")
    status = 200 if data[:1] == b"2" else 400
    return wire.conclude(node, outgoing, status, data[1:], hop=Hop.INQUIRER_GATEWAY, now=NOW)


def _directory(data: bytes) -> object:
    return read_directory(data, world().operator.public, now=NOW)


def _listing(data: bytes) -> object:
    """A directory that the operator signed, whatever it says; its keys are used as well."""
    try:
        token = envelope.sign(
            data,
            key=world().operator,
            issuer="network",
            audience=DIRECTORY_AUDIENCE,
            kind=DIRECTORY_KIND,
            now=NOW,
        )
    except (ValueError, RecursionError):
        return None
    return _directory(token)


def _listing_sample() -> bytes:
    return msgspec.json.encode({"systems": world().listed})


def _sheet_of(data: bytes) -> object:
    token = _signed(data, SHEET_KIND, PROVIDER)
    return token and _read_sheet(token)


def _read_sheet(data: bytes) -> object:
    return read_sheet(
        data.decode("utf-8", "replace"),
        directory=world().node("gateway").directory,
        presenter=GATEWAY,
        receiver=PROVIDER,
        now=NOW,
    )


def _sheet(sealed_codes: str) -> PermitSheet:
    permit = Permit(
        request_id=REQUEST_ID,
        affair="81-1",
        provision="81-1-4",
        information="local_tax",
        organisation="課",
        non_disclosure=False,
        code=0,
    )
    return PermitSheet(
        presenter=GATEWAY,
        inquirer=CITY,
        provider=FORMER_CITY,
        requested_at=NOW,
        valid_until=NOW,
        request_digest="0" * 64,
        permits=(permit,),
        sealed_codes=sealed_codes,
    )


def _codes(data: bytes) -> object:
    sheet = _sheet(_sealed(data, PROVIDER, CODES_INFO, REQUEST_ID.bytes))
    return open_codes(sheet, key=_sealing_key(PROVIDER))


def _facts(data: bytes) -> object:
    digest = bytes(32)
    answer = SheetAnswer(
        sheet_digest=digest.hex(),
        answers=(PermitAnswer(outcome=Outcome.PROVIDED, at=NOW),),
        sealed_facts=_sealed(data, GATEWAY, FACTS_INFO, digest),
    )
    return open_answer(answer, [("local_tax", ())], sheet_digest=digest, key=_sealing_key(GATEWAY))


def _person(data: bytes) -> object:
    sealed = _sealed(data, PROVIDER, PERSON_INFO, CITY.encode() + b"\n" + REQUEST_ID.bytes)
    return open_person(sealed, key=_sealing_key(PROVIDER), inquirer=CITY, request_id=REQUEST_ID)


def _open_sealed(data: bytes) -> object:
    return envelope.open_sealed(data, key=_sealing_key(GATEWAY), info=b"probe", aad=b"")


def _page(data: bytes) -> object:
    token = _signed(data, PAGE_KIND, GATEWAY)
    return token and open_page(world().node("gateway"), token, gateway=GATEWAY, now=NOW)


def _jwk(read: Callable[[dict[str, str]], object]) -> Callable[[bytes], object]:
    def run(data: bytes) -> object:
        try:
            jwk = msgspec.json.decode(data, type=dict[str, str])
        except (ValueError, RecursionError):
            return None
        return read(jwk)

    return run


# --- the others -----------------------------------------------------------------------------------------------


def _fact(data: bytes) -> object:
    layouts = list(facts.LAYOUTS.values())
    return read_fact(layouts[data[0] % len(layouts) if data else 0], data[1:])


def _facts_of_all_layouts() -> tuple[bytes, ...]:
    return tuple(
        bytes((number,)) + msgspec.json.encode(sample(layout))
        for number, layout in enumerate(facts.LAYOUTS.values())
        if number < 256
    )


def _numerals(text: str) -> None:
    for parse in (parse_number, parse_article, parse_articles, parse_joint):
        try:
            parse(text)
        except ValueError:
            continue


def _numbers(text: str) -> None:
    for parse in (IndividualNumber.parse, ResidentCode.parse, CorporateNumber.parse):
        try:
            parse(text)
        except MalformedNumber:
            continue


def _dates(text: str) -> None:
    for parse in (Wareki.parse, PartialDate.parse):
        try:
            parse(text)
        except MalformedPersonalData:
            continue


COPY = (
    b'{"addressee":"A-1","information":"local_tax","as_of":"2026-11-01T00:00:00Z","fact":'
    b'{"fiscal_year":2026,"total_income":1,"income_levy":0,"dependants":0}}\n'
)


@cache
def targets() -> tuple[Target, ...]:
    """All of them; the world is made at the first call."""
    request = test_witness.request(3, 20)
    noted = request.note
    code = CodeKeys.generate().issue(CITY, "12345678901").to_text().encode()
    refused_envelope, refused = (EnvelopeRefused,), (Refused,)
    token = _signed(b'{"a":1}', "probe.v1", GATEWAY) or b""
    operator = world().operator.public
    sealing = world().node("network").directory.seal_key(GATEWAY)
    answer = b'{"refusal":{"hop":"network","reason":"expired","detail":""}}'
    xml, plain = egov_xml(SMALL), markdown(SMALL)
    return (
        Target("envelope", _verify, refused_envelope, (token,)),
        Target("bodies of messages", _body, refused_envelope, _bodies()),
        Target("answers", _conclude, refused, (b"2" + token, b"4" + answer, b"4" + token)),
        Target(
            "sealed texts",
            _open_sealed,
            refused_envelope,
            (envelope.seal(b"{}", to=sealing, info=b"probe", aad=b""),),
        ),
        Target("directory file", _directory, refused_envelope, (world().directory_path.read_bytes(),)),
        Target("directory, signed", _listing, refused_envelope, (_listing_sample(),)),
        Target("permit sheet", _read_sheet, refused, (token,)),
        Target("permit sheet, signed", _sheet_of, refused, (msgspec.json.encode(_sheet("AAAA")),)),
        Target("codes in a sheet", _codes, refused, (b'["' + code + b'"]',)),
        Target(
            "facts in an answer",
            _facts,
            refused,
            (b'{"facts":[{"information":"local_tax","as_of":"2026-11-01T00:00:00Z","fact":{"a":1}}]}',),
        ),
        Target("person of an inquiry", _person, refused, (example(FourAttributes),)),
        Target("page of events", _page, refused_envelope, (b'{"sealed":"AAAA"}',)),
        Target(
            "verify key", _jwk(VerifyKey.from_jwk), (MalformedKey,), (msgspec.json.encode(operator.to_jwk()),)
        ),
        Target(
            "seal key",
            _jwk(SealPublicKey.from_jwk),
            (MalformedKey,),
            (msgspec.json.encode(sealing.to_jwk()),),
        ),
        Target("code", _text(Code.parse), (BadCode,), (code,)),
        Target("blinded code", lambda data: BlindCode.from_bytes(1, data), (BadCode,), (bytes(64),)),
        Target(
            "blind request", lambda data: BlindRequest.from_bytes(1, data, keys=3), (BadCode,), (bytes(192),)
        ),
        Target("test of sameness", Blurred.from_bytes, (BadCode,), (bytes(128),)),
        Target("sign-in request", decode_sign_in_request, (SignInRefused,), (example(SignInRequest),)),
        Target("sign-in response", decode_sign_in_response, (SignInRefused,), (example(SignInResponse),)),
        Target("signing request", decode_signing_request, (SignInRefused,), (example(SigningRequest),)),
        Target("signing response", decode_signing_response, (SignInRefused,), (example(SigningResponse),)),
        Target("step of a reader", decode_step, (SignInRefused,), (example(ReaderStep),)),
        Target("handed card", decode_handed, (MalformedHandover,), (b"{}",)),
        Target("note", _text(Note.parse), (NoteRefused,), (noted.encode(),)),
        Target("checkpoint", _text(Checkpoint.parse), (NoteRefused,), (noted.partition("\n\n")[0].encode(),)),
        Target("key of a log", _text(VerifierKey.parse), (NoteRefused,), (test_witness.LOG.vkey.encode(),)),
        Target("policy", _text(Policy.parse), (BadPolicy,), (test_witness.POLICY.to_text().encode(),)),
        Target(
            "request to a witness",
            _text(AddCheckpoint.parse),
            (WitnessRefused,),
            (request.to_text().encode(),),
        ),
        Target("size in a conflict", _text(read_size), (ValueError,), (b"20852163\n",)),
        Target(
            "cosignatures",
            _text(lambda text: read_cosignatures(text, noted, [test_witness.WITNESS.verifier_key])),
            (NoteRefused,),
            (noted.partition("\n\n")[2].encode(),),
        ),
        Target("proof", _text(LogProof.parse), (MalformedProof,), (test_receipt.GOOD.encode(),)),
        Target(
            "receipt",
            _text(lambda text: verify_receipt(text, test_receipt.SIGNER.vkey)),
            (ReceiptInvalid,),
            (test_receipt.GOOD.encode(),),
        ),
        Target("record of a receipt", read_record, (ValueError,), (test_receipt.LOG.records[0],)),
        Target("path of a tile", _text(TileId.parse), (MalformedPath,), (b"tile/0/x001/x234/067.p/12",)),
        Target("file of copies", lambda data: read_copies(data, first_line=1, now=NOW), (), (COPY * 3,)),
        Target(
            "file of inquiries",
            lambda data: read_inquiries(data, first_line=1),
            (),
            (example(ASK.question).partition(b"[")[2].removesuffix(b"]}") + b"\n",),
        ),
        Target("facts of all layouts", _fact, (MalformedFact,), _facts_of_all_layouts()),
        Target("period of a fact", _text(Period.parse), (MalformedFactKey,), (b"fy2026", b"2026-04", b"now")),
        Target("law in XML", parse_egov_xml, (MalformedText,), (xml,)),
        Target("law in Markdown", _text(parse_markdown), (MalformedText,), (plain.encode(),)),
        Target("law of either form", read_text, (MalformedText,), (xml, plain.encode())),
        Target(
            "numerals of the law",
            _text(_numerals),
            (),
            ("百七十三の二".encode(), "第五条から第七条まで".encode(), "三の二から三の四まで".encode()),
        ),
        Target("numbers", _text(_numbers), (), (b"123456789018", b"12345678901", b"7000012050002")),
        Target("dates of people", _text(_dates), (), ("令和8年11月22日".encode(), b"2026-11")),
        Target("rates", _text(parse_rates), (BadRates,), (b"*=10000/100000 pension_service=20000/200000",)),
        Target("APDU", apdu.Command.parse, (apdu.MalformedApdu,), (bytes.fromhex("00a4040c0ad392f0002601"),)),
        Target("TLV", tlv.parse, (tlv.MalformedTlv,), (bytes.fromhex("7f490482020102"),)),
        Target(
            "OCSP request", ocsp.parse_request, (ocsp.RequestRefused,), (bytes.fromhex("30053003300100"),)
        ),
        Target(
            "time stamp request",
            timestamp.parse_request,
            (timestamp.RequestRefused,),
            (bytes.fromhex("3003020101"),),
        ),
    )


def target_named(name: str) -> Target:
    """One of :func:`targets`."""
    return next(one for one in targets() if one.name == name)
