"""From the words of an item to kinds of information, by exact match against `mapping/items.toml`.

Nothing is searched inside words: a person has read each piece of information with its article. Words that only point (同法, 同条) are known in
the one article they were read in.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

import msgspec

from mynumber.foundation.law.errors import BadMapping
from mynumber.foundation.law.kinds import InformationKind
from mynumber.foundation.law.numerals import article_label, parse_article

_BRANCH: Final = re.compile(r"の[一二三四五六七八九十]")


@dataclass(frozen=True, slots=True)
class RowReading:
    """What a row lets through that names information by what the provider pays, or narrower than its article.

    With `affairs`, only in exact affairs that begin with one of these articles.
    """

    information: frozenset[str]
    affairs: tuple[str, ...]

    def covers(self, words: str, affair: str) -> bool:
        """Whether the row gives this information in this exact affair."""
        if words not in self.information:
            return False
        return not self.affairs or any(_begins(affair, article) for article in self.affairs)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All information that the articles name."""

    information: Mapping[str, frozenset[InformationKind]]
    articles: Mapping[str, Mapping[str, frozenset[InformationKind]]]
    rows: Mapping[InformationKind, RowReading]

    def knows(self, words: str, article: str) -> bool:
        """Whether these words are information in this article."""
        return words in self.information or words in self.articles.get(article, {})

    def kinds(
        self, words: str, article: str, affair: str, given: frozenset[InformationKind]
    ) -> frozenset[InformationKind]:
        """Of the kinds that a row gives, those that these words belong to in an exact affair; empty if none."""
        named = self.articles.get(article, {}).get(words) or self.information.get(words, frozenset())
        read = {kind for kind in given if kind in self.rows and self.rows[kind].covers(words, affair)}
        return (named & given) | read


def _begins(affair: str, article: str) -> bool:
    """Whether an affair begins with this article, and not with a branch of it (第十二条の二)."""
    return affair.startswith(article) and _BRANCH.match(affair, len(article)) is None


class _Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    information: list[str]
    affairs: list[str] = []


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    information: dict[str, list[str]]
    articles: dict[str, dict[str, list[str]]]
    rows: dict[str, _Row]


def read_vocabulary(text: str) -> Vocabulary:
    """Read the file. Raises BadMapping: another form, a kind that does not exist, or one twice."""
    try:
        file = msgspec.convert(tomllib.loads(text), _File)
        articles = {parse_article(label): _phrases(phrases) for label, phrases in file.articles.items()}
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, ValueError) as error:
        raise BadMapping(f"not a vocabulary: {error}") from None
    information = _phrases(file.information)
    for article, phrases in articles.items():
        if twice := phrases.keys() & information.keys():
            raise BadMapping(f"known everywhere and in {article_label(article)}: 「{min(twice)}」")
    rows = {
        _kind(name, name): RowReading(frozenset(row.information), tuple(row.affairs))
        for name, row in file.rows.items()
    }
    for kind, row in rows.items():
        if unknown := row.information - information.keys():
            raise BadMapping(f"{kind.name} lists what is no information: 「{min(unknown)}」")
    return Vocabulary(information, articles, rows)


def _phrases(phrases: Mapping[str, list[str]]) -> dict[str, frozenset[InformationKind]]:
    result = {}
    for words, names in phrases.items():
        kinds = frozenset(_kind(name, words) for name in names)
        if not kinds or len(kinds) != len(names):
            raise BadMapping(f"no kinds, or one twice, for 「{words}」")
        result[words] = kinds
    return result


def _kind(name: str, words: str) -> InformationKind:
    try:
        return InformationKind[name]
    except KeyError:
        raise BadMapping(f"no kind {name!r} for 「{words}」") from None


@cache
def vocabulary() -> Vocabulary:
    """The committed vocabulary. Raises BadMapping."""
    folder = resources.files("mynumber.foundation.law") / "mapping"
    return read_vocabulary((folder / "items.toml").read_text("utf-8"))
