"""The case worker's acts, each one an article: 受理, 補正の求め, 連絡, 事実の確認, 取下げ. Each is written down with who did it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final, TypeVar
from uuid import UUID, uuid4

from django.db import transaction

from mynumber.foundation.procedures.answers import visible_paths
from mynumber.foundation.procedures.deadlines import correct_by
from mynumber.foundation.procedures.definition import Examined, How
from mynumber.foundation.procedures.values import Flawed, normalise
from mynumber.protocols.applications import APPLICANT, LetterForm, MarkedField, Step
from mynumber.webkit.examination.models import Application, rows_of
from mynumber.webkit.examination.refusals import CannotDo, No
from mynumber.webkit.examination.sheets import ANSWERABLE, Sheet, askable_paths, day, found_at
from mynumber.webkit.examination.states import LIVE, DecisionState, State
from mynumber.webkit.examination.telling import tell
from mynumber.webkit.examination.words import label_of
from mynumber.webkit.staff.models import StaffMember

A = TypeVar("A", bound=Application)
SheetOf = Callable[[Any], Sheet[Any]]
"""The sheet of a body's application as it is now. Raises UnknownProcedure."""
BY_APPLICANT: Final = "（本人）"


def lock(application: A) -> A:
    """The row as it is, held until the transaction ends: acts on one application come one after the other."""
    row: A = rows_of(type(application)).select_for_update().get(pk=application.pk)
    return row


def note(application: Application, act: str, *, staff: StaffMember, at: datetime, words: str = "") -> None:
    """Write down who did what."""
    application.entries.create(at=at, by=staff, by_name=staff.display_name, act=act, words=words[:400])


def held(application: A, staff: StaffMember, *states: State) -> A:
    """The locked row, if this member of staff holds it in one of these states. Raises CannotDo."""
    row = lock(application)
    if row.holder_id != staff.pk:
        raise CannotDo(No.NOT_YOURS)
    if row.state not in states:
        raise CannotDo(No.NOT_NOW)
    return row


def claim(application: Application, staff: StaffMember, *, at: datetime) -> None:
    """Take an application from the pool. One at a time: who comes second is told. Raises CannotDo."""
    row = lock(application)
    if row.state not in LIVE:
        raise CannotDo(No.NOT_NOW)
    if row.holder_id not in (None, staff.pk):
        raise CannotDo(No.CLAIMED)
    if row.holder_id is None:
        row.holder, row.claimed_at = staff, at
        row.save(update_fields=["holder", "claimed_at"])
        note(row, "claimed", staff=staff, at=at)


def release(application: Application, staff: StaffMember, *, at: datetime) -> None:
    """Give it back to the pool. Raises CannotDo."""
    row = held(application, staff, *LIVE)
    row.holder, row.claimed_at = None, None
    row.save(update_fields=["holder", "claimed_at"])
    note(row, "released", staff=staff, at=at)


def identify_as(
    application: Application, person: Any, entitlement: str, staff: StaffMember, *, at: datetime
) -> None:
    """A person looked and says who it is (四情報で一人に定まらないとき). Raises CannotDo: also where nobody was found (None)."""
    row: Any = held(application, staff, *LIVE)
    if person is None:
        raise CannotDo(No.NOT_FOUND)
    if live_for(row, entitlement).exists():
        raise CannotDo(No.LIVE_ELSEWHERE)
    row.applicant, row.entitlement = person, entitlement
    row.save(update_fields=["applicant", "entitlement"])
    note(row, "identified", staff=staff, at=at)


def live_for(row: Application, entitlement: str) -> Any:
    """Other live applications for a right."""
    rows = rows_of(type(row)).filter(entitlement=entitlement, state__in=LIVE)
    return rows.exclude(pk=row.pk)


def accept(sheet_of: SheetOf, application: Application, staff: StaffMember, *, at: datetime) -> None:
    """受理: the form is in order, the examination of its substance begins. Raises CannotDo."""
    row = held(application, staff, State.ARRIVED)
    if row.applicant is None:
        raise CannotDo(No.UNIDENTIFIED)
    if sheet_of(row).deficits and not _is_unanswered(row):
        raise CannotDo(No.OPEN_DEFICITS)
    row.state, row.accepted_at = State.EXAMINED, at
    row.save(update_fields=["state", "accepted_at"])
    note(row, "accepted", staff=staff, at=at)
    tell(row, Step.ACCEPTED, at=at, expected_by=row.decide_by)


def _is_unanswered(row: Application) -> bool:
    """Whether a correction was asked for and waited for in vain: then it is decided on what is there."""
    if row.asked_at is None or row.state == State.CORRECTING:
        return False
    return row.corrected_at is None or row.corrected_at < row.asked_at


def ask_correction(
    sheet_of: SheetOf,
    application: Application,
    marks: Mapping[str, str],
    staff: StaffMember,
    *,
    due: date | None = None,
    at: datetime,
) -> None:
    """補正を求める (行政手続法第7条): the fields by numbered path, each with what is wrong, until a day. Raises CannotDo."""
    row = held(application, staff, State.ARRIVED, State.EXAMINED)
    sheet = sheet_of(row)
    marked = {path: words.strip() for path, words in marks.items() if words.strip()}
    if not marked:
        raise CannotDo(No.NO_FIELDS)
    if not marked.keys() <= askable_paths(sheet.procedure, sheet.declared).keys():
        raise CannotDo(No.NOT_A_FIELD)
    due = due or correct_by(sheet.procedure, day(at))
    if due <= day(at):
        raise CannotDo(No.TOO_EARLY)
    row.state, row.asked_at, row.correct_by = State.CORRECTING, at, due
    row.returns += 1
    row.save(update_fields=["state", "asked_at", "correct_by", "returns"])
    labels = [label_of(sheet.procedure, path) for path in marked]
    note(row, "correction", staff=staff, at=at, words="、".join(labels))
    tell(
        row,
        Step.CORRECTION_ASKED,
        at=at,
        holder=APPLICANT,
        expected_by=due,
        words=f"{len(marked)}か所を直して、{due.year}年{due.month}月{due.day}日までに送ってください。",
        fields=[MarkedField(path=path, words=words[:4000]) for path, words in marked.items()],
    )


def write(application: Application, words: str, staff: StaffMember, *, at: datetime) -> None:
    """A message to the applicant, kept with the case. Raises CannotDo."""
    row = lock(application)
    if not words.strip():
        raise CannotDo(No.NO_WORDS)
    text = words.strip()[:4000]
    row.words.create(
        letter=uuid4(), by_applicant=False, kind="words", text=text, by_name=staff.display_name, at=at
    )
    note(row, "words", staff=staff, at=at)
    tell(row, Step.WORDS, at=at, expected_by=row.decide_by, words=text)


def confirm(
    sheet_of: SheetOf,
    application: Application,
    typed: Mapping[str, str],
    words: str,
    staff: StaffMember,
    *,
    at: datetime,
) -> None:
    """審査で確かめた事実, by path: values that no source gave, or those of a register where the form says otherwise. All of them, or none. Raises CannotDo.

    A value typed empty: adopt what the register says at a path that differs.
    """
    row = held(application, staff, State.ARRIVED, State.EXAMINED)
    sheet = sheet_of(row)
    if not typed:
        raise CannotDo(No.NOTHING)
    with transaction.atomic():
        for path, value in typed.items():
            _confirm(row, sheet, path, value, words, staff, at)


def _confirm(
    row: Application, sheet: Sheet[Any], path: str, typed: str, words: str, staff: StaffMember, at: datetime
) -> None:
    field = dict(visible_paths(sheet.procedure, sheet.values)).get(path)
    if field is None:
        raise CannotDo(No.NOT_A_FIELD)
    if not typed:
        value = found_at(sheet.declared, sheet.found.values, path)
        if value is None:
            raise CannotDo(No.NOT_A_VALUE)
    else:
        if field.how is not How.NEVER_ASKED or field.type not in ANSWERABLE:
            raise CannotDo(No.NOT_A_FIELD)
        if not isinstance(field.source, Examined) and not words.strip():
            raise CannotDo(No.NO_REASONS)
        try:
            value = normalise(field, typed, today=day(at))
        except Flawed:
            raise CannotDo(No.NOT_A_VALUE) from None
    row.confirmed.create(
        path=path, value=value, words=words.strip()[:400], by=staff, by_name=staff.display_name, at=at
    )
    note(row, "confirmed", staff=staff, at=at, words=label_of(sheet.procedure, path))


# --- from the applicant -------------------------------------------------------------------------------------------


def take_letter(
    application: Application, letter: UUID, kind: LetterForm, words: str, *, sent_at: datetime, at: datetime
) -> bool:
    """取下げ or a question. The same letter again has no second effect. False: it is decided, and cannot be withdrawn."""
    row = lock(application)
    if rows_of(row.words.model).filter(letter=letter).exists():
        return True
    if kind is LetterForm.WITHDRAWAL and row.state not in LIVE:
        return row.state == State.WITHDRAWN
    row.words.create(letter=letter, by_applicant=True, kind=kind.value, text=words, at=sent_at)
    act = "withdrawn" if kind is LetterForm.WITHDRAWAL else "read_words"
    row.entries.create(at=at, by_name=BY_APPLICANT, act=act)
    if kind is LetterForm.WITHDRAWAL:
        drop_proposal(row, "申請者が取り下げました。")
        row.state, row.closed_at = State.WITHDRAWN, at
        row.save(update_fields=["state", "closed_at"])
        tell(row, Step.WITHDRAWN, at=at)
    return True


def drop_proposal(row: Application, why: str) -> None:
    """What was proposed was proposed about what no longer holds."""
    row.decisions.filter(state=DecisionState.PROPOSED).update(state=DecisionState.RETURNED, second_words=why)
