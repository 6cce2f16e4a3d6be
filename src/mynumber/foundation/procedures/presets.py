"""A municipality adopts a national preset: what an overlay (`overlays`) may do, and what not.

What the law requires stays: a field can be left out only if it has a switch and cites no clause, a legal period is not made longer, and nothing that
is known is asked.
"""

from collections.abc import Iterator
from itertools import permutations

from mynumber.foundation.numbers import LocalGovernmentCode
from mynumber.foundation.procedures.checker import Complaint, check
from mynumber.foundation.procedures.definition import How, Procedure
from mynumber.foundation.procedures.loading import Catalogue
from mynumber.foundation.procedures.overlays import LOCAL, Offered, Overlay, laid_on


class NotAllowed(ValueError):
    """An overlay changes what it may not. Carries the complaints."""

    def __init__(self, complaints: tuple[Complaint, ...]) -> None:
        super().__init__("; ".join(complaint.line for complaint in complaints))
        self.complaints = complaints


def adopt(catalogue: Catalogue, overlay: Overlay) -> Procedure:
    """The procedure of a municipality. Raises UnknownProcedure, NotAllowed."""
    preset = catalogue.version(overlay.procedure, overlay.version)
    complaints = tuple(check_overlay(preset, overlay))
    if complaints:
        raise NotAllowed(complaints)
    merged = laid_on(preset, overlay)
    complaints = check(merged, catalogue)
    if complaints:
        raise NotAllowed(complaints)
    return merged


def check_overlays(catalogue: Catalogue) -> tuple[Complaint, ...]:
    """What is wrong with the overlays of a catalogue: each by itself, and days that overlap."""
    found: list[Complaint] = []
    overlays = [overlay for overlay, _ in catalogue.adopted]
    for overlay in overlays:
        try:
            adopt(catalogue, overlay)
        except NotAllowed as refused:
            found += refused.complaints
    for one, other in permutations(overlays, 2):
        same = (one.procedure, one.version, one.municipality) == (
            *(other.procedure, other.version, other.municipality),
        )
        if same and one.since <= other.since and one.applies(other.since):
            where = f"{one.procedure} {one.municipality}"
            found.append(Complaint(where, "since", "同じ様式の別の設定と日が重なっています。"))
    return tuple(found)


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
    if (overlay.offered is Offered.ONLINE) != (overlay.instead is None):
        yield complain("instead", "オンラインで受け付けない手続にだけ、どこに聞けばよいかを書いてください。")
    if overlay.until is not None and overlay.until < overlay.since:
        yield complain("until", "終わりの日が始まりの日より前です。")
    processing = preset.deadlines.processing
    if overlay.processing_days is not None:
        if overlay.processing_days < 1:
            yield complain("processing_days", "1日以上にしてください。")
        elif processing.legal and overlay.processing_days > processing.days:
            yield complain("processing_days", f"法定の{processing.days}日より長くはできません。")
