"""A finding in plain Japanese: reasons for the person, the whole tree for the case worker, a record for the file."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any

from mynumber.foundation.rules.findings import Finding, Join, Unknown
from mynumber.foundation.rules.months import Month


def reasons(finding: Finding[Any]) -> tuple[str, ...]:
    """The sentences that decided the outcome, most important first, without those that made no difference."""
    seen: dict[str, None] = {}
    for part in _decisive(finding):
        seen.setdefault(sentence(part))
    return tuple(line for line in seen if line)


def grounds(finding: Finding[Any]) -> tuple[str, ...]:
    """The reasons that rules of law gave, without facts and sums: for a letter (理由の提示, 行政手続法 第8条)."""
    ruled = (part for part in _decisive(finding) if part.clause and part.join is not Join.FACT)
    return tuple(dict.fromkeys(sentence(part) for part in ruled if part.words))


def missing(finding: Finding[Any]) -> tuple[str, ...]:
    """What is needed to know the outcome, in words."""
    return tuple(sorted({need.words for need in finding.needs}))


def outline(finding: Finding[Any]) -> Iterator[str]:
    """The whole trace, one line a finding, two spaces a level: for the case worker. What was shown once is not shown again."""
    shown_before: dict[str, Finding[Any]] = {}

    def lines(part: Finding[Any], depth: int) -> Iterator[str]:
        line = sentence(part)
        if line and part.of:
            if line in shown_before and shown_before[line] == part:
                yield "  " * depth + line + "（前に同じ）"
                return
            shown_before.setdefault(line, part)
        if line:
            yield "  " * depth + line
        for each in part.of:
            yield from lines(each, depth + bool(line))

    return lines(finding, 0)


def record(finding: Finding[Any]) -> dict[str, Any]:
    """The whole trace as plain data for JSON: words, clause, value or needs, source, parts."""
    entry: dict[str, Any] = {"says": finding.words}
    if isinstance(finding.value, Unknown):
        entry["needs"] = sorted(need.name for need in finding.value.needs)
    else:
        entry["value"] = _plain(finding.value)
    rest = {
        "clause": finding.clause and finding.clause.text,
        "source": finding.source,
        "fact": finding.name,
        "of": [record(part) for part in finding.of],
    }
    entry.update({name: value for name, value in rest.items() if value})
    return entry


def sentence(finding: Finding[Any]) -> str:
    """One line: what is found, the clause, the source of a fact."""
    if not finding.words:
        return ""
    notes = [finding.clause.text] if finding.clause else []
    if finding.source:
        notes.append(finding.source)
    about = f"{finding.about}：" if finding.about else ""
    return about + _says(finding) + (f"（{'、'.join(notes)}）" if notes else "")


def shown(value: object, unit: str = "円") -> str:
    """A value as people read it; `unit` is what a whole number counts."""
    match value:
        case bool():
            return "はい" if value else "いいえ"
        case Enum():
            return str(getattr(value, "japanese", value.name))
        case int():
            return f"{value:,}{unit}"
        case Fraction():
            return _fraction(value)
        case date():
            return f"{value.year}年{value.month}月{value.day}日"
        case Month():
            return value.text
        case tuple() if type(value) is tuple:
            return "、".join(shown(each, unit) for each in value)
        case _:
            return str(value)


def _fraction(value: Fraction) -> str:
    """0.0264029, or 2/3 where no decimal is exact."""
    decimal = Decimal(value.numerator) / value.denominator
    return f"{decimal:f}" if Fraction(decimal) == value else f"{value.numerator}/{value.denominator}"


def _says(finding: Finding[Any]) -> str:
    if isinstance(finding.value, Unknown):
        return f"{finding.words}：まだ分かりません"
    if isinstance(finding.value, bool):
        if finding.value:
            return finding.words if finding.denial else f"{finding.words}：はい"
        return finding.denial or f"{finding.words}：いいえ"
    return f"{finding.words}：{shown(finding.value, finding.unit)}"


def _decisive(finding: Finding[Any]) -> Iterator[Finding[Any]]:
    yield finding
    match finding.join:
        case Join.ALL | Join.ANY:
            parts = [part for part in finding.of if _alike(part, finding)]
        case Join.CHOSEN:
            parts = [part for part in finding.of if finding.is_unknown or not part.is_unknown]
        case Join.EXCEPT:
            *conditions, counted = finding.of
            parts = [*(each for each in conditions if each.is_true), counted]
        case _:
            parts = [
                part
                for part in finding.of
                if not (_is_amount(finding) and _is_amount(part) and part.value == 0)
            ]
    for part in parts:
        yield from _decisive(part)


def _alike(part: Finding[Any], whole: Finding[Any]) -> bool:
    return part.is_unknown if whole.is_unknown else part.value == whole.value


def _is_amount(part: Finding[Any]) -> bool:
    """A number: a part of zero adds nothing to a sum, nor to its explanation."""
    return type(part.value) is int


def _plain(value: object) -> object:
    match value:
        case Enum():
            return value.name.lower()
        case bool() | int() | str() | None:
            return value
        case Fraction():
            return str(value)
        case date():
            return value.isoformat()
        case Month():
            return f"{value.year:04d}-{value.month:02d}"
        case tuple():
            return [_plain(each) for each in value]
        case _:
            return str(value)
