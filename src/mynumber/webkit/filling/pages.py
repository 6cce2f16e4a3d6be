"""The pages of a form: which there are, how far each is, what a browser sent for one; and the paper that a document is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from django.http import QueryDict

from mynumber.foundation.procedures import answers
from mynumber.foundation.procedures.answers import Reading
from mynumber.foundation.procedures.definition import Document, Field, How, Procedure, Section
from mynumber.foundation.procedures.values import MOST_ENTRIES, Fault
from mynumber.foundation.procedures.words import words
from mynumber.webkit.face.fields import DocumentField, DocumentKind
from mynumber.webkit.face.forms import PlainForm
from mynumber.webkit.face.journey import Course, Leg, TaskState
from mynumber.webkit.face.language import say, spoken
from mynumber.webkit.filling.content import Content
from mynumber.webkit.filling.forms import (
    Plan,
    Row,
    SectionForm,
    entry_counts,
    plan_of,
    shown_in,
    take_answers,
)

REJECTED: Final = 422
"""Status of a page that has to be mended."""
MEGABYTE: Final = 1024 * 1024
MEDIA: Final = {
    DocumentKind.PDF: "application/pdf",
    DocumentKind.JPEG: "image/jpeg",
    DocumentKind.PNG: "image/png",
}
_WHOLE: Final = Section(id="form", title=words("申請の内容", "おねがいの 内容", "Your application"))


def sections(procedure: Procedure) -> tuple[tuple[Section, tuple[Field, ...]], ...]:
    """The pages of a form with their fields, those without a page on the first one; pages with nothing to see are left out."""
    pages = procedure.section or (_WHOLE,)
    ids = {page.id for page in pages}
    by_page: dict[str, list[Field]] = {page.id: [] for page in pages}
    for field in procedure.field:
        if field.how is not How.NEVER_ASKED:
            by_page[field.section if field.section in ids else pages[0].id].append(field)
    return tuple((page, tuple(by_page[page.id])) for page in pages if by_page[page.id])


def place_of(procedure: Procedure, section_id: str) -> int | None:
    """Which page a section is, from 0; None if there is none."""
    return next((at for at, (each, _) in enumerate(sections(procedure)) if each.id == section_id), None)


def state_of(
    section: Section, fields: Sequence[Field], content: Content, reading: Reading
) -> TaskState | None:
    """How far a page is; None while nothing stands on it."""
    ids = {field.id for field in fields}
    if not any(
        path.partition(".")[0] in ids for path, _ in answers.visible_paths(reading.procedure, reading.values)
    ):
        return None
    if any(path.partition(".")[0] in ids for path in content.marks) and f"!{section.id}" not in content.seen:
        return TaskState.RETURNED
    if not any(problem.path.partition(".")[0] in ids for problem in reading.all_problems):
        return TaskState.DONE
    return TaskState.STARTED if section.id in content.seen else TaskState.TODO


def following(reading: Reading, place: int, content: Content | None = None) -> Section | None:
    """The next page after a place with something to do; with the draft's content also one that has to be corrected."""
    kept = content or Content()
    later = sections(reading.procedure)[place + 1 :]
    done = (None, TaskState.DONE)
    return next((each for each, fields in later if state_of(each, fields, kept, reading) not in done), None)


def course(procedure: Procedure, place: int, address: Callable[[str], str], last: str) -> Course:
    """The way through the pages; `address` gives that of a section, `last` names what follows them."""
    spoke = spoken()
    legs = [Leg(each.title.in_language(spoke), address(each.id)) for each, _ in sections(procedure)]
    return Course.at(place + 1, [*legs, Leg(last)])


def blank(fields: Sequence[Field], reading: Reading, content: Content, *, today: date) -> SectionForm:
    """A page as it stands in the draft. An answer that does not fit beside another, changed since, says so."""
    plan = plan_of(fields, reading, content, today=today)
    said = {
        each.path: each.sentence.in_language(spoken())
        for each in reading.problems
        if each.fault is Fault.BEFORE_OTHER
    }
    plan.rows[:] = [replace(row, note=row.note or said.get(row.path, "")) for row in plan.rows]
    return SectionForm(plan)


@dataclass(frozen=True, slots=True, repr=False)
class Taken:
    """What came of a page that was sent: the draft has it, whatever it was."""

    form: SectionForm
    reading: Reading
    changed: bool
    """An entry was added or taken away: the page is shown anew."""
    valid: bool
    more: bool
    """An answer of the page opened a question on it."""


def take(
    section: Section,
    fields: Sequence[Field],
    reading: Reading,
    content: Content,
    data: QueryDict,
    *,
    read: Callable[[Content], Reading],
    today: date,
) -> Taken:
    """Put a section that was sent into the draft, as `take_page` does, and note how far the person has come."""
    taken = take_page(fields, reading, content, data, read=read, today=today)
    _note(content, section.id)
    if taken.valid:
        _note(content, f"!{section.id}")
    return taken


def take_page(
    fields: Sequence[Field],
    reading: Reading,
    content: Content,
    data: QueryDict,
    *,
    read: Callable[[Content], Reading],
    today: date,
) -> Taken:
    """Put a page that was sent into the draft, what can be understood of it; the caller saves it. `read` reads the draft anew."""
    counts = entry_counts(fields, data)
    plan = plan_of(fields, reading, content, today=today, shown=shown_in(data), entries=counts)
    form = SectionForm(plan, data)
    valid = form.is_valid()
    take_answers(content, fields, form.answers(), counts)
    changed = _change_entries(data, content, counts)
    reading = read(content)
    if not form.is_looking and not valid:
        form.drop_errors_of_hidden(reading)
        valid = not form.errors
    for problem in reading.problems:
        if problem.fault is Fault.BEFORE_OTHER and problem.path in plan.controls and not form.is_looking:
            form.add_error(problem.path, problem.sentence.in_language(spoken()))
            valid = False
    if not valid:
        # The page as it was sent, with what it did not show (locked answers) drawn again.
        plan.rows[:] = _merged(plan_of(fields, reading, content, today=today), plan)
    ids = {field.id for field in fields}
    more = any(problem.path.partition(".")[0] in ids for problem in reading.all_problems)
    return Taken(form, reading, changed, valid, more)


def _note(content: Content, mark: str) -> None:
    if mark not in content.seen:
        content.seen.append(mark)


def _merged(whole: Plan, sent: Plan) -> list[Row]:
    """The rows of the whole page, with controls only where the page that was sent had them."""
    return [
        row for row in whole.rows if row.kind != "control" or all(name in sent.controls for name in row.names)
    ]


def _change_entries(data: QueryDict, content: Content, counts: dict[str, int]) -> bool:
    """Add or remove an entry of a group, where one of those buttons was pressed."""
    add, remove = data.get("add", ""), data.get("remove", "")
    if add in counts:
        entries = content.typed.setdefault(add, [])
        if isinstance(entries, list) and len(entries) < MOST_ENTRIES:
            entries.append({})
        return True
    group, _, index = remove.partition(".")
    entries = content.typed.get(group)
    if group in counts and isinstance(entries, list) and index.isdigit() and int(index) < len(entries):
        del entries[int(index)]
        return True
    return False


def section_context(form: SectionForm) -> dict[str, object]:
    """What `face/filling/rows.html` draws."""
    return {"form": form, "rows": list(form.rows()), "shown": " ".join(form.plan.fields)}


class PaperForm(PlainForm):
    """One document, of the kinds and the size that the procedure takes."""

    def __init__(self, document: Document, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"id_{document.id}_%s", **kwargs)
        self.fields["file"] = DocumentField(
            label=document.label.in_language(spoken()),
            kinds=[kind for kind in DocumentKind if kind.name.lower() in document.formats],
            most=document.most_megabytes * MEGABYTE,
            required=self.is_bound or (document.required and not document.replaced_by),
        )


def papers_hint(wanted: Sequence[Document], missing: Sequence[Document]) -> str:
    """What is still to do about the papers that the answers call for."""
    needed = [each for each in wanted if each.required and not each.replaced_by]
    if missing:
        count = len(missing)
        return say(f"あと{count}件あります。", f"{count} still to hand in.", f"あと {count}つ あります。")
    if any(each.original for each in needed):
        return say(
            "原本を窓口で見せるか、郵送する書類があります。",
            "Of one paper the original has to be shown at the counter or sent by post.",
            "本物を 見せるか おくる 書類が あります。",
        )
    if needed:
        return say(
            "要る書類はそろっています。", "All papers that are needed are there.", "いる 書類は あります。"
        )
    return say(
        "出さなければならない書類はありません。", "Nothing has to be handed in.", "出す 書類は ありません。"
    )


def too_many_papers() -> str:
    """Said where no more papers fit."""
    return say("書類が多すぎます。先に一つ取り除いてください。", "Too many papers. Remove one first.")
