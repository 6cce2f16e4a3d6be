"""Delivery of codes to the portal: really signed messages at its door."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mynumber.foundation.codes import CodeKeys
from mynumber.institutions.portal.account import acquisition
from mynumber.institutions.portal.account.acquisition import NUMBER_VALIDITY
from mynumber.institutions.portal.account.models import Account, Acquisition
from mynumber.platform import launch
from mynumber.protocols.acquisition import DELIVER_CODES, DeliverCodes, DeliveredCode
from mynumber.protocols.exchange import Acknowledged
from mynumber.protocols.refusal import Hop, Reason
from tests.institutions.portal.house import Browser, Holder, House
from tests.support.exchange import resident_code


@pytest.fixture
def account(house: House) -> Account:
    """An account that waits for its code."""
    now = datetime.now(UTC)
    serial = f"{Account.objects.count():016X}"
    return Account.objects.create(certificate_serial=serial, opened_at=now, last_signed_in_at=now)


def open_number(account: Account, number: str, age: timedelta = timedelta(0)) -> str:
    Acquisition.objects.create(number=number, account=account, requested_at=datetime.now(UTC) - age)
    return number


def a_code(house: House) -> str:
    keys = CodeKeys.from_bytes(house.exchange.node("network").keyring.secret("codes"))
    return keys.issue("portal", resident_code()).to_text()


def deliver(house: House, number: str, code: str, sender: str = "network") -> Acknowledged:
    question = DeliverCodes(codes=(DeliveredCode(number=number, code=code),))
    return house.exchange.call(DELIVER_CODES, question, sender=sender, receiver="portal")


def test_a_delivery_finds_its_account_and_the_number_is_forgotten(house: House, account: Account) -> None:
    number, code = open_number(account, "one"), a_code(house)
    assert deliver(house, number, code).count == 1
    account.refresh_from_db()
    assert account.code == code
    assert not Acquisition.objects.filter(number=number).exists()
    assert deliver(house, number, a_code(house)).count == 0
    account.refresh_from_db()
    assert account.code == code


def test_a_number_that_is_over_or_unknown_is_passed_by(house: House, account: Account) -> None:
    late = open_number(account, "late", NUMBER_VALIDITY)
    assert deliver(house, late, a_code(house)).count == 0
    assert deliver(house, "never-opened", a_code(house)).count == 0
    account.refresh_from_db()
    assert account.code is None


@pytest.mark.parametrize("sender", ["jlis", "municipality.131229", "gateway.municipality.131229"])
def test_only_the_network_delivers(house: House, account: Account, sender: str) -> None:
    number = open_number(account, f"from-{sender}")
    refusal = house.exchange.refusal(lambda: deliver(house, number, a_code(house), sender=sender))
    assert refusal == (Hop.PORTAL, Reason.NOT_ENTITLED)
    account.refresh_from_db()
    assert account.code is None


@pytest.mark.parametrize("code", ["", "v1.", "v1." + "A" * 43 + "!", "12345678901"])
def test_what_is_no_code_is_refused_and_the_number_stays_open(
    house: House, account: Account, code: str
) -> None:
    number = open_number(account, f"bad-{len(code)}")
    assert house.exchange.refusal(lambda: deliver(house, number, code)) == (Hop.PORTAL, Reason.MALFORMED)
    assert Acquisition.objects.filter(number=number).exists()


def test_a_crowd_of_first_sign_ins_leaves_threads_for_deliveries(house: House, holder: Holder) -> None:
    browser = Browser()
    for _ in range(acquisition.AT_A_TIME):
        assert acquisition._places.acquire(blocking=False)
    try:
        browser.sign_in(house, holder)
        assert "符号を受け取る" in browser.text("/")
    finally:
        acquisition._places.release(acquisition.AT_A_TIME)
    browser.post_form("/", "/account/code", next="/")
    assert "やりとりはまだありません" in browser.text("/")


def test_a_thread_is_always_free_for_the_delivery() -> None:
    assert min(launch.THREADS_OF_SHARED, launch.BLOCKING_THREADS) > acquisition.AT_A_TIME
