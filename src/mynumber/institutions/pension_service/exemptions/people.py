"""Who applies, and whose income counts beside theirs: exactly one person by the four attributes, or nobody (never fewer, never similar)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from secrets import token_hex
from typing import Any, Final

from mynumber.foundation.numbers import find
from mynumber.foundation.numbers.local_government import UnknownLocalGovernment
from mynumber.institutions.pension_service.exemptions.models import Earner
from mynumber.institutions.pension_service.pensions.models import Insured
from mynumber.protocols.residents import FourAttributes
from mynumber.webkit.examination.holders import Identified, only_one

SEXES: Final = {"male": "1", "female": "2"}
HEAD, SPOUSE = "head_person", "spouse_person"
"""Fields of the form that name an earner."""


def identify(stated: FourAttributes) -> Identified[Insured]:
    """The insured with these four attributes. Characters that a certificate cannot carry are compared as it carries them."""
    return only_one(Insured.objects.filter(birth_date=stated.birth_date, sex=stated.sex), stated)


def earners_named(answers: Mapping[str, Any], *, address: str) -> dict[str, FourAttributes]:
    """The head of the household and the spouse as the form names them; `address`: that of the applicant, where the head lives too.

    A spouse from whom the applicant fled is not among them: nobody is asked about them, so nothing is written into a record that they read.
    """
    named: dict[str, FourAttributes] = {}
    if answers.get("is_head") is False and answers.get("spouse_heads") is not True:
        named[HEAD] = _four(answers, "head", address)
    if answers.get("has_spouse") is True and answers.get("violence") is not True:
        elsewhere = answers.get("spouse_address")
        named[SPOUSE] = _four(answers, "spouse", _text(elsewhere) if elsewhere else address)
    return {role: four for role, four in named.items() if four.name and four.sex in SEXES.values()}


def _four(answers: Mapping[str, Any], who: str, address: str) -> FourAttributes:
    try:
        birth = date.fromisoformat(str(answers.get(f"{who}_birth")))
    except ValueError:
        return FourAttributes(name="", address=address, birth_date=date(1900, 1, 1), sex="9")
    return FourAttributes(
        name=str(answers.get(f"{who}_name", "")),
        address=address,
        birth_date=birth,
        sex=SEXES.get(str(answers.get(f"{who}_sex")), "9"),
    )


def _text(parts: Mapping[str, str]) -> str:
    try:
        place = find(parts.get("municipality", "")).full_name
    except (UnknownLocalGovernment, ValueError):
        place = ""
    return f"{place}{parts.get('town', '')}{parts.get('rest', '')}"


def known_earner(four: FourAttributes) -> Earner | None:
    """The row of an earner; None before somebody looked them up."""
    return Earner.objects.filter(
        name=four.name, birth_date=four.birth_date, sex=four.sex, address=four.address
    ).first()


def earner_of(four: FourAttributes) -> Earner:
    """The row of an earner, made where there is none."""
    row, _ = Earner.objects.get_or_create(
        name=four.name,
        birth_date=four.birth_date,
        sex=four.sex,
        address=four.address,
        defaults={"key": f"E{token_hex(10)}"},
    )
    return row


def name_of(key: str) -> str:
    """The name behind a form's key; "" for one that is not known."""
    return Earner.objects.filter(pk=key).values_list("name", flat=True).first() or ""
