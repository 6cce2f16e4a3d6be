"""Signing in and out, lock-out, and who the request comes from.

A failed attempt is counted on the row of the member under its lock, so guesses that come together all count. Whether a user
exists shows neither in words nor in time: an unknown name costs one hash as well.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.utils import timezone

from mynumber.webkit import logs
from mynumber.webkit.staff.models import StaffMember, StaffSession

ATTEMPTS: Final = 5
"""Failures in a row that lock a member out."""
LOCKED_FOR: Final = timedelta(minutes=15)
IDLE: Final = timedelta(minutes=30)
"""A session unused for so long has ended: a counter's screen is seen by many."""
LONGEST: Final = timedelta(hours=10)
"""One working day."""
SEEN_EVERY: Final = timedelta(minutes=1)
"""How exactly use is noted: at most one write a minute."""

_MEMBER, _HASH, _SINCE, _SEEN = "member", "hash", "since", "seen"
_log = logs.get_logger(__name__)


def check(username: str, password: str, *, now: datetime) -> StaffMember | None:
    """The member with this name and password who may sign in, else None; counts the failure and locks out.

    Commit the transaction also when the answer is None: the count is in it.
    """
    with transaction.atomic():
        member = StaffMember.objects.select_for_update().filter(username=username).first()
        if member is None:
            make_password(password)
            _log.info("sign-in refused", reason="unknown")
            return None
        right = member.check_password(password)
        if member.locked_until is not None and now < member.locked_until:
            # The right password does not open a lock either: a guesser must not learn that it was right.
            _log.info("sign-in refused", reason="locked")
            return None
        if not right or not member.active:
            _count_failure(member, now)
            return None
        member.failed_attempts = 0
        member.locked_until = None
        member.signed_in_at = now
        member.save(update_fields=["failed_attempts", "locked_until", "signed_in_at"])
        return member


def _count_failure(member: StaffMember, now: datetime) -> None:
    member.failed_attempts += 1
    if member.failed_attempts >= ATTEMPTS:
        member.failed_attempts = 0
        member.locked_until = now + LOCKED_FOR
        _log.warning("sign-in locked", reason="too_many_attempts")
    else:
        _log.info("sign-in refused", reason="password", attempt=member.failed_attempts)
    member.save(update_fields=["failed_attempts", "locked_until"])


def begin(request: HttpRequest, member: StaffMember, *, now: datetime) -> None:
    """Start a new session under a new key (whoever planted the old one gains nothing) and a new CSRF secret."""
    StaffSession.objects.filter(expire_date__lt=now).delete()
    request.session.flush()
    request.session[_MEMBER] = member.pk
    request.session[_HASH] = member.session_hash()
    request.session[_SINCE] = request.session[_SEEN] = now.timestamp()
    rotate_token(request)
    request.staff = member  # type: ignore[attr-defined]
    _log.info("signed in")


def end(request: HttpRequest) -> None:
    """Delete the session on the server and the cookie."""
    request.session.flush()
    request.staff = None  # type: ignore[attr-defined]


def member_of(request: HttpRequest, *, now: datetime) -> StaffMember | None:
    """The member whose session this request carries, if it still holds; a session that does not is deleted."""
    session = request.session
    if session.get(_MEMBER) is None:
        return None
    since, seen = (datetime.fromtimestamp(float(session[key]), tz=now.tzinfo) for key in (_SINCE, _SEEN))
    member = StaffMember.objects.filter(pk=session[_MEMBER], active=True).first()
    if (
        member is None
        or not member.holds_session(session.get(_HASH))
        or now - seen > IDLE
        or now - since > LONGEST
    ):
        session.flush()
        return None
    if now - seen > SEEN_EVERY:
        session[_SEEN] = now.timestamp()
    return member


class StaffMiddleware:
    """Sets `request.staff` to the signed-in StaffMember or None. Without a session cookie it asks the database nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        has_session = request.session.session_key is not None
        request.staff = member_of(request, now=timezone.now()) if has_session else None  # type: ignore[attr-defined]
        return self._get_response(request)
