"""A layout as a table that a person reads."""

from __future__ import annotations

from mynumber.foundation.facts import CODE_LISTS, Field, Layout
from mynumber.foundation.facts.language import (
    CalendarYear,
    Code,
    Count,
    Day,
    Figures,
    FiscalYear,
    Insurer,
    Many,
    Month,
    Municipality,
    Period,
    Words,
    Yen,
    YesNo,
)
from mynumber.institutions.network.table.forms import say
from mynumber.webkit.face.parts import Table

SHOWN_CODES = 4


def field_table(layout: Layout) -> Table:
    """Every field with its path, type, whether it must stand, and what may stand in its place."""
    return Table.build(
        say("項目", "Fields"),
        [
            say("項目", "Field"),
            say("名前（JSON）", "Name (JSON)"),
            say("型", "Type"),
            say("必須", "Required"),
            say("値の代わり", "Instead of a value"),
        ],
        [
            (
                field.label,
                path,
                type_words(field),
                say("必須", "yes") if field.required else say("当てはまる人だけ", "where it applies"),
                _specials(field),
            )
            for path, field in layout.every_field()
        ],
    )


def _specials(field: Field) -> str | None:
    words = {"unknown": say("不明", "unknown"), "not_declared": say("未申告", "not declared")}
    return say("・", ", ").join(words[one] for one in field.may_be) or None


def type_words(field: Field) -> str:
    """The type of a field in words."""
    match field.type:
        case Yen():
            return say("金額（円、整数）", "yen, integer")
        case Count(unit=unit):
            return say(f"数（{unit}）", f"number ({unit})")
        case Day():
            return say("日", "day")
        case Month():
            return say("月", "month")
        case FiscalYear():
            return say("年度", "fiscal year")
        case CalendarYear():
            return say("年", "calendar year")
        case YesNo(yes=yes, no=no):
            return f"{yes} / {no}"
        case Code(of=of):
            return _codes(of)
        case Words(most=most):
            return say(f"文字（{most}字まで）", f"text, at most {most}")
        case Figures(least=least, most=most):
            digits = str(most) if least == most else f"{least}–{most}"
            return say(f"数字{digits}桁", f"{digits} digits")
        case Municipality():
            return say("全国地方公共団体コード", "local government code")
        case Insurer():
            return say("保険者番号", "insurer number")
        case Period():
            return say("期間", "period")
        case Many(most=most):
            return say(f"一覧（{most}件まで）", f"list, at most {most}")


def _codes(of: str) -> str:
    labels = list(CODE_LISTS[of].values())
    shown = say("、", ", ").join(labels[:SHOWN_CODES])
    rest = len(labels) - SHOWN_CODES
    more = say(f"ほか{rest}", f" and {rest} more") if rest > 0 else ""
    return say(f"コード（{shown}{more}）", f"code ({shown}{more})")
