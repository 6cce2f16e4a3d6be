"""よくある質問: found by words, owned by somebody, looked at again by a day."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from mynumber.institutions.portal.helpdesk.models import Question
from mynumber.webkit.staff.models import StaffMember

REVIEW_EVERY: Final = timedelta(days=180)
LONGEST_QUERY: Final = 100
_LEAST: Final = 0.3
"""Share of the query's pairs of letters that has to be found."""


def _pairs(text: str) -> set[str]:
    folded = unicodedata.normalize("NFKC", text).casefold()
    kana = "".join(chr(ord(sign) - 0x60) if "ァ" <= sign <= "ヶ" else sign for sign in folded)
    words = "".join(sign if sign.isalnum() or sign == "ー" else " " for sign in kana).split()
    return {word[at : at + 2] for word in words for at in range(max(1, len(word) - 1))}


def search(query: str, among: Iterable[Question]) -> list[Question]:
    """Questions in which enough of the query stands, the best first; all of them for an empty query."""
    listed = list(among)
    wanted = _pairs(query[:LONGEST_QUERY])
    if not wanted:
        return listed
    scored = []
    for each in listed:
        title, all_words = (
            _pairs(each.question),
            _pairs(f"{each.question} {each.answer} {each.easy} {each.english}"),
        )
        found = len(wanted & all_words) / len(wanted)
        if found >= _LEAST:
            scored.append((found + len(wanted & title) / len(wanted), each))
    return [each for _, each in sorted(scored, key=lambda pair: -pair[0])]


def public_ones() -> list[Question]:
    """What everybody may read, as it was ordered."""
    return list(Question.objects.filter(is_public=True).order_by("pk"))


def overdue(today: date) -> list[Question]:
    """Those whose day has passed without anybody looking at them, the longest first."""
    return list(Question.objects.filter(review_by__lt=today).select_related("owner").order_by("review_by"))


def overdue_of(staff: StaffMember, today: date) -> list[Question]:
    """Those of one owner; without an owner they are everybody's."""
    return [each for each in overdue(today) if each.owner_id in (staff.pk, None)]


def reviewed(question: Question, staff: StaffMember, today: date) -> None:
    """Somebody looked at it: it holds for another while, and is theirs."""
    question.owner, question.reviewed_on, question.review_by = staff, today, today + REVIEW_EVERY
    question.save()
