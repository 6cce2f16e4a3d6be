"""The rows of the table of one day, as values (Provision Order art. 2)."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from mynumber.foundation.law.kinds import InformationKind, InstitutionKind
from mynumber.foundation.law.numerals import article_label, label_of

FORMER_ARTICLE: Final = "主務省令"
"""Where the former table left the details; its rows name no article."""


@dataclass(frozen=True, slots=True)
class Provision:
    """One rule: this provider gives this information for this affair (third and fourth column).

    `valid_from` is the first day of this wording, `valid_until` the first day it no longer applies (None: not known to end).
    """

    id: str
    affair_id: str
    provider_words: str
    provider_kinds: frozenset[InstitutionKind]
    information_words: str
    information_kinds: frozenset[InformationKind]
    article: str
    valid_from: date
    valid_until: date | None

    @property
    def article_label(self) -> str:
        """The article that says exactly which information, e.g. 第八十三条; 主務省令 in the former table."""
        return article_label(self.article) if self.article else FORMER_ARTICLE


@dataclass(frozen=True, slots=True)
class Affair:
    """One affair (特定個人番号利用事務) of one inquirer, with its provisions in the order of the table."""

    id: str
    item: str
    article: str
    words: str
    inquirer_words: str
    inquirer_kinds: frozenset[InstitutionKind]
    provisions: tuple[Provision, ...]
    valid_from: date
    valid_until: date | None

    @property
    def item_label(self) -> str:
        """The item as the table numbers it, e.g. 八十一 or 十二の二."""
        return label_of(self.item)

    @property
    def article_label(self) -> str:
        """The article that details the affair, e.g. 第八十三条; 主務省令 in the former table."""
        return article_label(self.article) if self.article else FORMER_ARTICLE
