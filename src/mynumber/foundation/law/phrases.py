"""The words of a cell: one written form to compare and to show, and the article that details it.

A cell says the same thing in several ways: with the law's number on first mention (（昭和四十二年法律第八十一号）), with a
definition for what follows (以下この条において「住民票関係情報」という。), with notes on where else a reading holds (…において
同じ。), and always with the article that details it (であって第八十三条で定めるもの). `plain_words` takes out law numbers and
the reach of definitions, and keeps everything that carries meaning, the definitions themselves included: a definition that
changes makes a new phrase, which no mapping covers.
"""

import re
from typing import Final

from mynumber.foundation.law.numerals import NUMERAL, parse_number

_INNERMOST_PARENTHESES: Final = re.compile(r"（([^（）]*)）")
_HOLD: Final = str.maketrans("（）。", "\ue000\ue001\ue002")
_RELEASE: Final = str.maketrans("\ue000\ue001\ue002", "（）。")

_LAW_NUMBER: Final = re.compile(
    rf"(?:明治|大正|昭和|平成|令和)(?:元|{NUMERAL})年(?:法律|政令|勅令|[^。（）「」]*省令)第{NUMERAL}号"
)
_SAME_READING: Final = re.compile(
    r"(?:以下|第|次号|[一二三四五六七八九十百]|[ア-ンヰヱ](?:から|及び|、))[^「」]*同じ"
)
_DEFINITION: Final = re.compile(r"(?:以下|[^「」]*において)[^「」]*(?P<term>「[^「」]+」という)")

ARTICLE_TAIL: Final = re.compile(
    r"であって(?P<article>次条|同条|第(?P<head>[一二三四五六七八九十百]+)条(?P<branches>(?:の[一二三四五六七八九十]+)*))で定めるもの$"
)
_ARTICLE: Final = re.compile(
    r"第(?P<head>[一二三四五六七八九十百]+)条(?P<branches>(?:の[一二三四五六七八九十]+)*)"
)

NEXT_ARTICLE: Final = "3"
"""次条, seen from article 2."""


def plain_words(cell: str) -> str:
    """The words of a cell without law numbers and without the reach of its definitions.

    Sentences in parentheses are judged one by one: a law number or "…において同じ。" goes, a definition loses its reach
    (以下この条において「X」という。 -> 「X」という。), all else stays.
    """
    words = "".join(cell.split())
    while (match := _INNERMOST_PARENTHESES.search(words)) is not None:
        kept = [_plain_sentence(sentence) for sentence in match.group(1).split("。")]
        inside = "。".join(sentence for sentence in kept if sentence)
        ends_in_full_stop = match.group(1).endswith("。") or (bool(inside) and len(kept) > 1)
        if inside and ends_in_full_stop:
            inside += "。"
        replacement = f"（{inside}）".translate(_HOLD) if inside else ""
        words = words[: match.start()] + replacement + words[match.end() :]
    return words.translate(_RELEASE)


def _plain_sentence(sentence: str) -> str:
    if _LAW_NUMBER.fullmatch(sentence) or _SAME_READING.fullmatch(sentence):
        return ""
    if (definition := _DEFINITION.fullmatch(sentence)) is not None:
        return definition.group("term")
    return sentence


def split_article(words: str, cell: str) -> tuple[str, str]:
    """Split "…情報であって第八十三条で定めるもの" into its words and the number of the article ("83").

    `words` is the plain form, `cell` the cell as it stands: 同条 points to the article named last before it there, often in
    parentheses. Raises ValueError if no article is named.
    """
    tail = ARTICLE_TAIL.search(words)
    if tail is None:
        msg = "no article named at the end"
        raise ValueError(msg)
    kind = tail.group("article")
    if kind == "次条":
        return words[: tail.start()], NEXT_ARTICLE
    if kind == "同条":
        named = list(_ARTICLE.finditer(cell))
        if not named:
            msg = "同条 with no article before it"
            raise ValueError(msg)
        return words[: tail.start()], _number(named[-1])
    return words[: tail.start()], _number(tail)


def _number(match: re.Match[str]) -> str:
    return parse_number(match.group("head") + match.group("branches"))
