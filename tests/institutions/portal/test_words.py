"""Every resident-facing page of the portal speaks Japanese, easy Japanese and English: no sentence stands in a template in one language alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

import mynumber.institutions.portal as portal
import mynumber.webkit as webkit
from mynumber.foundation.procedures.deciding import source_words
from mynumber.foundation.procedures.loading import catalogue
from mynumber.webkit.filling.sources import counted, source_name
from tests.institutions.portal.house import Browser, House

JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龯々]")
TR = re.compile(r'{%\s*tr\s+"([^"]*)"\s+"([^"]*)"(?:\s+easy="([^"]*)")?(?:\s+as\s+\w+)?\s*%}')
TAG = re.compile(r"{#.*?#}|{%.*?%}|{{.*?}}", re.DOTALL)
SHORT = 10
"""Japanese characters up to which words are easy as they stand: headings, buttons."""
OTHERS = frozenset({"developers.html", "registered.html"})
"""Read by those who register a service: developers, no residents. Pages of the portal's own staff lie in folders `staff`."""

HOME = Path(portal.__file__).parent
TEMPLATES = sorted(
    path
    for path in [
        *HOME.glob("*/templates/**/*.html"),
        *Path(webkit.__file__).parent.glob("templates/face/filling/*.html"),
    ]
    if path.name not in OTHERS and "staff" not in path.parts
)


def test_there_are_templates_to_look_at() -> None:
    assert len(TEMPLATES) > 100


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_sentence_has_its_words(path: Path) -> None:
    text = re.sub(r"{#.*?#}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for japanese, english, easy in TR.findall(text):
        assert not JAPANESE.search(english), f"no English: {japanese}"
        # A part of a sentence may be empty in English, where the words stand in another order.
        assert english or len(japanese) <= SHORT, f"no English: {japanese}"
        assert easy or len(JAPANESE.findall(japanese)) <= SHORT, f"no easy Japanese: {japanese}"
    left = TR.sub("", text)
    alone = [line.strip() for line in left.splitlines() if JAPANESE.search(line)]
    assert not alone, f"in Japanese alone: {alone[0][:200]}"
    if '{% extends "portal/base.html" %}' in text and "{% block heading %}" in text:
        assert "{% block page_lang %}{{ face.lang }}{% endblock %}" in text, "it does not say its language"


# --- where facts come from ----------------------------------------------------------------------------------------


def test_every_source_of_the_forms_has_its_words_in_each_language() -> None:
    told = {
        source_words(field.source)
        for procedure in catalogue().procedures
        for _, field in procedure.every_field()
        if field.how.is_prefilled
    }
    assert "住民基本台帳" in told
    told |= {"年金機構の記録", "2026年度住民税課税台帳（この団体）"}
    with translation.override("en"):
        assert not [name for name in map(source_name, told) if JAPANESE.search(name)]
        assert source_name("八尾市長") == "八尾市長"
        assert [counted(1, "か月"), counted(3, "か月"), counted(2, "人")] == ["1 month", "3 months", "2"]
    with translation.override("ja-x-easy"):
        assert not [name for name in told if source_name(name) == name]
    with translation.override("ja"):
        assert [name for name in told if source_name(name) == name] == list(told)
        assert counted(3, "か月") == "3か月"


# --- what pages say no with ---------------------------------------------------------------------------------------

SAYS_NO = ("PageRefused", "Problem")
STAFF_OR_DEVELOPERS = frozenset({"staff_views.py", "developers.py"})
MODULES = sorted(
    path
    for path in [*HOME.rglob("*.py"), *Path(webkit.__file__).parent.glob("face/errors.py")]
    if path.name not in STAFF_OR_DEVELOPERS
)


def refusals(path: Path) -> Iterator[ast.Call]:
    """Every refusal that a module makes."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYS_NO:
            yield node


def written(node: ast.AST) -> str:
    """The words that stand in it as they are."""
    found = [each.value for each in ast.walk(node) if isinstance(each, ast.Constant)]
    return " ".join(each for each in found if isinstance(each, str))


def test_every_refusal_has_its_words_in_each_language() -> None:
    seen = 0
    for path in MODULES:
        for refusal in refusals(path):
            where = f"{path.name}:{refusal.lineno}"
            said = {each.arg: each.value for each in refusal.keywords}
            assert {"english", "easy"} <= set(said), f"in Japanese alone: {where}"
            for language in ("english", "easy"):
                if isinstance(said[language], ast.Call):  # else from a table, whose type asks for it
                    in_japanese = bool(JAPANESE.search(written(said[language])))
                    assert in_japanese is (language == "easy"), f"{language}: {where}"
            seen += 1
    assert seen > 40


@pytest.mark.parametrize(
    ("language", "title", "advice"),
    [
        ("en", "This sign-in is not known", "Begin the sign-in again."),
        ("ja-x-easy", "この サインインは ありません", "はじめから して ください。"),
        ("ja", "このサインインの依頼は見つかりません", "サインインをはじめからやり直してください。"),
    ],
)
def test_a_refusal_is_read_in_the_chosen_language(
    house: House, browser: Browser, language: str, title: str, advice: str
) -> None:
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    page = browser.get("/sign-in/finish?request=x&code=x")
    assert page.status_code == 404
    text = page.content.decode()
    assert title in text
    assert advice in text
    assert f'<html lang="{language.partition("-")[0]}"' in text
