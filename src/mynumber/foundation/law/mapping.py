"""From phrases of the law to kinds, by exact match against the tables in `mapping/*.toml`.

A phrase is looked up whole, in its plain form; there is no search inside phrases and no default, so a new phrase can never
be taken for an old one.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TypeVar

from mynumber.foundation.law.errors import BadMapping, Column, UnmappedPhrase
from mynumber.foundation.law.kinds import InformationKind, InstitutionKind
from mynumber.foundation.law.table import TextTable

Kind = TypeVar("Kind", InstitutionKind, InformationKind)


@dataclass(frozen=True, slots=True)
class PhraseMapping:
    """Both tables of phrases."""

    institutions: Mapping[str, frozenset[InstitutionKind]]
    information: Mapping[str, frozenset[InformationKind]]

    def institution_kinds(self, words: str, column: Column) -> frozenset[InstitutionKind]:
        """The institutions that `words` names. Raises UnmappedPhrase."""
        try:
            return self.institutions[words]
        except KeyError:
            raise UnmappedPhrase(column, words) from None

    def information_kinds(self, words: str) -> frozenset[InformationKind]:
        """The information that `words` names. Raises UnmappedPhrase."""
        try:
            return self.information[words]
        except KeyError:
            raise UnmappedPhrase(Column.INFORMATION, words) from None

    def unmapped(self, table: TextTable) -> tuple[UnmappedPhrase, ...]:
        """Every phrase of a text that the tables do not cover, each once, in the order of the text."""
        missing: dict[tuple[Column, str], UnmappedPhrase] = {}

        def note(column: Column, words: str, known: Mapping[str, object]) -> None:
            if words not in known:
                missing.setdefault((column, words), UnmappedPhrase(column, words))

        for affair in table.affairs:
            note(Column.INQUIRER, affair.inquirer, self.institutions)
            for provision in affair.provisions:
                note(Column.PROVIDER, provision.provider, self.institutions)
                note(Column.INFORMATION, provision.information, self.information)
        return tuple(missing.values())


@cache
def phrase_mapping() -> PhraseMapping:
    """The committed mapping. Raises BadMapping."""
    folder = resources.files("mynumber.foundation.law") / "mapping"
    return PhraseMapping(
        institutions=read_phrases((folder / "institutions.toml").read_text("utf-8"), InstitutionKind),
        information=read_phrases((folder / "information.toml").read_text("utf-8"), InformationKind),
    )


def read_phrases(text: str, kinds: type[Kind], name: str = "phrases") -> dict[str, frozenset[Kind]]:
    """Read one table: `[phrases]`, then phrase = ["KIND", ...]. Raises BadMapping."""
    try:
        phrases = tomllib.loads(text)[name]
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise BadMapping(f"not a table of phrases: {error}") from None
    if not isinstance(phrases, dict):
        raise BadMapping("not a table of phrases")
    return {phrase: _kinds(phrase, names, kinds) for phrase, names in phrases.items()}


def _kinds(phrase: str, names: object, kinds: type[Kind]) -> frozenset[Kind]:
    if not isinstance(names, list) or not names:
        raise BadMapping(f"no kinds for 「{phrase}」")
    try:
        members = [kinds[name] for name in names]
    except KeyError as error:
        raise BadMapping(f"no kind {error} for 「{phrase}」") from None
    if len(set(members)) != len(members):
        raise BadMapping(f"a kind twice for 「{phrase}」")
    return frozenset(members)
