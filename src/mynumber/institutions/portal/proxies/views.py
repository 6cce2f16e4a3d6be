"""Pages of proxies: whom I entrusted, for whom I act, what was done."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mynumber.foundation.procedures.loading import catalogue
from mynumber.institutions.portal.account.confirming import require_card
from mynumber.institutions.portal.account.pages import page
from mynumber.institutions.portal.account.sessions import Level, SeeOther, Visit, resident_of
from mynumber.institutions.portal.applications import bodies
from mynumber.institutions.portal.helpdesk.telling import page_words
from mynumber.institutions.portal.proxies import acting, claiming, filing, granting, kept
from mynumber.institutions.portal.proxies.forms import (
    CodeForm,
    OfferForm,
    RepresentationForm,
    procedure_choices,
)
from mynumber.institutions.portal.proxies.granting import Fault, NotGranted
from mynumber.institutions.portal.proxies.models import Deed, Function, Kind, Party, Proxy
from mynumber.protocols.sign_in import Attribute
from mynumber.webkit.access import resident_only
from mynumber.webkit.errors import PageRefused, Said
from mynumber.webkit.face.language import say, spoken
from mynumber.webkit.face.parts import Chip, Table
from mynumber.webkit.face.parts import Kind as ChipKind
from mynumber.webkit.headers import never_kept

REJECTED: Final = 422
LINES_A_PAGE: Final = 50
_PLACES: Final = {
    Function.RECORDS: "records",
    Function.NOTICES: "notices",
    Function.APPLY: "applications",
    Function.PAYMENTS: "payments",
}


def _now() -> datetime:
    return datetime.now(UTC)


def _chip(proxy: Proxy, now: datetime) -> Chip:
    if granting.is_live(proxy, now):
        return Chip(say("有効", "In force", "つかえます"), ChipKind.SUCCESS)
    if proxy.ended_at is None and proxy.accepted_at is None and proxy.kind in claiming.BY_LAW:
        return Chip(say("役所の確認待ち", "An office looks at it", "やくしょが 見ます"), ChipKind.WARN)
    if proxy.ended_at is None and proxy.accepted_at is None:
        return Chip(say("引き受け待ち", "Waiting", "まだ です"), ChipKind.WARN)
    return Chip(say("終わりました", "Ended", "おわりました"), ChipKind.NEUTRAL)


def _mine(request: HttpRequest, proxy_id: UUID) -> tuple[Proxy, Party]:
    """A proxy in which the visitor has a part, and which. Raises Http404, for somebody else's as for none."""
    account = resident_of(request).account
    proxy = Proxy.objects.filter(Q(account=account) | Q(proxy=account), pk=proxy_id).first()
    if proxy is None:
        raise Http404
    return proxy, Party.PERSON if proxy.account_id == account.pk else Party.PROXY


@resident_only
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """代理: who acts for me, and for whom I act."""
    visit, now = resident_of(request), _now()
    entrusted = Proxy.objects.filter(account=visit.account).order_by("ended_at", "-offered_at")[:50]
    acts_for = (
        Proxy.objects.filter(proxy=visit.account)
        .exclude(kind__in=claiming.BY_LAW, asked_at=None, accepted_at=None)
        .order_by("ended_at", "-offered_at")[:50]
    )
    context = {
        "entrusted": [
            (each, granting.proxy_called(each) or say("法定代理人", "By law"), _chip(each, now))
            for each in entrusted
        ],
        "acts_for": [
            (each, granting.person_called(each), _chip(each, now), granting.is_live(each, now))
            for each in acts_for
        ],
        "number": kept.grouped(kept.personal_number(visit.account)),
        "done": request.GET.get("done", ""),
    }
    return page(request, "portal/proxies/overview.html", visit, context)


@resident_only
@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: HttpRequest) -> HttpResponse:
    """Choose a proxy."""
    visit, now = resident_of(request), _now()
    today = granting.today_of(now)
    form = OfferForm(request.POST if request.method == "POST" else None, today=today)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            proxy = granting.offer(
                visit.account,
                functions=given["functions"],
                procedures=given["procedures"],
                until=given["until"],
                called=(given["person_called"], given["proxy_called"]),
                meant_for=given["number"],
                now=now,
            )
        except NotGranted as refused:
            form.add_error("number" if refused.fault is Fault.ONESELF else None, _words(refused.fault))
        else:
            return SeeOther(reverse("proxy-code", args=[proxy.pk]))
    return _with_form(request, "portal/proxies/offer.html", form)


@resident_only
@never_kept
@require_safe
def code(request: HttpRequest, proxy_id: UUID) -> HttpResponse:
    """With the card once more, a code to hand to the proxy: shown once."""
    proxy, party = _mine(request, proxy_id)
    if party is not Party.PERSON or proxy.kind != Kind.VOLUNTARY or proxy.accepted_at or proxy.ended_at:
        raise Http404
    applies = Function.APPLY.value in proxy.functions
    proof = require_card(
        request,
        f"proxy-{proxy.pk.hex}",
        words="代理人に、わたしの代わりの操作をまかせる",
        # In whose name the proxy applies is told by nobody but the person's own card.
        attributes=tuple(Attribute) if applies else (),
    )
    if isinstance(proof, HttpResponse):
        return proof
    person = proof.attributes.four_attributes() if proof.attributes else None
    if applies and person is None:
        raise _page(Fault.NO_DAY_OF_BIRTH)
    made = granting.issue_code(proxy, now=_now(), person=person)
    context = {
        "code": kept.grouped(made),
        "proxy": proxy,
        "called": granting.proxy_called(proxy),
        "days": granting.CODE_VALID_FOR.days,
    }
    return page(request, "portal/proxies/code.html", resident_of(request), context)


@resident_only
@require_http_methods(["GET", "HEAD", "POST"])
def enter_code(request: HttpRequest) -> HttpResponse:
    """The proxy enters the code."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            proxy = granting.offered(resident_of(request).account, form.cleaned_data["code"], now=_now())
        except NotGranted as refused:
            form.add_error("code", _words(refused.fault))
        else:
            request.session[_OFFERED] = proxy.pk.hex
            return SeeOther(reverse("proxy-accept", args=[proxy.pk]))
    return _with_form(request, "portal/proxies/enter_code.html", form)


_OFFERED: Final = "proxy_offered"
"""Which offer this visit found by its code: its id alone opens nothing."""


@resident_only
@never_kept
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, proxy_id: UUID) -> HttpResponse:
    """What is entrusted; then, with the card, taking it on."""
    visit, now = resident_of(request), _now()
    if request.session.get(_OFFERED) != proxy_id.hex:
        raise Http404
    proxy = Proxy.objects.filter(pk=proxy_id).first()
    if proxy is None:
        raise Http404
    here = reverse("proxy-accept", args=[proxy_id])
    if request.method == "POST":
        return SeeOther(here + "?card=1")
    if "card" in request.GET:
        proof = require_card(
            request, f"proxy-accept-{proxy_id.hex}", words="代理人を引き受ける", back_to=here + "?card=1"
        )
        if isinstance(proof, HttpResponse):
            return proof
        try:
            granting.accept(proxy_id, visit.account, now=now)
        except NotGranted as refused:
            raise _page(refused.fault) from None
        del request.session[_OFFERED]
        return SeeOther(reverse("proxies") + "?done=accepted")
    return page(request, "portal/proxies/accept.html", visit, _facts(proxy))


@resident_only
@require_safe
def one(request: HttpRequest, proxy_id: UUID) -> HttpResponse:
    """One proxy: what it covers, and everything that was done. Both sides see the same lines."""
    visit, now = resident_of(request), _now()
    proxy, party = _mine(request, proxy_id)
    lines = Paginator(proxy.events.order_by("-at", "-pk"), LINES_A_PAGE).get_page(request.GET.get("page"))
    titles = _titles(now)
    rows = [
        [
            each.at,
            each.get_by_display(),
            Chip(each.get_deed_display(), ChipKind.WARN if each.deed == Deed.REFUSED else ChipKind.NEUTRAL),
            _what(each.what, titles) if each.what else None,
        ]
        for each in lines
    ]
    headings = [say("日時", "When"), say("だれが", "Who"), say("なにを", "What"), say("どのページ", "Page")]
    live = granting.is_live(proxy, now)
    is_person = party is Party.PERSON
    context = _facts(proxy) | {
        "chip": _chip(proxy, now),
        "table": Table.build(say("記録（新しい順）", "Record, newest first"), headings, rows),
        "page": lines,
        "is_person": is_person,
        "may_end": proxy.ended_at is None and (not is_person or proxy.kind == Kind.VOLUNTARY),
        "may_renew": is_person
        and live
        and proxy.kind == Kind.VOLUNTARY
        and proxy.until is not None
        and (proxy.until - granting.today_of(now)).days <= granting.RENEW_WITHIN_DAYS,
        "may_act": not is_person and live,
        "refusal": claiming.refusal_of(proxy),
        "office": bodies.name_of(proxy.by_office) if proxy.by_office else "",
        "is_asked": proxy.accepted_at is None and proxy.ended_at is None and proxy.asked_at is not None,
        "waits": is_person
        and proxy.kind == Kind.VOLUNTARY
        and proxy.accepted_at is None
        and proxy.ended_at is None,
    }
    return page(request, "portal/proxies/one.html", visit, context)


def _titles(now: datetime) -> dict[str, str]:
    """Every procedure of today by its id."""
    spoke = spoken()
    return {each.id: each.title.in_language(spoke) for each in catalogue().on(granting.today_of(now))}


def _what(what: str, titles: dict[str, str]) -> str:
    """A page or a procedure, in words."""
    kind, _, ident = what.partition(":")
    return titles.get(ident, ident) if kind == "procedure" else page_words(what)


def _facts(proxy: Proxy) -> dict[str, object]:
    titles = _titles(_now())
    return {
        "proxy": proxy,
        "person_called": granting.person_called(proxy),
        "proxy_called": granting.proxy_called(proxy),
        "functions": [Function(each).label for each in proxy.functions],
        "procedures": [titles.get(each, each) for each in proxy.procedures],
    }


@resident_only
@require_POST
def end(request: HttpRequest, proxy_id: UUID) -> HttpResponse:
    """Over at once, by either side."""
    try:
        granting.end(proxy_id, resident_of(request).account, now=_now())
    except NotGranted as refused:
        raise _page(refused.fault) from None
    return SeeOther(reverse("proxies") + "?done=ended")


@resident_only
@require_POST
def renew(request: HttpRequest, proxy_id: UUID) -> HttpResponse:
    """Another year."""
    try:
        granting.renew(proxy_id, resident_of(request).account, now=_now())
    except NotGranted as refused:
        raise _page(refused.fault) from None
    return SeeOther(reverse("proxy", args=[proxy_id]))


@resident_only
@require_http_methods(["GET", "HEAD", "POST"])
def represent(request: HttpRequest) -> HttpResponse:
    """A parent or guardian says whom they represent; an office confirms it."""
    now = _now()
    form = RepresentationForm(
        request.POST if request.method == "POST" else None, today=granting.today_of(now)
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            proxy = claiming.request(
                resident_of(request).account,
                Kind(given["kind"]),
                called=given["called"],
                claimed=kept.Claimed(given["name"], given["birth"]),
                now=now,
            )
        except NotGranted as refused:
            form.add_error(None, _words(refused.fault))
        else:
            return SeeOther(reverse("proxy-claim", args=[proxy.pk]))
    return _with_form(request, "portal/proxies/represent.html", form)


@resident_only
@never_kept
@require_safe
def claim(request: HttpRequest, proxy_id: UUID) -> HttpResponse:
    """With the card, which says who the representative is, the claim goes to the office."""
    visit = resident_of(request)
    if not Proxy.objects.filter(
        pk=proxy_id, proxy=visit.account, kind__in=claiming.BY_LAW, asked_at=None, ended_at=None
    ).exists():
        raise Http404
    proof = require_card(
        request,
        f"proxy-claim-{proxy_id.hex}",
        words="子や被後見人の代理人であることを、市区町村に届け出る",
        attributes=tuple(Attribute),
    )
    if isinstance(proof, HttpResponse):
        return proof
    representative = proof.attributes.four_attributes() if proof.attributes else None
    try:
        if representative is None:
            raise NotGranted(Fault.NO_DAY_OF_BIRTH)
        claiming.claim(proxy_id, visit.account, representative, now=_now())
    except NotGranted as refused:
        raise _page(refused.fault) from None
    return SeeOther(reverse("proxies") + "?done=claimed")


@resident_only
@require_POST
def take_over(request: HttpRequest, ident: UUID) -> HttpResponse:
    """The represented person goes on with what a proxy made (自分で続ける)."""
    now = _now()
    held = filing.of_visitor(request, resident_of(request), now=now).select_for_update(of=("self",))
    application = held.filter(pk=ident, editing=True, filing__isnull=False).first()
    if application is None:
        raise Http404
    filing.take_over(application, now=now)
    return SeeOther(reverse("application", args=[ident]))


# --- acting --------------------------------------------------------------------------------------------------------


@resident_only
@require_POST
def act(request: HttpRequest, proxy_id: UUID) -> HttpResponse:
    """From here on for somebody else."""
    try:
        acting.begin(request, resident_of(request), proxy_id, now=_now())
    except NotGranted:
        raise Http404 from None
    return SeeOther(reverse("proxies-acting"))


@resident_only
@require_safe
def acting_page(request: HttpRequest) -> HttpResponse:
    """What may be done now, for whom."""
    visit, now = resident_of(request), _now()
    proxy = acting.current(request, visit, now=now)
    if proxy is None:
        return SeeOther(reverse("proxies"))
    places = [(Function(each).label, _address(Function(each))) for each in proxy.functions]
    titles = dict(procedure_choices(granting.today_of(now)))
    begin = [
        (titles[each], reverse("procedure-begin", args=[each])) for each in proxy.procedures if each in titles
    ]
    context = {"places": places, "begin": begin, "finds": proxy.kind != Kind.VOLUNTARY}
    return page(request, "portal/proxies/acting.html", visit, _facts(proxy) | context)


def _address(function: Function) -> str:
    if function not in _PLACES:
        return ""
    try:
        return reverse(_PLACES[function])
    except NoReverseMatch:
        return ""


@resident_only(level=Level.PASSKEY)
@require_POST
def stop(request: HttpRequest) -> HttpResponse:
    """Back to one's own affairs."""
    acting.stop(request, resident_of(request), now=_now())
    return SeeOther(reverse("proxies") + "?done=stopped")


def _with_form(request: HttpRequest, template: str, form: object) -> HttpResponse:
    visit: Visit = resident_of(request)
    response = page(
        request, template, visit, {"form": form, "number": kept.grouped(kept.personal_number(visit.account))}
    )
    response.status_code = REJECTED if request.method == "POST" else 200
    return response


def _words(fault: Fault) -> str:
    return {
        Fault.TOO_MANY: say("これ以上は登録できません（5件まで）。", "No more than five are possible."),
        Fault.NO_FUNCTION: say("まかせることを選んでください。", "Choose what to entrust."),
        Fault.BAD_PERIOD: say("期間は、きょうから1年以内にしてください。", "The period is a year at most."),
        Fault.ONESELF: say(
            "あなた自身の番号です。代理人の番号を入力してください。", "This is your own number."
        ),
        Fault.NOT_THERE: say(
            "この番号では引き受けられません。番号と、期限、あなたに向けたものかを確かめてください。",
            "This code cannot be accepted. Check it, its term, and whether it is meant for you.",
        ),
        Fault.TOO_OFTEN: say(
            "まちがいが続いたため、1時間後にもう一度試してください。",
            "Too many wrong codes; try again in an hour.",
        ),
        Fault.NOT_YET: say(
            "延ばせるのは、終わりの60日前からです。", "Renewal is possible in the last 60 days."
        ),
        Fault.NO_OFFICE: say(
            "あなたの住所の市区町村は、ここで代理の確認を受け付けていません。窓口で申し出てください。",
            "Your municipality does not take part here. Ask at its counter.",
        ),
        Fault.NO_DAY_OF_BIRTH: say(
            "カードから氏名・住所・生年月日がそろって読めませんでした。窓口で申し出てください。",
            "Your card does not tell name, address and full date of birth. Ask at the counter.",
        ),
        Fault.BY_LAW: say(
            "法定代理は、ここでは終わらせられません。役所に届け出てください。", "By law: tell the office."
        ),
    }[fault]


def _page(fault: Fault) -> PageRefused:
    status = 404 if fault is Fault.NOT_THERE else 409
    return PageRefused(
        "この操作はできません",
        _words(fault),
        "代理のページで、いまの状態を確かめてください。",
        reason=fault.value,
        status=status,
        english=Said("This cannot be done", _words(fault), ("See on the page 'Proxies' how it stands.",)),
        easy=Said("できません", _words(fault), ("「かわり」の ページで、いまの ようすを 見て ください。",)),
    )
