"""Revocation lists (失効情報, 公的個人認証法 art. 11 ff., 30 ff.): one for each CA, generation and municipality.

A list is published when somebody asks for it and something has changed since the newest (`StaleList`), or when half its time is over,
so that no verifier is left with a stale one. Suspended certificates stand on it with certificateHold and leave it when they go on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection
from django.db.models import Max, QuerySet

from mynumber.foundation.keyring import KeyRing
from mynumber.foundation.pki import Municipality, Revocation, parse_serial
from mynumber.institutions.jlis.certification.authority import authority_of, valid_roots
from mynumber.institutions.jlis.certification.models import Certificate, RevocationList, StaleList
from mynumber.institutions.jlis.certification.words import CertificateReason, StoredState
from mynumber.protocols.certification import Purpose, Trust

ON_A_LIST: Final = (StoredState.SUSPENDED, StoredState.REVOKED)
EVERYTHING: Final = ""
"""The municipality code of the list of a whole generation."""


@dataclass(frozen=True, slots=True, order=True)
class Scope:
    """What a list speaks of."""

    purpose: Purpose
    generation: int
    municipality_code: str = EVERYTHING
    """6 digits, or EVERYTHING."""


def trust(purpose: Purpose, keyring: KeyRing, *, at: datetime) -> Trust:
    """What a registered verifier needs: the roots that are valid, and the current list of each municipality that has had certificates.

    The list of everything is among them only where it is needed: certificates stand on no municipality's list, or there is no other list.
    """
    roots = valid_roots(purpose, at=at)
    contents = []
    for root in roots:
        everything = Scope(purpose, root.generation)
        current = [
            content
            for scope, content in _current_contents(purpose, root.generation, keyring, at=at)
            if scope != everything
        ]
        if not current or _stands_on_no_municipality(everything, at=at):
            current.append(bytes(current_list(everything, keyring, at=at).content))
        contents += current
    return Trust(roots=tuple(bytes(root.certificate) for root in roots), revocation_lists=tuple(contents))


def current_list(scope: Scope, keyring: KeyRing, *, at: datetime) -> RevocationList:
    """The newest list; a new one when something has changed or half the time of the newest is over."""
    newest = _lists(scope).order_by("-number").first()
    if newest is None or _is_stale(scope) or at >= _half_time(newest.this_update, newest.next_update):
        return publish(scope, keyring, at=at)
    return newest


def ensure_list(scope: Scope, keyring: KeyRing, *, at: datetime) -> None:
    """Publish the first list of a scope: a municipality has one from its first certificate on."""
    if not _lists(scope).exists():
        publish(scope, keyring, at=at)


def publish_due(keyring: KeyRing, *, at: datetime) -> int:
    """Publish every list that is not current; how many there were. For a timer.

    The list of everything is made anew at half its time only: it is the long one, and for most certificates a municipality's list tells the same.
    """
    published = 0
    for purpose in Purpose:
        for root in valid_roots(purpose, at=at):
            stale = _stale_codes(purpose, root.generation)
            everything = Scope(purpose, root.generation)
            ensure_list(everything, keyring, at=at)
            for head in _heads(purpose, root.generation):
                changed = head.scope.municipality_code in stale and head.scope != everything
                if changed or at >= head.half_time:
                    publish(head.scope, keyring, at=at)
                    published += 1
    return published


def publish(scope: Scope, keyring: KeyRing, *, at: datetime) -> RevocationList:
    """Sign a new list of everything in the scope that is suspended or revoked and not yet over, in the caller's transaction.

    One publisher of a scope at a time; those who revoke wait for nobody. A change that is committed after the marks are cleared has set
    a mark of its own, so it is on this list or makes the next one.
    """
    authority = authority_of(keyring, scope.purpose, scope.generation).authority
    _wait_for_other_publishers(scope)
    _stale(scope).delete()
    earlier = _lists(scope).aggregate(last=Max("number"))
    number = (earlier["last"] or 0) + 1
    this_update = at.replace(microsecond=0)
    revocations = _revocations(scope, at=at)
    municipality = Municipality.of(scope.municipality_code) if scope.municipality_code else None
    return RevocationList.objects.create(
        hierarchy=scope.purpose,
        generation=scope.generation,
        municipality_code=scope.municipality_code,
        number=number,
        this_update=this_update,
        next_update=this_update + authority.profile.revocation_list_validity,
        entries=len(revocations),
        content=authority.revocation_list(
            revocations, number=number, now=this_update, municipality=municipality
        ),
    )


def _revocations(scope: Scope, *, at: datetime) -> list[Revocation]:
    rows = Certificate.objects.filter(
        hierarchy=scope.purpose, generation=scope.generation, state__in=ON_A_LIST, not_after__gte=at
    )
    if scope.municipality_code != EVERYTHING:
        rows = rows.filter(municipality_code=scope.municipality_code)
    return [
        Revocation(parse_serial(serial), since, CertificateReason(reason).in_list)
        for serial, since, reason in rows.order_by("state_since", "pk").values_list(
            "serial", "state_since", "reason"
        )
        if reason  # as the table's constraint says
    ]


@dataclass(frozen=True, slots=True)
class _Head:
    """The newest list of a scope."""

    scope: Scope
    pk: int
    half_time: datetime


def _heads(purpose: Purpose, generation: int) -> list[_Head]:
    """The newest list of every scope of a generation. Jumps from scope to scope in the index: there are years of lists of each."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE scope (code) AS (
                SELECT min(municipality_code) FROM jlis_certification_revocationlist WHERE hierarchy = %(hierarchy)s AND generation = %(generation)s
                UNION ALL
                SELECT (SELECT min(municipality_code) FROM jlis_certification_revocationlist
                         WHERE hierarchy = %(hierarchy)s AND generation = %(generation)s AND municipality_code > scope.code)
                  FROM scope WHERE scope.code IS NOT NULL
            )
            SELECT scope.code, newest.id, newest.this_update, newest.next_update
              FROM scope
             CROSS JOIN LATERAL (
                SELECT id, this_update, next_update FROM jlis_certification_revocationlist
                 WHERE hierarchy = %(hierarchy)s AND generation = %(generation)s AND municipality_code = scope.code
                 ORDER BY number DESC LIMIT 1) AS newest
             ORDER BY scope.code
            """,
            {"hierarchy": purpose.value, "generation": generation},
        )
        return [
            _Head(Scope(purpose, generation, code), pk, _half_time(this_update, next_update))
            for code, pk, this_update, next_update in cursor
        ]


def _current_contents(
    purpose: Purpose, generation: int, keyring: KeyRing, *, at: datetime
) -> list[tuple[Scope, bytes]]:
    """The current list of every scope, published anew where it is not current."""
    stale = _stale_codes(purpose, generation)
    heads = _heads(purpose, generation)
    due = {
        head.scope
        for head in heads
        if head.scope.municipality_code != EVERYTHING
        and (head.scope.municipality_code in stale or at >= head.half_time)
    }
    made = {scope: bytes(publish(scope, keyring, at=at).content) for scope in sorted(due)}
    kept = dict(
        RevocationList.objects.filter(
            pk__in=[head.pk for head in heads if head.scope not in made]
        ).values_list("pk", "content")
    )
    return [(head.scope, made.get(head.scope) or bytes(kept[head.pk])) for head in heads]


def _stale_codes(purpose: Purpose, generation: int) -> frozenset[str]:
    stale = StaleList.objects.filter(hierarchy=purpose, generation=generation)
    return frozenset(stale.values_list("municipality_code", flat=True).distinct())


def _stands_on_no_municipality(everything: Scope, *, at: datetime) -> bool:
    return Certificate.objects.filter(
        hierarchy=everything.purpose,
        generation=everything.generation,
        municipality_code=EVERYTHING,
        not_after__gte=at,
    ).exists()


def _lists(scope: Scope) -> QuerySet[RevocationList]:
    return RevocationList.objects.filter(
        hierarchy=scope.purpose, generation=scope.generation, municipality_code=scope.municipality_code
    )


def _stale(scope: Scope) -> QuerySet[StaleList]:
    return StaleList.objects.filter(
        hierarchy=scope.purpose, generation=scope.generation, municipality_code=scope.municipality_code
    )


def _is_stale(scope: Scope) -> bool:
    return _stale(scope).exists()


def _half_time(this_update: datetime, next_update: datetime) -> datetime:
    return this_update + (next_update - this_update) / 2


def _wait_for_other_publishers(scope: Scope) -> None:
    what = f"revocation list {scope.purpose} {scope.generation} {scope.municipality_code}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [what])
