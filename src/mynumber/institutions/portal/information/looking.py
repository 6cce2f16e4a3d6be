"""Looking at one's own information: record that it is asked, ask, use the answer once for the page, record how it ended.

Values live in what these functions return and nowhere else: no row, no cache, no log of the portal has one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, TypeVar
from uuid import UUID, uuid4

from django.db import transaction

from mynumber.foundation import envelope
from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.information import asking
from mynumber.institutions.portal.information.asking import Person
from mynumber.institutions.portal.information.models import OwnInquiry
from mynumber.protocols.exchange import FactSheet, Notice, Outcome, PermitAnswer, PermitDecisions
from mynumber.protocols.information import (
    INVENTORY,
    OWN_ORGANISATION,
    PORTAL,
    HeldKind,
    Inventory,
    OwnRequest,
)
from mynumber.protocols.message import GROUP_ITEMS
from mynumber.protocols.node import Node
from mynumber.protocols.permits import open_answer, permit_digest
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit import logs
from mynumber.webkit.messages import this_node

AT_A_TIME: Final = 8
"""Providers that are asked at the same time for one page."""
REPORTED: Final = frozenset({Outcome.PROVIDED, Outcome.NO_DATA, Outcome.REFUSED})
ORGANISATION: Final = OWN_ORGANISATION

T = TypeVar("T")
_log = logs.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Want:
    """One thing to be seen: no periods asks for the newest."""

    provider: str
    information: str
    periods: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Value:
    """What a provider said of one period. ``fact`` is JSON in the layout of the kind; None where it holds nothing."""

    period: str | None
    as_of: datetime | None = None
    registered_at: datetime | None = None
    fact: bytes | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Seen:
    """How one thing ended, for the page. Prints nothing of it."""

    request_id: UUID
    provider: str
    information: str
    outcome: Outcome
    values: tuple[Value, ...] = ()
    held: tuple[HeldKind, ...] = ()
    """Of an inventory."""
    hop: Hop | None = None
    reason: Reason | None = None
    deadline: datetime | None = None


@dataclass(slots=True)
class _Sheet:
    """The permits for one provider, in the order of its sheet."""

    token: str
    rows: list[OwnInquiry] = field(default_factory=list)

    @property
    def digest(self) -> bytes:
        return envelope.digest(self.token.encode())


def look(account: Account, person: Person, wants: Sequence[Want], *, now: datetime) -> Iterator[Seen]:
    """Ask for values; each thing once, as it comes in. Call it outside a transaction.

    Providers are asked at the same time: a slow one holds up its own answers alone. What could not be found out is told with its reason.
    """
    for start in range(0, len(wants), GROUP_ITEMS):
        yield from _look(account, person, wants[start : start + GROUP_ITEMS], now, _values)


def list_held(account: Account, person: Person, providers: Sequence[str], *, now: datetime) -> Iterator[Seen]:
    """Ask each provider which kinds and periods it holds about the person, as :func:`look` asks for values."""
    wants = [Want(provider, INVENTORY) for provider in providers]
    for start in range(0, len(wants), GROUP_ITEMS):
        yield from _look(account, person, wants[start : start + GROUP_ITEMS], now, _held)


Answered = tuple[PermitAnswer, tuple[Value, ...], tuple[HeldKind, ...]]
Fetch = Callable[[Node, str, str, Sequence[OwnInquiry]], Sequence[Answered]]


def _look(
    account: Account, person: Person, wants: Sequence[Want], now: datetime, fetch: Fetch
) -> Iterator[Seen]:
    rows = _begin(account, person, wants, now)
    try:
        decisions = asking.permits(
            person,
            [
                OwnRequest(
                    request_id=row.request_id,
                    provider=row.provider,
                    information=row.information,
                    periods=tuple(row.periods),
                )
                for row in rows
            ],
        )
    except Refused as refused:
        _log.warning("no permits for a person", hop=refused.hop.value, reason=refused.reason.value)
        for row in rows:
            if refused.is_signed:  # decided: nothing was recorded there, and nothing will come
                _end(row, Outcome.ABANDONED, now=datetime.now(UTC), hop=refused.hop, reason=refused.reason)
            yield _seen(row, hop=refused.hop, reason=refused.reason)
        return
    sheets: dict[str, _Sheet] = {}
    for row, seen in _decided(rows, decisions, sheets):
        if seen is not None:
            _end(row, Outcome.REFUSED, now=decisions.decided_at, hop=Hop.NETWORK, reason=seen.reason)
            yield seen
    node = this_node()
    ended: list[OwnInquiry] = []
    try:
        with ThreadPoolExecutor(AT_A_TIME) as threads:
            asked: dict[Future[Sequence[Answered]], tuple[str, _Sheet]] = {
                threads.submit(fetch, node, provider, sheet.token, tuple(sheet.rows)): (provider, sheet)
                for provider, sheet in sheets.items()
            }
            for future in as_completed(asked):
                _, sheet = asked[future]
                yield from _taken(future, sheet, ended)
    finally:
        tell(ended)


def _begin(account: Account, person: Person, wants: Sequence[Want], now: datetime) -> list[OwnInquiry]:
    """The records, committed before anything is asked (Act art. 23(1))."""
    core = asking.core()
    rows = [
        OwnInquiry(
            request_id=uuid4(),
            account=account,
            visit=person.proof.visit,
            core=core,
            provider=want.provider,
            information=want.information,
            periods=list(want.periods),
            outcome=Outcome.OPEN.value,
            asked_at=now,
        )
        for want in wants
    ]
    with transaction.atomic(durable=True):
        OwnInquiry.objects.bulk_create(rows)
    return rows


def _decided(
    rows: Sequence[OwnInquiry], decisions: PermitDecisions, sheets: dict[str, _Sheet]
) -> Iterator[tuple[OwnInquiry, Seen | None]]:
    """The refused ones, told; the granted ones go into the sheets of their providers."""
    for row, decision in zip(rows, decisions.decisions, strict=True):
        if decision.sheet is None or decision.sheet >= len(decisions.sheets):
            yield row, _seen(row, outcome=Outcome.REFUSED, hop=Hop.NETWORK, reason=decision.reason)
            continue
        sheet = sheets.setdefault(row.provider, _Sheet(decisions.sheets[decision.sheet]))
        row.place = len(sheet.rows)
        row.permit_digest = permit_digest(sheet.digest, row.request_id)
        sheet.rows.append(row)
        yield row, None
    OwnInquiry.objects.bulk_update(
        [row for sheet in sheets.values() for row in sheet.rows], ["permit_digest", "place"]
    )


def _taken(future: Future[Sequence[Answered]], sheet: _Sheet, ended: list[OwnInquiry]) -> Iterator[Seen]:
    """What one provider answered, or why it did not; the rows say how it ended before anybody reads it."""
    try:
        answers = future.result()
    except Refused as refused:
        _log.warning("a provider gave no answer", hop=refused.hop.value, reason=refused.reason.value)
        for row in sheet.rows:  # open: what became of the permit is asked again later
            yield _seen(row, hop=refused.hop, reason=refused.reason)
        return
    for row, (answer, values, held) in zip(sheet.rows, answers, strict=True):
        if _take(row, sheet.token, answer, values):
            ended.append(row)
        yield _seen(
            row,
            outcome=answer.outcome,
            values=values,
            held=held,
            hop=Hop.PROVIDER_GATEWAY if answer.reason else None,
            reason=answer.reason,
            deadline=answer.deadline,
        )


def _take(row: OwnInquiry, token: str, answer: PermitAnswer, values: Sequence[Value]) -> bool:
    """Write how it ended; whether it is an end."""
    if answer.outcome is Outcome.WAITING:
        row.outcome, row.sheet, row.deadline = Outcome.WAITING.value, token, answer.deadline
        row.save(update_fields=["outcome", "sheet", "deadline"])
        return False
    row.given = [value.period for value in values if value.period and value.fact is not None]
    _end(
        row,
        answer.outcome,
        now=answer.at,
        hop=Hop.PROVIDER_GATEWAY if answer.reason else None,
        reason=answer.reason,
        deadline=answer.deadline,
    )
    return True


def _end(
    row: OwnInquiry,
    outcome: Outcome,
    *,
    now: datetime,
    hop: Hop | None = None,
    reason: Reason | None = None,
    deadline: datetime | None = None,
) -> None:
    row.outcome, row.ended_at, row.deadline, row.sheet = outcome.value, now, deadline, None
    row.hop, row.reason = hop.value if hop else None, reason.value if reason else None
    row.save(update_fields=["outcome", "ended_at", "deadline", "sheet", "hop", "reason", "given"])


def _seen(
    row: OwnInquiry,
    *,
    outcome: Outcome = Outcome.OPEN,
    values: tuple[Value, ...] = (),
    held: tuple[HeldKind, ...] = (),
    hop: Hop | None = None,
    reason: Reason | None = None,
    deadline: datetime | None = None,
) -> Seen:
    return Seen(row.request_id, row.provider, row.information, outcome, values, held, hop, reason, deadline)


def _values(node: Node, provider: str, token: str, rows: Sequence[OwnInquiry]) -> Sequence[Answered]:
    """Present a sheet and open the answer. In a thread of its own, without the database. Raises Refused."""
    return _opened(node, provider, token, rows, ())


def _opened(
    node: Node, provider: str, token: str, rows: Sequence[OwnInquiry], only: Sequence[int]
) -> Sequence[Answered]:
    answer = asking.present(node, provider, token, only)
    facts = open_answer(
        answer,
        [(row.information, tuple(row.periods)) for row in rows],
        sheet_digest=envelope.digest(token.encode()),
        key=node.sealing_key(PORTAL),
    )
    return [(one, tuple(map(_value, told)), ()) for one, told in zip(answer.answers, facts, strict=True)]


def _value(sheet: FactSheet) -> Value:
    fact = bytes(sheet.fact)
    return Value(sheet.period, sheet.as_of, sheet.registered_at, None if fact == b"null" else fact)


def _held(node: Node, provider: str, token: str, rows: Sequence[OwnInquiry]) -> Sequence[Answered]:
    """Ask for the list. In a thread of its own, without the database. Raises Refused."""
    answer: Inventory = asking.inventory(node, provider, token)
    if answer.sheet_digest != envelope.digest(token.encode()).hex() or len(rows) != 1:
        raise Refused(Hop.PORTAL, Reason.ANSWER_NOT_BOUND)
    return [(answer.answer, (), answer.held)]


def look_again(row: OwnInquiry) -> Seen:
    """Ask what a person at the provider has decided about something that waits. Call it outside a transaction. Raises Refused."""
    if row.sheet is None or row.place is None:
        return _seen(row, outcome=Outcome(row.outcome))
    node, sheet = this_node(), _Sheet(row.sheet, [row])
    (answer, values, _), *_ = _opened(node, row.provider, row.sheet, [row], (row.place,))
    if _take(row, sheet.token, answer, values):
        tell([row])
    return _seen(
        row,
        outcome=answer.outcome,
        values=values,
        hop=Hop.PROVIDER_GATEWAY if answer.reason else None,
        reason=answer.reason,
        deadline=answer.deadline,
    )


def tell(rows: Sequence[OwnInquiry]) -> int:
    """Tell the cores how inquiries ended (Order 85 art. 47); what cannot be told now is told later. How many were told."""
    by_core: dict[str, list[OwnInquiry]] = {}
    for row in rows:
        if row.permit_digest is not None and row.ended_at is not None:
            by_core.setdefault(row.core, []).append(row)
    told = 0
    for core, some in by_core.items():
        try:
            asking.notify(core, [_notice(row) for row in some])
        except Refused as refused:
            _log.warning("how inquiries ended is told later", reason=refused.reason.value)
            continue
        told += OwnInquiry.objects.filter(pk__in=[row.pk for row in some]).update(told_at=datetime.now(UTC))
    return told


def _notice(row: OwnInquiry) -> Notice:
    if row.permit_digest is None or row.ended_at is None:
        raise ValueError("it has not ended")
    return Notice(
        request_id=row.request_id,
        side="inquirer",
        outcome=Outcome(row.outcome),
        permit_digest=bytes(row.permit_digest).hex(),
        at=row.ended_at,
        hop=Hop(row.hop) if row.hop else None,
        reason=Reason(row.reason) if row.reason else None,
    )


def names(node: Node, providers: Sequence[str]) -> Mapping[str, str]:
    """What people call the providers."""
    return {provider: node.directory.name(provider) for provider in providers}
