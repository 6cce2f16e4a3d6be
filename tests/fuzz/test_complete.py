"""No parser is forgotten: whatever reads bytes or text is run by a fuzzer, or stands here with the reason why not."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FrameType

import pytest

import mynumber
from tests.fuzz.targets import targets

SOURCE = Path(mynumber.__file__).parent
READS = frozenset(
    {"parse", "read", "decode", "open", "load", "from", "verify", "accept", "conclude", "receive"}
)
"""First words of the names of parsers."""
FROM_OUTSIDE = frozenset({"bytes", "str"})
"""Types of a parser's first argument."""

NOT_FUZZED = {
    "the package brings along what it reads": (
        "foundation.law.considered.read_considered_uses",
        "foundation.law.detail_history.decode_details",
        "foundation.law.history.decode",
        "foundation.law.mapping.read_phrases",
        "foundation.law.special.read_special_cases",
        "foundation.law.successors.read_successors",
        "foundation.law.vocabulary.read_vocabulary",
        "foundation.numbers.health_insurance.MedicalInstitutionCode.parse_without_table",
        "foundation.procedures.loading.read",
        "institutions.municipality.counter.personas.ChosenPins.parse",
        "platform.demo.markup.read",
        "population.foreigners.read_names",
    ),
    "its own keys, settings and kept rows": (
        "client.folder.MemberFolder.open",
        "client.member.Client.open",
        "foundation.codes.CodeKeys.from_bytes",
        "foundation.smartcard.algorithms.load_key",
        "foundation.tlog.checkpoint.LogSigner.from_bytes",
        "foundation.tlog.witness.WitnessSigner.from_bytes",
        "institutions.municipality.counter.reader.decode_reply",
        "institutions.municipality.register.intake._Reader.read",
        "institutions.portal.account.attributes.HandedAttributes.from_json",
        "institutions.portal.account.session_store.SessionStore.decode",
        "institutions.portal.contacts.posting.MailServer.parse",
        "wallet.reader.session.ReaderSessions.read",
        "webkit.environment.DatabaseAddress.parse",
        "webkit.environment.Environment.read",
    ),
    "reads nothing: opens a case or a connection, counts bytes, makes a number": (
        "foundation.numbers.corporate.CorporateNumber.from_base",
        "foundation.numbers.health_insurance.InsurerNumber.from_base",
        "foundation.numbers.local_government.LocalGovernmentCode.from_jisx0402",
        "foundation.numbers.personal.IndividualNumber.from_base",
        "foundation.smartcard.face_clients.FaceClient.open_with_birth_key",
        "foundation.smartcard.face_clients.FaceClient.open_with_number_b",
        "foundation.smartcard.face_clients.TextClient.open_with_number_b",
        "institutions.acquirer.payments.taking.open_checkout",
        "institutions.digital_agency.validation.uploads.MemoryHandler.receive_data_chunk",
        "institutions.gateway.tenants.inquirer_side.InquirerSide.open_inquiries",
        "institutions.portal.account.signing_in.accept",
        "institutions.portal.account.signing_in.open_request",
        "institutions.portal.information.asking.open_case",
        "platform.demo.browser.Browser.open",
        "wallet.uploads.BoundedUpload.receive_data_chunk",
        "webkit.pool.open_pool",
        "webkit.uploads.BoundedUpload.receive_data_chunk",
    ),
    "one call of a parser that is fuzzed, or of cryptography's": (
        "client.member.Client.verify_receipt",
        "foundation.tlog.checkpoint.verify_checkpoint",
        "institutions.jlis.certification.issuing.parse_key",
        "institutions.jlis.residents.messages.parse_number",
    ),
    "tried with any text beside its pages, where Django runs": (
        "institutions.municipality.notices.targeting.read_file",
        "institutions.portal.contacts.addresses.parse",
    ),
}


def _name(annotation: ast.expr | None) -> str:
    return ast.unparse(annotation) if annotation is not None else ""


def _parsers() -> Iterator[str]:
    """Functions and methods whose name says that they read, and whose first argument is bytes or text."""
    for file in sorted(SOURCE.rglob("*.py")):
        module = ".".join(file.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
        yield from (f"{module}.{name}" for name in _named(ast.parse(file.read_text("utf-8")), ""))


def _named(node: ast.AST, above: str) -> Iterator[str]:
    for one in ast.iter_child_nodes(node):
        if isinstance(one, ast.ClassDef):
            yield from _named(one, f"{above}{one.name}.")
        elif isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) and one.name.split("_")[0] in READS:
            arguments = [each for each in one.args.args if each.arg not in ("self", "cls")]
            if arguments and set(_name(arguments[0].annotation).split(" | ")) & FROM_OUTSIDE:
                yield above + one.name


def _ran() -> set[str]:
    """What runs when the fuzzers read their good samples."""
    seen: set[CodeType] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            seen.add(frame.f_code)

    for target in targets():
        sys.setprofile(note)
        try:
            for sample in target.samples:
                try:
                    target.read(sample)
                except target.errors:
                    continue
        finally:
            sys.setprofile(None)
    names = set()
    for code in seen:
        file = Path(code.co_filename)
        if file.is_relative_to(SOURCE):
            module = ".".join(file.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
            names.add(f"{module}.{code.co_qualname}")
    return names


@pytest.mark.thorough
def test_every_parser_is_fuzzed() -> None:
    parsers, excused = set(_parsers()), {name for names in NOT_FUZZED.values() for name in names}
    ran = _ran()
    assert sorted(parsers - ran - excused) == []
    assert sorted(excused - parsers) == [], "these are no more"
    assert sorted(excused & ran) == [], "these are fuzzed"
