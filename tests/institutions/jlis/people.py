"""Made-up people for the tests of J-LIS."""

from __future__ import annotations

import itertools
from datetime import date

import msgspec

from mynumber.protocols.residents import FourAttributes, ResidentEntry

KATSUSHIKA = "municipality.131229"
YAO = "municipality.272124"
MOVED_OUT_ON = date(2026, 3, 28)

_numbers = itertools.count(1)


def somebody(**changes: object) -> FourAttributes:
    """Four attributes that nobody else in the run has."""
    number = next(_numbers)
    attributes = FourAttributes(
        name=f"架空　花子{_kanji(number)}",
        address=f"東京都葛飾区亀有{number}丁目2番3号",
        birth_date=date(1990, 4, 1),
        sex="2",
    )
    return msgspec.structs.replace(attributes, **changes)


def entry(
    attributes: FourAttributes, moved_from: FourAttributes | None = None, **changes: object
) -> ResidentEntry:
    """An entry of a register with an addressee number of its own."""
    resident = ResidentEntry(
        addressee=f"A{next(_numbers):09d}",
        attributes=attributes,
        name_kana="カクウ　ハナコ",
        moved_from=moved_from,
    )
    return msgspec.structs.replace(resident, **changes)


def moving_out(resident: ResidentEntry, to: str | None = YAO, on: date = MOVED_OUT_ON) -> ResidentEntry:
    """The same entry once its municipality has taken the person's notification of moving out."""
    return msgspec.structs.replace(resident, moved_out_on=on, moved_out_to=to)


def in_yao(attributes: FourAttributes) -> FourAttributes:
    """The same person after moving to another city."""
    return msgspec.structs.replace(attributes, address=f"大阪府八尾市本町{next(_numbers)}丁目1番1号")


def _kanji(number: int) -> str:
    return "".join("〇一二三四五六七八九"[int(digit)] for digit in str(number))
