"""What the counts say: rules and who used them, of those who could; load; refusals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from django.core.cache import cache
from django.db import connection
from django.db.models import Count, Max, Min, Sum

from mynumber.foundation import law
from mynumber.foundation.law import InformationKind, InstitutionKind
from mynumber.institutions.network.own_use.rows import JAPAN
from mynumber.institutions.network.own_use.stored import name_of, own_use_rows
from mynumber.institutions.network.statistics.models import UsageHour, UsageRow, UsageState
from mynumber.protocols.directory import Directory, System
from mynumber.protocols.own_use import MEMBER_PREFIX
from mynumber.webkit.messages import this_node

LIVE_AT_MOST: Final = timedelta(hours=1)
"""What is not yet counted is read from the records only if it is so little: a visitor must not scan them."""
KEPT_SECONDS: Final = 30
FEW: Final = 10
"""Fewer than one in so many of those who could: what the Board of Audit calls hardly used."""

_LIVE: Final = """
    SELECT asked.provision, asked.inquirer, event.reason, count(*), min(asked.requested_at), max(asked.requested_at)
    FROM exchange AS asked
    LEFT JOIN exchange_event AS event
        ON event.inquirer = asked.inquirer AND event.request_id = asked.request_id AND event.side = 'network'
    WHERE asked.requested_at >= %s
    GROUP BY 1, 2, 3
"""


class Use(StrEnum):
    """Whether a rule is used; one rule may be several of these."""

    USED = "used"
    FEW = "few"
    NEVER = "never"
    NOBODY = "nobody"
    """Never used, and no institution is connected that could."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule in force today: of the table, or of an own-use affair."""

    id: str
    inquirer: str
    """Who may ask, in the words of the law; of an own-use affair the local government."""
    affair: str
    inquirer_kinds: frozenset[InstitutionKind]
    """Empty for an own-use affair: `member` alone may ask."""
    member: str
    provider_kinds: frozenset[InstitutionKind]
    information_kinds: frozenset[InformationKind]
    since: date
    """First day on which it applied, in whatever words."""

    def may_ask(self, member: System) -> bool:
        """Whether a connected institution is one that may ask by it."""
        if self.member:
            return member.id == self.member
        return not self.inquirer_kinds.isdisjoint(InstitutionKind.named(kind) for kind in member.kinds)


@dataclass(frozen=True, slots=True)
class RowUsage:
    """A rule in force, and its use since counting began."""

    rule: Rule
    asked: int
    users: int
    """Institutions that were permitted by it at least once."""
    could: int
    """Institutions connected now that may ask by it."""
    first_at: datetime | None
    last_at: datetime | None

    @property
    def uses(self) -> frozenset[Use]:
        """What kinds of use this is."""
        found = {Use.USED if self.asked else Use.NEVER}
        if self.asked and FEW * self.users < self.could:
            found.add(Use.FEW)
        if not self.asked and not self.could:
            found.add(Use.NOBODY)
        return frozenset(found)

    @property
    def lead_days(self) -> int | None:
        """Days from the day on which the rule began to apply to the first inquiry that was counted (PORTAL: how fast a new link starts)."""
        return (self.first_at.astimezone(JAPAN).date() - self.rule.since).days if self.first_at else None


@dataclass(frozen=True, slots=True)
class InstitutionUsage:
    """How often one institution was permitted by a rule."""

    name: str
    asked: int
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class Counted:
    """How far the counts go."""

    through: datetime | None
    stale: bool
    """Whether so much is not counted that it is left out."""


@dataclass(frozen=True, slots=True)
class Live:
    """Exchanges after the counts: rule (None: refused), inquirer, reason, how many, the first and the last."""

    provision: str | None
    inquirer: str
    reason: str | None
    asked: int
    first_at: datetime
    last_at: datetime

    @property
    def permitted(self) -> str | None:
        """The rule that permitted them, if one did."""
        return self.provision if self.reason is None else None


@dataclass(frozen=True, slots=True)
class Usage:
    """What is known at a moment; kept for :data:`KEPT_SECONDS`."""

    rows: tuple[RowUsage, ...]
    """Every rule in force, in the order of the table; own-use affairs at the end."""
    live: tuple[Live, ...]

    def of(self, rule_id: str) -> RowUsage | None:
        """The use of one rule; None if none of this id is in force."""
        return next((row for row in self.rows if row.rule.id == rule_id), None)

    def most_used(self) -> list[RowUsage]:
        """The rules that were used, most first."""
        return sorted((row for row in self.rows if row.asked), key=lambda row: -row.asked)


def usage_at(at: datetime) -> Usage:
    """The use of every rule in force, as of some seconds ago at most."""
    kept: Usage | None = cache.get("usage")
    if kept is None:
        since_counts = live(at)
        kept = Usage(tuple(_usage(list(rules_on(at.astimezone(JAPAN).date())), since_counts)), since_counts)
        cache.set("usage", kept, KEPT_SECONDS)
    return kept


def rules_on(day: date) -> Iterator[Rule]:
    """Every rule in force on a day, in the order of the table; then those of own-use affairs."""
    basis, dated = law.legal_basis(day), law.dated_rows()
    for provision in basis.provisions:
        affair = basis.affair(provision.affair_id)
        yield Rule(
            provision.id,
            affair.inquirer_words,
            affair.words,
            affair.inquirer_kinds,
            "",
            provision.provider_kinds,
            provision.information_kinds,
            dated[provision.id].since,
        )
    own_use = own_use_rows()
    for own in own_use.on(day):
        if own.status(day) is not law.Status.IN_FORCE:
            continue
        for ordinal, taken in enumerate(own.rules, start=1):
            over = basis.provision(taken.provision_id)
            if over is not None:
                yield Rule(
                    f"{own.id}-{ordinal}",
                    name_of(own),
                    own.words,
                    frozenset(),
                    f"{MEMBER_PREFIX}{own.body}",
                    over.provider_kinds,
                    over.information_kinds,
                    min(wording.valid_from for wording in own_use.wordings_of(own.id)),
                )


def counted(at: datetime) -> Counted:
    """How far the counts go, and whether that is far enough."""
    through = UsageState.objects.values_list("counted_through", flat=True).first()
    return Counted(through, through is not None and at - through > LIVE_AT_MOST)


def live(at: datetime) -> tuple[Live, ...]:
    """What is not yet in the counts. Empty if that is more than an hour."""
    state = counted(at)
    if state.stale:
        return ()
    with connection.cursor() as cursor:
        cursor.execute(_LIVE, [state.through or at - LIVE_AT_MOST])
        return tuple(Live(*row) for row in cursor.fetchall())


def _usage(rules: list[Rule], since_counts: tuple[Live, ...]) -> Iterator[RowUsage]:
    sums = {
        provision: counts
        for provision, *counts in UsageRow.objects.values_list("provision").annotate(
            Sum("asked"), Count("inquirer"), Min("first_at"), Max("last_at")
        )
    }
    fresh: dict[str, list[Live]] = {}
    for one in since_counts:
        if one.permitted:
            fresh.setdefault(one.permitted, []).append(one)
    known = set(
        UsageRow.objects.filter(provision__in=list(fresh)).values_list("provision", "inquirer")
        if fresh
        else ()
    )
    members = this_node().directory.members()
    could: dict[tuple[str, frozenset[InstitutionKind]], int] = {}
    for rule in rules:
        askers = rule.member, rule.inquirer_kinds
        if askers not in could:
            could[askers] = sum(map(rule.may_ask, members))
        asked, users, first_at, last_at = sums.get(rule.id, (0, 0, None, None))
        new = fresh.get(rule.id, [])
        yield RowUsage(
            rule,
            asked + sum(one.asked for one in new),
            users + sum((rule.id, one.inquirer) not in known for one in new),
            could[askers],
            first_at or min((one.first_at for one in new), default=None),
            max((one.last_at for one in new), default=last_at),
        )


def by_institution(usage: Usage, rule: Rule, directory: Directory) -> list[InstitutionUsage]:
    """Every connected institution that may ask by a rule, and whoever else did, by their ids: no ranking."""
    counts: dict[str, tuple[int, datetime | None]] = {
        row.inquirer: (row.asked, row.last_at)
        for row in UsageRow.objects.filter(provision=rule.id).only("inquirer", "asked", "last_at")
    }
    for one in usage.live:
        if one.permitted == rule.id:
            asked, _ = counts.get(one.inquirer, (0, None))
            counts[one.inquirer] = asked + one.asked, one.last_at
    could = {member.id for member in directory.members() if rule.may_ask(member)}
    return [
        InstitutionUsage(directory.name(member), *counts.get(member, (0, None)))
        for member in sorted(could | counts.keys())
    ]


def load(since: datetime, since_counts: tuple[Live, ...], at: datetime) -> list[tuple[datetime, int, int]]:
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
