"""Titles of the portal's own notices in each language."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.utils import translation

from mynumber.foundation.procedures.loading import catalogue
from mynumber.institutions.portal.applications.announcing import _TITLES
from mynumber.institutions.portal.notices.inbox import Kept
from mynumber.institutions.portal.notices.titles import language_of, title_of
from mynumber.protocols.applications import Step
from mynumber.protocols.notices import PORTAL
from mynumber.webkit.face.language import EASY, ENGLISH
from tests.institutions.portal.notices.writing import a_notice


@pytest.mark.parametrize("step", _TITLES, ids=lambda one: one.value)
@pytest.mark.parametrize("language", [ENGLISH, EASY])
def test_every_step_that_is_announced_has_a_title_in_each_language(step: Step, language: str) -> None:
    procedure = catalogue().procedures[0].title
    title = f"{_TITLES[step][1]}：{procedure.ja}"
    kept = Kept(
        a_notice(title=title), PORTAL, datetime(2026, 11, 22, tzinfo=UTC), None, None, "", False, False
    )
    with translation.override(language):
        assert title_of(kept) != title
        assert procedure.in_language("en" if language == ENGLISH else "easy") in title_of(kept)
        assert language_of(kept) == ""
