"""Reader sessions: opened by a clerk or a kiosk, moved on by the holder's device, one step at a time.

A session's course is its entries (`reader`). Between two steps nothing is in memory; a step that comes again gets the same task again; J-LIS is asked
outside of any transaction. One step of a session at a time, in whatever process.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import msgspec
from django.db import IntegrityError, connection, transaction

from mynumber.foundation.numbers import find
from mynumber.foundation.smartcard import CardError
from mynumber.foundation.smartcard.administration import OrderRefused
from mynumber.institutions.municipality.counter import stock
from mynumber.institutions.municipality.counter.models import (
    LIVE,
    CardApplication,
    CounterEvent,
    CounterRecord,
    ProcedureKind,
    ReaderCode,
    ReaderEntry,
    ReaderSession,
    SessionState,
)
from mynumber.institutions.municipality.counter.procedures import (
    PIN_WORDS,
    PROCEDURES,
    Case,
    Signed,
    Stop,
    Wanted,
)
from mynumber.institutions.municipality.counter.reader import (
    Entry,
    NextQuestion,
    NextTask,
    Reader,
    Removed,
    WrongReply,
    answers,
    encode_reply,
)
from mynumber.institutions.municipality.counter.words import why_refused
from mynumber.institutions.municipality.register.models import Person
from mynumber.institutions.municipality.systems import ask_jlis
from mynumber.protocols.card_reader import (
    CODE_VALIDITY,
    CardPlaced,
    Finished,
    ReaderStep,
    ReaderTask,
    Task,
    new_code,
)
from mynumber.protocols.refusal import Refused
from mynumber.protocols.sign_in import Reason, SignInRefused
from mynumber.webkit import logs, safe
from mynumber.webkit.messages import this_node
from mynumber.webkit.staff.models import StaffMember
from mynumber.webkit.tenancy import acting_as

CODES: Final = "reader-codes"
"""Name of the secret in the key ring that codes are sealed under for the page that shows them."""
MOST_REQUESTS: Final = 600
"""Steps that a code is good for; the longest procedure takes some fifty."""
MOST_KIOSKS: Final = 50
"""Live sessions of a town's kiosks: anybody may open one."""

Now = Callable[[], datetime]

_log = logs.get_logger(__name__)


class AlreadyOpen(Exception):
    """Somebody is working on this person's card now."""


class TooMany(Exception):
    """Too many kiosks are in use."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A new session with its code, which is shown and kept nowhere in the clear."""

    session: ReaderSession
    code: str


# --- opening, showing, ending -----------------------------------------------------------------------------------


def open_session(
    kind: ProcedureKind,
    wanted: Wanted,
    *,
    person: Person | None,
    application: CardApplication | None = None,
    card_serial: str = "",
    clerk: StaffMember | None,
    at: datetime,
) -> Opened:
    """Open a session in the current tenant. Raises AlreadyOpen when a live one is there for the person, TooMany."""
    close_expired(at)
    if person is None and ReaderSession.objects.filter(person=None, state__in=LIVE).count() >= MOST_KIOSKS:
        raise TooMany
    code = new_code()
    expires_at = at + CODE_VALIDITY
    ticket = uuid.uuid4()
    try:
        with transaction.atomic():
            session = ReaderSession.objects.create(
                ticket=ticket,
                code_digest=_digest(code),
                code_sealed=safe.seal(this_node().keyring, CODES, code.encode(), about=str(ticket)),
                kind=kind,
                person=person,
                application=application,
                card_serial=card_serial,
                order=msgspec.to_builtins(wanted),
                clerk=clerk,
                opened_at=at,
                expires_at=expires_at,
            )
            # A code that is in use by another town would be a collision of one in 10^12.
            ReaderCode.objects.create(digest=_digest(code), expires_at=expires_at)
    except IntegrityError:
        raise AlreadyOpen from None
    return Opened(session, code)


def code_of(session: ReaderSession) -> str:
    """The code for the page of the session; empty once it is over."""
    if not session.code_sealed:
        return ""
    sealed = bytes(session.code_sealed)
    return safe.unseal(this_node().keyring, CODES, sealed, about=str(session.ticket)).decode()


def cancel(session: ReaderSession, *, at: datetime) -> None:
    """The clerk ends a session. What a card was told before stays told."""
    locked = ReaderSession.objects.select_for_update().get(pk=session.pk)
    if locked.state in LIVE:
        _end(locked, SessionState.CANCELLED, "窓口で手続きを取りやめました。", at=at)


def close_expired(at: datetime) -> None:
    """Sessions of this town whose time is over, and codes that lead nowhere any more."""
    over = ReaderSession.objects.select_for_update(skip_locked=True).filter(
        state__in=LIVE, expires_at__lte=at
    )
    for session in over:
        _end(session, SessionState.EXPIRED, "時間が過ぎました。窓口で新しい番号を受け取ってください。", at=at)
    ReaderCode.objects.filter(expires_at__lte=at - timedelta(days=1)).delete()


def wanted_of(session: ReaderSession) -> Wanted:
    """What the session was opened for."""
    return msgspec.convert(session.order, type=Wanted)


# --- steps --------------------------------------------------------------------------------------------------------


def take_step(step: ReaderStep, *, now: Now) -> ReaderTask:
    """Take the device's reply and give the next task. Raises SignInRefused: UNKNOWN_REQUEST, EXPIRED, ALREADY_ANSWERED, MALFORMED; UNREACHABLE when
    J-LIS did not answer, and then the same step may be sent again."""
    digest = _digest(step.code)
    tenant = ReaderCode.objects.filter(digest=digest).values_list("tenant", flat=True).first()
    if tenant is None:
        raise SignInRefused(Reason.UNKNOWN_REQUEST)
    with _one_at_a_time(digest):
        while True:
            with acting_as(tenant):
                outcome = _advance(tenant, digest, step, now)
            if isinstance(outcome, ReaderTask):
                return outcome
            if isinstance(outcome, SignInRefused):
                raise outcome
            answer = _ask(tenant, outcome.question)
            with acting_as(tenant):
                _append(outcome.session, [Entry(False, answer)], outcome.position)


@dataclass(frozen=True, slots=True)
class _Waiting:
    session: int
    position: int
    question: NextQuestion


def _advance(tenant: str, digest: bytes, step: ReaderStep, now: Now) -> ReaderTask | _Waiting | SignInRefused:
    """One run of the procedure in one transaction. A refusal is returned, so that what was counted stays counted."""
    at = now()
    session = ReaderSession.objects.select_for_update().filter(code_digest=digest).order_by("-pk").first()
    if session is None:
        return SignInRefused(Reason.UNKNOWN_REQUEST)
    session.requests += 1
    session.save(update_fields=["requests"])
    if session.state in LIVE and (at >= session.expires_at or session.requests > MOST_REQUESTS):
        _end(session, SessionState.EXPIRED, "時間が過ぎました。窓口で新しい番号を受け取ってください。", at=at)
    if session.state not in LIVE:
        return _after_the_end(session, step)
    entries = [Entry(e.is_reply, bytes(e.body)) for e in session.entries.order_by("position")]
    replies = sum(entry.is_reply for entry in entries)
    place = place_of(tenant, session)
    if step.number == session.number and replies == session.number:
        refusal = _take_reply(tenant, session, entries, step, now)
        if refusal is not None:
            return refusal
    elif step.number + 1 == session.number and replies == session.number:
        task = _current_task(tenant, session, entries, now)
        return ReaderTask(place=place, number=session.number, task=task)
    elif not (step.number == session.number and replies == session.number + 1):
        return SignInRefused(Reason.ALREADY_ANSWERED)
    return _run(tenant, session, entries, now)


def _take_reply(
    tenant: str, session: ReaderSession, entries: list[Entry], step: ReaderStep, now: Now
) -> SignInRefused | None:
    """Add the device's reply to the entries, if it is one to the task that it was given."""
    if session.number == 0:
        fits = isinstance(step.reply, CardPlaced)
    else:
        fits = answers(_current_task(tenant, session, entries, now), step.reply)
    if not fits:
        return SignInRefused(Reason.MALFORMED)
    entry = Entry(True, encode_reply(step.reply))
    _append(session.pk, [entry], len(entries))
    entries.append(entry)
    return None


def _current_task(tenant: str, session: ReaderSession, entries: Sequence[Entry], now: Now) -> Task:
    """What the device was told last: the procedure says it again."""
    reader = Reader(tuple(entries))
    reader.begin()
    try:
        PROCEDURES[ProcedureKind(session.kind)](reader, _case(tenant, session, now))
    except NextTask as waiting:
        return waiting.task
    except Stop as stop:
        # The safe was emptied by another session meanwhile.
        return Finished(words=stop.words, done=False)
    raise LookupError("a procedure ended where it had waited")


def _run(tenant: str, session: ReaderSession, entries: list[Entry], now: Now) -> ReaderTask | _Waiting:
    reader = Reader(tuple(entries))
    reader.begin()
    place = place_of(tenant, session)
    try:
        words = PROCEDURES[ProcedureKind(session.kind)](reader, _case(tenant, session, now))
    except NextTask as waiting:
        _keep(session, reader, len(entries))
        session.number += 1
        session.save(update_fields=["number"])
        return ReaderTask(place=place, number=session.number, task=waiting.task)
    except NextQuestion as question:
        _keep(session, reader, len(entries))
        return _Waiting(session.pk, len(entries) + len(reader.fresh_entries), question)
    except Stop as stop:
        return _finish(session, reader, SessionState.FAILED, stop.words, place, now())
    except Removed:
        words = "カードが離れたため、手続きを取りやめました。"
        return _finish(session, reader, SessionState.CANCELLED, words, place, now())
    except Refused as refused:
        return _finish(session, reader, SessionState.FAILED, why_refused(refused), place, now())
    except (CardError, OrderRefused, WrongReply) as error:
        _log.warning("a card did not do what it was asked", reason=type(error).__name__)
        words = "カードが正しく応答しませんでした。カードを確かめて、はじめからやり直してください。"
        return _finish(session, reader, SessionState.FAILED, words, place, now())
    return _finish(session, reader, SessionState.DONE, words, place, now())


def _finish(
    session: ReaderSession, reader: Reader, state: SessionState, words: str, place: str, at: datetime
) -> ReaderTask:
    session.stage = reader.stage
    session.number += 1
    _end(session, state, words, at=at)
    finished = Finished(words=words, done=state == SessionState.DONE)
    return ReaderTask(place=place, number=session.number, task=finished)


def _after_the_end(session: ReaderSession, step: ReaderStep) -> ReaderTask | SignInRefused:
    if session.state == SessionState.EXPIRED:
        return SignInRefused(Reason.EXPIRED)
    if step.number not in (session.number - 1, session.number):
        return SignInRefused(Reason.ALREADY_ANSWERED)
    finished = Finished(words=session.words, done=session.state == SessionState.DONE)
    return ReaderTask(place=place_of(session.tenant, session), number=step.number + 1, task=finished)


def _end(session: ReaderSession, state: SessionState, words: str, *, at: datetime) -> None:
    """The end: the course is forgotten, what came of it is recorded."""
    session.state, session.words, session.ended_at, session.code_sealed = state, words, at, b""
    session.save()
    session.entries.all().delete()
    wanted = wanted_of(session)
    CounterRecord.objects.create(
        person=session.person,
        card_serial=session.card_serial,
        at=at,
        event=_EVENTS[ProcedureKind(session.kind)] if state == SessionState.DONE else _ENDS[state],
        detail=_detail(session, wanted),
        identity_check=wanted.check or "",
        clerk=session.clerk,
    )


_EVENTS: Final = {
    ProcedureKind.HAND_OVER: CounterEvent.HANDED_OVER,
    ProcedureKind.SET_PINS: CounterEvent.PINS,
    ProcedureKind.RENEW: CounterEvent.RENEWED,
    ProcedureKind.CHANGE_FACE: CounterEvent.FACE,
    ProcedureKind.REMOVE_SIGNATURE: CounterEvent.SIGNATURE_REMOVED,
    ProcedureKind.KIOSK_PINS: CounterEvent.PINS,
    ProcedureKind.SIGN: CounterEvent.SIGNED,
}
_ENDS: Final = {
    SessionState.FAILED: CounterEvent.STOPPED,
    SessionState.CANCELLED: CounterEvent.CANCELLED,
    SessionState.EXPIRED: CounterEvent.CANCELLED,
}


def _detail(session: ReaderSession, wanted: Wanted) -> str:
    words = "、".join(PIN_WORDS[pin].partition("（")[0] for pin in wanted.pins)
    kind = ProcedureKind(session.kind)
    if session.state != SessionState.DONE:
        return kind.label
    if kind == ProcedureKind.KIOSK_PINS:
        return f"キオスクで、{words}"
    return words if kind == ProcedureKind.SET_PINS else ""


def place_of(tenant: str, session: ReaderSession) -> str:
    """Who asks, for the holder to read."""
    town = find(tenant).full_name
    if session.kind == ProcedureKind.SIGN:
        return f"{town} 申請の窓口"
    return f"{town} {'キオスク端末' if session.clerk_id is None else 'カードの窓口'}"


def _keep(session: ReaderSession, reader: Reader, position: int) -> None:
    _append(session.pk, reader.fresh_entries, position)
    session.stage = reader.stage
    session.state = SessionState.WORKING
    session.save(update_fields=["stage", "state"])


def _append(session: int, entries: Sequence[Entry], position: int) -> None:
    ReaderEntry.objects.bulk_create(
        [
            ReaderEntry(
                session_id=session, position=position + offset, is_reply=entry.is_reply, body=entry.body
            )
            for offset, entry in enumerate(entries)
        ]
    )


def _case(tenant: str, session: ReaderSession, now: Now) -> Case:
    application = session.application
    return Case(
        card_serial=session.card_serial,
        wanted=wanted_of(session),
        holder=session.person.name if session.person else "",
        place=find(tenant).full_name,
        now=now,
        card=lambda: stock.take_out(application),
        taken=lambda: stock.note_taken(application, clerk=session.clerk, at=now()),
        handed_over=lambda at: stock.note_handed_over(application, at=at),
        signed=partial(_keep_signature, session),
    )


def _keep_signature(session: ReaderSession, signed: Signed) -> None:
    session.result = msgspec.msgpack.encode(signed)
    session.save(update_fields=["result"])


def signed_in(session: ReaderSession) -> Signed | None:
    """The signature that a session brought; None while there is none."""
    if session.state != SessionState.DONE or not session.result:
        return None
    return msgspec.msgpack.decode(bytes(session.result), type=Signed)


def _ask(tenant: str, question: NextQuestion) -> bytes:
    try:
        return question.ask(lambda message, body: ask_jlis(tenant, message, body))
    except Refused as refused:
        _log.warning("J-LIS did not answer a step of the counter", reason=refused.reason.value)
        raise SignInRefused(Reason.UNREACHABLE) from None


def _digest(code: str) -> bytes:
    return hashlib.sha256(b"reader code\n" + code.encode()).digest()


@contextmanager
def _one_at_a_time(digest: bytes) -> Iterator[None]:
    """Steps of one session wait for each other, in whatever process; no transaction is open meanwhile."""
    key = int.from_bytes(digest[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [key])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [key])
