"""Accounts of another site are linked by the person of both, and by nobody else; either side can end it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey

from mynumber.institutions.courier.customers import links
from mynumber.institutions.courier.customers.models import Code, Customer, Grant, Portal
from mynumber.institutions.portal.account import closing
from mynumber.institutions.portal.deliveries.models import DeliveredDocument
from mynumber.institutions.portal.identity import linking
from mynumber.institutions.portal.identity.models import Site, SiteLink
from mynumber.protocols import relying_party
from tests.institutions.portal.deliveries.firm import (
    HERE,
    LIFE,
    PAGE,
    PASSWORD,
    XML_KIND,
    AtFirm,
    Firm,
    Resident,
    now,
)
from tests.institutions.portal.house import House
from tests.institutions.portal.identity.service import Visitor, answer_of
from tests.support.waiting import eventually


def living(firm: Firm, number: str) -> Grant | None:
    with firm.acting():
        return Grant.objects.filter(customer__number=number, ended_at=None).first()


def refused(response: Any, reason: str) -> None:
    """A page that says no, and sends nobody anywhere."""
    text = response.content.decode()
    assert response.status_code in (400, 409), text
    assert "つながりを作りませんでした" in text
    assert reason in text
    assert "Location" not in response.headers


def test_a_resident_links_an_account_and_each_side_learns_one_word(resident: Resident, firm: Firm) -> None:
    made = resident.sign_in().link()
    grant = living(firm, resident.number)
    assert grant is not None
    assert grant.subject == made.subject
    assert resident.holder.serial not in made.subject
    page = resident.browser.text("/account/links/")
    assert "民間送達サービス" in page
    assert resident.number not in page
    # Again with the same account: nothing changes.
    assert resident.link().pk == made.pk


def test_a_link_ended_here_is_ended_there(resident: Resident, firm: Firm) -> None:
    resident.ready()
    response: Any = resident.browser.post_form("/account/links/", "/account/links/courier/end")
    assert response.status_code == 303
    assert "つながっているサイトはありません" in resident.browser.text("/account/links/")
    assert resident.connection.ended_at is not None
    linking.tell_due(now=now())
    eventually(lambda: living(firm, resident.number) is None)


def test_a_link_ended_there_is_ended_here_with_its_consents(resident: Resident, firm: Firm) -> None:
    resident.ready()
    there = AtFirm(firm)
    there.post("/enter", number=resident.number, password=PASSWORD)
    assert there.post("/mine", "/mine/unlink").status_code == 303
    with firm.acting():
        links.tell_due(now=now())
    held = SiteLink.objects.get(account__certificate_serial=resident.holder.serial)
    eventually(lambda: SiteLink.objects.filter(pk=held.pk, ended_there=True).exists())
    eventually(lambda: resident.connection.ended_at is not None)
    assert not resident.connection.consents.filter(withdrawn_at=None).exists()
    # And linked anew, with a new delivery address.
    before = resident.connection.address
    resident.link()
    resident.consent(LIFE, XML_KIND)
    assert resident.told() != before


def test_the_answer_of_another_provider_is_refused_and_its_code_is_not_handed_on(
    resident: Resident, firm: Firm
) -> None:
    honest = AtFirm(firm).agree(resident.sign_in().begin(), resident.number)
    query = {name: values[0] for name, values in parse_qs(urlsplit(honest).query).items()}
    path = urlsplit(honest).path
    refused(resident.browser.get(path, {**query, "iss": "https://elsewhere.example"}), "別のところ")
    with firm.acting():
        assert not Code.objects.filter(customer__number=resident.number).exclude(spent_at=None).exists()
    # The attempt is used up: the right answer comes too late.
    refused(resident.browser.get(path, query), "もう使われた")
    without = {name: value for name, value in query.items() if name != "iss"}
    refused(resident.browser.get(path, without), "もう使われた")
    assert not SiteLink.objects.filter(account__certificate_serial=resident.holder.serial).exists()


def test_the_answer_to_one_person_is_worth_nothing_to_the_next_in_the_same_browser(
    resident: Resident, house: House, firm: Firm
) -> None:
    address = AtFirm(firm).agree(resident.sign_in().begin(), resident.number)
    resident.browser.post_form("/account/links/", "/sign-out")
    other = Resident(house, firm, house.holder(), firm.customer(), resident.browser).sign_in()
    refused(other.back(address), "このブラウザーのいまのサインインではじめた依頼ではない")
    assert not SiteLink.objects.filter(account__certificate_serial=other.holder.serial).exists()


def test_nobody_is_lured_into_linking_somebody_elses_account(
    resident: Resident, house: House, firm: Firm
) -> None:
    attacker = Resident(house, firm, house.holder(), firm.customer()).sign_in()
    address = AtFirm(firm).agree(attacker.begin(), attacker.number)
    resident.sign_in()
    refused(resident.back(address), "このブラウザーのいまのサインインではじめた依頼ではない")
    # Also while the victim has an attempt of their own under way.
    resident.begin()
    refused(resident.back(address), "このブラウザーのいまのサインインではじめた依頼ではない")
    nobody = Resident(house, firm, resident.holder, resident.number)
    refused(nobody.back(address), "このブラウザーのいまのサインインではじめた依頼ではない")
    assert not SiteLink.objects.filter(account__certificate_serial=resident.holder.serial).exists()


def test_whoever_signed_in_there_before_is_asked_again(resident: Resident, firm: Firm) -> None:
    there = AtFirm(firm)
    other = firm.customer()
    there.post("/enter", number=other, password=PASSWORD)
    # The browser is another customer's there: the consent page wants a sign-in that is newer than the request.
    resident.back(there.agree(resident.sign_in().begin(), resident.number))
    assert living(firm, resident.number) is not None
    assert living(firm, other) is None


def test_a_code_is_redeemed_once(resident: Resident, firm: Firm) -> None:
    address = AtFirm(firm).agree(resident.sign_in().begin(), resident.number)
    assert resident.back(address).status_code == 303
    refused(resident.back(address), "もう使われた")
    # Somebody who saw the code, with the portal's own key, but without the verifier.
    code = parse_qs(urlsplit(address).query)["code"][0]
    site = Site.objects.get(pk="courier")
    party, provider = linking.party_of(site), linking.provider_of(site)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": party.redirect_uri,
        "code_verifier": "x" * 43,
        "client_assertion_type": relying_party.ASSERTION_TYPE,
        "client_assertion": relying_party.assertion(party, provider.issuer, now=now()),
    }
    with firm.acting():
        there = AtFirm(firm).client
        body, kind = urlencode(form), "application/x-www-form-urlencoded"
        assert there.post("/oidc/token", body, content_type=kind).json() == {"error": "invalid_grant"}
        # The same assertion a second time proves nobody.
        assert there.post("/oidc/token", body, content_type=kind).json() == {"error": "invalid_client"}


def test_forged_assertions_do_not_make_the_firm_call_the_portal_each_time(firm: Firm) -> None:
    site = Site.objects.get(pk="courier")
    party, provider = linking.party_of(site), linking.provider_of(site)
    genuine = relying_party.assertion(party, provider.issuer, now=now())
    stranger = ECKey.generate_key("P-256")
    claims = jwt.decode(genuine, party.key.jose, algorithms=["ES256"]).claims

    def forged(kid: str) -> str:
        return jwt.encode({"alg": "ES256", "kid": kid}, claims, stranger, algorithms=["ES256"])

    with firm.acting():
        there, held = AtFirm(firm).client, Portal.objects.filter(pk=1)

        def answer(assertion: str) -> object:
            form = {"client_assertion_type": relying_party.ASSERTION_TYPE, "client_assertion": assertion}
            return there.post("/oidc/token", form).json()["error"]

        held.update(keys={}, keys_read_at=None)
        assert answer(forged("unknown")) == "invalid_client"
        read_at = held.get().keys_read_at
        assert read_at is not None
        assert held.get().keys["keys"], "a key that is not at hand is looked for"
        for kid in ("unknown", "another"):
            assert answer(forged(kid)) == "invalid_client"
        assert held.get().keys_read_at == read_at, "and not again at once"
        long_ago = read_at - timedelta(hours=1)
        held.update(keys_read_at=long_ago)
        for bad in (forged(party.key.kid), "no assertion", ""):
            assert answer(bad) == "invalid_client"
        assert held.get().keys_read_at == long_ago, "nothing newer would make these true"
        # A new key of the portal is taken up: the assertion is accepted, and what it asks for is looked at.
        held.update(keys={})
        assert answer(genuine) == "unsupported_grant_type"
        assert held.get().keys_read_at not in (None, long_ago)


def test_an_account_that_is_somebody_elses_is_not_linked(
    resident: Resident, house: House, firm: Firm
) -> None:
    resident.sign_in().link()
    other = Resident(house, firm, house.holder(), resident.number).sign_in()
    refused(other.back(AtFirm(firm).agree(other.begin(), other.number)), "ほかの人")


def test_a_no_there_is_a_no_here(resident: Resident, firm: Firm) -> None:
    refused(
        resident.back(AtFirm(firm).agree(resident.sign_in().begin(), resident.number, "no")), "やめた場合"
    )
    assert living(firm, resident.number) is None


def test_nobody_is_sent_to_an_address_of_somebody_elses_choice(resident: Resident, firm: Firm) -> None:
    address = resident.sign_in().begin()
    there = AtFirm(firm)
    changed = there.get(address.replace("portal.localhost%3A8000", "evil.example"))
    assert (changed.status_code, "Location" in changed.headers) == (400, False)
    for wanted in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        entered = there.post("/enter", number=resident.number, password=PASSWORD, next=wanted)
        assert (entered.status_code, entered.headers["Location"]) == (303, "/mine")
        begun: Any = resident.browser.post_form(PAGE, "/account/links/courier/begin", next=wanted)
        assert begun.status_code == 200
    came = resident.back(there.agree(resident.begin(), resident.number))
    assert came.headers["Location"].startswith("/")
    for broken in (
        {"code_challenge_method": "plain"},
        {"state": ""},
        {"nonce": ""},
        {"scope": "openid name"},
    ):
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        answer = there.get(f"/oidc/authorize?{urlencode({**query, **broken})}")
        assert answer.headers["Location"].startswith(
            "http://portal.localhost:8000/account/links/courier/back?error="
        )
        assert parse_qs(urlsplit(answer.headers["Location"]).query)["iss"] == [HERE]


def test_nobody_gets_a_way_into_the_account_of_who_is_signed_in_there(resident: Resident, firm: Firm) -> None:
    """Two people at one browser: one moves on from the portal while the other is signed in at the firm."""
    there, other = AtFirm(firm), firm.customer()
    there.post("/enter", number=other, password=PASSWORD)

    def comes_back(asked: Any) -> Any:
        visitor = Visitor(resident.house, resident.holder)
        page = visitor.use_card(visitor.arrive(answer_of(asked.headers["Location"])))
        return there.get(visitor.decide(page))

    assert comes_back(there.get("/portal")).status_code == 403
    with firm.acting():
        assert Customer.objects.get(number=other).portal_subject is None
    registered = comes_back(there.post("/mine", "/portal"))
    assert registered.headers["Location"] == "/mine?done=registered"


def test_guessing_a_customers_password_locks(resident: Resident, firm: Firm) -> None:
    there = AtFirm(firm)
    for _ in range(5):
        assert there.post("/enter", number=resident.number, password="wrong").status_code == 422
    assert there.post("/enter", number=resident.number, password=PASSWORD).status_code == 422
    with firm.acting():
        Customer.objects.filter(number=resident.number).update(locked_until=now())
    assert there.post("/enter", number=resident.number, password=PASSWORD).status_code == 303


def test_everything_goes_with_the_account(resident: Resident, firm: Firm) -> None:
    address = resident.ready()
    firm.send(address, LIFE, XML_KIND)
    account, connection = resident.connection.account, resident.connection
    closing.close(account, now=now())
    assert not DeliveredDocument.objects.filter(account=account).exists()
    assert not SiteLink.objects.filter(account=account, ended_at=None).exists()
    connection.refresh_from_db()
    assert connection.ended_at is not None
    linking.tell_due(now=now())
    eventually(lambda: living(firm, resident.number) is None)
