"""Pages of the inbox: the list, one notice, its letter."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from mynumber.institutions.portal.account.pages import page
from mynumber.institutions.portal.account.sessions import JAPAN, Level, SeeOther, resident_of
from mynumber.institutions.portal.notices import inbox, looking
from mynumber.institutions.portal.notices.forms import LookForm
from mynumber.institutions.portal.notices.titles import language_of, title_of
from mynumber.institutions.portal.notices.words import act_words, category_chip, is_passed_on, sender_name
from mynumber.protocols.notices import PORTAL, Happening
from mynumber.webkit.access import resident_only
from mynumber.webkit.face.language import say
from mynumber.webkit.face.parts import Cell, Chip, Kind, Link, Table

FILTERS: Final = {"q", "shelf", "category"}
REJECTED: Final = 422
LARGEST_PAGE_NUMBER: Final = 99_999


def _now() -> datetime:
    return datetime.now(UTC)


@resident_only(level=Level.PASSKEY)
@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """The list: newest first, by shelf, kind and words."""
    visit = resident_of(request)
    form = LookForm(request.GET if request.GET.keys() & FILTERS else None)
    wanted, today = form.wanted(), _now().astimezone(JAPAN).date()
    found = looking.look(visit.account, wanted, _number(request), today)
    context = {
        "form": form,
        "narrowed": wanted.is_narrowed,
        "unread": looking.unread(visit.account),
        "table": _table(found.notices),
        "notices": found.notices,
        "page": found.page,
    }
    response = page(request, "portal/notices/list.html", visit, context)
    response.status_code = REJECTED if form.is_bound and form.errors else 200
    return response


@resident_only(level=Level.PASSKEY)
@require_safe
def notice(request: HttpRequest, ident: UUID) -> HttpResponse:
    """One notice. Opening it is reading it; when it arrived, with its legal effect, is another time."""
    visit, now = resident_of(request), _now()
    kept = _own(request, ident)
    if request.method == "GET":
        inbox.note_read(visit.account, ident, now=now)
        kept = _own(request, ident)
    context = {
        "kept": kept,
        "notice": kept.notice,
        "title": title_of(kept),
        "title_lang": language_of(kept),
        "paragraphs": [each for each in kept.notice.words.split("\n") if each.strip()],
        "chip": category_chip(kept.notice.category),
        "sender": sender_name(kept),
        "passed_on": is_passed_on(kept),
        "of_portal": kept.sender == PORTAL,
        "done": act_words(kept.act),
        "pay": reverse("payment", args=[ident]) if kept.notice.bill else "",
        "take_up": reverse("offer", args=[ident]) if kept.notice.offer else "",
        "late": kept.notice.due is not None and kept.notice.due < now.astimezone(JAPAN).date(),
    }
    return page(request, "portal/notices/notice.html", visit, context)


@resident_only(level=Level.PASSKEY)
@require_POST
def done(request: HttpRequest, ident: UUID) -> HttpResponse:
    """済んだことにする: what is neither paid nor applied for here."""
    kept = _own(request, ident)
    if kept.notice.bill is None:  # a bill is done when it is paid
        inbox.note_act(resident_of(request).account, ident, Happening.DONE, now=_now())
    return SeeOther(reverse("notice", args=[ident]))


@resident_only(level=Level.PASSKEY)
@require_POST
def put_away(request: HttpRequest, ident: UUID) -> HttpResponse:
    """Take it out of the list, or put it back."""
    kept, account = _own(request, ident), resident_of(request).account
    if kept.is_put_away:
        inbox.put_back(account, ident)
        return SeeOther(reverse("notice", args=[ident]))
    inbox.put_away(account, ident, now=_now())
    return SeeOther(reverse("notices"))


@resident_only
@require_safe
def letter(request: HttpRequest, ident: UUID) -> HttpResponse:
    """The official letter as a file: only to its addressee, with the card."""
    content = inbox.letter(resident_of(request).account, ident)
    if content is None:
        raise Http404
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="letter-{ident}.pdf"'
    return response


def _own(request: HttpRequest, ident: UUID) -> inbox.Kept:
    """The visitor's own notice. Raises Http404 for another's, as for none."""
    kept = inbox.find(resident_of(request).account, ident)
    if kept is None:
        raise Http404
    return kept


def _number(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return (
        int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST_PAGE_NUMBER)) else 1
    )


def _table(found: list[inbox.Kept]) -> Table:
    columns = [
        say("件名", "Subject", "なに"),
        say("差出人", "From", "だれから"),
        say("種類", "Kind", "しゅるい"),
        say("届いた日", "Arrived", "とどいた 日"),
        say("期限", "Due", "いつまで"),
        say("状態", "State", "いま"),
    ]
    rows: list[list[Cell]] = [
        [
            Link(title_of(each), reverse("notice", args=[each.id])),
            each.notice.office,
            category_chip(each.notice.category),
            each.arrived_at.astimezone(JAPAN).date(),
            each.notice.due,
            _state(each),
        ]
        for each in found
    ]
    return Table.build(say("お知らせ", "Notices", "お知らせ"), columns, rows)


def _state(kept: inbox.Kept) -> Chip:
    if kept.acted_at is not None:
        return Chip(act_words(kept.act), Kind.SUCCESS)
    if kept.read_at is None:
        return Chip(say("未読", "Unread", "まだ"), Kind.HOUSE)
    return Chip(say("既読", "Read", "読みました"))
