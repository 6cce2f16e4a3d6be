"""Every form of every face: without its token it is refused, and what is typed into it is text wherever it comes back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import msgspec
import pytest

from mynumber.foundation.procedures.loading import catalogue
from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.applications import drafts, kept
from mynumber.institutions.portal.applications.models import Application
from mynumber.institutions.portal.employers import certifying, inviting
from mynumber.institutions.portal.identity import keys
from mynumber.institutions.portal.notices import inbox
from mynumber.platform.databases import InstitutionDatabase
from mynumber.platform.registry import INSTITUTIONS, institution
from mynumber.protocols.applications import KnownField, Prefilled, UnknownField
from mynumber.protocols.notices import BillLine, Offer
from mynumber.protocols.residents import FourAttributes
from mynumber.webkit.filling import content as filling
from mynumber.webkit.marks import Access
from mynumber.webkit.messages import this_node
from tests.attacks.crawling import CANARY, HEADER, Visitor
from tests.attacks.place import OURS, Attacker, staff_at, standing, ways
from tests.institutions.portal.notices.writing import a_bill, a_notice
from tests.institutions.portal.visits import newcomer, now, visitor
from tests.support.directory import Systems

Databases = Callable[[str], InstitutionDatabase]

WITHOUT_TOKEN = {
    "acquirer": set[str](),
    "courier": {"oidc/token"},
    "digital_agency": {"validations", "validations/"},
    "municipality": {"card-readers/steps"},
    "portal": {
        *(
            f"api/realms/main/protocol/openid-connect/{each}"
            for each in ("auth", "token", "userinfo", "par", "revoke", "introspect")
        ),
        *(
            "api/sign-transactions",
            "api/sign-transactions/<str:transaction_id>/result",
            "sign-in/requests/<str:request_id>/response",
        ),
        *("signing/requests/<str:request_id>/response", "phone-certificates"),
        "kiosk/card-removed/<str:request_id>",
    },
}
"""Addresses for programs, which bring a proof of their own and no cookie that counts. Each is attacked in the tests of its house."""
SHOWN = {
    *(
        "/",
        "/applications/*/form/child",
        "/applications/*/form/you",
        "/employers/*/form/employer",
    ),
    *(
        "/help/",
        "/help/inquiries/*",
        "/notices/",
        "/notices/*",
        "/offers/*/",
        "/payments/",
        "/payments/*",
        "/procedures/",
    ),
    *("/proxies/new", "/developers/"),
}
"""Pages of the portal on which the canary stands."""
FACES = [each.name for each in INSTITUTIONS]
OTHERS = ("acquirer", "courier", "jlis", "commission", "gateway", "wallet")
"""Other faces with forms."""


@pytest.mark.parametrize("name", FACES)
def test_no_form_is_taken_without_its_token(name: str, databases: Databases, systems: Systems) -> None:
    has_tenants = institution(name).tenants
    tenant = f"municipality_{OURS}" if name == "gateway" else OURS
    with standing(name, databases(name) if has_tenants else None, systems):
        browser, exempt = Attacker(name), set()
        for way in ways():
            if way.mark.access is Access.SIGNED_MESSAGE:
                assert way.is_exempt, way.pattern
            elif way.is_exempt:
                exempt.add(way.pattern)
            else:
                given = dict.fromkeys(way.parameters, "1") | {"tenant": tenant}
                given |= dict.fromkeys(way.uuids, "00000000-0000-4000-8000-000000000000")
                answer = browser.post(way.path(**given), {"csrfmiddlewaretoken": "x" * 64})
                assert answer.status_code == 403, way.pattern
        assert exempt == WITHOUT_TOKEN.get(name, set())


def draft_of(account: Account) -> Application:
    """A draft whose sources and applicant said the canary too, and a request to an employer."""
    procedure = catalogue().get("nursery_application", drafts.today_of(now()))
    application, _ = drafts.begin(account, procedure, now=now())
    application.body, application.agreed_at = f"municipality.{OURS}", now()
    content = kept.content_of(application)
    told = {
        "applicant_name": CANARY,
        "applicant_birth": "1990-06-15",
        "children[0].person": "member-2",
        "children[0].name": CANARY,
        "children[0].birth": "2024-11-10",
    }
    known = tuple(
        KnownField(path=path, value=msgspec.json.encode(value), source=CANARY, as_of=now())
        for path, value in told.items()
    )
    unknown = (UnknownField(path="account", reason=CANARY),)
    filling.take_prefilled(content, Prefilled(known=known, unknown=unknown))
    content.marks = {"phone": CANARY}
    kept.put(application, content)
    applicant = FourAttributes(name=CANARY, address=CANARY, birth_date=date(1990, 6, 15), sex="2")
    kept.put_applicant(application, applicant)
    application.save()
    return application


def notice_of(account: Account) -> None:
    """A notice of which every text is the canary."""
    bill = msgspec.structs.replace(
        a_bill(), title=CANARY, lines=(BillLine(label=CANARY, amount=a_bill().amount),)
    )
    offer = Offer(procedure="child_allowance_claim", reason=CANARY)
    notice = a_notice(title=CANARY, words=CANARY, office=CANARY, bill=bill, offer=offer)
    inbox.put(account, notice, now=now(), sender=f"municipality.{OURS}")


def everywhere(visit: Visitor, texts: tuple[str, ...], begin: list[str], *, times: int = 2) -> None:
    """Walk, and once more now that the tables hold the canary; nothing broke."""
    for _ in range(times):
        visit.seen.clear()
        visit.walk(begin, texts)
    assert visit.broken == {}


@pytest.mark.parametrize(
    ("text", "times"),
    [
        (CANARY, 1),
        pytest.param(CANARY, 2, marks=pytest.mark.thorough),
        pytest.param(HEADER, 2, marks=pytest.mark.thorough),
    ],
    ids=["markup", "markup twice", "header"],
)
def test_what_residents_type_is_text(
    text: str, times: int, databases: Databases, systems: Systems, capsys: pytest.CaptureFixture[str]
) -> None:
    """On their own pages, on those of an employer, and before the portal's staff; no log has it."""
    with standing("portal", databases("portal"), systems):
        keys.ensure(this_node().keyring)
        account = newcomer()
        application = draft_of(account)
        notice_of(account)
        asked, _ = inviting.invite(
            application,
            inviting.Worker("guardians", "member-1", "certificate", CANARY, None),
            CANARY,
            now=now(),
        )
        browser = Attacker("portal")
        browser.cookies["portal_session"] = (
            visitor(account, employer=str(asked.pk)).cookies["portal_session"].value
        )
        never = ("/sign-", "/account/close", "/account/sessions/end", "/language", "/kiosk", "/staff")
        visit = Visitor(browser, never)
        first = certifying.form_of(now()).section[0].id
        everywhere(
            visit,
            (text,),
            [
                *(way.path() for way in ways() if not way.parameters and not way.is_exempt),
                f"/employers/{asked.pk}/form/{first}",
            ],
            times=times,
        )
        assert len(visit.filled) > 35
        assert visit.shown >= SHOWN
        beside = Visitor(staff_at(house="portal"), ("/staff/sign-",), "/staff/")
        everywhere(beside, (text,), ["/staff/"])
        assert {"/staff/feedback", "/staff/inquiries/*"} <= beside.shown
    written = capsys.readouterr().out
    assert "<zq" not in written
    assert '"event":"request"' in written


@pytest.mark.thorough
@pytest.mark.parametrize("name", OTHERS)
def test_what_anybody_types_elsewhere_is_text(name: str, databases: Databases, systems: Systems) -> None:
    """The other faces: before signing in, and as their staff."""
    house = institution(name)
    tenant = f"municipality_{OURS}" if house.tenants else ""
    with standing(name, databases(name) if house.database else None, systems):
        begin = [
            way.path(tenant=tenant)
            for way in ways()
            if way.parameters <= {"tenant"}
            and not way.is_exempt
            and way.mark.access is not Access.SIGNED_MESSAGE
        ]
        everywhere(Visitor(Attacker(name), ("/sign-out",)), (CANARY, HEADER), begin)
        if any(way.mark.access is Access.STAFF for way in ways()):
            everywhere(
                Visitor(staff_at(tenant, name), (f"/{tenant}/sign-out", "/sign-out")), (CANARY, HEADER), begin
            )
