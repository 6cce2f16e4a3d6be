"""A card as a file: nothing is answered before it is on disk, and several programs share one counter."""

from __future__ import annotations

import multiprocessing
import os
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from mynumber.foundation.smartcard import (
    CardFile,
    CardFileProblem,
    CardFileUnusable,
    CardReader,
    CardState,
    JpkiClient,
    Pin,
    PinBlocked,
    PinName,
    PinPad,
    WrongPin,
    storage,
)
from tests.foundation.smartcard.conftest import Made

WRONG, RIGHT = Pin("9999"), Pin("1234")
SEEN = ("st_ino", "st_mtime_ns", "st_size")


@pytest.fixture
def path(tmp_path: Path, made: Made) -> Path:
    """A card file."""
    path = tmp_path / "hanako.card"
    CardFile.create(path, made.state)
    return path


def enter(card: CardReader, pin: Pin) -> None:
    client = JpkiClient(card)
    client.select()
    client.verify_pin(pin)


def test_the_counter_is_on_disk_before_the_answer(path: Path) -> None:
    with pytest.raises(WrongPin):
        enter(CardFile(path), WRONG)
    assert CardState.from_bytes(path.read_bytes()).memory.pins["jpki/0018"].tries_left == 2
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_changes_nothing_writes_nothing(path: Path) -> None:
    before = path.stat().st_mtime_ns, path.stat().st_ino
    card = CardFile(path)
    enter(card, RIGHT)
    assert len(JpkiClient(card).sign(bytes(32))) == 256
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == before


def test_two_programs_share_one_counter(path: Path) -> None:
    one, other = CardFile(path), CardFile(path)
    for card, left in ((one, 2), (other, 1)):
        with pytest.raises(WrongPin) as wrong:
            enter(card, WRONG)
        assert wrong.value.remaining == left
    with pytest.raises(PinBlocked):
        enter(one, WRONG)
    with pytest.raises(PinBlocked):
        enter(other, RIGHT)


def test_a_program_goes_on_like_with_a_card_just_put_in_when_another_has_changed_it(path: Path) -> None:
    one, other = CardFile(path), CardFile(path)
    enter(one, RIGHT)
    with pytest.raises(WrongPin):
        enter(other, WRONG)
    # Nothing is selected, no PIN is verified.
    assert one.transmit(bytes.fromhex("00B0000004"))[-2:] == b"\x69\x86"
    assert PinPad(one).tries_left(PinName.AUTHENTICATION) == 2


SELECT, GUESS = (bytes.fromhex(apdu) for apdu in ("00A4040C0AD392F000260100000001", "002000980439393939"))
"""Select the application; a wrong PIN by its short identifier."""


def test_a_change_is_seen_though_number_and_time_of_the_file_are_as_before(path: Path) -> None:
    """As when it is replaced twice within one tick of the clock, and the first file's number is given out again."""
    looking, trying = CardFile(path), CardFile(path)
    first = path.with_suffix(".first")
    os.link(path, first)
    before = path.stat()
    with pytest.raises(WrongPin):
        enter(trying, WRONG)
    first.write_bytes(path.read_bytes())
    first.replace(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = path.stat()
    assert [getattr(after, name) for name in SEEN] == [getattr(before, name) for name in SEEN]
    with pytest.raises(WrongPin) as wrong:
        enter(looking, WRONG)
    assert wrong.value.remaining == 1


def _guess(path: Path, queue: multiprocessing.Queue[list[bytes]]) -> None:
    card = CardFile(path)
    answers = []
    for _ in range(5):
        card.transmit(SELECT)
        answers.append(card.transmit(GUESS))
    queue.put(answers)


def test_programs_at_the_same_moment_get_no_try_for_nothing(path: Path, made: Made) -> None:
    pins = dict(made.state.memory.pins)
    pins["jpki/0018"] = msgspec.structs.replace(pins["jpki/0018"], tries=15, tries_left=15)
    state = replace(made.state, memory=msgspec.structs.replace(made.state.memory, pins=pins))
    storage.write(path, state.to_bytes())
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    guessers = [context.Process(target=_guess, args=(path, queue)) for _ in range(3)]
    for guesser in guessers:
        guesser.start()
    answers = [answer for _ in guessers for answer in queue.get(timeout=60)]
    for guesser in guessers:
        guesser.join()
    # A guess that another one overtook found a card just put in: nothing selected, so no PIN was tried.
    counted = [answer[1] & 0x0F for answer in answers if answer[0] == 0x63]
    assert sorted(counted, reverse=True) == list(range(14, 14 - len(counted), -1))
    assert CardState.from_bytes(path.read_bytes()).memory.pins["jpki/0018"].tries_left == min(counted)
    assert {answer for answer in answers if answer[0] != 0x63} <= {b"\x6a\x88"}


def test_power_that_fails_while_writing_leaves_the_old_card_or_the_new(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    before = path.read_bytes()
    card = CardFile(path)
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="space"):
        enter(card, WRONG)
    assert path.read_bytes() == before
    monkeypatch.undo()
    assert PinPad(CardFile(path)).tries_left(PinName.AUTHENTICATION) == 3


def test_a_card_is_never_overwritten(path: Path, made: Made) -> None:
    with pytest.raises(CardFileUnusable) as unusable:
        CardFile.create(path, made.state)
    assert unusable.value.problem is CardFileProblem.ALREADY_THERE


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_card_that_others_may_read_is_not_used(path: Path, mode: int) -> None:
    path.chmod(mode)
    with pytest.raises(CardFileUnusable) as unusable:
        CardFile(path)
    assert unusable.value.problem is CardFileProblem.OPEN_TO_OTHERS


@pytest.mark.parametrize("content", [b"", b"no card", b"mynumber-card-1\n" + bytes(40)])
def test_what_is_no_card_is_not_used(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(CardFileUnusable) as unusable:
        CardFile(path)
    assert unusable.value.problem is CardFileProblem.DAMAGED


def test_a_file_that_is_not_there_or_no_file_is_said_so(tmp_path: Path, made: Made) -> None:
    for path, problem in (
        (tmp_path / "x.card", CardFileProblem.MISSING),
        (tmp_path, CardFileProblem.UNREADABLE),
    ):
        with pytest.raises(CardFileUnusable) as unusable:
            CardFile(path)
        assert unusable.value.problem is problem
    with pytest.raises(CardFileUnusable) as unusable:
        CardFile.create(tmp_path / "no folder" / "x.card", made.state)
    assert unusable.value.problem is CardFileProblem.UNREADABLE


def test_a_card_whose_file_goes_answers_no_more(path: Path) -> None:
    card = CardFile(path)
    path.unlink()
    with pytest.raises(CardFileUnusable) as unusable:
        card.transmit(bytes.fromhex("00200080"))
    assert unusable.value.problem is CardFileProblem.MISSING
