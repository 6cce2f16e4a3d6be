"""A card on the reader of a place: the place is the protocol over a real connection, the card and its orders are real."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from django.test import Client

from mynumber.foundation.smartcard import CardPins, KeyName, PinName
from mynumber.foundation.smartcard.administration import AllowPin, Operation, Order, order_apdus
from mynumber.protocols import card_life
from mynumber.protocols.card_reader import (
    CardPlaced,
    CardRemoved,
    CardTaken,
    EnterPin,
    Finished,
    PinAction,
    PinEntered,
    PinOutcome,
    TakeCard,
    Transmit,
    Transmitted,
)
from mynumber.wallet.cards import CardFolder, Event
from mynumber.wallet.chip import Jpki, PinRefused, verify_pin
from mynumber.wallet.pins import read_pin
from mynumber.wallet.reader.power import IDLE, POWERED
from mynumber.wallet.reader.session import ReaderSessions
from tests.wallet.conftest import CARD_SERIAL, HOST, PINS, Issuers, pin
from tests.wallet.far_end import FarEnd, NextTask, Reader, Task

CODE = "012345678901"
DONE = Finished(words="終わりました。カードを取ってください。")
SELECT_JPKI = bytes.fromhex("00A4040C0AD392F000260100000001")
SELECT_KEY = bytes.fromhex("00A4020C020017")
SIGN_HEAD = bytes.fromhex("802A008033") + bytes.fromhex("3031300D060960864801650304020105000420")
DIGEST = bytes(range(32))
SIGN = SIGN_HEAD + DIGEST + b"\x00"


def place(end: FarEnd, *tasks: Task | NextTask) -> Reader:
    end.readers[CODE] = Reader(list(tasks))
    return end.readers[CODE]


def put_on(browser: Client, card: str = "hanako") -> str:
    """Enter the code; the address of the session."""
    answer = browser.post("/readers", {"code": "0123-4567-8901", "place": "municipality", "card": card})
    assert answer.status_code == 303, answer.content.decode()
    return answer.headers["Location"]


def look(browser: Client, address: str) -> str:
    page = browser.get(address)
    assert page.status_code == 200
    return page.content.decode()


def step(browser: Client, address: str) -> str:
    found = re.search(r'name="step" value="([^"]+)"', look(browser, address))
    assert found is not None
    return found[1]


def enter(browser: Client, address: str, characters: str) -> tuple[int, str]:
    """Enter a PIN; status, and the page that it leads to."""
    answer = browser.post(address, {"act": "enter", "step": step(browser, address), "entered": characters})
    return answer.status_code, look(
        browser, address
    ) if answer.status_code == 303 else answer.content.decode()


def choose(browser: Client, address: str, characters: str) -> str:
    """Set a new PIN."""
    fields = {"act": "enter", "step": step(browser, address), "new": characters, "again": characters}
    answer = browser.post(address, fields)
    assert answer.status_code == 303, answer.content.decode()
    return look(browser, address)


def ask(name: card_life.PinName, action: PinAction = PinAction.VERIFY) -> EnterPin:
    return EnterPin(pin=name, action=action, words="本人であることを確かめます。")


def order(issuers: Issuers, sequence: int, *operations: Operation) -> Transmit:
    signed = Order(CARD_SERIAL, sequence, operations).sign(issuers.orders)
    return Transmit(commands=order_apdus(signed), words="暗証番号を決められるようにします。")


def tries(folder: CardFolder, name: PinName = PinName.AUTHENTICATION) -> int:
    return folder.card("hanako").stand(name).left


def test_a_new_card_is_taken_and_its_pins_are_set_here(
    browser: Client, end: FarEnd, folder: CardFolder, issuers: Issuers
) -> None:
    new = TakeCard(card=issuers.card(pins=CardPins()), name="わたしの新しいカード")
    town = place(
        end,
        new,
        order(issuers, 1, AllowPin(PinName.AUTHENTICATION), AllowPin(PinName.SIGNATURE)),
        ask(card_life.PinName.AUTHENTICATION, PinAction.SET),
        ask(card_life.PinName.SIGNATURE, PinAction.SET),
        DONE,
    )
    address = put_on(browser, card="-")
    assert "わたしの新しいカード" in look(browser, address)
    assert "新しい署名用パスワード" in choose(browser, address, "2580")
    assert "終わりました" in choose(browser, address, "NEWCARD1")
    placed, taken, transmitted, *entered = town.replies
    assert placed == CardPlaced(present=False)
    assert isinstance(taken, CardTaken)
    assert isinstance(transmitted, Transmitted)
    assert {response[-2:] for response in transmitted.responses} == {b"\x90\x00"}
    assert entered == [
        PinEntered(outcome=PinOutcome.DONE, tries_left=3),
        PinEntered(outcome=PinOutcome.DONE, tries_left=5),
    ]
    card = folder.card(taken.id)
    assert card.usable_for([PinName.AUTHENTICATION, PinName.SIGNATURE])
    # Those that nobody set yet are not called blocked.
    assert not card.blocked
    assert not card.stand(PinName.JUKI).is_set
    assert [entry.event for entry in folder.history(taken.id)][-1] is Event.RECEIVED
    said = b"".join(end.heard)
    assert b"2580" not in said
    assert b"NEWCARD1" not in said


def test_the_place_signs_with_the_key_of_the_pin_that_was_entered(
    browser: Client, end: FarEnd, folder: CardFolder
) -> None:
    town = place(
        end,
        Transmit(commands=(SELECT_JPKI,)),
        ask(card_life.PinName.AUTHENTICATION),
        Transmit(commands=(SELECT_KEY,)),
        Transmit(commands=(SIGN,)),
        DONE,
    )
    address = put_on(browser)
    page = look(browser, address)
    assert "あと3回" in page
    assert "甲野 花子" in page
    assert "本人であることを示す署名を作れます" in page
    assert enter(browser, address, PINS[PinName.AUTHENTICATION])[0] == 303
    signed = town.replies[-1]
    assert isinstance(signed, Transmitted)
    (response,) = signed.responses
    assert response[-2:] == b"\x90\x00"
    with folder.insert("hanako") as card:
        key = x509.load_der_x509_certificate(Jpki(card).certificate(KeyName.AUTHENTICATION)).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    key.verify(response[:-2], DIGEST, padding.PKCS1v15(), Prehashed(hashes.SHA256()))
    assert "署名1回" in look(browser, address)
    assert PINS[PinName.AUTHENTICATION].encode() not in b"".join(end.heard)


def test_a_card_that_lost_power_is_asked_for_its_pin_again(
    browser: Client, end: FarEnd, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = {"now": datetime.now(UTC)}
    monkeypatch.setattr("mynumber.wallet.views.reader.now", lambda: clock["now"])
    town = place(end, ask(card_life.PinName.AUTHENTICATION), Transmit(commands=(SELECT_KEY, SIGN)), DONE)
    address = put_on(browser)
    town.lose = 1  # the PIN is entered, but the place's answer gets lost
    status, page = enter(browser, address, PINS[PinName.AUTHENTICATION])
    assert (status, "窓口の返事を待っています" in page) == (303, True)
    clock["now"] += IDLE + timedelta(seconds=1)
    browser.post(address, {"act": "go-on", "step": "x"})
    assert "カードが暗証番号を忘れました" in look(browser, address)
    assert len(town.replies) == 2
    assert "終わりました" in enter(browser, address, PINS[PinName.AUTHENTICATION])[1]
    signed = town.replies[-1]
    assert isinstance(signed, Transmitted)
    assert signed.responses[-1][-2:] == b"\x90\x00"


def test_a_card_whose_pin_is_blocked_meanwhile_is_taken_away(
    browser: Client, end: FarEnd, folder: CardFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = {"now": datetime.now(UTC)}
    monkeypatch.setattr("mynumber.wallet.views.reader.now", lambda: clock["now"])
    tasks = (ask(card_life.PinName.AUTHENTICATION), Transmit(commands=(SELECT_KEY, SIGN)))
    town = place(end, *tasks, Finished(words="残念。", done=False))
    address = put_on(browser)
    town.lose = 1
    enter(browser, address, PINS[PinName.AUTHENTICATION])
    clock["now"] += IDLE + timedelta(seconds=1)
    for _ in range(3):
        with folder.insert("hanako") as card, pytest.raises(PinRefused):
            verify_pin(card, PinName.AUTHENTICATION, read_pin("0000", PinName.AUTHENTICATION))
    browser.post(address, {"act": "go-on"})
    page = look(browser, address)
    assert "もう入力できないので、カードを取り出しました" in page
    assert "残念。" in page
    assert town.replies[-1] == CardRemoved()


def test_a_lost_answer_carries_no_order_twice(
    browser: Client, end: FarEnd, issuers: Issuers, folder: CardFolder
) -> None:
    town = place(
        end,
        order(issuers, 1, AllowPin(PinName.TEXT_SUPPORT)),
        ask(card_life.PinName.TEXT_SUPPORT, PinAction.SET),
        DONE,
    )
    town.lose = 1
    address = put_on(browser)
    assert "窓口の返事を待っています" in look(browser, address)
    assert len(town.replies) == 2
    browser.post(address, {"act": "go-on"})
    assert "終わりました" in choose(browser, address, "8520")
    first = town.replies[1]
    assert isinstance(first, Transmitted)
    assert first.responses[-1][-2:] == b"\x90\x00"
    assert town.replies[2] == PinEntered(outcome=PinOutcome.DONE, tries_left=3)


def test_what_was_typed_for_one_pin_is_not_tried_on_another(
    browser: Client, end: FarEnd, folder: CardFolder
) -> None:
    town = place(end, ask(card_life.PinName.TEXT_SUPPORT), ask(card_life.PinName.AUTHENTICATION), DONE)
    address = put_on(browser)
    stale = step(browser, address)
    enter(browser, address, PINS[PinName.TEXT_SUPPORT])
    browser.post(address, {"act": "enter", "step": stale, "entered": PINS[PinName.TEXT_SUPPORT]})
    assert len(town.replies) == 2
    assert tries(folder) == 3


def test_wrong_pins_count_and_the_last_one_is_told_to_the_place(
    browser: Client, end: FarEnd, folder: CardFolder
) -> None:
    town = place(end, ask(card_life.PinName.AUTHENTICATION), Finished(words="窓口で設定します。", done=False))
    address = put_on(browser)
    for left in ("あと2回まちがえると", "あと1回まちがえると"):
        status, page = enter(browser, address, "0000")
        assert status == 422
        assert left in page
        assert "0000" not in re.sub(r'value="[^"]*"', "", page)
    assert "窓口で設定します" in enter(browser, address, "0000")[1]
    assert town.replies[-1] == PinEntered(outcome=PinOutcome.BLOCKED, tries_left=0)
    assert tries(folder) == 0


def test_a_blocked_pin_is_not_asked_for(browser: Client, end: FarEnd, folder: CardFolder) -> None:
    place(end, ask(card_life.PinName.JUKI), DONE)
    address = put_on(browser)
    for _ in range(3):
        enter(browser, address, "0000")
    town = place(end, ask(card_life.PinName.JUKI), Finished(words="できません。", done=False))
    assert "できません。" in look(browser, put_on(browser))
    assert town.replies[-1] == PinEntered(outcome=PinOutcome.BLOCKED, tries_left=0)


@pytest.mark.parametrize(
    "command",
    [
        bytes.fromhex("0020008004") + b"0000",
        bytes.fromhex("0020009804") + b"0000",  # the PIN by its short identifier
        bytes.fromhex("0024018004") + b"0000",
        bytes.fromhex("8032008004") + b"0000",
    ],
)
def test_a_place_may_not_try_a_pin(browser: Client, end: FarEnd, folder: CardFolder, command: bytes) -> None:
    commands = (SELECT_JPKI, bytes.fromhex("00A4020C020018"), command)
    town = place(end, Transmit(commands=commands), Finished(words="?", done=False))
    assert "窓口が暗証番号を試そうとした" in look(browser, put_on(browser))
    assert town.replies[-1] == CardRemoved()
    assert tries(folder) == 3


def test_asking_for_the_tries_is_no_try(browser: Client, end: FarEnd) -> None:
    commands = (SELECT_JPKI, bytes.fromhex("00A4020C020018"), bytes.fromhex("00200080"))
    town = place(end, Transmit(commands=commands), DONE)
    put_on(browser)
    answered = town.replies[-1]
    assert isinstance(answered, Transmitted)
    assert answered.responses[-1].hex() == "63c3"


def test_commands_end_at_the_first_that_is_refused(browser: Client, end: FarEnd) -> None:
    town = place(end, Transmit(commands=(SELECT_JPKI, SELECT_KEY, SIGN, SELECT_JPKI)), DONE)
    put_on(browser)
    answered = town.replies[-1]
    assert isinstance(answered, Transmitted)
    assert [response[-2:].hex() for response in answered.responses] == ["9000", "9000", "6982"]


def test_a_holder_may_leave_a_pin_out_or_take_the_card_away(browser: Client, end: FarEnd) -> None:
    town = place(
        end,
        ask(card_life.PinName.JUKI),
        ask(card_life.PinName.AUTHENTICATION),
        Transmit(commands=(SELECT_JPKI,)),
    )
    address = put_on(browser)
    browser.post(address, {"act": "decline", "step": step(browser, address)})
    browser.post(address, {"act": "remove"})
    declined = PinEntered(outcome=PinOutcome.CANCELLED, tries_left=3)
    assert town.replies[1:] == [declined, CardRemoved()]
    # The place went on asking; the card is with its holder.
    assert "カードを取り出して、やめました" in look(browser, address)
    assert len(town.replies) == 3


@pytest.mark.parametrize("action", list(PinAction))
def test_a_card_removed_from_the_device_is_gone_from_the_reader(
    browser: Client, end: FarEnd, folder: CardFolder, action: PinAction
) -> None:
    town = place(
        end,
        ask(card_life.PinName.JUKI, action),
        Transmit(commands=(SELECT_JPKI,)),
        Finished(words="残念。", done=False),
    )
    address = put_on(browser)
    current = step(browser, address)
    folder.remove("hanako")
    fields = {"entered": PINS[PinName.JUKI], "new": "1111", "again": "1111"}
    answer = browser.post(address, {"act": "enter", "step": current, **fields})
    assert answer.status_code == 422
    assert "カードが取り出されました" in answer.content.decode()
    assert "カードを入れなおした" in look(browser, address)
    browser.post(address, {"act": "decline", "step": current})
    assert "残念。" in look(browser, address)
    assert town.replies[-1] == CardRemoved()


def test_a_pin_without_an_order_is_not_set(browser: Client, end: FarEnd, folder: CardFolder) -> None:
    town = place(
        end, ask(card_life.PinName.JUKI, PinAction.SET), Finished(words="やり直します。", done=False)
    )
    address = put_on(browser)
    assert "やり直します" in choose(browser, address, "9999")
    assert town.replies[-1] == PinEntered(outcome=PinOutcome.CANCELLED, tries_left=3)
    with folder.insert("hanako") as card:
        verify_pin(card, PinName.JUKI, pin(PinName.JUKI))


def test_nothing_on_disk_says_a_pin_or_that_it_is_verified(
    browser: Client, end: FarEnd, tmp_path: Path
) -> None:
    place(end, ask(card_life.PinName.AUTHENTICATION), ask(card_life.PinName.TEXT_SUPPORT), DONE)
    address = put_on(browser)
    enter(browser, address, PINS[PinName.AUTHENTICATION])
    (file,) = (tmp_path / "wallet" / "readers").glob("*.json")
    assert file.stat().st_mode & 0o777 == 0o600
    assert PINS[PinName.AUTHENTICATION].encode() not in file.read_bytes()
    session = address.rsplit("/", 1)[1]
    assert POWERED.left(session, datetime.now(UTC)) is not None
    assert POWERED.left(session, datetime.now(UTC) + IDLE) is None


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"code": "12345"}, "12けたの数字"),
        ({"code": "９９９９９９９９９９９９"}, "この番号は見つかりません"),
        ({"code": CODE, "card": "nobody"}, "いまこの端末にありません"),
        ({"code": CODE, "place": "network"}, "選びなおしてください"),
        ({}, "入力してください"),
    ],
)
def test_a_session_that_cannot_begin(
    browser: Client, end: FarEnd, tmp_path: Path, fields: dict[str, str], words: str
) -> None:
    answer = browser.post("/readers", {"place": "municipality", "card": "hanako", **fields})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not list((tmp_path / "wallet").glob("readers/*.json"))


@pytest.mark.parametrize("session", ["x", "A" * 22, "..%2f..%2fcards%2fhanako", "a" * 300])
def test_an_unknown_session_is_over(browser: Client, session: str) -> None:
    assert browser.get(f"/readers/{session}").status_code == 404
    assert browser.post(f"/readers/{session}", {"act": "remove"}).status_code == 404


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"{}",
        b'{"place":"x","number":7,"task":{"type":"finished","words":"x"}}',
        b'{"place":"x","number":1,"task":{"type":"transmit","commands":[]}}',
        b'{"place":"x","number":1,"task":{"type":"explode"}}',
        b"x" * 3_000_000,
    ],
)
def test_a_place_that_speaks_otherwise_is_not_obeyed(
    browser: Client, end: FarEnd, folder: CardFolder, said: bytes
) -> None:
    end.other["/card-readers/steps"] = lambda _: said
    answer = browser.post("/readers", {"code": CODE, "place": "municipality", "card": "hanako"})
    assert answer.status_code == 422
    assert "窓口につながりません" in answer.content.decode()
    assert tries(folder) == 3


def test_two_requests_at_once_cost_two_tries(browser: Client, end: FarEnd, folder: CardFolder) -> None:
    """Each of two wrong entries in the same moment costs a try: none is had for nothing."""
    place(end, ask(card_life.PinName.AUTHENTICATION), DONE)
    address = put_on(browser)
    fields = {"act": "enter", "step": step(browser, address), "entered": "0000"}
    seen: list[int] = []

    def send() -> None:
        seen.append(Client(headers=HOST).post(address, fields).status_code)

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [422, 422]
    assert tries(folder) == 1


def test_a_session_that_nobody_ended_is_forgotten(browser: Client, end: FarEnd, tmp_path: Path) -> None:
    place(end, ask(card_life.PinName.AUTHENTICATION))
    put_on(browser)
    sessions = ReaderSessions(tmp_path / "wallet" / "readers")
    sessions.forget_old(datetime.now(UTC))
    assert len(list(sessions.path.glob("*.json"))) == 1
    sessions.forget_old(datetime.now(UTC) + timedelta(hours=2))
    assert not list(sessions.path.iterdir())
