"""Pages of mailings: write, address, look, propose, approve as a second person, stop, count, and who needs a letter by post."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mynumber.foundation.numbers import find
from mynumber.institutions.municipality.notices import mailings, sending, targeting
from mynumber.institutions.municipality.notices.filling import BadWords
from mynumber.institutions.municipality.notices.forms import (
    CATEGORIES,
    FileForm,
    FindForm,
    MailingForm,
    RegisterForm,
    ReturnForm,
)
from mynumber.institutions.municipality.notices.mailings import CannotDo, Figures
from mynumber.institutions.municipality.notices.models import (
    BY_POST,
    Aim,
    Fate,
    Mailing,
    MailingEntry,
    MailingState,
    SentNotice,
)
from mynumber.institutions.municipality.register.models import Person
from mynumber.institutions.municipality.register.search import search
from mynumber.protocols.refusal import Reason
from mynumber.webkit.access import staff_only
from mynumber.webkit.errors import PageRefused
from mynumber.webkit.face.parts import Cell, Chip, Column, Kind, Link, Table
from mynumber.webkit.face.words import JST
from mynumber.webkit.staff.models import Role, StaffMember

WORKERS: Final = ("case_worker", "supervisor")
MOST: Final = 100
SAMPLES: Final = 3
REJECTED: Final = 422
A_PAGE: Final = 50
_KINDS: Final = {
    MailingState.DRAFT: Kind.NEUTRAL,
    MailingState.PROPOSED: Kind.WARN,
    MailingState.APPROVED: Kind.INFO,
    MailingState.SENT: Kind.SUCCESS,
    MailingState.STOPPED: Kind.ERROR,
}
ACTS: Final = {
    "created": "作成しました",
    "changed": "書き直しました",
    "aimed": "宛先を選びました",
    "added": "宛先を加えました",
    "dropped": "宛先を外しました",
    "proposed": "決裁に回しました",
    "returned": "差し戻しました",
    "approved": "承認しました",
    "stopped": "中止しました",
    "switched_off": "すべての送信を止めました",
    "switched_on": "送信の停止を解きました",
}


@staff_only
@require_safe
def home(request: HttpRequest, tenant: str) -> HttpResponse:
    """All mailings, and what became of everything that was sent."""
    rows = Mailing.objects.order_by("-created_at")[:MOST]
    context = {
        **_town(tenant),
        "table": _mailings(list(rows), tenant),
        "figures": _figures("送ったお知らせのすべて", mailings.figures()),
        "unreached": _unreached_alone(),
        "is_off": mailings.is_switched_off(),
        "may_write": _staff(request).role in WORKERS,
        "may_switch": _staff(request).role in (Role.SUPERVISOR, Role.ADMINISTRATOR),
        "entries": _entries(MailingEntry.objects.filter(mailing=None).order_by("-at")[:5]),
    }
    return render(request, "municipality/notices/home.html", context)


@staff_only(*WORKERS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, tenant: str) -> HttpResponse:
    """Begin a mailing."""
    staff = _staff(request)
    form = MailingForm(
        request.POST if request.method == "POST" else None,
        initial={"office": f"{_town(tenant)['town']} {staff.department}"[:100], "hour": "9"},
    )
    if request.method == "POST" and form.is_valid():
        mailing = mailings.create(staff, form.text(), at=timezone.now())
        return _to(tenant, mailing)
    return _form_page(request, tenant, form, None)


@staff_only(*WORKERS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, tenant: str, number: int) -> HttpResponse:
    """Write a mailing anew."""
    mailing = _mailing(number)
    at = mailing.send_at.astimezone(JST) if mailing.send_at else None
    initial = {
        **{
            name: getattr(mailing, name)
            for name in ("category", "title", "words", "office", "due", "link", "aim")
        },
        "send_on": at.date() if at else None,
        "hour": str(at.hour) if at else "9",
    }
    form = MailingForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with _said():
            mailings.change(mailing, _staff(request), form.text(), at=timezone.now())
        return _to(tenant, mailing)
    return _form_page(request, tenant, form, mailing)


def _form_page(request: HttpRequest, tenant: str, form: MailingForm, mailing: Mailing | None) -> HttpResponse:
    return render(
        request,
        "municipality/notices/write.html",
        {**_town(tenant), "form": form, "mailing": mailing},
        status=REJECTED if form.is_bound else 200,
    )


@staff_only
@require_safe
def mailing(request: HttpRequest, tenant: str, number: int) -> HttpResponse:
    """One mailing: text, addressees, how it will be read, what may be done, what became of it."""
    return _page(request, tenant, _mailing(number))


@staff_only(*WORKERS)
@require_POST
def aim_register(request: HttpRequest, tenant: str, number: int) -> HttpResponse:
    """Choose addressees by the register."""
    row = _mailing(number)
    form = RegisterForm(request.POST, towns=targeting.towns())
    if row.aim != Aim.REGISTER or not form.is_valid():
        return _page(request, tenant, row, register=form)
    with _said():
        mailings.aim_at_register(row, _staff(request), form.criteria(), at=timezone.now())
    return _to(tenant, row)


@staff_only(*WORKERS)
@require_POST
def aim_file(request: HttpRequest, tenant: str, number: int) -> HttpResponse:
    """Choose addressees by a file."""
    row = _mailing(number)
    form = FileForm(request.POST, request.FILES)
    if row.aim != Aim.FILE or not form.is_valid():
        return _page(request, tenant, row, file=form)
    with _said():
        _, unknown = mailings.aim_at_file(row, _staff(request), form.cleaned_data["file"], at=timezone.now())
    return _page(request, tenant, _mailing(number), unknown=unknown)


@staff_only(*WORKERS)
@require_POST
def add(request: HttpRequest, tenant: str, number: int) -> HttpResponse:
    """Choose one person."""
    row = _mailing(number)
    person = get_object_or_404(Person, addressee=request.POST.get("addressee", "")[:10])
    with _said():
        mailings.add_person(row, _staff(request), person, at=timezone.now())
    return _to(tenant, row)


@staff_only(*WORKERS)
@require_POST
def drop(request: HttpRequest, tenant: str, number: int) -> HttpResponse:
    """Take one person back."""
    row = _mailing(number)
    person = get_object_or_404(Person, addressee=request.POST.get("addressee", "")[:10])
    with _said():
        mailings.drop_person(row, _staff(request), person.pk, at=timezone.now())
    return _to(tenant, row)


@staff_only(*WORKERS)
@require_POST
def propose(request: HttpRequest, tenant: str, number: int) -> HttpResponse:
    """起案"""
    row = _mailing(number)
    try:
        with _said():
            mailings.propose(row, _staff(request), at=timezone.now())
    except BadWords as bad:
        return _page(request, tenant, row, problem=str(bad))
    return _to(tenant, row)


@staff_only("supervisor")
@require_POST
def approve(request: HttpRequest, tenant: str, number: int) -> HttpResponse:
    """決裁, of exactly what was seen."""
    row = _mailing(number)
    seen = request.POST.get("count", "")
    with _said():
        mailings.approve(
            row,
            _staff(request),
            count=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else -1,
            at=timezone.now(),
        )
    transaction.on_commit(sending.wake)
    return _to(tenant, row)


@staff_only("supervisor")
@require_POST
def send_back(request: HttpRequest, tenant: str, number: int) -> HttpResponse:
    """差戻し"""
    row = _mailing(number)
    form = ReturnForm(request.POST)
    if not form.is_valid():
        return _page(request, tenant, row, back=form)
    with _said():
        mailings.send_back(row, _staff(request), form.cleaned_data["words"], at=timezone.now())
    return _to(tenant, row)


@staff_only(*WORKERS)
@require_POST
def stop(request: HttpRequest, tenant: str, number: int) -> HttpResponse:
    """中止: anybody who may write one may stop one, at once and alone."""
    row = _mailing(number)
    with _said():
        mailings.stop(row, _staff(request), at=timezone.now())
    return _to(tenant, row)


@staff_only("supervisor", "administrator")
@require_POST
def switch(request: HttpRequest, tenant: str) -> HttpResponse:
    """Stop everything that leaves, or let it go again."""
    mailings.switch(_staff(request), off=request.POST.get("off") == "1", at=timezone.now())
    transaction.on_commit(sending.wake)
    return HttpResponseRedirect(reverse("notices:home", args=[tenant]))


@staff_only
@require_safe
def by_post(request: HttpRequest, tenant: str, number: int) -> HttpResponse:
    """Whom it did not reach: to them a letter goes by post."""
    row = _mailing(number)
    number_of_page = request.GET.get("page", "1")
    page = Paginator(_unreached(row), A_PAGE).get_page(number_of_page[:6])
    people = {
        person.addressee: person
        for person in Person.objects.filter(addressee__in=[each.addressee for each in page.object_list])
    }
    rows: list[list[Cell]] = [
        [
            each.addressee,
            people[each.addressee].name if each.addressee in people else None,
            Fate(each.fate).label,
            Reason(each.refusal).sentence_ja if each.refusal else None,
        ]
        for each in page.object_list
    ]
    table = Table.build("郵送する人", ["宛名番号", "氏名", "わけ", "くわしく"], rows) if rows else None
    context = {**_town(tenant), "mailing": row, "table": table, "page": page}
    return render(request, "municipality/notices/by_post.html", context)


@staff_only(*WORKERS)
@require_safe
def by_post_file(request: HttpRequest, tenant: str, number: int) -> HttpResponse:
    """The addressee numbers of those whom it did not reach, for the letters' own system. Digits and fixed words alone."""
    row = _mailing(number)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([targeting.NUMBER_COLUMN, "わけ"])
    writer.writerows([each.addressee, Fate(each.fate).label] for each in _unreached(row))
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="by-post-{row.pk}.csv"'
    return response


def _unreached_alone() -> Table | None:
    """Notices to one person that did not arrive (decisions, bills, offers): the newest."""
    rows = SentNotice.objects.filter(mailing=None, fate__in=BY_POST).order_by("-pk")[:A_PAGE]
    cells: list[list[Cell]] = [
        [
            each.addressee,
            each.title,
            Fate(each.fate).label,
            Reason(each.refusal).sentence_ja if each.refusal else None,
            each.queued_at,
        ]
        for each in rows
    ]
    columns = ["宛名番号", "件名", "わけ", "くわしく", "日時"]
    return Table.build("郵送するお知らせ", columns, cells) if cells else None


def _unreached(row: Mailing) -> Any:
    return SentNotice.objects.filter(mailing=row, fate__in=BY_POST).order_by("addressee")


# --- the page of one mailing --------------------------------------------------------------------------------------


def _page(
    request: HttpRequest,
    tenant: str,
    row: Mailing,
    *,
    problem: str = "",
    unknown: tuple[str, ...] = (),
    register: RegisterForm | None = None,
    file: FileForm | None = None,
    back: ReturnForm | None = None,
) -> HttpResponse:
    staff = _staff(request)
    may_write = staff.role in WORKERS and row.state == MailingState.DRAFT
    count = row.count if row.state != MailingState.DRAFT else mailings.people(row).count()
    samples: list[mailings.Sample] = []
    try:
        samples = mailings.samples(row, SAMPLES, at=timezone.now()) if count else []
    except BadWords as bad:
        problem = problem or str(bad)
    form = next((each for each in (register, file, back) if each is not None and each.errors), None)
    context: dict[str, Any] = {
        **_town(tenant),
        "mailing": row,
        "chip": Chip(MailingState(row.state).label, _KINDS[MailingState(row.state)]),
        "category": dict(CATEGORIES).get(row.category, row.category),
        "aim": Aim(row.aim).label,
        "count": count,
        "samples": samples,
        "problem": problem,
        "unknown": unknown,
        "form_of_errors": form,
        "may_write": may_write,
        "may_decide": staff.role == Role.SUPERVISOR and row.state == MailingState.PROPOSED,
        "is_own": staff.pk in (row.created_by_id, row.proposed_by_id),
        "may_stop": staff.role in WORKERS and row.state != MailingState.STOPPED,
        "back": back or ReturnForm(),
        "entries": _entries(row.entries.order_by("at")),
    }
    if may_write and row.aim == Aim.REGISTER:
        criteria = mailings.criteria_of(row)
        initial = (
            {name: getattr(criteria, name) for name in criteria.__struct_fields__}
            if criteria
            else {"on": timezone.now().astimezone(JST).date()}
        )
        context["register"] = register or RegisterForm(initial=initial, towns=targeting.towns())
    elif may_write and row.aim == Aim.FILE:
        context["file"] = file or FileForm()
    elif may_write:
        context |= _finding(request, row)
    if row.state in (MailingState.APPROVED, MailingState.SENT, MailingState.STOPPED):
        figures = mailings.figures(row)
        context |= {
            "figures": _figures("このお知らせのいま", figures),
            "unreached": figures.no_account + figures.refused,
        }
    return render(
        request,
        "municipality/notices/mailing.html",
        context,
        status=REJECTED if form or (problem and request.method == "POST") else 200,
    )


def _finding(request: HttpRequest, row: Mailing) -> dict[str, Any]:
    """People who match what is looked for, and those chosen."""
    form = FindForm(request.GET if "q" in request.GET else None)
    found = search(form.cleaned_data["q"], None) if form.is_bound and form.is_valid() else None
    return {"find": form, "found": found, "chosen": mailings.people(row)[: targeting.MOST_CHOSEN]}


def _mailings(rows: list[Mailing], tenant: str) -> Table | None:
    if not rows:
        return None
    cells: list[list[Cell]] = [
        [
            Link(row.title, reverse("notices:mailing", args=[tenant, row.pk])),
            Chip(MailingState(row.state).label, _KINDS[MailingState(row.state)]),
            row.created_by_name,
            row.count if row.state != MailingState.DRAFT else None,
            row.send_at,
        ]
        for row in rows
    ]
    return Table.build(
        "一斉のお知らせ", ["件名", "状態", "作成", Column("宛先", number=True), "送る日時"], cells
    )


def _figures(caption: str, figures: Figures) -> Table:
    """Counts with what each means."""
    reached = figures.arrived or 1
    rows: list[list[Cell]] = [
        ["送信待ち", figures.waiting, "まだこの役所を出ていません"],
        ["送信済み", figures.sent, "中間サーバーが届けています"],
        ["到達", figures.arrived, "お知らせ箱に入りました（法律の上で届いた）"],
        ["　うち開いた", figures.read, f"到達の{figures.read * 100 // reached}%"],
        ["　うち手続や納付をした", figures.acted, f"到達の{figures.acted * 100 // reached}%"],
        ["利用者なし", figures.no_account, "マイナポータルを使っていません。郵送してください"],
        ["送れません", figures.refused, "郵送してください"],
        ["中止", figures.stopped, "送りませんでした"],
    ]
    return Table.build(
        f"{caption}（{figures.queued:,}件）", ["状態", Column("件数", number=True), "意味"], rows
    )


def _entries(entries: Any) -> list[tuple[datetime, str, str, str]]:
    return [(each.at, ACTS.get(each.act, each.act), each.by_name, each.words) for each in entries]


# --- small things -------------------------------------------------------------------------------------------------


@contextmanager
def _said() -> Iterator[None]:
    """What cannot be done is said on a page of its own."""
    try:
        yield
    except CannotDo as cannot:
        raise PageRefused(
            "いまはできません",
            cannot.fault.value,
            "お知らせのページを開き直して、いまの状態を確かめてください。",
            reason=cannot.fault.name.lower(),
            status=409,
        ) from None


def _staff(request: HttpRequest) -> StaffMember:
    staff: StaffMember = request.staff  # type: ignore[attr-defined]  # set by StaffMiddleware; the mark is checked
    return staff


def _mailing(number: int) -> Mailing:
    """The mailing of this municipality: the wall between tenants hides all others."""
    return get_object_or_404(Mailing, pk=number)


def _town(tenant: str) -> dict[str, str]:
    return {"town": find(tenant).name, "home_url": reverse("notices:home", args=[tenant])}


def _to(tenant: str, row: Mailing) -> HttpResponse:
    return HttpResponseRedirect(reverse("notices:mailing", args=[tenant, row.pk]))
