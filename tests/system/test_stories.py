"""The personas of the portal, each on a phone with the keyboard alone, from the search to the payment order (issue 5, acceptance 1)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from mynumber.platform.guide.demo import read_demo
from tests.support.platform import Platform
from tests.system.stories import STORIES, Story
from tests.webkit.face.serving import PHONE, assert_accessible, assert_fits, browsing

pytestmark = [pytest.mark.browser, pytest.mark.system]
ALWAYS = "mother"
"""The others are told in `make thorough`."""
CLOSELY = frozenset({("mother", "tasks"), ("mother", "decided"), ("father", "correction")})
"""Pages that axe looks at; all others are looked at in the tests of their apps."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if name == ALWAYS else pytest.mark.thorough) for name in STORIES],
)
def test_a_story(chromium: Browser, platform: Platform, name: str) -> None:
    persona, tell = STORIES[name]
    context = chromium.new_context(viewport=PHONE)
    pointed: list[str] = []
    context.expose_binding("pointed", lambda source: pointed.append(source["page"].url))
    context.add_init_script("addEventListener('pointerdown', () => window.pointed(), true)")
    page = context.new_page()

    def look(step: str) -> None:
        assert_fits(page)
        if (name, step) in CLOSELY:
            assert_accessible(page)

    tell(Story(platform, read_demo(platform.home)[0], persona, page, look))
    assert pointed == [], "a story is told with the keyboard alone"
    context.close()
