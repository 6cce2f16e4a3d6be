"""After the kills: every inquiry is complete, refused or visibly pending, and all records and the log agree."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import psycopg

from mynumber.protocols.exchange import Outcome
from mynumber.protocols.message import GROUP_ITEMS
from tests.faults.load import Asked, Load, counts_as_refusal_without_record
from tests.faults.looking import look, side
from tests.faults.place import Place
from tests.support.exchange import CITY, FORMER_CITY, MEMBERS, PENSION, Exchange
from tests.support.waiting import eventually

HARMLESS_ALARMS = frozenset({"unreachable", "stale"})
"""What the monitor may have said while its database or the log's was away."""


@dataclass(slots=True)
class Reckoning:
    """Counts, and in ``wrong`` everything that must not be."""

    tried: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    """Of the inquirer's records, before anything was asked again; ``never taken`` are those of which no record was made."""
    never_taken: int = 0
    told_again: int = 0
    """How many answers were compared with an earlier one at the end."""
    permits: int = 0
    used_twice: int = 0
    entries: int = 0
    lost: int = 0
    wrong: list[str] = field(default_factory=list)
    audit: str = ""
    reconciliation: str = ""


def reckon(place: Place, load: Load, tell: Callable[[str], None]) -> Reckoning:
    """Wait until all is settled, then look at everything. The load has stopped."""
    exchange = place.everyone.exchange
    result = Reckoning(tried=len(load.asked))
    result.wrong += [f"an inquirer failed: {error!r}" for error in load.failures]
    tell("settling what is open")
    settle(place)
    records = {request_id: outcome for request_id, (outcome, _) in side(exchange, CITY, "inquirer").items()}
    provisions = {
        request_id
        for member in (FORMER_CITY, PENSION)
        for request_id, (outcome, _) in side(exchange, member, "provider").items()
        if outcome is Outcome.PROVIDED
    }
    for one in load.asked:
        _judge(one, records.get(one.inquiry.request_id), result)
        if _moved(one) and one.inquiry.request_id not in provisions:
            result.lost += 1
            result.wrong.append("a fact moved without a record of its provider")
    tell("asking everything once more")
    _ask_again(load, result)
    eventually(lambda: settled(exchange), "the end of what was asked again")
    tell("reconciliation, audit, monitor")
    _permits(exchange, result)
    result.reconciliation = _checked(exchange, "reconcile", result)
    result.audit = _checked(exchange, "audit", result)
    _watched(place, result)
    result.wrong += look(exchange, load.asked).wrong
    result.wrong += [text for one in load.asked for text in one.contradictions]
    return result


def settle(place: Place) -> None:
    """As an operator would: gateways anew, so that what is open belongs to processes that are gone, and an end of all of it."""
    place.restart_gateways()
    eventually(lambda: settled(place.everyone.exchange), "the end of all open inquiries")


def reconciled(place: Place) -> list[str]:
    """What the product's own reconciliation and audit find while nobody asks: nothing."""
    settle(place)
    done = {command: manage(place.everyone.exchange, command) for command in ("reconcile", "audit")}
    return [
        f"{command}: {one.stdout[-2000:]}{one.stderr[-2000:]}"
        for command, one in done.items()
        if one.returncode != 0
    ]


def _judge(one: Asked, recorded: Outcome | None, result: Reckoning) -> None:
    if recorded is None:
        if one.end is None:
            result.never_taken += 1  # its inquirer was told that there is no answer
        elif counts_as_refusal_without_record(one.end):
            result.outcomes["refused before it was recorded"] += 1
        else:
            result.lost += 1
            result.wrong.append(f"told {one.end.outcome}, and no record of it")
        return
    result.outcomes[recorded.value] += 1
    if recorded is Outcome.OPEN:
        result.wrong.append("still open")
    if one.end is not None and one.end.outcome is not recorded:
        result.lost += 1
        result.wrong.append(f"told {one.end.outcome}, recorded {recorded}")


def _moved(one: Asked) -> bool:
    return one.end is not None and bytes(one.end.fact) != b"null"


def _ask_again(load: Load, result: Reckoning) -> None:
    """The same id with the same content has the same answer; what never arrived is done now."""
    result.told_again = sum(one.end is not None for one in load.asked)
    for start in range(0, len(load.asked), GROUP_ITEMS):
        group = load.asked[start : start + GROUP_ITEMS]
        load.ask(group)

        def all_ended(group: list[Asked] = group) -> bool:
            unended = [one for one in group if one.end is None]
            if unended:
                load.ask(unended)
            return not unended

        eventually(all_ended, "an end of each inquiry that was asked again")


def _rows(exchange: Exchange, member: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(exchange.gateway_database.tenant_urls[member.replace(".", "_")]) as tenant:
        return tenant.execute(query.encode()).fetchall()


def _permits(exchange: Exchange, result: Reckoning) -> None:
    """Each permit that was given is used once at most, by what the providers recorded."""
    query = "SELECT encode(permit_digest, 'hex') FROM side_record WHERE side = 'provider'"
    used = Counter(
        str(digest) for member in MEMBERS for (digest,) in _rows(exchange, member, query) if digest
    )
    with psycopg.connect(exchange.network_database.owner_url) as core:
        given = {
            str(digest)
            for (digest,) in core.execute(
                "SELECT encode(permit_digest, 'hex') FROM exchange WHERE permit_digest IS NOT NULL"
            )
        }
        row = core.execute("SELECT count(*), max(index) FROM exchange_event").fetchone()
    result.permits = len(given)
    result.used_twice = sum(times - 1 for times in used.values())
    if result.used_twice:
        result.wrong.append(f"{result.used_twice} permits were used twice")
    if set(used) - given:
        result.wrong.append(f"{len(set(used) - given)} permits were used that the core never gave")
    assert row is not None
    result.entries = int(row[0])
    if row[0] and row[1] != row[0] - 1:
        result.wrong.append(f"the log has a gap: {row[0]} entries, the last has index {row[1]}")


def settled(exchange: Exchange) -> bool:
    """Whether no inquiry is open, every notice has reached the core and every entry is under a checkpoint."""
    for member in MEMBERS:
        if _rows(exchange, member, "SELECT FROM side_record WHERE outcome = 'open' LIMIT 1"):
            return False
        if _rows(exchange, member, "SELECT FROM notice LIMIT 1"):
            return False
    with psycopg.connect(exchange.network_database.owner_url) as core:
        unsigned = core.execute(
            "SELECT FROM exchange_event WHERE index >= (SELECT coalesce(max(size), 0) FROM checkpoint) LIMIT 1"
        ).fetchone()
    return unsigned is None


def _watched(place: Place, result: Reckoning) -> None:
    """The monitor has followed the log to its end and found nothing."""

    def followed() -> bool:
        logs = place.everyone.commission.state()["logs"]
        return bool(logs) and logs[0]["size"] >= result.entries

    eventually(followed, "the monitor at the end of the log")
    with psycopg.connect(place.everyone.commission.database.url) as commission:
        kinds = {str(kind) for (kind,) in commission.execute("SELECT DISTINCT kind FROM alarm")}
    if kinds - HARMLESS_ALARMS:
        result.wrong.append(f"the monitor raised {sorted(kinds)}")


def manage(exchange: Exchange, command: str) -> subprocess.CompletedProcess[str]:
    """A management command of the network: ``audit`` or ``reconcile``."""
    return subprocess.run(
        [sys.executable, "-m", "mynumber.webkit.manage", "network", command],
        env={**exchange.network.environment, "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )


def _checked(exchange: Exchange, command: str, result: Reckoning) -> str:
    done = manage(exchange, command)
    if done.returncode != 0:
        result.wrong.append(f"{command}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return " ".join(done.stdout.split())
