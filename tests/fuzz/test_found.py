"""What the fuzzers found, each once."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import pytest

from mynumber.foundation import facts
from mynumber.foundation.facts.faults import MalformedFact
from mynumber.foundation.facts.reading import read_fact
from mynumber.foundation.procedures.loading import MalformedProcedure
from mynumber.foundation.procedures.spreadsheet import read_xlsx
from mynumber.foundation.smartcard.state import CardState, CardStateDamaged
from mynumber.protocols.card_reader import decode_step
from mynumber.protocols.refusal import Refused
from mynumber.protocols.sign_in import SignInRefused
from tests.foundation.procedures import test_spreadsheet as workbook
from tests.fuzz.targets import target_named
from tests.support.signing import signing_house

NO_UTF_8 = (b'{"fiscal_year":"\xe3"}', b'{"\xb1":1}', b'"\xff"')


@pytest.mark.parametrize("body", NO_UTF_8, ids=repr)
def test_a_fact_that_is_no_utf_8_is_malformed(body: bytes) -> None:
    """It was a UnicodeDecodeError, so a copy with it was refused as of an unknown kind."""
    for layout in facts.LAYOUTS.values():
        with pytest.raises(MalformedFact):
            read_fact(layout, body)


@pytest.mark.parametrize("where", ["hop", "detail"])
def test_an_unsigned_refusal_that_is_no_utf_8_is_no_message(where: str) -> None:
    """It was a UnicodeDecodeError in whoever had asked: anybody between the two could raise it."""
    refusal = {"hop": b"network", "reason": b"expired", "detail": b""} | {where: b"\xe3\x81"}
    members = b",".join(b'"' + name.encode() + b'":"' + value + b'"' for name, value in refusal.items())
    with pytest.raises(Refused):
        target_named("answers").read(b"4" + b'{"refusal":{' + members + b"}}")


def test_a_value_in_a_workbook_that_is_too_deep_or_too_long_is_named() -> None:
    """It was a RecursionError, or a ValueError without the line."""
    for text in ("[" * 3000, "9" * 5000):
        with pytest.raises(MalformedProcedure, match="settings 2行"):
            read_xlsx(workbook.changed(workbook.cell("settings", "B2", text)))


def test_a_card_whose_words_are_no_utf_8_is_damaged() -> None:
    """It was a UnicodeDecodeError in the wallet that takes a card in."""
    state = signing_house().state.state
    name = state.memory.profile.encode()
    body = state.to_bytes()[:-32].replace(name, b"\xff" * len(name), 1)
    with pytest.raises(CardStateDamaged):
        CardState.from_bytes(body + hashlib.sha256(body).digest())


def test_a_step_of_a_reader_that_is_too_deep_is_malformed() -> None:
    """It was a RecursionError in the portal that any device could raise."""
    with pytest.raises(SignInRefused):
        decode_step(b'{"code":"123456789018","number":0,"reply":' + b'{"a":' * 20_000)


THREADS = """
import sys, threading
import msgspec
from mynumber.foundation.envelope import decode_body

sys.setswitchinterval(1e-6)
for n in range(60):
    inner = [msgspec.defstruct(f"Inner{n}{i}", [(f"f{j}", int) for j in range(8)]) for i in range(12)]
    outer = msgspec.defstruct(f"Outer{n}", [(f"x{i}", tuple[one, ...]) for i, one in enumerate(inner)])
    body = msgspec.json.encode({f"x{i}": [{f"f{j}": 1 for j in range(8)}] for i in range(12)})
    start = threading.Barrier(4)
    threads = [threading.Thread(target=lambda: (start.wait(), decode_body(body, outer))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
"""


def test_a_type_may_be_read_by_several_threads_at_once_the_first_time() -> None:
    """A campaign of kills ended in a fault of memory: msgspec 0.22 prepares a type at its first use, and not for two threads at once."""
    assert subprocess.run([sys.executable, "-c", THREADS], check=False).returncode == 0
