"""Letters of a case (通知書): granted, refused with grounds (行政手続法第8条), to be corrected (補正), and how to object (教示, 行政不服審査法第82条)."""

import string
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

from mynumber.foundation.procedures.definition import LetterKind, Procedure, ReviewBody
from mynumber.foundation.procedures.loading import COMMON
from mynumber.foundation.procedures.words import LANGUAGES, Words, words


class Letter(StrEnum):
    """What a letter says."""

    GRANTED = "granted"
    REFUSED = "refused"
    CORRECTION = "correction"
    REVIEW = "review"
    """How to object; stands below a decision."""


FILLED: Final = frozenset(
    {
        "title",
        "applied_on",
        "amount",
        "from_month",
        "until",
        "grounds",
        "account",
        "correct_by",
        "fields",
        "review_to",
        "review_by",
    }
)
"""What the engine fills in, each a text for people."""

REVIEW_BODIES: Final[Mapping[ReviewBody, Words]] = {
    ReviewBody.MAYOR: words("市区町村長", "市長", "the mayor"),
    ReviewBody.GOVERNOR: words("都道府県知事", "知事", "the governor of the prefecture"),
    ReviewBody.CARE_REVIEW_BOARD: words(
        "都道府県の介護保険審査会",
        "介護保険審査会",
        "the long-term care insurance review board of the prefecture",
    ),
    ReviewBody.HEALTH_INSURANCE_REVIEW_BOARD: words(
        "都道府県の国民健康保険審査会",
        "国民健康保険審査会",
        "the national health insurance review board of the prefecture",
    ),
    ReviewBody.SOCIAL_INSURANCE_EXAMINER: words(
        "社会保険審査官", "社会保険審査官", "the social insurance examiner"
    ),
}
"""To whom one objects, in words. There is none for ReviewBody.NONE."""


@cache
def texts() -> Mapping[str, Mapping[str, Words]]:
    """All letters, by kind (and "common") and what they say."""
    raw = (files("mynumber.catalogue") / COMMON / "letters.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(raw), dict[str, dict[str, Words]])


def wanted(procedure: Procedure, letter: Letter) -> frozenset[str]:
    """The names that a letter has to be filled with."""
    return names(_text(procedure, letter))


def names(text: Words) -> frozenset[str]:
    """The {names} in a text, in any language."""
    return frozenset(
        name
        for language in LANGUAGES
        for _, name, _, _ in string.Formatter().parse(text.in_language(language))
        if name
    )


def write(procedure: Procedure, letter: Letter, language: str, values: Mapping[str, str]) -> str:
    """The letter in "ja", "easy" or "en". `title` and `review_to` come from the procedure. Raises KeyError if a value lacks.

    Values are plain text and stay so: a brace in one is not filled again. Raises LookupError for a letter that the procedure has not.
    """
    own = {"title": procedure.title.in_language(language)}
    if letter is Letter.REVIEW:
        own["review_to"] = REVIEW_BODIES[procedure.letters.review].in_language(language)
    return _text(procedure, letter).in_language(language).format_map({**values, **own})


def with_review(procedure: Procedure, letter: Letter, language: str, values: Mapping[str, str]) -> str:
    """A decision with how to object below it, where one can object."""
    body = write(procedure, letter, language, values)
    if procedure.letters.review is ReviewBody.NONE:
        return body
    return f"{body}\n\n{write(procedure, Letter.REVIEW, language, values)}"


def _text(procedure: Procedure, letter: Letter) -> Words:
    if letter is Letter.REVIEW and procedure.letters.review_first:
        return texts()["common"]["review_first"]
    kind = "common" if letter in (Letter.CORRECTION, Letter.REVIEW) else procedure.letters.kind.value
    return texts()[kind][letter.value]


def has_letters(kind: LetterKind) -> bool:
    """Whether the office answers in writing; a certificate of a third person gets no letter."""
    return kind is not LetterKind.CERTIFICATE
