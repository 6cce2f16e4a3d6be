"""How somebody becomes a proxy and stops being one (代理人の登録・承諾・更新・終了). By law: `claiming`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.db import transaction

from mynumber.institutions.portal.account.models import Account, EventKind
from mynumber.institutions.portal.account.sessions import JAPAN
from mynumber.institutions.portal.account.signing_in import record
from mynumber.institutions.portal.proxies import kept
from mynumber.institutions.portal.proxies.models import (
    Deed,
    Function,
    Kind,
    Party,
    Proxy,
    ProxyEvent,
    WrongCode,
)
from mynumber.protocols.residents import FourAttributes

CODE_VALID_FOR: Final = timedelta(days=7)
LONGEST_DAYS: Final = 365
RENEW_WITHIN_DAYS: Final = 60
"""How long before its end a voluntary proxy may be renewed."""
MOST_LIVE: Final = 5
"""Proxies of one person, and offers that wait."""
MOST_WRONG_AN_HOUR: Final = 5


class Fault(StrEnum):
    """Why a proxy is not made or changed."""

    TOO_MANY = "too_many"
    NO_FUNCTION = "no_function"
    BAD_PERIOD = "bad_period"
    ONESELF = "oneself"
    NOT_THERE = "not_there"
    """No such code, not for this person, over, or used: which one is not told."""
    TOO_OFTEN = "too_often"
    NOT_YET = "not_yet"
    BY_LAW = "by_law"
    NO_OFFICE = "no_office"
    """The municipality of the representative's address takes no part."""
    NO_DAY_OF_BIRTH = "no_day_of_birth"
    """The card does not tell all four attributes."""


class NotGranted(Exception):
    """Nothing has changed."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def today_of(now: datetime) -> date:
    """The day in Japan."""
    return now.astimezone(JAPAN).date()


def note(proxy: Proxy, by: Party, deed: Deed, at: datetime, what: str = "") -> None:
    """Write a line that both sides see."""
    ProxyEvent.objects.create(proxy=proxy, by=by, deed=deed, at=at, what=what[:80])


def person_called(proxy: Proxy) -> str:
    """What the represented person is called."""
    return kept.unseal(proxy.person_called, f"{proxy.pk}/person")


def proxy_called(proxy: Proxy) -> str:
    """What the proxy is called."""
    return kept.unseal(proxy.proxy_called, f"{proxy.pk}/proxy")


def person_of(proxy: Proxy) -> FourAttributes | None:
    """Who is represented, for applications; None where nobody said."""
    return kept.unseal_attributes(proxy.person, f"{proxy.pk}/who") if proxy.person is not None else None


def is_live(proxy: Proxy, now: datetime) -> bool:
    """Whether the proxy may act on this day."""
    return (
        proxy.ended_at is None
        and proxy.accepted_at is not None
        and proxy.account_id is not None
        and proxy.until is not None
        and proxy.since <= today_of(now) <= proxy.until
    )


# --- by the resident's choice --------------------------------------------------------------------------------------


def offer(
    account: Account,
    *,
    functions: Iterable[str],
    procedures: Iterable[str],
    until: date,
    called: tuple[str, str],
    meant_for: str,
    now: datetime,
) -> Proxy:
    """Choose a proxy; it counts from when they accepted. Raises NotGranted.

    called: (what the proxy calls me, what I call the proxy). meant_for: the proxy's personal number (つながり番号). The code comes from `issue_code`.
    """
    chosen, forms = sorted({Function(each).value for each in functions}), sorted(set(procedures))
    today, number = today_of(now), kept.typed(meant_for)
    applies = Function.APPLY.value in chosen
    if not chosen or applies != bool(forms) or (Function.PREFILL.value in chosen and not applies):
        raise NotGranted(Fault.NO_FUNCTION)
    if not today <= until <= today + timedelta(days=LONGEST_DAYS):
        raise NotGranted(Fault.BAD_PERIOD)
    if number == kept.personal_number(account):
        raise NotGranted(Fault.ONESELF)
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=account.pk)
        if (
            Proxy.objects.filter(
                account=account, kind=Kind.VOLUNTARY, ended_at=None, until__gte=today
            ).count()
            >= MOST_LIVE
        ):
            raise NotGranted(Fault.TOO_MANY)
        proxy = Proxy(
            kind=Kind.VOLUNTARY,
            account=account,
            functions=chosen,
            procedures=forms,
            meant_for=kept.keyed(number, "meant for"),
            offered_at=now,
            since=today,
            until=until,
        )
        _name(proxy, called)
        proxy.save(force_insert=True)
        note(proxy, Party.PERSON, Deed.OFFERED, now)
        record(account, EventKind.PROXY_CHANGED, now)
    return proxy


def _name(proxy: Proxy, called: tuple[str, str]) -> None:
    proxy.person_called = kept.seal(called[0], f"{proxy.pk}/person")
    proxy.proxy_called = kept.seal(called[1], f"{proxy.pk}/proxy")


def issue_code(proxy: Proxy, *, now: datetime, person: FourAttributes | None = None) -> str:
    """The one-time code, shown once; a former one is worth nothing any more. Raises NotGranted(NOT_THERE) when it is no longer waited for.

    person: who entrusts, by their own card, where the proxy may apply: in whose name applications are made.
    """
    code = kept.new_code()
    known = {"person": kept.seal_attributes(person, f"{proxy.pk}/who")} if person else {}
    changed = Proxy.objects.filter(pk=proxy.pk, accepted_at=None, ended_at=None).update(
        code=kept.code_digest(code), code_until=now + CODE_VALID_FOR, **known
    )
    if not changed:
        raise NotGranted(Fault.NOT_THERE)
    return code


def offered(account: Account, code: str, *, now: datetime) -> Proxy:
    """The offer behind a code, for who it is meant for. Raises NotGranted; what is wrong is counted, and not told apart."""
    lately = WrongCode.objects.filter(account=account, at__gt=now - timedelta(hours=1))
    if lately.count() >= MOST_WRONG_AN_HOUR:
        raise NotGranted(Fault.TOO_OFTEN)
    found = Proxy.objects.filter(code=kept.code_digest(kept.typed(code)), kind=Kind.VOLUNTARY).first()
    if found is None or not _may_accept(found, account, now):
        WrongCode.objects.create(account=account, at=now)
        raise NotGranted(Fault.NOT_THERE)
    return found


def _may_accept(proxy: Proxy, account: Account, now: datetime) -> bool:
    return (
        proxy.ended_at is None
        and proxy.accepted_at is None
        and proxy.account_id != account.pk
        and proxy.code_until is not None
        and now < proxy.code_until
        and proxy.until is not None
        and today_of(now) <= proxy.until
        and bytes(proxy.meant_for or b"") == kept.keyed(kept.personal_number(account), "meant for")
    )


def accept(proxy_id: UUID, account: Account, *, now: datetime) -> Proxy:
    """Take an offer on, with the card that was just there. Raises NotGranted."""
    with transaction.atomic():
        proxy = Proxy.objects.select_for_update().filter(pk=proxy_id, kind=Kind.VOLUNTARY).first()
        if proxy is None or not _may_accept(proxy, account, now):
            raise NotGranted(Fault.NOT_THERE)
        proxy.proxy, proxy.accepted_at, proxy.code, proxy.code_until = account, now, None, None
        proxy.save(update_fields=["proxy", "accepted_at", "code", "code_until"])
        note(proxy, Party.PROXY, Deed.ACCEPTED, now)
        if proxy.account is not None:
            record(proxy.account, EventKind.PROXY_CHANGED, now)
        record(account, EventKind.PROXY_CHANGED, now)
    return proxy


def renew(proxy_id: UUID, account: Account, *, now: datetime) -> Proxy:
    """Another year, by the represented person, near its end. Raises NotGranted."""
    with transaction.atomic():
        proxy = (
            Proxy.objects.select_for_update()
            .filter(pk=proxy_id, account=account, kind=Kind.VOLUNTARY)
            .first()
        )
        if proxy is None or not is_live(proxy, now):
            raise NotGranted(Fault.NOT_THERE)
        if proxy.until is None or proxy.until > today_of(now) + timedelta(days=RENEW_WITHIN_DAYS):
            raise NotGranted(Fault.NOT_YET)
        proxy.until = today_of(now) + timedelta(days=LONGEST_DAYS)
        proxy.save(update_fields=["until"])
        note(proxy, Party.PERSON, Deed.RENEWED, now)
        record(account, EventKind.PROXY_CHANGED, now)
    return proxy


def end(proxy_id: UUID, account: Account, *, now: datetime) -> Proxy:
    """End it at once, by either side. Raises NotGranted(NOT_THERE), also for somebody else's, and BY_LAW: whom the law represents does not dismiss."""
    with transaction.atomic():
        proxy = Proxy.objects.select_for_update().filter(pk=proxy_id, ended_at=None).first()
        if proxy is None or account.pk not in (proxy.account_id, proxy.proxy_id):
            raise NotGranted(Fault.NOT_THERE)
        by = Party.PERSON if account.pk == proxy.account_id else Party.PROXY
        if by is Party.PERSON and proxy.kind != Kind.VOLUNTARY:
            raise NotGranted(Fault.BY_LAW)
        _end(proxy, by, now)
        for side in (proxy.account, proxy.proxy):
            if side is not None:
                record(side, EventKind.PROXY_CHANGED, now)
    return proxy


def _end(proxy: Proxy, by: Party, now: datetime) -> None:
    proxy.ended_at, proxy.ended_by, proxy.code, proxy.code_until = now, by.value, None, None
    proxy.save(update_fields=["ended_at", "ended_by", "code", "code_until"])
    note(proxy, by, Deed.ENDED, now)


def end_all(account: Account, now: datetime) -> None:
    """Of an account that is closed: in both directions."""
    for which in (Proxy.objects.filter(account=account), Proxy.objects.filter(proxy=account)):
        for proxy in which.select_for_update().filter(ended_at=None):
            _end(proxy, Party.PORTAL, now)
