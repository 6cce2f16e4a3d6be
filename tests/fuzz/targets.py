"""Every parser of what comes from outside, as a function of bytes, with good samples and the only errors that it may raise.

What the package brings along (tables and mappings of the law) is not from outside. Envelopes, seals and signed bodies are read with real keys: a body that is nonsense travels under a good signature, as from a member gone wrong.
"""

from __future__ import annotations

import atexit
import tempfile
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from uuid import UUID

import msgspec

from mynumber.foundation import envelope, facts
from mynumber.foundation.codes import BadCode, Code, CodeKeys
from mynumber.foundation.envelope import EnvelopeRefused, SealingKey, SealPublicKey, VerifyKey
from mynumber.foundation.facts.faults import MalformedFact
from mynumber.foundation.facts.keys import FactKey, Period
from mynumber.foundation.facts.keys import MalformedKey as MalformedFactKey
from mynumber.foundation.facts.reading import read_fact
from mynumber.foundation.facts.samples import sample
from mynumber.foundation.law.egov_xml import parse_egov_xml
from mynumber.foundation.law.errors import MalformedText
from mynumber.foundation.law.markdown import parse_markdown
from mynumber.foundation.law.numerals import parse_article, parse_articles, parse_joint, parse_number
from mynumber.foundation.law.sources import read_text
from mynumber.foundation.message_keys import MalformedKey
from mynumber.foundation.numbers import (
    CorporateNumber,
    IndividualNumber,
    InsurerNumber,
    LocalGovernmentCode,
    MalformedNumber,
    MedicalInstitutionCode,
    ResidentCode,
)
from mynumber.foundation.people import MalformedPersonalData, PartialDate, Wareki
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
    verify_under,
)
from mynumber.foundation.tlog.commitment import read_record
from mynumber.foundation.tlog.proof import MalformedProof
from mynumber.foundation.tlog.receipt.report import check_bytes
from mynumber.foundation.tlog.tiles import MalformedPath
from mynumber.foundation.tlog.witness import read_cosignatures, read_size
from mynumber.institutions.gateway.files.lines import read_copies, read_inquiries
from mynumber.institutions.network.core.limits import BadRates, parse_rates
from mynumber.protocols import wire
from mynumber.protocols.card_reader import ReaderStep, decode_step
from mynumber.protocols.directory import DIRECTORY_AUDIENCE, DIRECTORY_KIND, read_directory
from mynumber.protocols.event_bus import PAGE_KIND, open_page, seal_page
from mynumber.protocols.events import CodedEntries
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
from mynumber.protocols.refusal import Hop, Refusal, Refused
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
from tests.fuzz.blinded import blinded_targets, notice_targets
from tests.fuzz.examples import example, messages
from tests.fuzz.papers import paper_targets
from tests.fuzz.target import Target, each_of, of_text
from tests.support.directory import Systems, make_systems

CITY, FORMER_CITY = "municipality.131229", "municipality.272124"
GATEWAY, PROVIDER = f"gateway.{CITY}", f"gateway.{FORMER_CITY}"
REQUEST_ID = UUID("0b8e2e4e-6f0a-4a4b-8a52-8f0c2a9d1d11")
NOW = datetime.now(UTC)
NAMED = {"name": "a.pdf", "digest": b64encode(bytes(32)).decode(), "content": None}
ORIGIN = "http://portal.localhost:8000"


@cache
def world() -> Systems:
    """Real keys and a signed directory, gone when the process ends."""
    folder = tempfile.TemporaryDirectory(prefix="mynumber-fuzz-")
    atexit.register(folder.cleanup)
    systems = (CITY, FORMER_CITY, GATEWAY, PROVIDER, "network", "portal", "commission")
    return make_systems(Path(folder.name), *systems, blind=True)


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


OUTGOING = wire.Outgoing(ASK, CITY, GATEWAY, "m" * 22, b"", "")


def _conclude(data: bytes) -> object:
    """The first byte says the status: an answer or a refusal."""
    status = 200 if data[:1] == b"2" else 400
    return wire.conclude(
        world().node("municipality"), OUTGOING, status, data[1:], hop=Hop.INQUIRER_GATEWAY, now=NOW
    )


def _sealed_and_signed(plain: bytes, *, kind: str, sender: str, receiver: str, reply: bool) -> bytes:
    """A message whose sender means what it says, whatever that is."""
    info = b"\n".join((b"mynumber sealed body v1", kind.encode(), sender.encode(), receiver.encode()))
    return envelope.sign(
        msgspec.json.encode({"sealed": _sealed(plain, receiver, info, b"")}),
        key=world().node(sender.partition(".")[0]).signing_key(sender),
        issuer=sender,
        audience=receiver,
        kind=kind,
        now=NOW,
        in_reply_to=OUTGOING.message_id if reply else None,
    )


def _answer(plain: bytes) -> bytes:
    return b"2" + _sealed_and_signed(plain, kind=ASK.answer_kind, sender=GATEWAY, receiver=CITY, reply=True)


def _question(plain: bytes) -> bytes:
    return _sealed_and_signed(plain, kind=ASK.name, sender=CITY, receiver=GATEWAY, reply=False)


def _receive(token: bytes) -> object:
    node = world().node("gateway")
    return wire.receive(node, token, ASK, receiver=GATEWAY, hop=Hop.INQUIRER_GATEWAY, now=NOW)


def _refusal(body: bytes) -> bytes | None:
    """The gateway's signed no, whatever it says; None for what nobody can sign."""
    try:
        return b"4" + envelope.sign(
            body,
            key=world().node("gateway").signing_key(GATEWAY),
            issuer=GATEWAY,
            audience=CITY,
            kind=wire.REFUSAL_KIND,
            now=NOW,
            in_reply_to=OUTGOING.message_id,
        )
    except (ValueError, RecursionError):
        return None


def _conclude_refusal(body: bytes) -> object:
    signed = _refusal(body)
    try:
        return signed and _conclude(signed)
    except Refused as refused:
        if refused.is_signed:  # it was read
            return refused
        raise


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
    return open_page(world().node("gateway"), data, gateway=GATEWAY, now=NOW)


def _page_in_seal(plain: bytes) -> object:
    """A page that the network sealed and signed, whatever it says."""
    info = b"mynumber event entries v1\n" + GATEWAY.encode()
    token = _signed(msgspec.json.encode({"sealed": _sealed(plain, GATEWAY, info, b"")}), PAGE_KIND, GATEWAY)
    return token and _page(token)


def _jwk(read: Callable[[dict[str, str]], object]) -> Callable[[bytes], object]:
    def run(data: bytes) -> object:
        try:
            jwk = msgspec.json.decode(data, type=dict[str, str])
        except (ValueError, RecursionError):
            return None
        return read(jwk)

    return run


def _with(body: bytes, **changes: object) -> bytes:
    return msgspec.json.encode(msgspec.json.decode(body) | changes)


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


COPY = (
    b'{"addressee":"A-1","information":"local_tax","as_of":"2026-11-01T00:00:00Z","fact":'
    b'{"fiscal_year":2026,"total_income":1,"income_levy":0,"dependants":0}}\n'
)


@cache
def targets() -> tuple[Target, ...]:
    """All of them; the world is made at the first call."""
    request = test_witness.request(3, 20)
    noted = request.note
    cosignature = test_witness.Witness().add(test_witness.request(0, 20, text=noted).to_text())
    code = CodeKeys.generate().issue(CITY, "12345678901").to_text().encode()
    refused_envelope, refused = (EnvelopeRefused,), (Refused,)
    token = _signed(b'{"a":1}', "probe.v1", GATEWAY) or b""
    operator = world().operator.public
    sealing = world().node("network").directory.seal_key(GATEWAY)
    refusal, result = example(Refusal), example(ASK.answer)
    plain_refusal = b'{"refusal":' + refusal + b"}"
    sheet = msgspec.json.encode(_sheet("AAAA"))
    xml, plain = egov_xml(SMALL), markdown(SMALL)
    return (
        Target("envelope", _verify, refused_envelope, (token,)),
        Target("bodies of messages", _body, refused_envelope, _bodies()),
        Target("questions", _receive, refused, (_question(example(ASK.question)),)),
        Target(
            "questions, opened", lambda data: _receive(_question(data)), refused, (example(ASK.question),)
        ),
        Target(
            "answers", _conclude, refused, (_answer(result), b"4" + plain_refusal, _refusal(refusal) or b"")
        ),
        Target("answers, opened", lambda data: _conclude(_answer(data)), refused, (result,)),
        Target("refusals, signed", _conclude_refusal, refused, (refusal,)),
        Target(
            "sealed texts",
            _open_sealed,
            refused_envelope,
            (envelope.seal(b"{}", to=sealing, info=b"probe", aad=b""),),
        ),
        Target("directory file", _directory, refused_envelope, (world().directory_path.read_bytes(),)),
        Target("directory, signed", _listing, refused_envelope, (_listing_sample(),)),
        Target("permit sheet", _read_sheet, refused, (_signed(sheet, SHEET_KIND, PROVIDER) or b"",)),
        Target("permit sheet, signed", _sheet_of, refused, (sheet,)),
        Target("codes in a sheet", _codes, refused, (b'["' + code + b'"]',)),
        Target(
            "facts in an answer",
            _facts,
            refused,
            (b'{"facts":[{"information":"local_tax","as_of":"2026-11-01T00:00:00Z","fact":{"a":1}}]}',),
        ),
        Target("person of an inquiry", _person, refused, (example(FourAttributes),)),
        Target(
            "page of events over NATS",
            _page,
            refused_envelope,
            (
                seal_page(
                    world().node("network"),
                    CodedEntries(entries=(), oldest=1, latest=1),
                    gateway=GATEWAY,
                    now=NOW,
                ),
            ),
        ),
        Target("page of events, opened", _page_in_seal, refused_envelope, (example(CodedEntries),)),
        Target(
            "verify key", _jwk(VerifyKey.from_jwk), (MalformedKey,), (msgspec.json.encode(operator.to_jwk()),)
        ),
        Target(
            "seal key",
            _jwk(SealPublicKey.from_jwk),
            (MalformedKey,),
            (msgspec.json.encode(sealing.to_jwk()),),
        ),
        Target("code", each_of(BadCode, Code.parse, Code.read), (), (code,)),
        Target(
            "sign-in request",
            decode_sign_in_request,
            (SignInRefused,),
            (_with(example(SignInRequest), portal=ORIGIN),),
        ),
        Target("sign-in response", decode_sign_in_response, (SignInRefused,), (example(SignInResponse),)),
        Target(
            "signing request",
            decode_signing_request,
            (SignInRefused,),
            (_with(example(SigningRequest), portal=ORIGIN, documents=[NAMED]),),
        ),
        Target("signing response", decode_signing_response, (SignInRefused,), (example(SigningResponse),)),
        Target("step of a reader", decode_step, (SignInRefused,), (example(ReaderStep),)),
        Target("note", of_text(Note.parse), (NoteRefused,), (noted.encode(),)),
        Target(
            "checkpoint",
            of_text(Checkpoint.parse),
            (NoteRefused,),
            ((noted.partition("\n\n")[0] + "\n").encode(),),
        ),
        Target("key of a log", of_text(VerifierKey.parse), (NoteRefused,), (test_witness.LOG.vkey.encode(),)),
        Target("policy", of_text(Policy.parse), (BadPolicy,), (test_witness.POLICY.to_text().encode(),)),
        Target(
            "request to a witness",
            of_text(AddCheckpoint.parse),
            (WitnessRefused,),
            (request.to_text().encode(),),
        ),
        Target("size in a conflict", of_text(read_size), (ValueError,), (b"20852163\n",)),
        Target(
            "cosignatures",
            of_text(lambda text: read_cosignatures(text, noted, [test_witness.WITNESS.verifier_key])),
            (NoteRefused,),
            (cosignature.encode(),),
        ),
        Target("proof", of_text(LogProof.parse), (MalformedProof,), (test_receipt.GOOD.encode(),)),
        Target(
            "receipt",
            of_text(lambda text: verify_receipt(text, test_receipt.SIGNER.vkey)),
            (ReceiptInvalid,),
            (test_receipt.GOOD.encode(),),
        ),
        Target(
            "cosigned checkpoint",
            of_text(lambda text: verify_under(text, test_witness.POLICY)),
            (NoteRefused,),
            ((noted + cosignature).encode(),),
        ),
        Target(
            "receipt file",
            lambda data: check_bytes(data, test_receipt.SIGNER.verifier_key),
            (),
            (test_receipt.GOOD.encode(), b"%PDF-1.7\n", b'{"a":1}'),
        ),
        Target("record of a receipt", read_record, (ValueError,), (test_receipt.LOG.records[0],)),
        Target("path of a tile", of_text(TileId.parse), (MalformedPath,), (b"tile/0/x001/x234/067.p/12",)),
        Target("file of copies", lambda data: read_copies(data, first_line=1, now=NOW), (), (COPY * 3,)),
        Target(
            "file of inquiries",
            lambda data: read_inquiries(data, first_line=1),
            (),
            (example(ASK.question).partition(b"[")[2].removesuffix(b"]}") + b"\n",),
        ),
        Target("facts of all layouts", _fact, (MalformedFact,), _facts_of_all_layouts()),
        Target(
            "period of a fact", of_text(Period.parse), (MalformedFactKey,), (b"fy2026", b"2026-04", b"now")
        ),
        Target(
            "key of a fact",
            of_text(FactKey.parse),
            (MalformedFactKey,),
            (b"local_tax.local_tax.fy2026",),
        ),
        Target("law in XML", parse_egov_xml, (MalformedText,), (xml,)),
        Target("law in Markdown", of_text(parse_markdown), (MalformedText,), (plain.encode(),)),
        Target(
            "law of either form",
            lambda data: read_text(data, on=NOW.date()),
            (MalformedText,),
            (xml, plain.encode()),
        ),
        Target(
            "numerals of the law",
            each_of(ValueError, parse_number, parse_article, parse_articles, parse_joint),
            (),
            ("百七十三の二".encode(), "第五条から第七条まで".encode(), "三の二から三の四まで".encode()),
        ),
        Target(
            "numbers",
            each_of(
                MalformedNumber,
                *(IndividualNumber.parse, ResidentCode.parse, CorporateNumber.parse, InsurerNumber.parse),
                *(MedicalInstitutionCode.parse, LocalGovernmentCode.parse),
            ),
            (),
            (b"123456789018", b"12345678901", b"7000012050002", b"131229", b"1312345678"),
        ),
        Target(
            "dates of people",
            each_of(MalformedPersonalData, Wareki.parse, PartialDate.parse),
            (),
            ("令和8年11月22日".encode(), b"2026-11"),
        ),
        Target("rates", of_text(parse_rates), (BadRates,), (b"*=10000/100000 pension_service=20000/200000",)),
        *blinded_targets(world(), inquirer=CITY, provider=FORMER_CITY),
        *notice_targets(world(), _signed, sender=CITY, now=NOW),
        *paper_targets(),
    )


def target_named(name: str) -> Target:
    """One of :func:`targets`."""
    return next(one for one in targets() if one.name == name)
