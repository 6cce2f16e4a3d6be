"""Where facts come from, for people: the names of registers and of what bodies keep, and the units they count in.

A body tells its source in Japanese (`KnownField.source`); what is not known here is the name of an office, and stays as it was told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from mynumber.foundation.law.kinds import InformationKind
from mynumber.webkit.face.language import is_english, say

_NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "住民基本台帳": ("the register of residents", "住民票"),
    "申請書と住民基本台帳ネットワーク": (
        "the application and the network of registers of residents",
        "もうしこみと 住民票",
    ),
    "前回の申請": ("your last application", "まえの もうしこみ"),
    "電子文書": ("an electronic document", "ネットで とどいた 書類"),
    "公金受取口座": ("your registered account for public benefits", "公金受取口座（お金を もらう 口座）"),
    "規則": ("the rules", "きまり"),
    "申請書から計算": ("a computation from the application", "もうしこみからの けいさん"),
    "受付の記録": ("the office's record of arrivals", "やくしょの うけつけの きろく"),
    "審査": ("the examination", "やくしょの しらべ"),
    "申請書": ("the application", "もうしこみ"),
    "年金機構の記録": ("the records of the Japan Pension Service", "年金の やくしょの きろく"),
    "介護保険被保険者台帳": ("the register of those insured for long-term care", "介護保険の きろく"),
    "介護給付実績": ("the records of long-term care benefits", "介護サービスの きろく"),
    "保育の基準（条例・規則）": ("the municipality's rules on childcare", "保育園の きまり"),
    "保育台帳": ("the register of childcare places", "保育園の きろく"),
    "保育料台帳": ("the register of childcare fees", "保育園の お金の きろく"),
    "健康保険被保険者台帳": ("the register of those insured for health", "健康保険の きろく"),
    "国民健康保険被保険者台帳": (
        "the register of those insured for National Health Insurance",
        "国民健康保険の きろく",
    ),
    "児童手当受給者台帳": ("the register of who receives child allowance", "児童手当の きろく"),
    "児童扶養手当受給者台帳": (
        "the register of who receives child rearing allowance",
        "児童扶養手当の きろく",
    ),
    "年金加入記録": ("the records of pension membership", "年金に 入って いた きろく"),
    "年金受給権者台帳": ("the register of pensioners", "年金を もらう 人の きろく"),
    "年金受給記録": ("the records of pensions paid", "年金を もらった きろく"),
}
"""By the Japanese name: English, easy Japanese."""
_NETWORK: Final = "（情報連携）"
_KINDS: Final = {each.label_ja: each.label_en for each in InformationKind if each.label_en}
_TAX: Final = re.compile(r"(\d{4})年度住民税課税台帳（この団体）")
_UNITS: Final[Mapping[str, str]] = {
    "か月": " months",
    "人": "",
    "件": "",
    "分": " minutes",
    "割": "0 percent",
    "日": " days",
    "時間": " hours",
    "点": " points",
    "週": " weeks",
}


def source_name(told: str) -> str:
    """A source in the words of the chosen language, as it stands within a sentence."""
    if told.endswith(_NETWORK) and (english := _KINDS.get(told.removesuffix(_NETWORK))):
        kind = told.removesuffix(_NETWORK)
        return say(told, f"another office's record “{english}”", f"ほかの やくしょの きろく（{kind}）")
    if tax := _TAX.fullmatch(told):
        year = tax[1]
        return say(
            told, f"the municipality's tax register of fiscal year {year}", f"{year}年度の 税金の きろく"
        )
    return say(told, *_NAMES.get(told, (told, told)))


def counted(count: int, unit: str) -> str:
    """A number with what it counts: 3か月, or 3 months. A unit without English words stays out: the label says what is counted."""
    if not is_english():
        return f"{count:,}{unit}"
    words = _UNITS.get(unit, "")
    return f"{count:,}{words.removesuffix('s') if count == 1 else words}"
