"""How much was tried and how much was lost: told by the tests of faults to whoever runs them all (``python -m bench.faults``)."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

VARIABLE = "MYNUMBER_FAULT_COUNTS"
"""A file that counts are added to; without it nobody counts."""


class Count(msgspec.Struct, frozen=True):
    """Of one test."""

    fault: str
    of: str
    """What was counted: inquiries, events, messages."""
    tried: int
    lost: int


def count(fault: str, of: str, tried: int, lost: int = 0) -> None:
    """Add one line to the file, if there is one."""
    file = os.environ.get(VARIABLE)
    if file:
        with Path(file).open("ab") as out:
            out.write(msgspec.json.encode(Count(fault, of, tried, lost)) + b"\n")


def counts(file: Path) -> list[Count]:
    """What was added, in the order of the tests; tests of one fault added up."""
    together: dict[tuple[str, str], Count] = {}
    for line in file.read_bytes().splitlines():
        one = msgspec.json.decode(line, type=Count)
        before = together.get((one.fault, one.of), Count(one.fault, one.of, 0, 0))
        together[one.fault, one.of] = Count(
            one.fault, one.of, before.tried + one.tried, before.lost + one.lost
        )
    return list(together.values())
