"""Support beside a resident (隣での支援): staff sees which page and step they are at and which field is in error. Never a value; never an act."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from django.contrib.sessions.backends.base import SessionBase
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.account.sessions import BESIDE
from mynumber.institutions.portal.helpdesk import kept
from mynumber.institutions.portal.helpdesk.models import Support, SupportDeed, SupportEvent, WrongSupportCode
from mynumber.webkit.staff.models import StaffMember

VALID_FOR: Final = timedelta(minutes=10)
CODE_DIGITS: Final = 8
MOST_WRONG_AN_HOUR: Final = 10
YOU: Final = "あなた"
_STEP: Final = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_MOST_FIELDS: Final = 20
_LONGEST_LABEL: Final = 100


class NoSuchCode(Exception):
    """No such code, or it is over: which one is not told."""


class TooOften(Exception):
    """Too many wrong codes within an hour."""


def begin(request: HttpRequest, account: Account, *, now: datetime) -> str:
    """A new code for this visit; a former one is over. It is shown on every page until it ends."""
    end(request, account, now=now)
    for _ in range(5):
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
        ident = uuid4()
        try:
            with transaction.atomic():
                Support.objects.create(
                    id=ident,
                    account=account,
                    code=kept.keyed(code, "support"),
                    begun_at=now,
                    until=now + VALID_FOR,
                )
        except IntegrityError:  # of ten million of them another is live just now
            continue
        _note(account, ident, now, YOU, SupportDeed.BEGUN)
        request.session[BESIDE] = {"id": ident.hex, "code": code, "until": (now + VALID_FOR).timestamp()}
        return code
    raise RuntimeError("no free support code")


def end(request: HttpRequest, account: Account, *, now: datetime) -> None:
    """End it at once."""
    held = request.session.pop(BESIDE, None)
    if held is not None:
        _end(Support.objects.filter(pk=UUID(held["id"]), account=account), now, YOU)


def _end(which: Any, now: datetime, by: str) -> None:
    for support in which.filter(ended_at=None, until__gt=now):
        if Support.objects.filter(pk=support.pk, ended_at=None).update(
            ended_at=now, fields=[], page="", step=""
        ):
            _note(support.account, support.pk, now, by, SupportDeed.ENDED)


def seen_until(session: SessionBase, *, now: datetime) -> datetime | None:
    """Until when staff may stand beside this visit, or None: from the session alone."""
    held = session.get(BESIDE)
    if held is None:
        return None
    until = datetime.fromtimestamp(held["until"], UTC)
    if now < until:
        return until
    del session[BESIDE]
    return None


def code_of(session: SessionBase) -> str:
    """「1234-5678」, for the head of the page; empty where there is none."""
    held = session.get(BESIDE)
    return f"{held['code'][:4]}-{held['code'][4:]}" if held else ""


def watch(request: HttpRequest, context: Mapping[str, object]) -> None:
    """Write down at which page and step the resident is, and the labels of fields in error."""
    held = request.session.get(BESIDE)
    match = request.resolver_match
    if held is None or match is None:
        return
    now = datetime.now(UTC)
    steps = [each for each in match.kwargs.values() if isinstance(each, str) and _STEP.fullmatch(each)]
    Support.objects.filter(pk=UUID(held["id"]), ended_at=None, until__gt=now).update(
        page=(match.url_name or "")[:80],
        step=(steps or [""])[-1],
        fields=_in_error(context),
        seen_at=now,
    )


def _in_error(context: Mapping[str, object]) -> list[str]:
    """Labels of the fields of a form that are in error: the words of the form itself, never what was typed."""
    form: Any = context.get("form")
    errors = getattr(form, "errors", None)
    if not errors:
        return []
    known = getattr(form, "fields", {})
    return [str(known[name].label or name)[:_LONGEST_LABEL] for name in errors if name in known][
        :_MOST_FIELDS
    ]


# --- the side of the staff -----------------------------------------------------------------------------------------


def join(code: str, staff: StaffMember, *, now: datetime) -> Support:
    """Stand beside whoever gave this code. Raises NoSuchCode, TooOften; call it in a transaction that is committed all the same."""
    lately = WrongSupportCode.objects.filter(staff=staff, at__gt=now - timedelta(hours=1))
    if lately.count() >= MOST_WRONG_AN_HOUR:
        raise TooOften
    with transaction.atomic():
        support = (
            Support.objects.select_for_update(of=("self",))
            .filter(code=kept.keyed(code, "support"), ended_at=None, until__gt=now)
            .first()
        )
        if support is not None and support.staff_id in (None, staff.pk):
            if support.staff_id is None:
                support.staff, support.joined_at = staff, now
                support.save(update_fields=["staff", "joined_at"])
                _note(support.account, support.pk, now, _named(staff), SupportDeed.JOINED)
            return support
    WrongSupportCode.objects.create(staff=staff, at=now)
    raise NoSuchCode


def look(support_id: UUID, staff: StaffMember, *, now: datetime) -> Support:
    """Where the resident is now, written down for them. Raises NoSuchCode when it is over or another member's."""
    support = Support.objects.filter(pk=support_id, staff=staff, ended_at=None, until__gt=now).first()
    if support is None:
        raise NoSuchCode
    _note(support.account, support.pk, now, _named(staff), SupportDeed.LOOKED, support.page)
    return support


def leave(support_id: UUID, staff: StaffMember, *, now: datetime) -> None:
    """Step back."""
    _end(Support.objects.filter(pk=support_id, staff=staff), now, _named(staff))


def _named(staff: StaffMember) -> str:
    return f"{staff.display_name}（{staff.department}）"[:100]


def _note(account: Account, support: UUID, at: datetime, by: str, deed: SupportDeed, page: str = "") -> None:
    SupportEvent.objects.create(account=account, support=support, at=at, by=by, deed=deed, page=page)
