"""The resident's page of the card: asked at J-LIS each time, stopped from here at any hour, gone on at the counter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from mynumber.institutions.portal.account.sessions import Level
from mynumber.institutions.portal.card import telling
from mynumber.protocols.card_life import (
    QUERY_CARDS,
    REPORT_FOUND,
    RETURN_CARD,
    CardCertificate,
    CardStanding,
    CardState,
    IdentityCheck,
    QueryCards,
    ReportFound,
    ReturnCard,
)
from mynumber.protocols.certification import CertificateKind, CertificateState
from tests.institutions.portal.house import Browser, Holder, House
from tests.support.exchange import CITY

TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def japanese() -> Iterator[None]:
    """As the face speaks where nobody chose another language."""
    with translation.override("ja"):
        yield


def cards_of(house: House, holder: Holder) -> tuple[CardStanding, ...]:
    """As the city sees them."""
    question = QueryCards(individual_number=holder.individual_number)
    return house.exchange.call(QUERY_CARDS, question, sender=CITY, receiver="jlis").cards


def test_the_page_shows_the_card_and_its_certificates(house: House, browser: Browser, holder: Holder) -> None:
    browser.sign_in(house, holder)
    page = browser.text("/card/")
    assert "使えます" in page
    assert "利用者証明用" in page
    assert "カードを交付しました" in page
    assert holder.serial not in page, "a serial number stands for a person: the page needs none"
    assert holder.individual_number not in page


def test_nobody_sees_a_card_without_signing_in(house: House, browser: Browser) -> None:
    for path in ("/card/", "/card/loss"):
        assert browser.get(path).status_code == 303


def test_a_lost_card_is_stopped_at_once_and_goes_on_when_it_is_found(
    house: House, browser: Browser, holder: Holder
) -> None:
    browser.sign_in(house, holder)
    answer = browser.post_form("/card/loss", "/card/loss")
    assert answer.status_code == 303  # type: ignore[attr-defined]  # the test client's answer
    page = browser.text("/card/?reported=1")
    assert "カードを止めました" in page
    assert "一時停止中" in page
    assert "カードを止める</" not in page, "there is nothing left to stop"
    cards = cards_of(house, holder)
    assert {c.state for c in cards[0].certificates} == {CertificateState.SUSPENDED}
    assert cards[0].card_serial is not None
    house.exchange.call(
        REPORT_FOUND,
        ReportFound(card_serial=cards[0].card_serial, check=IdentityCheck.ONE_WITH_PHOTO),
        sender=CITY,
        receiver="jlis",
    )
    assert "使えます" in browser.text("/card/")


def test_who_came_by_passkey_may_stop_the_card_too(house: House, browser: Browser, holder: Holder) -> None:
    """Whoever lost the card has nothing else to sign in with."""
    browser.sign_in(house, holder)
    session = browser.session
    session["level"] = Level.PASSKEY.value
    session.save()
    assert "パスキーでサインイン中" in browser.text("/card/")
    browser.post_form("/card/loss", "/card/loss")
    assert "一時停止中" in browser.text("/card/")


def test_a_report_needs_the_form_that_was_shown(house: House, browser: Browser, holder: Holder) -> None:
    browser.sign_in(house, holder)
    assert browser.post("/card/loss").status_code == 403
    assert "使えます" in browser.text("/card/")


def test_an_ended_card_cannot_be_stopped_and_it_is_said_why(
    house: House, browser: Browser, holder: Holder
) -> None:
    browser.sign_in(house, holder)
    house.exchange.call(
        RETURN_CARD,
        ReturnCard(card_serial=cards_of(house, holder)[0].card_serial or ""),
        sender=CITY,
        receiver="jlis",
    )
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', browser.text("/card/loss"))
    assert token is not None
    answer = browser.post("/card/loss", {"csrfmiddlewaretoken": token[1]})
    assert answer.status_code == 409
    assert "止められる状態ではありません" in answer.content.decode()


def test_when_jlis_is_away_the_page_says_so_and_whom_to_call(
    house: House, browser: Browser, holder: Holder
) -> None:
    browser.sign_in(house, holder)
    with house.away("jlis"):
        page = browser.text("/card/")
    assert "カードの状態を確かめられません" in page
    assert "紛失受付" in page


# --- what the holder is told -------------------------------------------------------------------------------------


def card(
    state: CardState = CardState.HANDED_OVER,
    *,
    signature: CertificateState | None = CertificateState.GOOD,
    ends: date = date(2030, 6, 15),
    face_is_current: bool = True,
) -> CardStanding:
    certificates = [
        CardCertificate(
            kind=CertificateKind.AUTHENTICATION, serial="A1", state=CertificateState.GOOD, expires_on=ends
        )
    ]
    if signature is not None:
        certificates.append(
            CardCertificate(kind=CertificateKind.SIGNATURE, serial="B1", state=signature, expires_on=ends)
        )
    return CardStanding(
        card_serial="1" * 15,
        state=state,
        applied_at=datetime(2026, 1, 1, tzinfo=UTC),
        expires_on=date(2035, 6, 15),
        face_is_current=face_is_current,
        certificates=tuple(certificates),
    )


@pytest.mark.parametrize(
    ("standings", "titles"),
    [
        ([card()], []),
        ([card(CardState.SUSPENDED)], ["カードが見つかったとき、見つからないとき"]),
        ([card(CardState.DELIVERED), card()], ["新しいカードを受け取ってください"]),
        ([card(face_is_current=False)], ["カードに書かれた内容が古くなっています"]),
        ([card(signature=CertificateState.REVOKED)], ["署名用電子証明書がありません"]),
        ([card(signature=None)], []),
        ([card(ends=TODAY + timedelta(days=92))], ["有効期限が近づいています"]),
        ([card(ends=TODAY + timedelta(days=93))], []),
        ([card(CardState.ENDED)], []),
    ],
)
def test_what_to_do_follows_from_the_state(standings: list[CardStanding], titles: list[str]) -> None:
    told = tuple(telling.tell(standing, today=TODAY) for standing in standings)
    assert [one.title for one in telling.advice(told, today=TODAY)] == titles


@pytest.mark.parametrize("state", list(CardState))
def test_every_state_has_its_words(state: CardState) -> None:
    told = telling.tell(card(state), today=TODAY)
    assert told.chip.text
    assert told.meaning
    assert (told.days_left is not None) == (state in telling.IN_USE)
