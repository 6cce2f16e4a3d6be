"""The course of a change of the codes' keys (docs/protocols/codes.md): begin, deliver to each member, close.

Runs beside the core. Codes of a new version are recorded as issued before they are sent, so that a member is understood with either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from mynumber.foundation.codes import Code
from mynumber.institutions.network.core.code_ring import CLOSED, KEYS, CodeRing
from mynumber.institutions.network.core.issue import RECEIVERS_WITHOUT_INQUIRIES
from mynumber.institutions.network.core.records import RECORD_DOMAIN
from mynumber.institutions.network.siblings.own import others, this_core
from mynumber.protocols import wire
from mynumber.protocols.acquisition import ROTATE_CODES, RotateCodes, RotatedCode
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Hop

BATCH = 500


class CannotRotate(RuntimeError):
    """The course does not allow this step now; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Left:
    """How many codes of a member have no successor in the newest version yet."""

    member: str
    codes: int


def begin(node: Node) -> int:
    """Add a version with new scalars and the same root; returns it. New codes are issued in it from now on."""
    ring = CodeRing.read(node.keyring)
    if len(ring.live) > 1:
        raise CannotRotate("a change is under way: deliver what is left, then close the old version")
    keys = ring.keys.with_new_domains()
    node.keyring.add_secret(KEYS, keys.to_bytes())
    return keys.current


def left(node: Node) -> list[Left]:
    """What is still to deliver, by member. Receivers without inquiries keep their code: records are found by every version."""
    ring = CodeRing.read(node.keyring)
    return [
        Left(member, count)
        for member in _members()
        if member not in RECEIVERS_WITHOUT_INQUIRIES
        for count in (sum(len(batch) for batch in _pairs(ring, member)),)
        if count
    ]


def deliver(node: Node, member: str, *, now: Callable[[], datetime]) -> int:
    """Give a member its codes in the newest version; returns how many. Raises Refused when its gateway does not take them.

    Done again after a failure it goes on: a code that was recorded as issued but not taken is sent again.
    """
    if node.directory.core_of(member) != this_core():
        raise CannotRotate(f"{member} is at home at {node.directory.core_of(member)}: deliver from there")
    ring = CodeRing.read(node.keyring)
    count = 0
    for batch in _pairs(ring, member, again=True):
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO issued_code (member, code, issued_at) SELECT %s, code, %s FROM unnest(%s::text[]) AS new(code)"
                " ON CONFLICT DO NOTHING",
                [member, now(), [pair.new for pair in batch]],
            )
            cursor.execute(
                "INSERT INTO untold_code (core, member, code, issued_at)"
                " SELECT core, %s, code, %s FROM unnest(%s::text[]) AS new(code), unnest(%s::text[]) AS other(core)",
                [member, now(), [pair.new for pair in batch], list(others(node.directory))],
            )
        wire.call(
            node,
            ROTATE_CODES,
            RotateCodes(codes=tuple(batch)),
            sender=this_core(),
            receiver=node.directory.gateway_of(member),
            hop=Hop.NETWORK,
            now=now,
        )
        count += len(batch)
    return count


def close(node: Node) -> tuple[int, ...]:
    """Close all versions but the newest; returns them. Raises CannotRotate while a member has codes without a successor."""
    ring = CodeRing.read(node.keyring)
    waiting = left(node)
    if waiting:
        raise CannotRotate(
            f"{len(waiting)} members have codes of the old version only, first {waiting[0].member}"
        )
    old = ring.live[1:]
    if not old:
        raise CannotRotate("no change is under way")
    _move_watches(ring)
    node.keyring.add_secret(CLOSED, " ".join(map(str, sorted(ring.closed | set(old)))).encode())
    return old


def _move_watches(ring: CodeRing) -> None:
    """Watches name people as records do: those of older versions move to the newest, and one that was renewed meanwhile stays as renewed.

    Records themselves keep the code of their day: the log has committed to them.
    """
    newest = ring.live[0]
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT DISTINCT person FROM event_watch WHERE split_part(person, '.', 1)::int = ANY(%s) ORDER BY person LIMIT %s",
                [list(ring.live[1:]), BATCH],
            )
            persons = [row[0] for row in cursor.fetchall()]
            if not persons:
                return
            moved = [
                ring.keys.rotate(Code.parse(person), RECORD_DOMAIN, newest).to_text() for person in persons
            ]
            cursor.execute(
                """
                WITH pair AS (SELECT * FROM unnest(%s::text[], %s::text[]) AS _(old, new)),
                gone AS (DELETE FROM event_watch AS watch USING pair WHERE watch.person = pair.old RETURNING watch.*, pair.new)
                INSERT INTO event_watch (person, subscriber, affair, provider_kind, information, since, until)
                SELECT new, subscriber, affair, provider_kind, information, since, until FROM gone
                ON CONFLICT (person, subscriber, affair, provider_kind, information)
                    DO UPDATE SET until = greatest(event_watch.until, excluded.until)
                """,
                [persons, moved],
            )


def _members() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT member FROM issued_code ORDER BY member")
        return [row[0] for row in cursor.fetchall()]


def _pairs(ring: CodeRing, member: str, *, again: bool = False) -> Iterator[list[RotatedCode]]:
    """Old and new code of everybody whom a member holds a code of in an old live version; those that have the new one only ``again``."""
    newest, *older = ring.live
    after = ""
    while older:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT code FROM issued_code WHERE member = %s AND code > %s AND split_part(code, '.', 1)::int = ANY(%s)"
                " ORDER BY code LIMIT %s",
                [member, after, older, BATCH],
            )
            codes = [row[0] for row in cursor.fetchall()]
            if not codes:
                return
            after = codes[-1]
            pairs = [
                RotatedCode(old=code, new=ring.keys.rotate(Code.parse(code), member, newest).to_text())
                for code in codes
            ]
            cursor.execute(
                "SELECT code FROM issued_code WHERE member = %s AND code = ANY(%s)",
                [member, [pair.new for pair in pairs]],
            )
            known = set() if again else {row[0] for row in cursor.fetchall()}
        batch = [pair for pair in pairs if pair.new not in known]
        if batch:
            yield batch
