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
from mynumber.institutions.network.core.models import DeliveredVersion
from mynumber.institutions.network.core.records import RECORD_DOMAIN
from mynumber.institutions.network.siblings.models import UntoldCode
from mynumber.institutions.network.siblings.own import others, this_core
from mynumber.protocols import wire
from mynumber.protocols.acquisition import ROTATE_CODES, RotateCodes, RotatedCode
from mynumber.protocols.directory import Directory
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Hop, Refused

BATCH = 500


class CannotRotate(RuntimeError):
    """The course does not allow this step now; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Left:
    """How many codes of a member its gateway has not taken in the newest version yet."""

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
    """What is still to deliver, by member. Receivers without inquiries keep their code: records are found by every version.

    A code counts until the whole delivery of its member was acknowledged; of a member at home at another core, until that core has told of it.
    """
    ring = CodeRing.read(node.keyring)
    done = set(DeliveredVersion.objects.filter(version=ring.live[0]).values_list("member", flat=True))
    return [
        Left(member, count)
        for member in _members(node.directory)
        for is_open in (node.directory.core_of(member) == this_core() and member not in done,)
        for count in (sum(len(batch) for batch in _pairs(ring, member, again=is_open)),)
        if count
    ]


def deliver(node: Node, member: str, *, now: Callable[[], datetime]) -> int:
    """Give a member its codes in the newest version; returns how many. Raises Refused when its gateway does not take them.

    Done again it sends all of them again, so it goes on after a failure, and reaches a gateway that was restored from a backup. The other cores
    are told when the gateway has taken a batch: until then they could only close too early by it.
    """
    if node.directory.core_of(member) != this_core():
        raise CannotRotate(f"{member} is at home at {node.directory.core_of(member)}: deliver from there")
    ring = CodeRing.read(node.keyring)
    delivered = DeliveredVersion.objects.filter(member=member, version=ring.live[0])
    delivered.delete()
    count = 0
    for batch in _pairs(ring, member, again=True):
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO issued_code (member, code, issued_at) SELECT %s, code, %s FROM unnest(%s::text[]) AS new(code)"
                " ON CONFLICT DO NOTHING",
                [member, now(), [pair.new for pair in batch]],
            )
        _tell(node, member, RotateCodes(codes=tuple(batch)), now)
        UntoldCode._default_manager.bulk_create(
            UntoldCode(core=core, member=member, code=pair.new, issued_at=now())
            for core in others(node.directory)
            for pair in batch
        )
        count += len(batch)
    delivered.update_or_create(member=member, version=ring.live[0], defaults={"at": now()})
    return count


def close(node: Node, *, now: Callable[[], datetime]) -> tuple[int, ...]:
    """Close all versions but the newest and tell the gateways; returns what is closed. Raises CannotRotate while a gateway has not taken its codes.

    Done again it tells all gateways again: those that have not heard of it keep their former codes.
    """
    ring = CodeRing.read(node.keyring)
    if old := ring.live[1:]:
        if waiting := left(node):
            raise CannotRotate(
                f"{len(waiting)} members have codes of the old version only, first {waiting[0].member}"
            )
        _move_watches(ring)
        node.keyring.add_secret(CLOSED, " ".join(map(str, sorted(ring.closed | set(old)))).encode())
    closed = tuple(sorted(ring.closed | set(old)))
    if not closed:
        raise CannotRotate("no change is under way")
    silent = [member for member in _members(node.directory) if not _hears(node, member, closed, now)]
    if silent:
        raise CannotRotate(
            f"closed, but {len(silent)} gateways have not heard of it, first {silent[0]}: close again"
        )
    return closed


def _hears(node: Node, member: str, closed: tuple[int, ...], now: Callable[[], datetime]) -> bool:
    """Tell a gateway which versions are closed; members at home elsewhere hear of it from there."""
    if node.directory.core_of(member) != this_core():
        return True
    try:
        _tell(node, member, RotateCodes(closed=closed), now)
    except Refused:
        return False
    return True


def _tell(node: Node, member: str, said: RotateCodes, now: Callable[[], datetime]) -> None:
    wire.call(
        node,
        ROTATE_CODES,
        said,
        sender=this_core(),
        receiver=node.directory.gateway_of(member),
        hop=Hop.NETWORK,
        now=now,
    )


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


def _members(directory: Directory) -> list[str]:
    """Who has codes that change: who is not listed any more can neither ask nor be asked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT member FROM issued_code ORDER BY member")
        members = [row[0] for row in cursor.fetchall()]
    return [member for member in members if member in directory and member not in RECEIVERS_WITHOUT_INQUIRIES]


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
