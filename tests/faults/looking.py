"""What of the three records must hold at any moment, also while they are written: looked at after each restart, under load.

The tables are read one after the other, so what was written meanwhile must not be taken for a difference: each rule compares what was read
first with what must have been there before it and is read later.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import psycopg

from mynumber.protocols.exchange import Outcome
from tests.faults.load import UNDER_WAY, Asked, counts_as_refusal_without_record
from tests.support.exchange import CITY, FORMER_CITY, PENSION, Exchange

Side = dict[UUID, tuple[Outcome, str | None]]
"""By request id: the outcome, and the digest (hex) of the permit."""

SAID_BY_PROVIDER: dict[Outcome, set[Outcome | None]] = {
    Outcome.PROVIDED: {Outcome.PROVIDED},
    Outcome.LOST: {Outcome.PROVIDED},
    Outcome.NO_DATA: {Outcome.NO_DATA},
    Outcome.ABANDONED: {Outcome.ABANDONED, None},
}
"""What the provider's record says when the inquirer's has ended so; a refusal may be anybody's."""


@dataclass(slots=True)
class Look:
    """What stood in the records at one moment, and in ``wrong`` what must not."""

    complete: int = 0
    refused: int = 0
    pending: int = 0
    """Open, and shown so to whoever asks."""
    wrong: list[str] = field(default_factory=list)

    @property
    def compared(self) -> int:
        return self.complete + self.refused + self.pending


def look(exchange: Exchange, asked: Sequence[Asked]) -> Look:
    """Read all records now. ``asked`` may grow meanwhile."""
    told = {one.inquiry.request_id: one.end for one in list(asked) if one.end is not None}
    inquirers = side(exchange, CITY, "inquirer")
    providers = [side(exchange, member, "provider") for member in (FORMER_CITY, PENSION)]
    permits = core_permits(exchange)
    inquirers_later = side(exchange, CITY, "inquirer")
    found = Look()
    for outcome, _ in inquirers.values():
        if outcome in UNDER_WAY:
            found.pending += 1
        elif outcome in (Outcome.PROVIDED, Outcome.NO_DATA):
            found.complete += 1
        else:
            found.refused += 1
    for request_id, end in told.items():
        recorded = inquirers.get(request_id)
        if recorded is None:
            if not counts_as_refusal_without_record(end):
                found.wrong.append(f"told {end.outcome}, and no record of it")
        elif recorded[0] is not end.outcome:
            found.wrong.append(f"told {end.outcome}, recorded {recorded[0]}")
    given = {request_id: outcome for one in providers for request_id, (outcome, _) in one.items()}
    for request_id, (outcome, _) in inquirers.items():
        expected = SAID_BY_PROVIDER.get(outcome)
        if expected is not None and given.get(request_id) not in expected:
            found.wrong.append(f"the inquirer recorded {outcome}, its provider {given.get(request_id)}")
    used = Counter(digest for one in providers for _, digest in one.values() if digest)
    found.wrong += [f"a permit was used {times} times" for times in used.values() if times > 1]
    for one in providers:
        for request_id, (_, digest) in one.items():
            if digest and permits.get(request_id) != digest:
                found.wrong.append("a permit was used that the core did not give for this inquiry")
    found.wrong += ["the core decided what nobody asked"] * len(permits.keys() - inquirers_later.keys())
    return found


def side(exchange: Exchange, member: str, which: str) -> Side:
    """The records of a member as inquirer or as provider."""
    with psycopg.connect(exchange.gateway_database.tenant_urls[member.replace(".", "_")]) as tenant:
        rows = tenant.execute(
            "SELECT request_id, outcome, encode(permit_digest, 'hex') FROM side_record WHERE side = %s",
            [which],
        ).fetchall()
    return {request_id: (Outcome(outcome), digest) for request_id, outcome, digest in rows}


def core_permits(exchange: Exchange) -> dict[UUID, str | None]:
    """What the core recorded: the digest (hex) of each permit, None where it refused."""
    with psycopg.connect(exchange.network_database.owner_url) as core:
        rows = core.execute("SELECT request_id, encode(permit_digest, 'hex') FROM exchange").fetchall()
    return dict(rows)
