"""The card files of the device: nothing is lost, nothing is had for nothing, nobody else reads them."""

from __future__ import annotations

import multiprocessing
import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mynumber.foundation.smartcard import (
    AUTHENTICATION_PIN_RULES,
    CardFileProblem,
    CardFileUnusable,
    JpkiClient,
    Pin,
    PinBlocked,
    PinName,
    WrongPin,
)
from mynumber.protocols import card_handover
from mynumber.protocols.card_handover import HandedCard, MalformedHandover
from mynumber.wallet.cards import CardFolder
from tests.support.waiting import PATIENCE_SECONDS
from tests.wallet.conftest import PIN

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
WRONG = Pin.parse("0000", AUTHENTICATION_PIN_RULES)


def try_pin(folder: CardFolder, pin: Pin) -> str:
    with folder.insert("hanako") as reader:
        client = JpkiClient(reader)
        client.select()
        try:
            client.verify_pin(pin)
        except WrongPin as wrong:
            return f"{wrong.remaining} left"
        except PinBlocked:
            return "blocked"
        return "right"


def tries(folder: CardFolder) -> int:
    return folder.card("hanako").stand(PinName.AUTHENTICATION).left


def test_a_card_is_shown_with_its_tries_and_its_end(folder: CardFolder) -> None:
    (card,) = folder.cards()
    assert (card.id, card.name, card.usable) == ("hanako", "甲野 花子", True)
    assert {pin.name: (pin.left, pin.tries) for pin in card.pins} == {
        PinName.AUTHENTICATION: (3, 3),
        PinName.SIGNATURE: (5, 5),
        PinName.TEXT_SUPPORT: (3, 3),
        PinName.JUKI: (3, 3),
    }
    authentication, signature = card.certificates
    assert authentication.until is not None
    assert f"{authentication.until:%m-%d %H:%M:%S}" == "05-03 14:59:59"
    # The card tells nothing of the signature certificate but that it is there.
    assert (signature.present, signature.until, signature.serial) == (True, None, "")


def test_tries_are_kept_between_two_uses(folder: CardFolder) -> None:
    assert [try_pin(folder, WRONG) for _ in range(3)] == ["2 left", "1 left", "blocked"]
    assert try_pin(folder, PIN) == "blocked"
    assert [pin.name for pin in folder.card("hanako").blocked] == [PinName.AUTHENTICATION]


def test_the_right_pin_restores_the_tries_for_good(folder: CardFolder) -> None:
    try_pin(folder, WRONG)
    assert try_pin(folder, PIN) == "right"
    assert tries(folder) == 3


def test_the_counter_is_on_disk_before_the_answer(folder: CardFolder) -> None:
    with folder.insert("hanako") as reader:
        for apdu in ("00A4040C0AD392F000260100000001", "00A4020C020018"):
            reader.transmit(bytes.fromhex(apdu))
        before = (folder.path / "hanako.card").stat().st_ino
        assert reader.transmit(bytes.fromhex("002000800430303030")).hex() == "63c2"
        # Read past the lock, as a process would that starts after the power was cut at this moment.
        assert (folder.path / "hanako.card").stat().st_ino != before
    assert tries(folder) == 2


def test_a_full_disk_gives_no_answer(folder: CardFolder) -> None:
    draft = folder.path / ".hanako.card.new"
    draft.mkdir()  # nothing can be written where the new state has to go
    (draft / "x").touch()
    with folder.insert("hanako") as reader:
        client = JpkiClient(reader)
        client.select()
        with pytest.raises(OSError, match="hanako"):
            client.verify_pin(WRONG)
    assert tries(folder) == 3


def _try_in_a_process(path: Path, results: multiprocessing.Queue[str]) -> None:
    results.put(try_pin(CardFolder(path), WRONG))


def test_processes_share_the_tries(folder: CardFolder) -> None:
    """Six processes at once get three tries together, not three each."""
    context = multiprocessing.get_context("spawn")
    results: multiprocessing.Queue[str] = context.Queue()
    processes = [context.Process(target=_try_in_a_process, args=(folder.path, results)) for _ in range(6)]
    for process in processes:
        process.start()
    answers = sorted(results.get(timeout=PATIENCE_SECONDS) for _ in processes)
    for process in processes:
        process.join()
    assert answers == ["1 left", "2 left", "blocked", "blocked", "blocked", "blocked"]


def test_the_files_are_for_their_owner_alone(folder: CardFolder) -> None:
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    try_pin(folder, WRONG)
    for file in folder.path.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name


def test_a_card_that_others_may_read_is_not_used(folder: CardFolder) -> None:
    (folder.path / "hanako.card").chmod(0o640)
    assert folder.card("hanako").problem is CardFileProblem.OPEN_TO_OTHERS
    with pytest.raises(CardFileUnusable, match="open_to_others"), folder.insert("hanako"):
        pass


@pytest.mark.parametrize("content", [b"", b"rubbish", bytes(100_000)])
def test_a_damaged_card_is_shown_as_such(folder: CardFolder, content: bytes) -> None:
    (folder.path / "hanako.card").write_bytes(content)
    assert folder.card("hanako").problem is CardFileProblem.DAMAGED
    assert not folder.card("hanako").usable


@pytest.mark.parametrize(
    "card_id", ["taro", "", "..", "../hanako", "hanako/..", ".hanako", "HANAKO", "hanako\n"]
)
def test_an_unknown_card_is_unknown(folder: CardFolder, card_id: str) -> None:
    with pytest.raises(CardFileUnusable, match="missing"):
        folder.card(card_id)


def test_a_card_is_not_overwritten(folder: CardFolder, handed: HandedCard) -> None:
    try_pin(folder, WRONG)
    with pytest.raises(CardFileUnusable, match="already_there"):
        folder.receive(handed, at=NOW)
    assert tries(folder) == 2


def test_a_damaged_card_is_not_taken_in(folder: CardFolder) -> None:
    with pytest.raises(CardFileUnusable, match="damaged"):
        folder.receive(HandedCard(id="taro", name="乙野 太郎", card=b"rubbish"), at=NOW)
    assert [card.id for card in folder.cards()] == ["hanako"]


def test_a_card_without_its_name_still_works(folder: CardFolder) -> None:
    (folder.path / "hanako.json").unlink()
    card = folder.card("hanako")
    assert card.usable
    assert card.name == "なまえのないカード"


def test_an_empty_device_has_no_cards(tmp_path: Path) -> None:
    assert CardFolder(tmp_path / "nowhere").cards() == []


def test_a_half_written_draft_is_no_card(folder: CardFolder) -> None:
    draft = folder.path / ".hanako.card.new"
    draft.write_bytes(b"half")
    os.chmod(draft, 0o644)  # noqa: PTH101 - as another program would have left it
    assert [card.id for card in folder.cards()] == ["hanako"]
    try_pin(folder, WRONG)
    assert tries(folder) == 2


def test_a_handed_card_survives_its_line(handed: HandedCard) -> None:
    line = card_handover.encode(handed)
    assert line.count(b"\n") == 1
    assert card_handover.decode(line) == handed
    assert "甲野" not in repr(handed)


@pytest.mark.parametrize(
    "change",
    [
        {"id": "../x"},
        {"id": ""},
        {"id": "a\n"},
        {"name": ""},
        {"card": "not base64!"},
        {"card": 5},
        {"pin": "4649"},
    ],
)
def test_a_line_that_is_no_card_is_refused(handed: HandedCard, change: dict[str, object]) -> None:
    fields = msgspec.json.decode(card_handover.encode(handed))
    with pytest.raises(MalformedHandover):
        card_handover.decode(msgspec.json.encode({**fields, **change}))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_any_bytes_are_no_handed_card(line: bytes) -> None:
    with pytest.raises(MalformedHandover):
        card_handover.decode(line)
