"""Pages of my information: what there is, the values as they come in, files of them, and what to do where something is wrong.

A page with values is an answer to a form and lives in the browser alone; whoever reloads it asks anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mynumber.foundation.facts import Period
from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.account.pages import page
from mynumber.institutions.portal.account.sessions import SeeOther, Visit, resident_of
from mynumber.institutions.portal.account.words import no_code_yet
from mynumber.institutions.portal.information import asking, cases, exporting, looking, showing, subjects
from mynumber.institutions.portal.information.asking import Person
from mynumber.institutions.portal.information.cases import About, AlreadyOpen
from mynumber.institutions.portal.information.exporting import NotThisPage, TooLarge
from mynumber.institutions.portal.information.forms import BadChoice, CaseForm, wants_of
from mynumber.institutions.portal.information.looking import Seen, Want
from mynumber.institutions.portal.information.models import OwnCase, OwnInquiry
from mynumber.institutions.portal.information.subjects import label_of
from mynumber.protocols.exchange import Outcome
from mynumber.protocols.information import INVENTORY, CaseKind
from mynumber.protocols.refusal import Reason, Refused
from mynumber.webkit import logs
from mynumber.webkit.access import public, resident_only
from mynumber.webkit.environment import origin
from mynumber.webkit.errors import PageRefused, Said
from mynumber.webkit.face.language import SOURCE, say
from mynumber.webkit.face.parts import Cell, Link, Table
from mynumber.webkit.messages import this_node

HERE = "<!-- answers -->"
"""Where the answers of a page go that is sent as they come in."""
LATEST = 20
_log = logs.get_logger(__name__)


def _now() -> datetime:
    return datetime.now(UTC)


@resident_only
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What can be seen here; what was asked and said before, without a value."""
    visit = resident_of(request)
    context: dict[str, object] = {
        "subjects": subjects.ALL,
        "cases": _case_rows(visit.account),
        "asked": _asked_table(visit.account),
        "waiting": [
            (row, label_of(row.information), this_node().directory.name(row.provider))
            for row in OwnInquiry.objects.filter(account=visit.account, outcome=Outcome.WAITING.value)
        ],
    }
    if visit.account.code is None:
        context["needs_code"] = no_code_yet()
    return page(request, "portal/information/overview.html", visit, context)


@resident_only
@transaction.non_atomic_requests
@require_http_methods(["GET", "HEAD", "POST"])
def held(request: HttpRequest) -> HttpResponse:
    """Which institutions hold which information about the resident: asked now, by subject, to choose from."""
    if request.method != "POST":
        return SeeOther(reverse("information"))
    visit, now = resident_of(request), _now()
    person = _person(visit)
    try:
        found = asking.holders(person)
    except Refused as refused:
        raise _no_answer(refused) from None
    providers = [holder.member for holder in found.holders]
    names = dict(looking.names(this_node(), [*providers, *found.not_known]))
    seen = list(looking.list_held(visit.account, person, providers, now=now))
    unknown = say(
        "持っているかどうかを、いま確かめられません。",
        "Whether it holds anything cannot be found out now.",
        "いま わかりません。",
    )
    listed = showing.by_subject(seen, names, subjects.ALL, now)
    context = {
        "listed": listed,
        "answered": [names[one.provider] for one in seen if one.outcome is Outcome.PROVIDED],
        "nothing": [names[one.provider] for one in seen if one.outcome is Outcome.NO_DATA],
        "silent": [
            *((names[one.provider], showing.why_not(one)) for one in seen if _is_silent(one)),
            *((names[one], unknown) for one in found.not_known),
        ],
        "now": now,
    }
    return page(request, "portal/information/held.html", visit, context)


@resident_only
@transaction.non_atomic_requests
@require_http_methods(["GET", "HEAD", "POST"])
def values(request: HttpRequest) -> HttpResponseBase:
    """The values that were chosen, sent as they come in; the page says how many there are still to come."""
    if request.method != "POST":
        return SeeOther(reverse("information"))
    visit, now = resident_of(request), _now()
    person = _person(visit)
    try:
        wants = wants_of(_chosen(request), this_node().directory)
    except BadChoice:
        raise PageRefused(
            "選んだものを読み取れません",
            "送られた内容が、一覧にあるものと合いませんでした。",
            "一覧からもう一度選んでください。",
            reason="bad_choice",
            status=400,
            english=Said(
                "Your choice could not be read",
                "What was sent is not in the list.",
                ("Choose from the list again.",),
            ),
            easy=Said(
                "えらんだ ものが わかりません",
                "リストに ない ものです。",
                ("もう いちど えらんで ください。",),
            ),
        ) from None
    if not wants:
        raise PageRefused(
            "取り寄せる情報が選ばれていません",
            "一つも選ばれていません。",
            "前のページに戻って、一つ以上選んでください。",
            reason="nothing_chosen",
            status=422,
            english=Said(
                "Nothing was chosen",
                "Not one kind of information was chosen.",
                ("Go back and choose at least one.",),
            ),
            easy=Said(
                "なにも えらんで いません",
                "1つも えらんで いません。",
                ("もどって、1つ えらんで ください。",),
            ),
        )
    names = dict(looking.names(this_node(), [want.provider for want in wants]))
    context = {"visit": visit, "count": len(wants), "now": now}
    get_token(request)  # the form at the end of the page is made when the cookies are already on their way
    head, tail = render_to_string("portal/information/values.html", context, request).split(HERE)

    language = translation.get_language()

    def rendered(template: str, context: dict[str, object]) -> str:
        with translation.override(language):  # the middleware's choice ends with the view
            return render_to_string(template, context, request)

    def parts() -> Iterator[str]:
        yield head
        seen: list[Seen] = []
        for one in _looked(visit.account, person, wants, now):
            seen.append(one)
            with translation.override(language):
                shown = showing.show(one, len(seen), institution=names[one.provider], now=now)
            yield rendered("portal/information/answer.html", {"one": shown, "count": len(wants)})
        yield rendered("portal/information/files.html", _files(seen, names, person, now))
        yield tail

    response = StreamingHttpResponse(parts())
    response["X-Accel-Buffering"] = "no"  # fronts send on what is there
    return response


def _looked(account: Account, person: Person, wants: list[Want], now: datetime) -> Iterator[Seen]:
    """The answers. A fault on the way ends the page with what could not be told, not in the middle of a word."""
    left = len(wants)
    try:
        for seen in looking.look(account, person, wants, now=now):
            left -= 1
            yield seen
    except Exception as error:  # noqa: BLE001 - the head of the page is sent: what went wrong can only be said in it
        _log.error("a page with values broke off", exception=logs.outline(error))
        for want in wants[len(wants) - left :]:
            yield Seen(uuid4(), want.provider, want.information, Outcome.OPEN, reason=Reason.UNAVAILABLE)


def _files(seen: list[Seen], names: dict[str, str], person: Person, now: datetime) -> dict[str, object]:
    """What the form for files carries."""
    try:
        made = exporting.document(seen, names, schema=_schema_address(), now=now)
        return {"carried": exporting.carry(made, visit=person.proof.visit)}
    except TooLarge:
        return {"carried": ""}


@resident_only
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """The page that the resident has before them as a file. Nothing is asked and nothing is kept: the form brought it."""
    visit = resident_of(request)
    person = _person(visit)
    try:
        made = exporting.carried(request.POST.get("carried", ""), visit=person.proof.visit)
    except NotThisPage:
        raise PageRefused(
            "このページは書き出せません",
            "サインインし直したか、別のページの内容が送られました。",
            "わたしの情報から取り寄せ直し、同じページのボタンで書き出してください。",
            reason="other_page",
            status=400,
            english=Said(
                "This page cannot be exported",
                "You have signed in anew, or the content of another page was sent.",
                ("Fetch it again in 'My information', and use the button of that page.",),
            ),
            easy=Said(
                "この ページは ファイルに できません",
                "ちがう ページです。",
                ("「わたしの じょうほう」で もう いちど 見て ください。",),
            ),
        ) from None
    if request.POST.get("format") == "pdf":
        with translation.override(SOURCE):  # papers are in the language of the offices
            content = exporting.as_pdf(made, about=uuid4(), person=person.code)
        return _file(content, "application/pdf", "watashi-no-joho.pdf")
    return _file(exporting.as_json(made), "application/json", "watashi-no-joho.json")


@public  # the shape of a file, nobody's data
@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """The JSON Schema of the file."""
    return HttpResponse(exporting.schema(_schema_address()), content_type="application/schema+json")


@resident_only
@transaction.non_atomic_requests
@require_POST
def waiting(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Ask what came of something that waited for a person at the provider, and show it."""
    visit, now = resident_of(request), _now()
    row = OwnInquiry.objects.filter(
        account=visit.account, pk=request_id, outcome=Outcome.WAITING.value
    ).first()
    if row is None:
        raise Http404
    person = _person(visit)
    try:
        seen = looking.look_again(row)
    except Refused as refused:
        raise _no_answer(refused) from None
    names = dict(looking.names(this_node(), [row.provider]))
    shown = showing.show(seen, 1, institution=names[row.provider], now=now)
    context = {"count": 1, "now": now, "only": shown, **_files([seen], names, person, now)}
    return page(request, "portal/information/values.html", visit, context)


# --- what is wrong ----------------------------------------------------------------------------------------------------


@resident_only
@transaction.non_atomic_requests
@require_http_methods(["GET", "HEAD", "POST"])
def dispute(request: HttpRequest, request_id: UUID, kind: str) -> HttpResponse:
    """「まちがっている」「私のことではない」: write it, and it goes to the desk of the institution that gave the value."""
    visit, now = resident_of(request), _now()
    row = cases.disputable(visit.account, request_id)
    if row is None or kind not in {CaseKind.WRONG, CaseKind.NOT_ME}:
        raise Http404
    wanted = CaseKind(kind)
    form = CaseForm(
        request.POST if request.method == "POST" else None,
        label=say("そう思うわけ", "Why you think so", "りゆう") if wanted is CaseKind.NOT_ME else "",
    )
    period = request.POST.get("period") or (row.given[0] if len(row.given) == 1 else "")
    if request.method == "POST" and form.is_valid():
        about = About(
            institution=row.provider,
            inquirer="portal",
            request_id=row.pk,
            information=row.information,
            period=period if period in row.given else None,
        )
        return _sent(visit.account, wanted, about, form.cleaned_data["words"], now)
    context = {
        "form": form,
        "row": row,
        "kind_words": showing.kind_words(kind),
        "is_not_me": wanted is CaseKind.NOT_ME,
        "label": label_of(row.information),
        "institution": this_node().directory.name(row.provider),
        "periods": [(one, Period.parse(one).label_ja) for one in row.given],
        "chosen": period,
    }
    return page_of_form(request, "portal/information/dispute.html", visit, context, form)


def page_of_form(
    request: HttpRequest, template: str, visit: Visit, context: dict[str, object], form: CaseForm
) -> HttpResponse:
    """A page with a form; 422 where it was sent and cannot be taken."""
    response = page(request, template, visit, context)
    response.status_code = 422 if form.is_bound and form.errors else 200
    return response


def _sent(account: Account, kind: CaseKind, about: About, words: str, now: datetime) -> HttpResponse:
    """Keep a case, and send it; one that cannot be sent now goes later."""
    try:
        with transaction.atomic():
            case = cases.write(account, kind, about, words, now=now)
    except AlreadyOpen as already:
        return SeeOther(reverse("own-case", args=[already.case.pk]))
    cases.deliver(case, now=now)
    return SeeOther(reverse("own-case", args=[case.pk]))


def ask_about(account: Account, about: About, words: str, *, now: datetime) -> HttpResponse:
    """Ask an institution about an exchange of this person, which the caller has found in their records. Outside a transaction."""
    return _sent(account, CaseKind.QUESTION, about, words, now)


@resident_only
@require_safe
def case(request: HttpRequest, ident: UUID) -> HttpResponse:
    """One case: the resident's words and its course."""
    visit = resident_of(request)
    found = OwnCase.objects.filter(account=visit.account, pk=ident).first()
    if found is None:
        raise Http404
    institution = this_node().directory.name(found.institution)
    steps = [(one, cases.words_of_step(one)) for one in found.steps.order_by("sequence")]
    context = {
        "case": found,
        "kind_words": showing.kind_words(found.kind),
        "chip": showing.chip_of(found),
        "words": cases.words_of(found),
        "about": cases.about_words(found),
        "institution": institution,
        "course": showing.course_of(found, steps, institution),
        "is_question": found.kind == CaseKind.QUESTION.value,
    }
    return page(request, "portal/information/case.html", visit, context)


# --- parts ------------------------------------------------------------------------------------------------------------


def _person(visit: Visit) -> Person:
    """Who asks. Raises PageRefused while there is no code."""
    person = Person.of(visit)
    if person is None:
        raise PageRefused(
            "取り寄せる準備ができていません",
            no_code_yet(),
            "ホームのページで「符号を受け取る」を押してください。",
            reason="no_code",
            status=503,
            english=Said(
                "Your code has not been delivered yet",
                no_code_yet(),
                ("Press 'Get the code' on the first page.",),
            ),
            easy=Said("まだ 見られません", no_code_yet(), ("ホームで「符号を もらう」を おして ください。",)),
        )
    return person


def _no_answer(refused: Refused) -> PageRefused:
    _log.warning("no answer for a person", hop=refused.hop.value, reason=refused.reason.value)
    if refused.reason is Reason.UNKNOWN_CODE:
        return PageRefused(
            "取り寄せる準備ができていません",
            no_code_yet(),
            "ホームのページで「符号を受け取る」を押してください。",
            reason="no_code",
            status=503,
            english=Said(
                "Your code has not been delivered yet",
                no_code_yet(),
                ("Press 'Get the code' on the first page.",),
            ),
            easy=Said("まだ 見られません", no_code_yet(), ("ホームで「符号を もらう」を おして ください。",)),
        )
    return PageRefused(
        "いまは取り寄せられません",
        "情報提供ネットワークシステムか、情報を持っている機関から、答えを受け取れませんでした。",
        "少し待ってから、もう一度試してください。",
        reason=refused.reason.value,
        status=503,
        hop=refused.hop.label_ja,
        english=Said(
            "This cannot be fetched now",
            "The information network, or the institution that holds it, did not answer.",
            ("Wait a little and try again.",),
        ),
        easy=Said(
            "いまは 見られません",
            "こたえが ありませんでした。",
            ("すこし まって、もう いちど して ください。",),
        ),
    )


def _is_silent(seen: Seen) -> bool:
    return seen.outcome not in {Outcome.PROVIDED, Outcome.NO_DATA}


def _chosen(request: HttpRequest) -> list[str]:
    """What was ticked; with one of the buttons everything, or everything of a subject."""
    offered = request.POST.getlist("have")
    if "all" in request.POST:
        return offered
    subject = request.POST.get("subject")
    if subject:
        return [one for one in offered if one.count("|") == 2 and _subject_of(one) == subject]
    return request.POST.getlist("want")


def _subject_of(choice: str) -> str:
    return subjects.subject_of(choice.split("|")[1]).id


def _case_rows(account: Account) -> Table | None:
    found = list(OwnCase.objects.filter(account=account).order_by("-written_at")[:LATEST])
    if not found:
        return None
    rows: list[list[Cell]] = [
        [
            Link(showing.kind_words(one.kind), reverse("own-case", args=[one.pk])),
            cases.about_words(one),
            one.written_at,
            showing.chip_of(one),
        ]
        for one in found
    ]
    caption = say(
        "わたしの申出と問い合わせ（新しい順）", "My requests and questions, the newest first", "もうしで"
    )
    columns = [
        say("申出", "Request", "もうしで"),
        say("なにについて", "About", "なに"),
        say("書いた日時", "Written", "いつ"),
        say("いまの状態", "State", "いま"),
    ]
    return Table.build(caption, columns, rows)


def _asked_table(account: Account) -> Table | None:
    found = list(
        OwnInquiry.objects.filter(account=account)
        .exclude(information=INVENTORY)
        .order_by("-asked_at")[:LATEST]
    )
    if not found:
        return None
    directory = this_node().directory
    rows: list[list[Cell]] = [
        [
            Link(label_of(one.information), reverse("record", args=["portal", one.pk])),
            directory.name(one.provider),
            "、".join(Period.parse(period).label_ja for period in one.periods) or None,
            one.asked_at,
            Outcome(one.outcome).label_ja
            + (
                say("（あとで訂正されました）", " (corrected later)", "（あとで なおりました）")
                if one.corrected_at
                else ""
            ),
        ]
        for one in found
    ]
    caption = say(
        "最近取り寄せたもの（中身は残していません）",
        "What you fetched lately (values are not kept)",
        "まえに とりよせた もの",
    )
    columns = [
        say("情報", "Information", "なに"),
        say("機関", "Institution", "どこ"),
        say("期間", "Period", "いつの"),
        say("日時", "When", "いつ"),
        say("結果", "Result", "けっか"),
    ]
    return Table.build(caption, columns, rows)


def _schema_address() -> str:
    return origin(settings.PUBLIC_URL) + reverse("information-schema")


def _file(content: bytes, media: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
