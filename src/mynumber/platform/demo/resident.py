"""The resident: the portal, and the device that holds the card."""

import time
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin, urlsplit
from uuid import UUID

from mynumber.platform.demo.browser import Browser, Page, WrongPage
from mynumber.platform.demo.markup import NotOnThePage

_TABLE: Final = "あなたの情報のやりとり"
_RECEIPTS: Final = "/records/receipts/"
_SETTLE_SECONDS: Final = 20.0
_LOOK_AGAIN_SECONDS: Final = 0.3
_REPORTS: Final = 3
"""Core, provider and inquirer."""
_MOST_PAGES: Final = 3
_OK: Final = 200
"""The sides tell the core in batches, and the log signs several times a second."""


@dataclass(frozen=True, slots=True)
class Line:
    """One exchange in the list."""

    request_id: UUID
    url: str
    cells: tuple[str, ...]
    """When, who asked, who was asked, for which affair, what, item of the table (なし: none), outcome."""


@dataclass(frozen=True, slots=True)
class Record:
    """One exchange on its own page."""

    page: Page
    outcome: str
    facts: dict[str, str]
    """Who, whom, why, what, and the row of the table in its words."""
    events: tuple[tuple[str, str], ...]
    """What happened, in order: title, and what else the page says of it."""
    receipts: tuple[str, ...]
    """Addresses of the receipts, in the order of the log; empty while they wait for the signed log."""


class Resident:
    """Someone with a card."""

    def __init__(self, browser: Browser, portal: str) -> None:
        self._browser = browser
        self._portal = portal

    def ask_to_sign_in(self) -> Page:
        """Begin at the portal; the page of the own device that says what is to be signed."""
        page = self._browser.open(self._portal)
        page = self._browser.follow(page, "マイナンバーカードでサインイン")
        return self._browser.submit(page, page.form("カードでサインインする"), "カードでサインインする")

    def sign(self, device: Page, card: str, pin: str) -> Page:
        """Pick the card, enter the PIN, sign; the portal's home. Raises WrongPage with what the page says otherwise."""
        choice = device.form("次へ：暗証番号")
        choice.fill("card", card)
        device = self._browser.submit(device, choice, "次へ：暗証番号")
        form = device.form("署名してサインイン")
        form.fill("pin", pin)
        page = self._browser.submit(device, form, "署名してサインイン")
        if page.status != _OK or urlsplit(page.url).netloc != urlsplit(self._portal).netloc:
            raise WrongPage(page, self._portal)
        return page

    def lines(self, wanted: set[UUID]) -> list[Line]:
        """The list, newest first, as soon as it holds these exchanges. Raises WrongPage when it never does."""
        deadline = time.monotonic() + _SETTLE_SECONDS
        while True:
            lines: list[Line] = []
            for number in range(1, _MOST_PAGES + 1):
                page = self._browser.open(urljoin(self._portal, f"/records/?page={number}"))
                lines += _lines(page)
                if wanted <= {line.request_id for line in lines}:
                    return lines
            if page.status != _OK or time.monotonic() > deadline:
                raise WrongPage(page, "the exchanges in the list")
            time.sleep(_LOOK_AGAIN_SECONDS)

    def record(self, line: Line, *, permitted: bool) -> Record:
        """The page of one exchange, as soon as every side has reported and all its receipts are ready.

        The core alone records what it refused; of what it permitted, provider and inquirer report too. Raises WrongPage.
        """
        deadline = time.monotonic() + _SETTLE_SECONDS
        while True:
            page = self._browser.open(line.url)
            if page.status == _OK:
                record = _record(page)
                if len(record.receipts) >= (_REPORTS if permitted else 1):
                    return record
            if page.status != _OK or time.monotonic() > deadline:
                raise WrongPage(page, "the reports of all sides and their receipts")
            time.sleep(_LOOK_AGAIN_SECONDS)

    def receipt(self, record: Record) -> Page:
        """The receipt of the first entry: the permit or the refusal. Raises WrongPage."""
        page = self._browser.open(record.receipts[0])
        if page.status != _OK or page.content_type != "text/plain":
            raise WrongPage(page, "a receipt")
        return page

    def sign_out(self, page: Page) -> None:
        """Leave the portal."""
        self._browser.submit(page, page.form("サインアウト"), "サインアウト")


def _lines(page: Page) -> list[Line]:
    try:
        rows = page.root.table(_TABLE)
    except NotOnThePage:  # nothing yet
        return []
    found = []
    for row in rows:
        link = row[0].first("a").attributes["href"]
        found.append(
            Line(
                UUID(link.rstrip("/").rpartition("/")[2]),
                urljoin(page.url, link),
                tuple(cell.text for cell in row),
            )
        )
    return found


def _record(page: Page) -> Record:
    main = page.root.first("main")
    events = tuple(
        (step.first("h3").text, " ".join(part.text for part in step.all("div")))
        for steps in main.all("ol", class_="steps")
        for step in steps.all("li")
    )
    links = (urljoin(page.url, one.attributes.get("href", "")) for one in main.all("a"))
    return Record(
        page,
        next((one.attributes["data-outcome"] for one in main.having("data-outcome")), ""),
        main.facts(),
        events,
        tuple(link for link in links if _RECEIPTS in link),
    )
