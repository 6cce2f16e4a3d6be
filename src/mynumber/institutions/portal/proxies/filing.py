"""Applications that somebody makes for another (代理申請): which of them a visitor sees, by what right, and what both sides read afterwards.

The draft belongs to the represented person's account, and carries who makes it. A proxy sees what they made themself for this person, as far as the grant
goes now; the person sees everything, lets the proxy fill, and may take it over. What a proxy sends is confirmed and signed with the proxy's own card.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from mynumber.foundation.procedures.definition import Procedure
from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.account.sessions import ACTING, Visit
from mynumber.institutions.portal.applications.models import Application
from mynumber.institutions.portal.notices import inbox
from mynumber.institutions.portal.proxies import acting, granting, kept
from mynumber.institutions.portal.proxies.models import Deed, Filing, Function, Kind, Party, Proxy
from mynumber.protocols.notices import Category, Notice
from mynumber.protocols.representation import Representation, RepresentationKind
from mynumber.protocols.residents import FourAttributes
from mynumber.webkit.errors import PageRefused, Said
from mynumber.webkit.face.errors import Problem, problem_page
from mynumber.webkit.face.journey import CardPin, CardTap
from mynumber.webkit.face.language import say


@dataclass(frozen=True, slots=True, repr=False)
class Standing:
    """Who sends an application for its applicant, and by what right. Prints nobody."""

    proxy: FourAttributes
    representation: Representation

    def __repr__(self) -> str:
        return f"Standing({self.representation.kind.value})"


# --- which applications ----------------------------------------------------------------------------------------------


def of_visitor(request: HttpRequest, visit: Visit, *, now: datetime) -> QuerySet[Application]:
    """The applications that this visitor works on: their own, or while acting those that they make for this person within the scope.

    Raises PageRefused when the grant is over or has no applications in it.
    """
    account, grant = acting.subject(request, visit, Function.APPLY, now=now)
    held = Application.objects.select_related("filing__grant").filter(account=account)
    if grant is None:
        return held
    held = held.filter(filing__grant__proxy=visit.holder)
    return held.filter(procedure__in=grant.procedures) if grant.kind == Kind.VOLUNTARY else held


def find(
    request: HttpRequest, visit: Visit, ident: UUID, *, now: datetime, lock: bool = False
) -> Application | None:
    """One of these. The grant under which the visitor acts now is the one that counts: a later one of the same proxy takes the place of one that is over."""
    held = of_visitor(request, visit, now=now).filter(pk=ident)
    found = held.select_for_update(of=("self",)).first() if lock else held.first()
    filing = of(found) if found is not None else None
    grant = acting.current(request, visit, now=now) if filing is not None else None
    if filing is not None and grant is not None and filing.grant_id != grant.pk:
        filing.grant = grant
        filing.save(update_fields=["grant"])
    return found


def of(application: Application) -> Filing | None:
    """Who makes it for the applicant; None where the applicant does."""
    found: Filing | None = getattr(application, "filing", None)
    return found


def require_other_person(request: HttpRequest, visit: Visit, ident: UUID) -> None:
    """Say why an application is not here, where it is the visitor's own or one that they make for somebody else. Raises PageRefused; for a stranger's nothing.

    Two tabs of one browser are in one place: what one chose counts for both.
    """
    is_acting = ACTING in request.session
    theirs = Application.objects.filter(pk=ident, filing__grant__proxy=visit.holder).exists()
    own = is_acting and Application.objects.filter(pk=ident, account=visit.holder).exists()
    if own:
        raise PageRefused(
            "これはあなた自身の申請です",
            "いまは、ほかの人の代わりに操作しています。下書きはそのまま残っています。",
            "先に「代わりの操作を終える」を押してください。",
            reason="own_application",
            status=409,
            english=Said(
                "This is your own application",
                "You are acting for somebody else now. The draft is kept as it is.",
                ("Choose 'Stop acting for them' first.",),
            ),
            easy=Said(
                "これは あなたの 申請です",
                "いま ほかの 人の かわりに して います。下書きは のこって います。",
                ("先に「おわる」を おして ください。",),
            ),
        )
    if theirs:
        raise PageRefused(
            "代理でした申請です",
            "いま操作している人の申請ではありません。または、いまの代理の範囲に入っていません。下書きはそのまま残っています。",
            "「代理」のページで、だれの代わりに操作するかを選び直してください。",
            reason="other_person",
            status=409,
            english=Said(
                "This is an application for somebody else",
                "It is not of the person for whom you act, or it is beyond this proxy. The draft is kept as it is.",
                ("Choose on the page 'Proxies' for whom you act.",),
            ),
            easy=Said(
                "ほかの 人の 申請です",
                "いまの 人の 申請では ありません。下書きは のこって います。",
                ("「かわり」の ページで、だれの かわりか えらんで ください。",),
            ),
        )


def require_own_hand(request: HttpRequest, application: Application) -> None:
    """Of a draft that is to be changed: who makes it is here. Raises PageRefused for the represented person, who takes it over first."""
    if of(application) is not None and ACTING not in request.session:
        raise PageRefused(
            "代理人が作っている申請です",
            "この下書きは、代理人が入力して送ります。下書きはそのまま残っています。",
            "自分で続けるときは、申請のページで「自分で続ける」を押してください。",
            reason="made_by_proxy",
            status=409,
            english=Said(
                "Your proxy makes this application",
                "Your proxy fills this draft in and sends it. It is kept as it is.",
                ("To go on yourself, choose 'Go on by yourself' on the application's page.",),
            ),
            easy=Said(
                "かわりの 人が 書いて います",
                "かわりの 人が 書いて、おくります。下書きは のこって います。",
                ("じぶんで する ときは、「じぶんで つづける」を おして ください。",),
            ),
        )


# --- making one ------------------------------------------------------------------------------------------------------


def refusal(
    request: HttpRequest, visit: Visit, procedure: Procedure, *, now: datetime
) -> HttpResponse | None:
    """Why a visitor who acts for somebody cannot apply for this; it stands in the log of both. None: they may, or act for nobody."""
    if ACTING not in request.session:
        return None
    grant = acting.current(request, visit, now=now)
    if grant is None:
        return problem_page(request, acting.over())
    if not acting.may_apply(grant, procedure.id):
        granting.note(grant, Party.PROXY, Deed.REFUSED, now, f"procedure:{procedure.id}")
        return problem_page(request, acting.beyond())
    if not procedure.takes_proxies(by_law=grant.kind != Kind.VOLUNTARY):
        return problem_page(request, _PERSON_ALONE)
    return None


_PERSON_ALONE = Problem(
    title="代理ではできない手続です",
    what="この手続は、本人だけができます。",
    advice=("本人がマイナポータルか窓口で申請してください。",),
    status=403,
    title_en="Only the person themself may apply",
    reason="person_alone",
    english=Said(
        "Only the person themself may apply",
        "Nobody may do this for another.",
        ("The person applies in the portal or at the counter.",),
    ),
    easy=Said("かわりの 人は できません", "本人だけが できます。", ("本人が して ください。",)),
)


def begun(
    request: HttpRequest, visit: Visit, application: Application, *, is_new: bool, now: datetime
) -> None:
    """Of a draft that a proxy began, or found: it is theirs. Raises PageRefused where somebody else has one for the same right."""
    grant = acting.current(request, visit, now=now)
    if grant is None:
        return
    if is_new:
        Filing.objects.create(application=application, grant=grant)
        granting.note(grant, Party.PROXY, Deed.DRAFTED, now, f"procedure:{application.procedure}")
        return
    held = of(application)
    if held is None or held.grant.proxy_id != visit.holder.pk:
        raise PageRefused(
            "この手続は、もうはじまっています",
            "本人か、ほかの代理人が、同じ手続を下書きしているか、申請しています。",
            "本人に、どうなっているかを確かめてください。",
            reason="under_way",
            status=409,
            english=Said(
                "This is already under way",
                "The person, or another proxy, has a draft or an application for the same procedure.",
                ("Ask the person how it stands.",),
            ),
            easy=Said(
                "もう はじまって います", "本人か ほかの 人が して います。", ("本人に きいて ください。",)
            ),
        )


def consent_of(application: Application, *, now: datetime) -> dict[str, object]:
    """For the page on which a proxy says who they are."""
    held = of(application)
    return {
        "known_person": held is not None and held.grant.person is not None,
        "prefills": may_prefill(application, now=now),
        "step": CardTap(
            say("代理人であるあなたを確かめる", "Identify you, the proxy"),
            CardPin.SIGNATURE,
            before=CardPin.AUTHENTICATION,
        ),
    }


def agree(application: Application, handed: FourAttributes) -> FourAttributes | None:
    """Who applies, after somebody handed over who they are: themself, or whom they act for. None where nobody said who that is."""
    held = of(application)
    if held is None:
        return handed
    held.proxy = kept.seal_attributes(handed, f"{application.pk}/proxy")
    held.save(update_fields=["proxy"])
    return granting.person_of(held.grant)


def may_prefill(application: Application, *, now: datetime) -> bool:
    """Whether what the office knows may come into the draft: to the person themself, to a proxy who was entrusted with it."""
    held = of(application)
    if held is None:
        return True
    return Function.PREFILL.value in held.grant.functions and granting.is_live(held.grant, now)


def standing(application: Application) -> Standing | None:
    """Who sends it, and by what right; None for the applicant themself."""
    held = of(application)
    if held is None or held.proxy is None or held.grant.until is None:
        return None
    grant = held.grant
    return Standing(
        kept.unseal_attributes(held.proxy, f"{application.pk}/proxy"),
        Representation(
            grant=grant.pk,
            kind=RepresentationKind(grant.kind),
            since=grant.since,
            until=grant.until or grant.since,
            procedures=tuple(grant.procedures),
            confirmed_by=grant.by_office or None,
        ),
    )


def committed(application: Application, *, now: datetime) -> None:
    """It was sent: both logs say so, and the person finds a notice."""
    held = of(application)
    if held is None:
        return
    granting.note(held.grant, Party.PROXY, Deed.FILED, now, f"procedure:{application.procedure}")
    _tell(
        application.account,
        "代理人が、あなたの申請を送りました",
        f"代理人（{granting.proxy_called(held.grant) or held.grant.get_kind_display()}）が送りました。内容は「わたしの申請」で見られます。",
        f"/applications/{application.pk}/",
        uuid5(application.pk, f"filed {application.sequence}"),
        now,
    )


def moved_on(application: Application, key: str, *, now: datetime) -> None:
    """The office told a step: the proxy learns that there is one, and reads it while acting."""
    held = of(application)
    if held is None or held.grant.proxy is None or not granting.is_live(held.grant, now):
        return
    _tell(
        held.grant.proxy,
        f"代理でした申請に動きがあります：{granting.person_called(held.grant)}",
        "「代理」のページで代わりの操作をはじめると、申請のようすを見られます。",
        "/proxies/",
        uuid5(application.pk, f"{key} proxy"),
        now,
    )


def _tell(account: Account, title: str, words: str, link: str, ident: UUID, now: datetime) -> None:
    if account.closed_at is None:
        inbox.put(
            account,
            Notice(
                notice=ident,
                category=Category.PROCEDURE,
                title=title[:100],
                words=words,
                office="マイナポータル",
                at=now,
                link=link,
            ),
            now=now,
        )


# --- the represented person ------------------------------------------------------------------------------------------


def take_over(application: Application, *, now: datetime) -> None:
    """The applicant goes on themself with what a proxy made; the caller holds the row.

    What was not sent yet begins again with the consent; what was sent is gone on with by the applicant's own card.
    """
    held = of(application)
    if held is None:
        return
    granting.note(held.grant, Party.PERSON, Deed.TAKEN, now, f"procedure:{application.procedure}")
    held.delete()
    application.certificate_serial = application.account.certificate_serial
    if not application.sequence:
        application.agreed_at = application.applicant = None
    application.save(update_fields=["certificate_serial", "agreed_at", "applicant"])


def words_of(application: Application) -> dict[str, str]:
    """For the pages: what proxy and person are called, and by what right; empty where nobody files for another."""
    held = of(application)
    if held is None:
        return {}
    grant: Proxy = held.grant
    return {
        "person": granting.person_called(grant),
        "proxy": granting.proxy_called(grant) or grant.get_kind_display(),
        "kind": grant.get_kind_display(),
    }
