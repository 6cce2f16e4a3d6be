"""What the counts say: rules and who used them, of those who could; load; refusals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection
from django.db.models import Count, Max, Sum

from mynumber.foundation.law import InstitutionKind, LegalBasis, Provision
from mynumber.institutions.network.statistics.models import UsageHour, UsageRow, UsageState
from mynumber.protocols.directory import Directory

LIVE_AT_MOST: Final = timedelta(hours=1)
"""What is not yet counted is read from the records only if it is so little: a visitor must not scan them."""

_LIVE: Final = """
    SELECT asked.provision, asked.inquirer, event.reason, count(*)
    FROM exchange AS asked
    LEFT JOIN exchange_event AS event
        ON event.inquirer = asked.inquirer AND event.request_id = asked.request_id AND event.side = 'network'
    WHERE asked.requested_at >= %s
    GROUP BY 1, 2, 3
"""


@dataclass(frozen=True, slots=True)
class RowUsage:
    """A rule in force, and its use since counting began."""

    provision: Provision
    asked: int
    users: int
    """Institutions that were permitted by it at least once."""
    could: int
    """Institutions connected now whose kind may ask by it."""
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class Counted:
    """How far the counts go."""

    through: datetime | None
    stale: bool
    """Whether so much is not counted that it is left out."""


@dataclass(frozen=True, slots=True)
class Live:
    """Exchanges after the counts: rule (None: refused), inquirer, reason, how many."""

    provision: str | None
    inquirer: str
    reason: str | None
    asked: int


def counted(at: datetime) -> Counted:
    """How far the counts go, and whether that is far enough."""
    through = UsageState.objects.values_list("counted_through", flat=True).first()
    return Counted(through, through is not None and at - through > LIVE_AT_MOST)


def live(at: datetime) -> list[Live]:
    """Today's live part: what is not yet in the counts. Empty if that is more than an hour."""
    state = counted(at)
    since = state.through or at - LIVE_AT_MOST
    if state.stale:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_LIVE, [since])
        return [Live(*row) for row in cursor.fetchall()]


def usage_of(basis: LegalBasis, directory: Directory, since_counts: list[Live]) -> list[RowUsage]:
    """Every rule in force, most used first; rules never used at the end, in the order of the table."""
    sums = {
        row["provision"]: row
        for row in UsageRow.objects.values("provision").annotate(
            asked=Sum("asked"), users=Count("inquirer"), last_at=Max("last_at")
        )
    }
    fresh: dict[str, int] = {}
    fresh_users: dict[str, set[str]] = {}
    for one in since_counts:
        if one.provision and one.reason is None:
            fresh[one.provision] = fresh.get(one.provision, 0) + one.asked
            fresh_users.setdefault(one.provision, set()).add(one.inquirer)
    known = set(
        UsageRow.objects.filter(provision__in=list(fresh_users)).values_list("provision", "inquirer")
        if fresh_users
        else ()
    )
    members = [frozenset(InstitutionKind.named(kind) for kind in one.kinds) for one in directory.members()]
    could = {
        affair.id: sum(not affair.inquirer_kinds.isdisjoint(kinds) for kinds in members)
        for affair in basis.affairs
    }
    found = []
    for provision in basis.provisions:
        row = sums.get(provision.id)
        new = sum((provision.id, user) not in known for user in fresh_users.get(provision.id, ()))
        found.append(
            RowUsage(
                provision,
                (row["asked"] if row else 0) + fresh.get(provision.id, 0),
                (row["users"] if row else 0) + new,
                could[provision.affair_id],
                row["last_at"] if row else None,
            )
        )
    return sorted(found, key=lambda usage: -usage.asked)


def load(since: datetime, since_counts: list[Live], at: datetime) -> list[tuple[datetime, int, int]]:
    """Permitted and refused of each hour from `since`, hours without any included."""
    permitted: dict[datetime, int] = {}
    refused: dict[datetime, int] = {}
    for hour, reason, asked in UsageHour.objects.filter(hour__gte=since).values_list(
        "hour", "reason", "asked"
    ):
        into = refused if reason else permitted
        into[hour] = into.get(hour, 0) + asked
    now = at.replace(minute=0, second=0, microsecond=0)
    for one in since_counts:
        into = refused if one.reason else permitted
        into[now] = into.get(now, 0) + one.asked
    hours = int((now - since) / timedelta(hours=1)) + 1
    every = [since + timedelta(hours=step) for step in range(hours)]
    return [(hour, permitted.get(hour, 0), refused.get(hour, 0)) for hour in every]
