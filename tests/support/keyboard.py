"""A person who has a keyboard and no pointer: everything is reached with Tab and arrows, and pressed with Enter or Space."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from playwright.sync_api import Error, FilePayload, Page, expect

MOST_TABS: Final = 250
MOST_LOOKS: Final = 1500
LOOK_AGAIN_MS: Final = 40
PATIENCE_MS: Final = 120_000
_ARRIVED: Final = "!window.before && document.readyState === 'complete' && !document.querySelector('meta[http-equiv=refresh]')"

_STOPS_BEFORE: Final = """wanted => {
    const stops = [...document.querySelectorAll("a[href], button, input, select, textarea, summary")].filter(
        one => one.type !== "hidden" && one.type !== "radio" && !one.disabled && one.getClientRects().length);
    const here = stops.findIndex(one => one === document.activeElement);
    const between = stops.slice(here + 1).findIndex(one => one === wanted);
    return here < 0 && document.activeElement !== document.body ? 0 : Math.max(0, between - 1);
}"""
"""So many stops lie before the control at least: no need to ask at each of them whether it is reached."""


@dataclass
class Keyboard:
    """Somebody at one page of a browser."""

    page: Page

    def reach(self, selector: str) -> None:
        """Tab until the control has the focus."""
        wanted = self.page.locator(selector).first
        expect(wanted).to_be_visible()
        for _ in range(wanted.evaluate(_STOPS_BEFORE)):
            self.page.keyboard.press("Tab")
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            if wanted.evaluate("one => one === document.activeElement"):
                return
        raise AssertionError(f"no key leads to {selector}")

    def press(self, selector: str) -> None:
        """Reach a link or button and press it."""
        self.reach(selector)
        self.enter()

    def enter(self) -> None:
        """Press Enter, and wait for the page that follows; pages that lead on by themselves are none."""
        self.page.evaluate("window.before = true")
        self.page.keyboard.press("Enter")
        for _ in range(MOST_LOOKS):
            # Asked from here and not by a function that waits in the page: the pages' policy forbids to evaluate strings there.
            with suppress(Error):
                if self.page.evaluate(_ARRIVED):
                    return
            self.page.wait_for_timeout(LOOK_AGAIN_MS)
        raise AssertionError(f"no page follows {self.page.url}")

    def write(self, name: str, text: str) -> None:
        """Reach a text and write over what stands there."""
        self.reach(f'[name="{name}"]')
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)

    def tick(self, name: str, value: str = "") -> None:
        """Reach a box and tick it, or a group or list of choices and take one."""
        box = self.page.locator(f'[name="{name}"]')
        if not value:
            self.reach(f'[name="{name}"]')
            if not box.first.is_checked():
                self.page.keyboard.press("Space")
            return
        if box.first.evaluate("one => one.tagName") == "SELECT":
            self.reach(f'[name="{name}"]')
            for _ in range(box.locator("option").count()):
                if box.input_value() == value:
                    return
                self.page.keyboard.press("ArrowDown")
            assert box.input_value() == value
            return
        if box.first.get_attribute("type") == "checkbox":
            chosen = f'[name="{name}"][value="{value}"]'
            self.reach(chosen)
            if not self.page.locator(chosen).is_checked():
                self.page.keyboard.press("Space")
            return
        # A group is one stop of the tab key: its first one, or the one that is chosen; arrows go on from there.
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("document.activeElement.name || ''") == name:
                break
        else:
            raise AssertionError(f"no key leads to {name}")
        if self.page.evaluate("document.activeElement.checked") is not True:
            self.page.keyboard.press("Space")
        for _ in range(box.count()):
            if self.page.evaluate("document.activeElement.value") == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{name} has no {value}")

    def choose_file(self, selector: str, file: FilePayload) -> None:
        """Reach the control of a file, open its window, and choose there."""
        self.reach(selector)
        with self.page.expect_file_chooser(timeout=PATIENCE_MS) as window:
            self.page.evaluate(
                "document.activeElement.id"
            )  # the browser knows by now that somebody waits for its window
            self.page.keyboard.press("Space")
        window.value.set_files(files=[file])
