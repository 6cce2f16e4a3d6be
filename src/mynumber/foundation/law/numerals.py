"""Numbers as statutes write them: 百七十三の二 <-> "173_2" (the form of `Num` in e-Gov law XML)."""

import re
from functools import lru_cache
from typing import Final

_DIGITS: Final = "〇一二三四五六七八九"
_NUMBER: Final = re.compile(
    r"(?:(?P<hundreds>[二三四五六七八九]?)百)?(?:(?P<tens>[二三四五六七八九]?)十)?(?P<ones>[一二三四五六七八九]?)"
)

_ARTICLE: Final = re.compile(
    r"第(?P<head>[一二三四五六七八九十百]+)条(?P<branches>(?:の[一二三四五六七八九十]+)*)"
)

NUMERAL: Final = r"[一二三四五六七八九十百]+(?:の[一二三四五六七八九十百]+)*"
"""Pattern of an item or article number with its branches (枝番号)."""

_JOINT: Final = re.compile(rf"(?P<first>{NUMERAL})(?:及び(?P<both>{NUMERAL})|から(?P<last>{NUMERAL})まで)?")
_LONGEST_RANGE: Final = 200


def to_int(kanji: str) -> int:
    """Read 1..999 in kanji, e.g. 百七十三. Raises ValueError."""
    match = _NUMBER.fullmatch(kanji)
    if not kanji or match is None:
        msg = f"not a kanji number: {kanji!r}"
        raise ValueError(msg)

    def places(name: str, unit: int) -> int:
        digit = match.group(name)
        if digit is None:
            return 0
        return (_DIGITS.index(digit) if digit else 1) * unit

    return places("hundreds", 100) + places("tens", 10) + _DIGITS.index(match.group("ones") or "〇")


def to_kanji(number: int) -> str:
    """Write 1..999 in kanji. Raises ValueError outside that range."""
    if not 1 <= number <= 999:
        msg = f"{number} is not within 1..999"
        raise ValueError(msg)
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)

    def place(count: int, unit: str) -> str:
        return (_DIGITS[count] if count > 1 else "") + unit if count else ""

    return place(hundreds, "百") + place(tens, "十") + (_DIGITS[ones] if ones else "")


def parse_number(label: str) -> str:
    """Read an item or article number with branches: 百七十三の二 -> "173_2". Raises ValueError."""
    return "_".join(str(to_int(part)) for part in label.split("の"))


@lru_cache(maxsize=4096)
def label_of(number: str) -> str:
    """Write "173_2" as 百七十三の二. Raises ValueError."""
    return "の".join(to_kanji(int(part)) for part in number.split("_"))


@lru_cache(maxsize=4096)
def article_label(number: str) -> str:
    """Write an article number "14_2" as 第十四条の二."""
    head, *branches = number.split("_")
    return "の".join([f"第{to_kanji(int(head))}条", *(to_kanji(int(branch)) for branch in branches)])


@lru_cache(maxsize=4096)
def order_of(number: str) -> tuple[int, ...]:
    """Key that sorts numbers as the table does: 12 < 12_2 < 13."""
    return tuple(int(part) for part in number.split("_"))


def parse_article(label: str) -> str:
    """Read an article number: 第十四条の二 -> "14_2". Raises ValueError."""
    match = _ARTICLE.fullmatch(label)
    if match is None:
        msg = f"not an article number: {label[:20]!r}"
        raise ValueError(msg)
    return parse_number(match.group("head") + match.group("branches"))


def parse_articles(label: str) -> tuple[str, ...]:
    """Read one article number, or those of a joint deletion: 第五条及び第六条, 第五条から第七条まで. Raises ValueError."""
    if _ARTICLE.sub("条", label) not in ("条", "条及び条", "条から条まで"):
        msg = f"not an article number: {label[:20]!r}"
        raise ValueError(msg)
    return parse_joint(_ARTICLE.sub(lambda match: match.group("head") + match.group("branches"), label))


def parse_joint(label: str) -> tuple[str, ...]:
    """Read one number, or those of a joint deletion: 二及び三, 二から四まで, 三の二から三の四まで. Raises ValueError."""
    match = _JOINT.fullmatch(label)
    if match is None:
        msg = f"not a number: {label[:20]!r}"
        raise ValueError(msg)
    first = parse_number(match.group("first"))
    if match.group("both"):
        return first, parse_number(match.group("both"))
    if not match.group("last"):
        return (first,)
    last = parse_number(match.group("last"))
    (head, begin), (same, end) = _last_part(first), _last_part(last)
    if head != same or not begin < end <= begin + _LONGEST_RANGE:
        msg = f"not a range: {label[:20]!r}"
        raise ValueError(msg)
    return tuple(f"{head}{number}" for number in range(begin, end + 1))


def _last_part(number: str) -> tuple[str, int]:
    head, joint, last = number.rpartition("_")
    return head + joint, int(last)
