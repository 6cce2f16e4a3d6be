"""Visits: what a signed-in browser may do until when.

A visit is a session of its own (new key), bound to the account and its certificate. It ends after `IDLE` without a page, after
`LONGEST` at most, at sign-out, or when the browser closes.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import cast
from zoneinfo import ZoneInfo

from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import rotate_token
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from mynumber.institutions.portal.account import kiosk
from mynumber.institutions.portal.account.devices import device_words
from mynumber.institutions.portal.account.housekeeping import NowAndThen
from mynumber.institutions.portal.account.models import Account
from mynumber.webkit.face.language import say

JAPAN = ZoneInfo("Asia/Tokyo")
IDLE = timedelta(minutes=10)
IDLE_AT_KIOSK = timedelta(seconds=60)
"""On a device that many use (`kiosk`): whoever walks away leaves nothing open."""
LONGEST = timedelta(minutes=60)
LONGEST_PATH = 400
FORGET_AT_ONCE = 100

_ACCOUNT, _SERIAL, _BEGAN, _SEEN, _BROWSER = "account", "certificate", "began", "seen", "browser"
_LEVEL, _DEVICE, _REQUEST = "level", "device", "request"
ACTING = "acting"
"""Under this the session holds for whom the visitor acts (`proxies.acting`)."""
BESIDE = "beside"
"""Under this the session holds which support code it gave (`helpdesk.beside`)."""


class Level(StrEnum):
    """How sure it is that the person themself is here (保証レベル); the words are those of `acr`."""

    CARD = "aal3"
    """The card and its PIN, a moment ago or at the start of the visit."""
    PASSKEY = "aal2"
    """A passkey that was registered with the card."""

    def reaches(self, wanted: str) -> bool:
        """Whether this level is enough where `wanted` is asked for."""
        return self.value >= wanted


forgetting = NowAndThen()


@dataclass(frozen=True, slots=True)
class Visit:
    """A signed-in resident. Times are aware (UTC)."""

    account: Account
    began: datetime
    seen: datetime
    level: Level = Level.CARD
    at_kiosk: bool = False
    """Whether the device is one that many use."""
    actor: Account | None = None
    """Who is here, where that is not `account` itself: a proxy who acts for it (代理人)."""
    proxy_for: str = ""
    """For whom the visitor acts, in words; empty where nobody else."""
    support_until: datetime | None = None
    """Until when support staff may stand beside."""
    support_code: str = ""
    """What staff has to be told for that."""

    @property
    def holder(self) -> Account:
        """Whose card is here: a proof of the card has to be of this account."""
        return self.actor or self.account

    @property
    def idle(self) -> timedelta:
        """Time without a page after which the visit ends."""
        return IDLE_AT_KIOSK if self.at_kiosk else IDLE

    @property
    def by_card(self) -> bool:
        """Whether the card itself was there."""
        return self.level is Level.CARD

    @property
    def ends_at(self) -> datetime:
        """When the visit ends if no further page is opened."""
        return min(self.seen + self.idle, self.began + LONGEST)

    @property
    def words(self) -> str:
        """Which card it is, and until when: for the head of each page."""
        until = self.ends_at.astimezone(JAPAN)
        ending = self.holder.serial_ending
        return say(
            f"証明書の終わり {ending}・{until:%H:%M}まで", f"Certificate ending {ending}, until {until:%H:%M}"
        )

    @property
    def how(self) -> str:
        """By what the resident is signed in, for the head of each page; for whom they act, where that is somebody else."""
        if self.proxy_for:
            name = self.proxy_for
            return say(f"代理で操作中：{name}", f"Acting for: {name}", f"かわりに して います：{name}")
        if self.by_card:
            return say("カードでサインイン中", "Signed in by card", "カードで 入って います")
        return say("パスキーでサインイン中", "Signed in by passkey", "パスキーで 入って います")

    @property
    def idle_minutes(self) -> int:
        """Minutes without a page after which the visit ends."""
        return int(self.idle.total_seconds()) // 60


class SeeOther(HttpResponseRedirect):
    """303: go on with GET."""

    status_code = 303


def browser_secret(session: SessionBase) -> str:
    """The secret that binds sign-in requests to this browser; made when first needed."""
    if _BROWSER not in session:
        session[_BROWSER] = secrets.token_urlsafe(32)
    return str(session[_BROWSER])


def known_browser(session: SessionBase) -> str | None:
    """The secret of this browser if it began a sign-in."""
    return session.get(_BROWSER)


def open_visit(
    request: HttpRequest, account: Account, *, now: datetime, level: Level = Level.CARD, by: str = ""
) -> None:
    """Give the browser a fresh session for this account; whatever it carried before is gone, so no key planted earlier is worth anything.

    by: the sign-in request that opened it; the device that answered it may end it (`kiosk.card_removed`).
    """
    request.session.flush()
    request.session.update(
        {
            _ACCOUNT: account.pk,
            _SERIAL: account.certificate_serial,
            _BEGAN: now.timestamp(),
            _SEEN: now.timestamp(),
            _LEVEL: level.value,
            _DEVICE: device_words(request.headers.get("User-Agent", "")),
            **({_REQUEST: by} if by else {}),
            **({kiosk.COOKIE: True} if kiosk.is_one(request) else {}),
        }
    )
    rotate_token(request)


def close_visit(request: HttpRequest) -> None:
    """Sign out: the session is deleted, here and in the browser."""
    request.session.flush()


def current_visit(request: HttpRequest, *, now: datetime) -> Visit | None:
    """Who is signed in, counting this page as a sign of life. A visit that is over is closed."""
    session = request.session
    if _ACCOUNT not in session:
        return None
    began = datetime.fromtimestamp(session[_BEGAN], UTC)
    seen = datetime.fromtimestamp(session[_SEEN], UTC)
    account = Account.objects.filter(pk=session[_ACCOUNT], certificate_serial=session[_SERIAL]).first()
    visit = Visit(account, began, seen, Level(session[_LEVEL]), kiosk.COOKIE in session) if account else None
    if visit is None or now >= visit.ends_at:
        close_visit(request)
        return None
    session[_SEEN] = now.timestamp()
    visit = replace(visit, seen=now)
    if BESIDE in session:
        from mynumber.institutions.portal.helpdesk import beside

        until = beside.seen_until(session, now=now)
        visit = replace(visit, support_until=until, support_code=beside.code_of(session))
    if ACTING in session:
        from mynumber.institutions.portal.proxies import acting

        visit = replace(visit, proxy_for=acting.words(session, visit, now=now))
    return visit


def forget_old_sessions(now: datetime) -> None:
    """Delete some sessions that are over, now and then: every visit to the start of a sign-in leaves one."""
    if not forgetting.is_due():
        return
    over = Session.objects.filter(expire_date__lt=now).values("pk")[:FORGET_AT_ONCE]
    Session.objects.filter(pk__in=over).delete()


def check_resident(request: HttpRequest) -> HttpResponse | None:
    """MYNUMBER_RESIDENT_CHECKER: let a signed-in resident through, send anybody else to sign in and back to the page.

    A view without a level of its own is for the card alone.
    """
    was_here = _ACCOUNT in request.session
    visit = current_visit(request, now=datetime.now(UTC))
    wanted = getattr(request, "mynumber_level", "") or Level.CARD
    if visit is not None and visit.level.reaches(wanted):
        if ACTING in request.session:
            from mynumber.institutions.portal.proxies import acting

            entered = acting.enter(request, visit)
            if isinstance(entered, HttpResponse):
                return entered
            visit = entered
        request.resident = visit  # type: ignore[attr-defined]
        return None
    # Only a page can be come back to; a form that was being sent is not repeated.
    query = {"next": request.get_full_path()} if request.method in {"GET", "HEAD"} else {}
    if was_here and visit is None and kiosk.is_one(request):
        # Where the last visitor was is nothing for the next one.
        query = {}
    if visit is not None:
        query["card"] = "1"
    elif was_here:
        query["ended"] = "1"
    return SeeOther(reverse("sign-in") + (f"?{urlencode(query)}" if query else ""))


def resident_of(request: HttpRequest) -> Visit:
    """The visit of a page that is for residents only."""
    return cast(Visit, request.resident)  # type: ignore[attr-defined]


def own_path(text: str) -> str:
    """`text` if it is a path of this site that one may be sent to after signing in, else the home page."""
    safe = (
        text.startswith("/")
        and len(text) <= LONGEST_PATH
        and text.isprintable()
        and url_has_allowed_host_and_scheme(text, allowed_hosts=None)
        and not text.startswith("/sign-")
    )
    return text if safe else "/"
