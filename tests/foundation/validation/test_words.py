"""Every outcome has words in both languages, and the documentation tells the same."""

from __future__ import annotations

import re
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

import pytest

from mynumber.foundation.validation import (
    CheckName,
    Conclusion,
    Language,
    Outcome,
    Reason,
    Remark,
    in_words,
)
from mynumber.foundation.validation.meanings import MEANINGS, SOURCES
from mynumber.foundation.validation.report import Findings
from mynumber.foundation.validation.words import CHECKS, CONCLUSIONS, OUTCOMES, REASONS, REMARKS, Words
from tests.foundation.validation.parts import check, house, signed, signed_at

PAGE = Path(__file__).parents[3] / "docs" / "protocols" / "validation.md"
JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠]")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (Reason, REASONS),
        (CheckName, CHECKS),
        (Outcome, OUTCOMES),
        (Conclusion, CONCLUSIONS),
        (Remark, REMARKS),
    ],
)
def test_everything_has_words_in_both_languages(kind: type[StrEnum], words: dict[StrEnum, Words]) -> None:
    assert set(words) == set(kind)
    for japanese, english in words.values():
        assert JAPANESE.search(japanese)
        assert english.isascii()
    assert len({japanese for japanese, _ in words.values()}) == len(kind)


def test_every_reason_and_check_has_a_meaning_and_a_source() -> None:
    assert set(MEANINGS) == set(Reason)
    assert set(SOURCES) == set(CheckName)
    for meaning in MEANINGS.values():
        assert (meaning.sub_indication is None) == (meaning.conclusion is Conclusion.TOTAL_PASSED)
        if meaning.outcome is Outcome.PASSED:
            assert meaning.conclusion is Conclusion.TOTAL_PASSED


def test_a_person_reads_the_conclusion_first() -> None:
    lines = in_words(check(signed("cms")), Language.JAPANESE)
    assert lines[0] == "この署名は有効です。署名した人の電子証明書も、確かめた時点で有効です。"
    assert lines[1].startswith("署名した人が示す日時（証明はありません）：")
    assert "失効していないか：確認。確かめました。" in lines
    revoked = check(signed("cms"), trust=house().trust(house().revoked(signed_at() - timedelta(minutes=1))))
    english = in_words(revoked, Language.ENGLISH)
    assert english[:2] == [
        "The signature is not valid. Do not accept it.",
        "The signature is from after the certificate was revoked.",
    ]
    assert any(line.startswith("Revoked or suspended: ") for line in english)


def test_a_graver_word_replaces_a_milder_one_and_not_the_other_way_round() -> None:
    findings = Findings()
    for reason in (Reason.HOLDS, Reason.UNSUPPORTED, Reason.UNREADABLE, Reason.TOO_LARGE, Reason.HOLDS):
        findings.say(CheckName.FORMAT, reason)
    assert findings.checks()[0].reason is Reason.UNREADABLE
    assert not findings.holds(CheckName.FORMAT)
    assert not findings.holds(CheckName.CHAIN)


def test_the_page_tells_every_reason_as_the_code_has_it() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    rows = {tuple(cell.strip() for cell in line.strip("| ").split(" | ")) for line in lines}
    for reason, meaning in MEANINGS.items():
        follows = (
            f"{meaning.conclusion.value} / {meaning.sub_indication}" if meaning.sub_indication else "nothing"
        )
        assert (f"`{reason.value}`", meaning.outcome.value, follows, REASONS[reason][1]) in rows
    for name, source in SOURCES.items():
        assert (f"`{name.value}`", CHECKS[name][1], source) in rows
