"""What the pages of applications share: whose an application is, whether it is open, what every page says of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse

from mynumber.institutions.portal.account.sessions import resident_of
from mynumber.institutions.portal.applications import bodies, drafts, showing
from mynumber.institutions.portal.applications.models import Application
from mynumber.institutions.portal.proxies import filing
from mynumber.webkit.errors import PageRefused
from mynumber.webkit.face.errors import Said
from mynumber.webkit.face.language import spoken

DOCUMENTS: Final = "documents"
"""Mark of a draft whose page of papers was gone through."""


def moment() -> datetime:
    """Now."""
    return datetime.now(UTC)


def own(request: HttpRequest, ident: UUID, *, lock: bool = False) -> Application:
    """The visitor's own application, or one that they make for somebody else. Raises Http404 for another's, as for none; PageRefused."""
    visit = resident_of(request)
    found = filing.find(request, visit, ident, now=moment(), lock=lock)
    if found is None:
        filing.require_other_person(request, visit, ident)
        raise Http404
    return found


def editable(request: HttpRequest, ident: UUID, *, lock: bool = False) -> Application:
    """The same while its answers may be changed. Raises Http404, PageRefused."""
    application = own(request, ident, lock=lock)
    if not application.editing:
        raise closed(application)
    filing.require_own_hand(request, application)
    return application


def closed(application: Application) -> PageRefused:
    """Why it cannot be changed now."""
    if application.at_counter:
        return PageRefused(
            "いまは窓口にあります",
            f"この申請は、{application.at_counter}が、あなたと一緒に記入しています。",
            "申請のページの「自分で続ける」で、こちらに引き取れます。",
            reason="at_counter",
            status=409,
            english=Said(
                "The counter has it now",
                f"{application.at_counter} fills it in with you.",
                ("Take it back with 'Go on by yourself' on the page of the application.",),
            ),
            easy=Said(
                "いま まどぐちに あります",
                f"{application.at_counter}で 書いて います。",
                ("「じぶんで つづける」で ここに もどせます。",),
            ),
        )
    return PageRefused(
        "いまは変更できません",
        "この申請は送ったあとです。入力の画面は閉じています。",
        "申請のページで、いまの状態と、できることを確かめてください。",
        reason="not_open",
        status=409,
        english=Said(
            "This cannot be changed now",
            "The application was sent; its form is closed.",
            ("See on its page how it stands and what you can do.",),
        ),
        easy=Said(
            "いまは かえられません",
            "もう おくりました。",
            ("申請の ページで、いまの ようすを 見て ください。",),
        ),
    )


def not_usable(sentence: str) -> PageRefused:
    """A delivered document of it does not hold any more; `sentence` in the visitor's language."""
    back = "申請の「書類」のページで、この書類を取り除いてください。入力した内容は残っています。"
    return PageRefused(
        "付けた書類が使えなくなりました",
        sentence,
        back,
        reason="document_not_usable",
        english=Said(
            "An attached document can no longer be used",
            sentence,
            ("Take it out on the page 'Papers' of your application. What you entered is kept.",),
        ),
        easy=Said(
            "つけた 書類が つかえなく なりました",
            sentence,
            ("「書類」の ページで、とって ください。書いた ことは のこって います。",),
        ),
    )


def set_of(application: Application) -> UUID | None:
    """The set of a life event that it is done in, while that is open."""
    return application.bundle_parts.filter(bundle__live=True).values_list("bundle_id", flat=True).first()


def words_of(application: Application) -> dict[str, object]:
    """What every page of an application says of it."""
    procedure = drafts.procedure_of(application)
    return {
        "application": application,
        "procedure": procedure,
        "title": procedure.title.in_language(spoken()),
        "chip": showing.chip_of(application),
        "body_name": bodies.name_of(application.body) if application.body else "",
        "for_another": filing.words_of(application),
        "set": set_of(application),
    }


def download(content: bytes, media_type: str, name: str) -> HttpResponse:
    """A file to keep, never shown as a page of this site."""
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
