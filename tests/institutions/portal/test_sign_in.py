"""Sign-in with a card that J-LIS issued, through the protocol that the device speaks."""

from __future__ import annotations

import http.client
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import psycopg
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.contrib.sessions.models import Session
from psycopg import sql

from mynumber.institutions.portal.account import sessions, signing_in, trust
from mynumber.institutions.portal.account.models import Account, Acquisition, SignInRequest, VerifierTrust
from mynumber.institutions.portal.account.sessions import own_path
from mynumber.institutions.portal.account.signing_in import FinishReason, FinishRefused
from mynumber.institutions.portal.account.trust import (
    MAXIMUM_AGE,
    REFRESH_AFTER,
    TrustUnavailable,
    current_trust,
)
from mynumber.protocols import sign_in
from mynumber.protocols.certification import APPLY_FOR_PHONE, ApplyForPhone, PhoneApplication, phone_digest
from mynumber.protocols.sign_in import Reason, SignInRefused, SignInResponse
from mynumber.protocols.sign_in import SignInRequest as Asked
from tests.institutions.portal.house import PUBLIC, Browser, Holder, House


def now() -> datetime:
    return datetime.now(UTC)


def asked_by(secret: str, at: datetime | None = None) -> Asked:
    return signing_in.begin(browser=secret, portal=PUBLIC, next_path="/records/", now=at or now())


def test_a_card_opens_a_visit_and_the_code_is_delivered_on_the_way(
    house: House, holder: Holder, browser: Browser
) -> None:
    response: Any = browser.sign_in(house, holder, next_path="/records/coverage")
    assert (response.status_code, response.headers["Location"]) == (303, "/records/coverage")
    account = Account.objects.get(certificate_serial=holder.serial)
    assert account.code is not None
    assert not Acquisition.objects.filter(account=account).exists()
    page = browser.text("/")
    assert "カードでサインイン中" in page
    assert account.serial_ending in page
    assert "なにもしないと終わる時刻" in page


def test_the_second_sign_in_finds_the_account_and_the_history_shows_both(
    house: House, holder: Holder, browser: Browser
) -> None:
    browser.sign_in(house, holder)
    again = Browser()
    again.sign_in(house, holder)
    account = Account.objects.get(certificate_serial=holder.serial)
    assert [event.kind for event in account.events.order_by("pk")] == ["opened", "signed_in", "signed_in"]
    assert again.text("/account/history").count("サインイン</span>") == 2


def test_a_response_is_taken_once(house: House, holder: Holder, browser: Browser) -> None:
    asked = house.device.fetch(browser.begin(), now=now())
    response = holder.answer(asked)
    house.device.respond(asked, response)
    with pytest.raises(SignInRefused) as refused:
        house.device.respond(asked, response)
    assert refused.value.reason is Reason.ALREADY_ANSWERED
    with pytest.raises(SignInRefused) as refused:
        house.device.fetch(asked.request_id, now=now())
    assert refused.value.reason is Reason.ALREADY_ANSWERED


def test_a_return_code_is_taken_once(house: House, holder: Holder, browser: Browser) -> None:
    asked = house.device.fetch(browser.begin(), now=now())
    accepted = house.device.respond(asked, holder.answer(asked))
    signing = Browser()
    signing.cookies["portal_session"] = str(browser.session_key)
    first: Any = browser.come_back(asked, accepted)
    assert first.status_code == 303
    # the session that began is gone, and even with its secret the request is over
    second: Any = signing.come_back(asked, accepted)
    assert second.status_code == 403
    over = asked_by("secret")
    code = signing_in.answer(over.request_id, holder.answer(over), now=now()).return_code
    signing_in.finish(over.request_id, code, browser="secret", now=now())
    with pytest.raises(FinishRefused) as refused:
        signing_in.finish(over.request_id, code, browser="secret", now=now())
    assert refused.value.reason is FinishReason.ALREADY_FINISHED


def test_another_browser_cannot_finish_and_does_not_spoil_it(
    house: House, holder: Holder, browser: Browser
) -> None:
    asked = house.device.fetch(browser.begin(), now=now())
    accepted = house.device.respond(asked, holder.answer(asked))
    stranger = Browser()
    stranger.begin()
    response: Any = stranger.come_back(asked, accepted)
    assert response.status_code == 403
    assert "はじめたブラウザーと違います" in response.content.decode()
    assert stranger.get("/records/").status_code == 303
    finished: Any = browser.come_back(asked, accepted)
    assert finished.status_code == 303


def test_a_wrong_code_ends_the_request(house: House, holder: Holder) -> None:
    asked = asked_by("secret")
    right = signing_in.answer(asked.request_id, holder.answer(asked), now=now()).return_code
    for code, reason in (
        (sign_in.new_identifier(), FinishReason.WRONG_CODE),
        (right, FinishReason.ALREADY_FINISHED),
    ):
        with pytest.raises(FinishRefused) as refused:
            signing_in.finish(asked.request_id, code, browser="secret", now=now())
        assert refused.value.reason is reason
    assert not Account.objects.filter(certificate_serial=holder.serial).exists()


def test_a_request_is_dead_after_its_time(house: House, holder: Holder) -> None:
    asked = asked_by("secret")
    with pytest.raises(SignInRefused) as refused:
        signing_in.answer(asked.request_id, holder.answer(asked), now=asked.expiry)
    assert refused.value.reason is Reason.EXPIRED
    with pytest.raises(FinishRefused) as late:
        signing_in.finish(asked.request_id, sign_in.new_identifier(), browser="secret", now=asked.expiry)
    assert late.value.reason is FinishReason.EXPIRED


def test_a_phone_signs_in_to_the_account_of_its_card(house: House) -> None:
    holder = house.with_signature(house.holder())
    keys = [rsa.generate_private_key(65537, 2048) for _ in range(2)]
    written = [key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) for key in keys]
    application = PhoneApplication(
        device="花子の電話", authentication_key=written[0], signature_key=written[1], applied_at=now()
    )
    certificate, sign = holder.signing()
    asked_for = ApplyForPhone(
        application=application, certificate=certificate, signature=sign(phone_digest(application))
    )
    phone = house.exchange.call(APPLY_FOR_PHONE, asked_for, sender="portal", receiver="jlis")

    asked = asked_by("secret")
    signature = keys[0].sign(sign_in.challenge(asked), padding.PKCS1v15(), Prehashed(hashes.SHA256()))
    answer = SignInResponse(certificate=phone.authentication_certificate, signature=signature)
    code = signing_in.answer(asked.request_id, answer, now=now()).return_code
    finished = signing_in.finish(asked.request_id, code, browser="secret", now=now())
    assert finished.account.certificate_serial == holder.serial


def test_a_browser_that_comes_back_too_late_is_not_let_in(house: House, holder: Holder) -> None:
    asked = asked_by("secret")
    at = now()
    code = signing_in.answer(asked.request_id, holder.answer(asked), now=at).return_code
    with pytest.raises(FinishRefused) as refused:
        signing_in.finish(asked.request_id, code, browser="secret", now=at + signing_in.FINISH_WITHIN)
    assert refused.value.reason is FinishReason.EXPIRED


def test_a_browser_that_comes_back_unsigned_is_sent_to_the_device(house: House) -> None:
    asked = asked_by("secret")
    with pytest.raises(FinishRefused) as refused:
        signing_in.finish(asked.request_id, sign_in.new_identifier(), browser="secret", now=now())
    assert refused.value.reason is FinishReason.NOT_ANSWERED


def test_a_signature_over_another_request_is_refused_and_shown_to_the_holder(
    house: House, holder: Holder, browser: Browser
) -> None:
    browser.sign_in(house, holder)
    mine, other = asked_by("secret"), asked_by("secret")
    with pytest.raises(SignInRefused) as refused:
        signing_in.answer(mine.request_id, holder.answer(other), now=now())
    assert refused.value.reason is Reason.SIGNATURE_NOT_ACCEPTED
    history = browser.text("/account/history")
    assert "カードの署名が合いませんでした" in history
    assert "止めたサインインがあります" in history


def test_a_request_takes_few_attempts(house: House, holder: Holder) -> None:
    mine, other = asked_by("secret"), asked_by("secret")
    wrong = holder.answer(other)
    for _ in range(signing_in.MAXIMUM_ATTEMPTS):
        with pytest.raises(SignInRefused) as refused:
            signing_in.answer(mine.request_id, wrong, now=now())
        assert refused.value.reason is Reason.SIGNATURE_NOT_ACCEPTED
    with pytest.raises(SignInRefused) as refused:
        signing_in.answer(mine.request_id, holder.answer(mine), now=now())
    assert refused.value.reason is Reason.EXPIRED


def test_a_certificate_of_another_issuer_is_refused(house: House, holder: Holder) -> None:
    asked = asked_by("secret")
    answered = holder.answer(asked)
    changed = bytearray(answered.certificate)
    changed[-1] ^= 1
    forged = msgspec.structs.replace(answered, certificate=bytes(changed))
    with pytest.raises(SignInRefused) as refused:
        signing_in.answer(asked.request_id, forged, now=now())
    assert (refused.value.reason, refused.value.detail) == (Reason.CERTIFICATE_NOT_ACCEPTED, "untrusted")


def test_a_revoked_certificate_is_refused_once_the_list_is_renewed(
    house: House, holder: Holder, browser: Browser
) -> None:
    browser.sign_in(house, holder)
    house.revoke(holder)
    at = now() + REFRESH_AFTER
    asked = asked_by("secret", at)
    with pytest.raises(SignInRefused) as refused:
        signing_in.answer(asked.request_id, holder.answer(asked), now=at)
    assert (refused.value.reason, refused.value.detail) == (Reason.CERTIFICATE_NOT_ACCEPTED, "revoked")
    VerifierTrust.objects.all().delete()
    assert "失効している電子証明書" in browser.text("/account/history")


def test_without_j_lis_the_list_at_hand_serves_a_while_and_then_nobody_signs_in(
    house: House, holder: Holder, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    VerifierTrust.objects.all().delete()
    monkeypatch.setattr(trust, "_parsed", {})  # as in a process that has just started
    began = now()
    current_trust(began)
    asked = asked_by("secret", began + MAXIMUM_AGE)
    with house.away("jlis"):
        current_trust(began + MAXIMUM_AGE - timedelta(seconds=1))
        with pytest.raises(TrustUnavailable):
            current_trust(began + MAXIMUM_AGE)
        with pytest.raises(SignInRefused) as refused:
            signing_in.answer(asked.request_id, holder.answer(asked), now=began + MAXIMUM_AGE)
        assert (refused.value.reason, refused.value.detail) == (
            Reason.CERTIFICATE_NOT_ACCEPTED,
            "revocation_list_stale",
        )
        VerifierTrust.objects.all().delete()
        monkeypatch.setattr(trust, "_parsed", {})
        response: Any = browser.post_form("/sign-in/", "/sign-in/start", next="/")
        assert response.status_code == 503
        assert "いまはサインインできません" in response.content.decode()


def test_a_session_planted_before_signing_in_is_worth_nothing_after(
    house: House, holder: Holder, browser: Browser
) -> None:
    browser.begin()
    planted = browser.session_key
    assert planted
    browser.sign_in(house, holder)
    assert browser.session_key not in {planted, None}
    attacker = Browser()
    attacker.cookies["portal_session"] = planted
    assert attacker.get("/records/coverage").status_code == 303


def test_signing_out_ends_the_session_on_the_server(house: House, holder: Holder, browser: Browser) -> None:
    browser.sign_in(house, holder)
    kept = Browser()
    kept.cookies["portal_session"] = str(browser.session_key)
    assert kept.get("/account/history").status_code == 200
    response: Any = browser.post_form("/account/history", "/sign-out")
    assert response.headers["Location"] == "/sign-in/?signed_out=1"
    assert kept.get("/account/history").status_code == 303
    assert "サインアウトしました" in browser.text("/sign-in/?signed_out=1")


def test_an_idle_visit_ends_and_leads_back_to_the_page(
    house: House, holder: Holder, browser: Browser
) -> None:
    browser.sign_in(house, holder)
    browser.grow_older(timedelta(minutes=9))
    assert browser.get("/account/history?page=2").status_code == 200
    browser.grow_older(timedelta(minutes=10))
    response = browser.get("/account/history?page=2")
    assert response.headers["Location"] == "/sign-in/?next=%2Faccount%2Fhistory%3Fpage%3D2&ended=1"
    page = browser.text(response.headers["Location"])
    assert "サインインが終わりました" in page
    assert 'value="/account/history?page=2"' in page


@pytest.mark.parametrize(
    "foreign",
    ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:x", "/sign-out", "/a\nb"],
)
def test_nobody_is_led_elsewhere_after_signing_in(foreign: str) -> None:
    assert own_path(foreign) == "/"


def test_pages_of_a_resident_lead_a_stranger_to_sign_in_and_back(browser: Browser) -> None:
    response = browser.get("/records/?page=2")
    assert response.headers["Location"] == "/sign-in/?next=%2Frecords%2F%3Fpage%3D2"
    assert "サインインが必要なページです" in browser.text(response.headers["Location"])


def test_starting_needs_the_form_of_this_site(browser: Browser) -> None:
    assert browser.post("/sign-in/start", {"next": "/"}).status_code == 403
    assert browser.get("/sign-in/start").status_code == 405


@pytest.mark.parametrize(
    ("body", "content_type", "reason", "status"),
    [
        (b"{}", "application/json", "malformed", 400),
        (b"[" * 20_000, "application/json", "malformed", 400),
        (b"\xff\xfe", "application/json", "malformed", 400),
        (b'{"certificate":"","signature":""}', "application/json", "malformed", 400),
        (b"{}", "text/plain", "malformed", 400),
        (b"x" * (sign_in.MAXIMUM_BODY + 1), "application/json", "malformed", 400),
    ],
)
def test_a_device_that_speaks_nonsense_gets_a_typed_refusal(
    browser: Browser, body: bytes, content_type: str, reason: str, status: int
) -> None:
    response = browser.post(
        f"/sign-in/requests/{browser.begin()}/response", data=body, content_type=content_type
    )
    assert response.status_code == status
    assert response.json() == {"reason": reason, "detail": ""}


def test_an_unknown_request_is_refused_to_the_device(house: House) -> None:
    for request_id, status in ((sign_in.new_identifier(), 404), ("short", 400)):
        connection = http.client.HTTPConnection("127.0.0.1", house.portal.port)
        connection.request(
            "GET", f"/sign-in/requests/{request_id}", headers={"Host": "portal.localhost:8000"}
        )
        assert connection.getresponse().status == status
        connection.close()


def test_old_requests_are_forgotten(house: House) -> None:
    old = asked_by("secret", now() - timedelta(days=3))
    signing_in.forgetting.reset()
    asked_by("secret")
    assert not SignInRequest.objects.filter(pk=old.request_id).exists()


def test_a_visit_that_was_written_into_the_table_is_none(
    house: House, holder: Holder, browser: Browser
) -> None:
    """Who can write the table of sessions, but does not have the portal's secret, makes no visit."""
    browser.sign_in(house, holder)
    row = Session.objects.get(pk=browser.session_key)
    changed = row.session_data.replace('"aal3"', '"aal2"')
    assert changed != row.session_data
    for forged in (changed, row.session_data.partition(":")[2], ":{}", "", "0:[]"):
        Session.objects.filter(pk=row.pk).update(session_data=forged)
        assert browser.get("/records/").status_code == 303
        browser.cookies["portal_session"] = str(row.pk)
    Session.objects.filter(pk=row.pk).update(session_data=row.session_data)
    assert browser.get("/records/").status_code == 200


def test_old_sessions_are_forgotten(house: House, browser: Browser) -> None:
    browser.begin()
    old = str(browser.session_key)
    Session.objects.filter(pk=old).update(expire_date=now() - timedelta(seconds=1))
    sessions.forgetting.reset()
    Browser().begin()
    assert not Session.objects.filter(pk=old).exists()


def test_the_portal_holds_no_name_and_no_number(house: House, holder: Holder, browser: Browser) -> None:
    browser.sign_in(house, holder)
    browser.text("/records/")
    with psycopg.connect(house.database.owner_url) as owner:
        tables = [
            name for (name,) in owner.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ]
        everything = "".join(
            str(row)
            for table in tables
            for row in owner.execute(sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(table)))
        )
    assert holder.serial in everything
    for secret in (holder.name, holder.individual_number, holder.resident_code):
        assert secret not in everything


def test_the_history_of_sign_ins_cannot_be_rewritten_by_the_portal(house: House) -> None:
    for statement in ("UPDATE event SET reason = ''", "DELETE FROM event"):
        with (
            psycopg.connect(house.database.url) as portal,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            portal.execute(statement.encode())


def test_a_revoked_certificate_is_refused_this_moment(house: House, holder: Holder, browser: Browser) -> None:
    """The list at hand is minutes old and does not name it: J-LIS is asked as well."""
    browser.sign_in(house, holder)
    house.revoke(holder)
    asked = asked_by("secret")
    with pytest.raises(SignInRefused) as refused:
        signing_in.answer(asked.request_id, holder.answer(asked), now=now())
    assert (refused.value.reason, refused.value.detail) == (Reason.CERTIFICATE_NOT_ACCEPTED, "revoked")


def test_a_new_card_keeps_the_account(house: House, holder: Holder, browser: Browser) -> None:
    browser.sign_in(house, holder)
    before = Account.objects.get(certificate_serial=holder.serial)
    renewed = house.new_card(holder)
    Browser().sign_in(house, renewed)
    after = Account.objects.get(certificate_serial=renewed.serial)
    assert (after.pk, after.code) == (before.pk, before.code)
    assert not Account.objects.filter(certificate_serial=holder.serial).exists()
    # a visit of the old certificate is over
    assert browser.get("/account/history").status_code == 303


def test_a_card_that_was_never_here_waits_for_j_lis_to_say_whose_it_is(house: House, holder: Holder) -> None:
    """Else somebody with a new card would get a second account, and lose what the first is linked with."""
    current_trust(now())
    asked = asked_by("secret")
    with house.away("jlis"), pytest.raises(SignInRefused) as refused:
        signing_in.answer(asked.request_id, holder.answer(asked), now=now())
    assert refused.value.detail == "revocation_list_stale"
    assert not Account.objects.filter(certificate_serial=holder.serial).exists()
    signing_in.answer(asked.request_id, holder.answer(asked), now=now())
