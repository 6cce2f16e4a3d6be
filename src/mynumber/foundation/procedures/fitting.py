"""What fits me (あなたに合う手続): a few questions, and for every procedure yes, no, or cannot tell because."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Final

import msgspec

from mynumber.foundation.procedures import conditions
from mynumber.foundation.procedures.definition import AskReason, Field, FieldType, How, Person, Procedure
from mynumber.foundation.procedures.loading import COMMON, Catalogue
from mynumber.foundation.procedures.words import Strict, Words

_PERSON: Final = Person(because=AskReason.LIFE)


class Fit(StrEnum):
    """Whether a procedure is for a person, as far as the answers go."""

    YES = "yes"
    CANNOT_TELL = "cannot_tell"
    NO = "no"


class _Question(Strict, frozen=True, kw_only=True):
    id: str
    label: Words


class _Questions(Strict, frozen=True, kw_only=True):
    question: tuple[_Question, ...]


@dataclass(frozen=True, slots=True)
class Fitting:
    """One procedure for one person. `because`: the questions whose answers would tell, or that told no."""

    procedure: Procedure
    fit: Fit
    because: tuple[Field, ...]


@cache
def questions() -> Mapping[str, Field]:
    """The questions by id, in their order, each a field of yes or no."""
    raw = (files("mynumber.catalogue") / COMMON / "questions.toml").read_text(encoding="utf-8")
    return {
        each.id: Field(
            id=each.id, type=FieldType.YES_NO, label=each.label, how=How.ASK, source=_PERSON, required=False
        )
        for each in msgspec.convert(tomllib.loads(raw), _Questions).question
    }


def fits(catalogue: Catalogue, answers: Mapping[str, Any], *, on: date) -> tuple[Fitting, ...]:
    """Every procedure of the day with how it fits, those that fit first. `answers`: true, false, or nothing, by question."""
    order = list(Fit)
    found = [_fitting(procedure, answers) for procedure in catalogue.on(on) if procedure.fits]
    return tuple(sorted(found, key=lambda each: order.index(each.fit)))


def next_question(catalogue: Catalogue, answers: Mapping[str, Any], *, on: date) -> Field | None:
    """The question that helps to tell for most procedures; None when all is told."""
    count: dict[str, int] = dict.fromkeys(questions(), 0)
    for fitting in fits(catalogue, answers, on=on):
        if fitting.fit is Fit.CANNOT_TELL:
            for field in fitting.because:
                count[field.id] += 1
    # Of equal ones the first in the file: general questions stand before special ones.
    best = max(count, key=lambda name: count[name])
    return questions()[best] if count[best] else None


def _fitting(procedure: Procedure, answers: Mapping[str, Any]) -> Fitting:
    condition = conditions.parse(procedure.fits)
    known = questions()
    match conditions.evaluate(condition, answers):
        case True:
            return Fitting(procedure, Fit.YES, ())
        case None:
            names = conditions.open_names(condition, answers)
            return Fitting(procedure, Fit.CANNOT_TELL, tuple(known[name] for name in names))
        case False:
            told = tuple(dict.fromkeys(name for name in conditions.names(condition) if name in answers))
            return Fitting(procedure, Fit.NO, tuple(known[name] for name in told))
