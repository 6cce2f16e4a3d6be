"""Entries of resident records notified by municipalities, and the numbering of those who have none.

住民基本台帳法 art. 30-6, 30-7 (a municipality notifies of an entry; the prefecture, which only passes it on, is left out here), Act art. 7(1) and 8 (an individual number for a new record). A notification may be repeated:
the same addressee of the same municipality is the same person for ever. One who moved is found by exactly the four attributes of the previous
address; with no hit or several nothing is changed and a person decides.

Nobody is taken in from a municipality that has not let them go: 転出の届出 and 転出証明書情報 (住民基本台帳法 art. 24, 24-2) come before 転入の届出 (art. 22).
Otherwise any municipality that knows four attributes could make the person its own, and have a card issued.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import msgspec

from mynumber.foundation.people import MalformedPersonalData
from mynumber.foundation.people.texts import require_text
from mynumber.foundation.pki import JAPAN
from mynumber.institutions.jlis.entitlement import may_send
from mynumber.institutions.jlis.residents import numbering
from mynumber.institutions.jlis.residents.attributes import LookUpKey, key_of
from mynumber.institutions.jlis.residents.entries import (
    Holder,
    Known,
    Previous,
    insert_people,
    known_entries,
    move_people,
    people_of,
    wait_for_other_batches,
)
from mynumber.institutions.jlis.residents.look_up import Asking, write_records
from mynumber.institutions.jlis.residents.models import LookUpKind, LookUpOutcome
from mynumber.institutions.jlis.residents.numbering import DrawnNumbers
from mynumber.protocols.message import BATCH_ITEMS
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.protocols.residents import (
    REGISTER_RESIDENTS,
    EntryResult,
    EntryState,
    RegisterResults,
    ResidentEntry,
)

MAX_DRAWS: Final = 10
"""Drawings before giving up. Even with every Japanese numbered, one of a thousand fresh numbers collides about once in a thousand batches."""
MAX_ADDRESSEE: Final = 80

Draw = Callable[[int], list[DrawnNumbers]]
Follow = Callable[[Sequence[int], Asking], None]
"""(ids of people whose record changed, who notified it): what else changes with it."""


def _nothing_follows(_people: Sequence[int], _asking: Asking) -> None: ...


@dataclass(frozen=True, slots=True)
class _Decision:
    state: EntryState
    holder: Holder | None = None
    record: tuple[LookUpOutcome, int | None] | None = None
    """What to write down of the search for one who moved in; None where nobody was searched for."""


def register_residents(
    entries: Sequence[ResidentEntry],
    asking: Asking,
    *,
    follow: Follow = _nothing_follows,
    draw: Draw = numbering.draw,
) -> RegisterResults:
    """Take the entries of one municipality, in the caller's transaction; results in the order of the entries.

    Batches of one municipality wait for one another, those of others do not. Every search for one who moved in is recorded. `follow` is told
    whose record changed, in the same transaction (cards and certificates follow the register). Raises Refused(MALFORMED or TOO_LARGE) before
    anything is written.
    """
    municipality, at, today = asking.member, asking.at, asking.at.astimezone(JAPAN).date()
    _check(entries, municipality, today=today)
    wait_for_other_batches(municipality)
    known = known_entries(municipality, [entry.addressee for entry in entries])
    previous = people_of([(entry.addressee, entry.moved_from) for entry in entries if entry.moved_from])
    entries = [_within_rights(entry, known.get(entry.addressee), today=today) for entry in entries]
    decisions = _one_claim_a_person(
        [_decide(e, known.get(e.addressee), previous.get(e.addressee, ()), municipality) for e in entries]
    )
    write_records(
        LookUpKind.MOVING_IN,
        [(position, *decision.record) for position, decision in enumerate(decisions) if decision.record],
        asking,
    )
    keys = [key_of(entry.attributes) for entry in entries]
    planned = list(zip(entries, keys, decisions, strict=True))
    new = [(entry, key) for entry, key, decision in planned if decision.state is EntryState.ASSIGNED]
    moved = [(entry, key, d.holder) for entry, key, d in planned if d.state is EntryState.MOVED and d.holder]
    assigned = _assign(new, municipality, at=at, draw=draw)
    move_people(moved, municipality, at=at)
    if moved:
        follow([holder.person for _, _, holder in moved], asking)
    return RegisterResults(
        results=tuple(
            _result(entry, decision, assigned.get(entry.addressee)) for entry, _, decision in planned
        )
    )


def _check(entries: Sequence[ResidentEntry], municipality: str, *, today: date) -> None:
    if len(entries) > BATCH_ITEMS:
        raise Refused(Hop.JLIS, Reason.TOO_LARGE, f"a batch has at most {BATCH_ITEMS} entries")
    if len({entry.addressee for entry in entries}) != len(entries):
        raise Refused(Hop.JLIS, Reason.MALFORMED, "an addressee stands twice in one batch")
    for entry in entries:
        try:
            require_text(entry.addressee, what="the addressee number")
            require_text(entry.name_kana, what="the reading of the name", may_be_empty=True)
            require_text(entry.former_name or "", what="the former name", may_be_empty=True)
        except MalformedPersonalData as error:
            raise Refused(Hop.JLIS, Reason.MALFORMED, str(error)) from None
        if len(entry.addressee) > MAX_ADDRESSEE:
            raise Refused(
                Hop.JLIS, Reason.MALFORMED, f"an addressee number has at most {MAX_ADDRESSEE} characters"
            )
        if entry.attributes.birth_date > today:
            raise Refused(Hop.JLIS, Reason.MALFORMED, "a birth date lies in the future")
        if entry.died_on is not None and not entry.attributes.birth_date <= entry.died_on <= today:
            raise Refused(Hop.JLIS, Reason.MALFORMED, "a day of death lies before birth or in the future")
        _check_moving_out(entry, municipality)
        key_of(entry.attributes)
        if entry.moved_from:
            key_of(entry.moved_from)


def _check_moving_out(entry: ResidentEntry, municipality: str) -> None:
    """A day of moving out after birth, and a municipality that is another one."""
    if entry.moved_out_on is None:
        if entry.moved_out_to is not None:
            raise Refused(Hop.JLIS, Reason.MALFORMED, "a place that is moved to without a day of moving out")
        if entry.moved_abroad:
            raise Refused(Hop.JLIS, Reason.MALFORMED, "a moving abroad without a day of moving out")
        return
    if entry.moved_abroad and entry.moved_out_to is not None:
        raise Refused(Hop.JLIS, Reason.MALFORMED, "a moving abroad to a municipality")
    if entry.moved_out_on < entry.attributes.birth_date:
        raise Refused(Hop.JLIS, Reason.MALFORMED, "a day of moving out lies before birth")
    if entry.moved_out_to is not None and (
        entry.moved_out_to == municipality or not may_send(entry.moved_out_to, REGISTER_RESIDENTS.name)
    ):
        raise Refused(Hop.JLIS, Reason.MALFORMED, "nobody moves out to that")


def _within_rights(entry: ResidentEntry, known: Known | None, *, today: date) -> ResidentEntry:
    """The attributes of one who has left stay what they were: only the moving-out itself may be put right, or taken back."""
    if known is None or not known.is_current or entry.moved_out_on is None or not known.has_left_by(today):
        return entry
    return msgspec.structs.replace(
        entry, attributes=known.attributes, name_kana=known.name_kana, former_name=known.former_name or None
    )


def _decide(
    entry: ResidentEntry, known: Known | None, previous: Sequence[Previous], municipality: str
) -> _Decision:
    """What an entry means. Never guesses: a person is theirs who was notified before, or the one hit of four attributes."""
    if known is not None and known.is_current:
        same = known.says_the_same(entry)
        return _Decision(EntryState.UNCHANGED if same else EntryState.MOVED, known.holder)
    if entry.moved_from is None:
        # An old notification that comes again must not undo what the next municipality has notified since.
        return _Decision(EntryState.UNCHANGED, known.holder) if known else _Decision(EntryState.ASSIGNED)
    return _take_in(known, previous, municipality)


def _take_in(known: Known | None, previous: Sequence[Previous], municipality: str) -> _Decision:
    """転入: the one whom all four attributes name, if their municipality has let them go to this one."""
    if not previous:
        return _Decision(EntryState.NOT_FOUND, record=(LookUpOutcome.NONE, None))
    let_go = [person.holder for person in previous if person.moving_out.lets_go_to(municipality)]
    if not let_go:
        asked_for = previous[0].holder.person if len(previous) == 1 else None
        return _Decision(EntryState.STILL_RESIDENT, record=(LookUpOutcome.WITHHELD, asked_for))
    if len(let_go) > 1 or (known is not None and known.holder.person != let_go[0].person):
        return _AMBIGUOUS_MOVE
    return _Decision(EntryState.MOVED, let_go[0], (LookUpOutcome.FOUND, let_go[0].person))


_AMBIGUOUS_MOVE: Final = _Decision(EntryState.AMBIGUOUS, record=(LookUpOutcome.SEVERAL, None))


def _one_claim_a_person(decisions: Sequence[_Decision]) -> list[_Decision]:
    """Two entries of a batch that claim the same person contradict each other: neither is carried out."""
    claims = Counter(d.holder.person for d in decisions if d.holder and d.state is EntryState.MOVED)
    return [
        (_AMBIGUOUS_MOVE if d.record else _Decision(EntryState.AMBIGUOUS))
        if d.state is EntryState.MOVED and d.holder and claims[d.holder.person] > 1
        else d
        for d in decisions
    ]


def _assign(
    new: Sequence[tuple[ResidentEntry, LookUpKey]], municipality: str, *, at: datetime, draw: Draw
) -> dict[str, DrawnNumbers]:
    """Give numbers to people without: draw, insert, and draw again for those whose numbers somebody has."""
    assigned: dict[str, DrawnNumbers] = {}
    for _ in range(MAX_DRAWS):
        waiting = [(entry, key) for entry, key in new if entry.addressee not in assigned]
        if not waiting:
            return assigned
        assigned |= insert_people(waiting, draw(len(waiting)), municipality, at)
    raise Refused(Hop.JLIS, Reason.UNAVAILABLE, "no unused numbers were drawn")


def _result(entry: ResidentEntry, decision: _Decision, assigned: DrawnNumbers | None) -> EntryResult:
    numbers = decision.holder.numbers if decision.holder else assigned
    return EntryResult(
        addressee=entry.addressee,
        state=decision.state,
        resident_code=numbers.resident_code if numbers else None,
        individual_number=numbers.individual_number if numbers else None,
    )
