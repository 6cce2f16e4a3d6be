"""Pages of certificates of employment: the applicant asks, the employer opens with link and code, fills, checks and sends, without an account."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Final
from uuid import UUID

from django import forms as django_forms
from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from mynumber.foundation.numbers import MalformedNumber
from mynumber.institutions.portal.account.pages import page
from mynumber.institutions.portal.account.sessions import SeeOther, resident_of
from mynumber.institutions.portal.applications import drafts, kept
from mynumber.institutions.portal.applications.models import Application
from mynumber.institutions.portal.employers import certifying, inviting
from mynumber.institutions.portal.employers.certifying import CannotOpen, Why
from mynumber.institutions.portal.employers.inviting import Worker
from mynumber.institutions.portal.employers.models import Invitation
from mynumber.webkit.access import public, resident_only
from mynumber.webkit.environment import origin
from mynumber.webkit.errors import PageRefused, Said
from mynumber.webkit.face.fields import WidthTolerantField
from mynumber.webkit.face.forms import PlainForm
from mynumber.webkit.face.journey import AnswerGroup, Course, Leg
from mynumber.webkit.face.language import say, say_later, spoken
from mynumber.webkit.filling import showing
from mynumber.webkit.filling.content import read
from mynumber.webkit.filling.pages import REJECTED, blank, section_context, sections, take_page
from mynumber.webkit.headers import never_kept

_OPENED: Final = "employer"
"""Under this the session holds which invitation its browser opened."""
_REFUSALS: Final = {
    Why.WRONG: (
        "リンクか番号が違います",
        "この番号では開けません。",
        "従業員のかたから受け取ったリンクと番号を、もう一度確かめてください。",
        404,
        Said(
            "The link or the code is wrong",
            "This does not open.",
            ("Check the link and the code that your employee gave you.",),
        ),
        Said(
            "リンクか 番号が ちがいます",
            "この 番号では ひらけません。",
            ("はたらいて いる 人から もらった リンクと 番号を 見て ください。",),
        ),
    ),
    Why.LOCKED: (
        "この依頼は使えなくなりました",
        "違う番号が続けて入力されたため、安全のため閉じました。",
        "従業員のかたに、新しい依頼を作ってもらってください。",
        403,
        Said(
            "This request is closed",
            "Too many wrong codes were entered.",
            ("Ask your employee for a new request.",),
        ),
        Said(
            "もう つかえません",
            "ちがう 番号が つづいたので、とじました。",
            ("はたらいて いる 人に、新しい おねがいを つくって もらって ください。",),
        ),
    ),
    Why.EXPIRED: (
        "この依頼の期限が過ぎました",
        "依頼には期限があります。",
        "従業員のかたに、新しい依頼を作ってもらってください。",
        410,
        Said(
            "This request has run out", "Requests have a last day.", ("Ask your employee for a new request.",)
        ),
        Said(
            "時間が すぎました",
            "この おねがいは おわりました。",
            ("はたらいて いる 人に、新しい おねがいを つくって もらって ください。",),
        ),
    ),
    Why.USED: (
        "この依頼は済んでいます",
        "就労証明書は、もう送られています。一つの依頼で送れるのは一度だけです。",
        "直すところがあるときは、従業員のかたに新しい依頼を作ってもらってください。",
        410,
        Said(
            "This request is done",
            "The certificate was sent already. A request is answered once.",
            ("If something has to be corrected, ask your employee for a new request.",),
        ),
        Said(
            "もう おわって います",
            "就労証明書は もう おくりました。",
            ("なおす ときは、はたらいて いる 人に 新しい おねがいを つくって もらって ください。",),
        ),
    ),
}


def _now() -> datetime:
    return datetime.now(UTC)


# --- the applicant ------------------------------------------------------------------------------------------------


class NameForm(PlainForm):
    """For whom the employer is asked, as the employer knows them."""

    name = django_forms.CharField(
        max_length=100,
        label=say_later("勤め先に見せる氏名", "Name shown to the employer", "会社に 見せる 名前"),
    )


@resident_only
@require_http_methods(["GET", "HEAD", "POST"])
def asking(request: HttpRequest, ident: UUID) -> HttpResponse:
    """Whom to ask, what came back; POST makes a link with a code, which this page shows once."""
    now = _now()
    held = (
        Application.objects.select_for_update().filter(pk=ident, account=resident_of(request).account).first()
    )
    if held is None:
        raise Http404
    certifying.join_waiting(held, now=now)
    reading = drafts.reading_of(held, kept.content_of(held), now=now)
    listed = inviting.workers(held, reading)
    if not listed:
        raise Http404
    made: tuple[Invitation, str] | None = None
    bad: tuple[str, NameForm] | None = None
    if request.method == "POST":
        worker = next((each for each in listed if each.person == request.POST.get("person")), None)
        if worker is None:
            raise Http404
        form = NameForm(request.POST, auto_id=f"id_{worker.person}_%s")
        if form.is_valid():
            try:
                made = inviting.invite(held, worker, form.cleaned_data["name"], now=now)
            except drafts.NotOpen:
                raise _closed() from None
            held.refresh_from_db()
            reading = drafts.reading_of(held, kept.content_of(held), now=now)
            listed = inviting.workers(held, reading)
        else:
            bad = (worker.person, form)
    rows = [
        (
            worker,
            bad[1]
            if bad and bad[0] == worker.person
            else NameForm(initial={"name": worker.name}, auto_id=f"id_{worker.person}_%s"),
            _standing(worker, now),
            _source(worker),
        )
        for worker in listed
    ]
    context: dict[str, object] = {
        "application": held,
        "title": reading.procedure.title.in_language(spoken()),
        "rows": rows,
        "bad": bad[1] if bad else None,
        "days": inviting.VALIDITY.days,
    }
    if made is not None:
        invitation, code = made
        context |= {
            "code": "-".join(code[at : at + 4] for at in range(0, len(code), 4)),
            "link": origin(settings.PUBLIC_URL) + reverse("employer", args=[invitation.pk]),
            "made_for": invitation.person,
        }
    response = page(request, "portal/employers/asking.html", resident_of(request), context)
    response.status_code = REJECTED if bad else 200
    return response


def _standing(worker: Worker, now: datetime) -> str:
    """Where an invitation stands: a word for the template."""
    invitation = worker.invitation
    if invitation is None:
        return ""
    if invitation.joined_at:
        return "joined"
    if invitation.answered_at:
        return "answered"
    if invitation.tries >= certifying.MOST_TRIES:
        return "locked"
    return "expired" if now >= invitation.until else "waiting"


def _source(worker: Worker) -> str:
    invitation = worker.invitation
    if invitation is None or invitation.answered_at is None:
        return ""
    return certifying.source_words(invitation, certifying.filled_of(invitation))


def _closed() -> PageRefused:
    return PageRefused(
        "いまは頼めません",
        "この申請は送ったあとです。",
        "申請のページで「内容を変更する」を選ぶと、頼めます。",
        reason="not_open",
        english=Said(
            "This cannot be asked now",
            "The application was sent.",
            ("Choose 'Change it' on the application's page; then you can ask.",),
        ),
        easy=Said(
            "いまは たのめません",
            "もう おくりました。",
            ("申請の ページの「なおす」を おすと、たのめます。",),
        ),
    )


# --- the employer -------------------------------------------------------------------------------------------------


class OpenForm(PlainForm):
    """The code that the employee gave, and who the employer is."""

    code = WidthTolerantField(
        label=say_later("番号", "Code", "番号"),
        pattern=r"[0-9A-Za-z]{12}",
        form=("英数字12文字", "12 letters and digits"),
        example="ABCD-EFGH-2345",
        upper=True,
    )
    corporate_number = WidthTolerantField(
        label=say_later("法人番号", "Corporate number", "法人番号"),
        pattern=r"[0-9]{13}",
        form=("数字13桁", "13 digits"),
        example="7000012050002",
        required=False,
    )
    no_number = django_forms.BooleanField(
        required=False,
        label=say_later(
            "法人番号がない（個人事業主など）", "No corporate number (sole proprietor)", "法人番号が ない"
        ),
    )

    def clean(self) -> dict[str, object]:
        """A number, or that there is none."""
        data: dict[str, object] = super().clean() or self.cleaned_data
        number = data.get("corporate_number")
        if not number and not data.get("no_number") and "corporate_number" not in self.errors:
            self.add_error(
                "corporate_number",
                say(
                    "法人番号を入力してください。",
                    "Enter the corporate number.",
                    "法人番号を 書いて ください。",
                ),
            )
        return data


@public  # an employer has no account; link and code are the key
@never_kept
@transaction.non_atomic_requests  # a wrong code is counted whatever follows
@require_http_methods(["GET", "HEAD", "POST"])
def opening(request: HttpRequest, ident: UUID) -> HttpResponse:
    """Enter the code."""
    form = OpenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        number = "" if form.cleaned_data["no_number"] else form.cleaned_data["corporate_number"] or ""
        try:
            certifying.open_with(ident, form.cleaned_data["code"], number, now=_now())
        except MalformedNumber:
            form.add_error(
                "corporate_number",
                say(
                    "法人番号が正しくありません。13桁をもう一度確かめてください。",
                    "This is no corporate number. Check the 13 digits.",
                    "法人番号が ちがいます。",
                ),
            )
        except CannotOpen as refused:
            raise _refused(refused.why) from None
        else:
            request.session[_OPENED] = str(ident)
            first = certifying.form_of(_now()).section[0].id
            return SeeOther(reverse("employer-section", args=[ident, first]))
    response = page(request, "portal/employers/opening.html", None, {"form": form})
    response.status_code = REJECTED if request.method == "POST" else 200
    return response


def _refused(why: Why) -> PageRefused:
    title, what, advice, status, english, easy = _REFUSALS[why]
    return PageRefused(
        title,
        what,
        advice,
        reason=f"invitation_{why.value}",
        status=status,
        english=english,
        easy=easy,
    )


def _opened(request: HttpRequest, ident: UUID) -> Invitation:
    """The invitation that this browser opened. Raises PageRefused."""
    held = Invitation.objects.filter(pk=ident).first()
    if held is None or request.session.get(_OPENED) != str(ident):
        raise _refused(Why.WRONG)
    try:
        certifying.require_open(held, now=_now())
    except CannotOpen as refused:
        raise _refused(refused.why) from None
    return held


@public  # opened by link and code, which the session holds
@never_kept
@require_http_methods(["GET", "HEAD", "POST"])
def section(request: HttpRequest, ident: UUID, section_id: str) -> HttpResponse:
    """One page of the certificate."""
    now, held = _now(), _opened(request, ident)
    filled = certifying.filled_of(held)
    reading, content = certifying.reading_of(filled, now=now)
    pages = sections(reading.procedure)
    place = next((at for at, (each, _) in enumerate(pages) if each.id == section_id), None)
    if place is None:
        raise Http404
    one, fields = pages[place]
    today = drafts.today_of(now)
    if request.method == "POST":
        taken = take_page(
            fields,
            reading,
            content,
            request.POST,
            read=partial(read, reading.procedure, today=today),
            today=today,
        )
        form = taken.form
        filled.typed = content.typed
        filled.seen = sorted({*filled.seen, one.id})
        try:
            certifying.save(held, filled)
        except CannotOpen as refused:
            raise _refused(refused.why) from None
        if taken.changed or (taken.valid and taken.more):
            return SeeOther(reverse("employer-section", args=[ident, one.id]))
        if taken.valid:
            if place + 1 < len(pages):
                return SeeOther(reverse("employer-section", args=[ident, pages[place + 1][0].id]))
            return SeeOther(reverse("employer-check", args=[ident]))
    else:
        form = blank(fields, reading, content, today=today)
    legs = [
        Leg(each.title.in_language(spoken()), reverse("employer-section", args=[ident, each.id]))
        for each, _ in pages
    ]
    context = {
        "invitation": held,
        "worker": inviting.worker_name(held),
        "section": one.title.in_language(spoken()),
        "course": Course.at(place + 1, [*legs, Leg(say("確かめて送る", "Check and send"))]),
    } | section_context(form)
    response = page(request, "portal/employers/section.html", None, context)
    response.status_code = REJECTED if request.method == "POST" else 200
    return response


@public  # opened by link and code, which the session holds
@never_kept
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, ident: UUID) -> HttpResponse:
    """Check the certificate; POST sends it, once."""
    now, held = _now(), _opened(request, ident)
    filled = certifying.filled_of(held)
    reading, content = certifying.reading_of(filled, now=now)
    if request.method == "POST":
        try:
            certifying.send(held, now=now)
        except CannotOpen as refused:
            raise _refused(refused.why) from None
        except drafts.NotOpen:
            return SeeOther(reverse("employer-check", args=[ident]))
        del request.session[_OPENED]
        return page(request, "portal/employers/sent.html", None, {"invitation": held})
    groups = []
    for each, fields in sections(reading.procedure):
        url = reverse("employer-section", args=[ident, each.id])
        for title, lines in showing.answers_of(fields, reading, content, change=url):
            whole = each.title.in_language(spoken())
            groups.append(AnswerGroup(f"{whole}：{title}" if title else whole, lines))
    context = {
        "invitation": held,
        "worker": inviting.worker_name(held),
        "groups": groups,
        "ready": reading.is_complete,
        "missing": [
            (each.title.in_language(spoken()), reverse("employer-section", args=[ident, each.id]))
            for each, fields in sections(reading.procedure)
            if {field.id for field in fields}
            & {problem.path.split(".")[0] for problem in reading.all_problems}
        ],
    }
    return page(request, "portal/employers/check.html", None, context)
