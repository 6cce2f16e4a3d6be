"""A municipality adopts a national preset: an overlay of switches, local fields, documents and words (様式の地域化).

    procedure = "nursery_application"
    version = "2026-04"
    municipality = "131016"
    ordinance = "千代田区保育の実施に関する条例"
    off = ["allergy_question"]
    processing_days = 45
    office = { ja = "...", easy = "...", en = "..." }
    [[field]]   # id begins with local_
    [[document]]

What the law requires stays: a field can be left out only if it has a switch and cites no clause, a legal period is not made longer, and nothing that
is known is asked.
"""

import tomllib
from collections.abc import Iterator

import msgspec

from mynumber.foundation.numbers import LocalGovernmentCode
from mynumber.foundation.procedures.checker import Complaint, check
from mynumber.foundation.procedures.definition import Document, Field, How, Procedure
from mynumber.foundation.procedures.loading import Catalogue, MalformedProcedure, UnknownProcedure
from mynumber.foundation.procedures.words import Strict, Words

LOCAL = "local_"
"""How ids of a municipality's own fields and documents begin."""


class Overlay(Strict, frozen=True, kw_only=True):
    """What a municipality sets on top of a preset."""

    procedure: str
    version: str
    municipality: str
    ordinance: str
    """条例・規則 that the municipality's own fields rest on."""
    off: tuple[str, ...] = ()
    """Switches turned off."""
    processing_days: int | None = None
    office: Words | None = None
    due: Words | None = None
    field: tuple[Field, ...] = ()
    document: tuple[Document, ...] = ()


class NotAllowed(ValueError):
    """An overlay changes what it may not. Carries the complaints."""

    def __init__(self, complaints: tuple[Complaint, ...]) -> None:
        super().__init__("; ".join(complaint.line for complaint in complaints))
        self.complaints = complaints


def read_overlay(text: str, place: str = "overlay.toml") -> Overlay:
    """Read an overlay. Raises MalformedProcedure."""
    try:
        return msgspec.convert(tomllib.loads(text), Overlay)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise MalformedProcedure(place, str(error)) from None


def adopt(catalogue: Catalogue, overlay: Overlay) -> Procedure:
    """The procedure of a municipality. Raises UnknownProcedure, NotAllowed."""
    preset = catalogue.version(overlay.procedure, overlay.version)
    complaints = tuple(check_overlay(preset, overlay))
    if complaints:
        raise NotAllowed(complaints)
    merged = _merged(preset, overlay)
    complaints = check(merged, catalogue)
    if complaints:
        raise NotAllowed(complaints)
    return merged


def switches(procedure: Procedure) -> tuple[str, ...]:
    """What a municipality may turn off."""
    named = [field.switch for field in procedure.field] + [document.switch for document in procedure.document]
    return tuple(dict.fromkeys(filter(None, named)))


def check_overlay(preset: Procedure, overlay: Overlay) -> Iterator[Complaint]:
    """What an overlay may not do to its preset."""
    where = f"{overlay.procedure} {overlay.municipality}"

    def complain(place: str, sentence: str) -> Complaint:
        return Complaint(where, place, sentence)

    try:
        LocalGovernmentCode.parse(overlay.municipality)
    except ValueError:
        yield complain("municipality", "全国地方公共団体コード（6桁）ではありません。")
    known = switches(preset)
    for name in overlay.off:
        if name not in known:
            yield complain("off", f"スイッチ {name} はありません。法令が求める項目は外せません。")
    for field in preset.field:
        if field.switch in overlay.off and field.law:
            yield complain(f"field {field.id}", f"{field.law}が求める項目なので外せません。")
    for document in preset.document:
        if document.switch in overlay.off and document.law:
            yield complain(f"document {document.id}", f"{document.law}が求める書類なので外せません。")
    taken = {field.id for field in preset.field} | {document.id for document in preset.document}
    for added in [field.id for field in overlay.field] + [document.id for document in overlay.document]:
        if not added.startswith(LOCAL) or added in taken:
            yield complain(added, f"市区町村の項目・書類のidは {LOCAL} で始めてください。")
    if (overlay.field or overlay.document) and not overlay.ordinance.strip():
        yield complain("ordinance", "市区町村の項目・書類には、根拠の条例・規則を書いてください。")
    for field in overlay.field:
        if field.how is How.NEVER_ASKED:
            yield complain(f"field {field.id}", "市区町村の項目で情報連携などは使えません。")
    processing = preset.deadlines.processing
    if overlay.processing_days is not None:
        if overlay.processing_days < 1:
            yield complain("processing_days", "1日以上にしてください。")
        elif processing.legal and overlay.processing_days > processing.days:
            yield complain("processing_days", f"法定の{processing.days}日より長くはできません。")


def _merged(preset: Procedure, overlay: Overlay) -> Procedure:
    kept = tuple(each for each in preset.field if each.switch not in overlay.off or not each.switch)
    local = tuple(msgspec.structs.replace(each, local=True) for each in overlay.field)
    documents = tuple(each for each in preset.document if each.switch not in overlay.off or not each.switch)
    own_documents = tuple(msgspec.structs.replace(each, local=True) for each in overlay.document)
    processing = preset.deadlines.processing
    if overlay.processing_days is not None:
        processing = msgspec.structs.replace(processing, days=overlay.processing_days)
    return msgspec.structs.replace(
        preset,
        field=(*kept, *local),
        document=(*documents, *own_documents),
        deadlines=msgspec.structs.replace(preset.deadlines, processing=processing),
        competent=msgspec.structs.replace(preset.competent, office=overlay.office or preset.competent.office),
        due=overlay.due or preset.due,
    )


__all__ = [
    "LOCAL",
    "NotAllowed",
    "Overlay",
    "UnknownProcedure",
    "adopt",
    "check_overlay",
    "read_overlay",
    "switches",
]
