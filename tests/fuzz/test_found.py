"""What the fuzzers found, each once."""

from __future__ import annotations

import pytest

from mynumber.foundation import facts
from mynumber.foundation.facts.faults import MalformedFact
from mynumber.foundation.facts.reading import read_fact
from mynumber.protocols.refusal import Refused
from tests.fuzz.targets import target_named

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
