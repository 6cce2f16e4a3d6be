"""The case worker of a municipality, at the pages of its desk."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from mynumber.platform.demo.browser import Browser, Page, WrongPage
from mynumber.platform.demo.markup import Element

AS_OF: Final = "いつの情報か"
LAW: Final = "根拠"
PERMITTED_AT: Final = "提供が許可された日時"
PROVIDED_AT: Final = "提供された日時"
PROVIDER: Final = "照会先"
REFUSED_BY: Final = "止めた機関"
WHY: Final = "理由"
DIGEST: Final = "提供許可の指紋"
_SOURCE: Final = frozenset(
    {
        AS_OF,
        LAW,
        PERMITTED_AT,
        PROVIDED_AT,
        PROVIDER,
        REFUSED_BY,
        WHY,
        "照会した日時と人",
        "不開示",
        "照会番号",
    }
)
"""Terms of the page that do not belong to the fact."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What one provision of the table lets this affair ask, as the page shows it."""

    provision: str
    words: str
    """Who gives what, and the place in the law, as the page says it."""
    choices: tuple[tuple[str, str], ...]
    """The boxes that can be ticked, each with its words; empty when nobody in the model can be asked."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One inquiry as the case page shows it."""

    request_id: UUID
    state: str
    outcome: str
    provider: str
    information: str
    provision: str
    hop: str
    reason: str
    title: str
    values: tuple[tuple[str, str], ...]
    """What came back: word and value."""
    source: dict[str, str]
    """From whom, as of when, under which law, when permitted, or where and why it was refused."""

    @property
    def provided(self) -> bool:
        """Whether it ended with a fact."""
        return self.state == "ended" and self.outcome == "provided"


@dataclass(frozen=True, slots=True)
class OwnRecord:
    """What the own gateway keeps of an inquiry, as the page of records shows it."""

    request_id: UUID
    outcome: str
    """In the words of the page."""
    facts: dict[str, str]


class CaseWorker:
    """Someone at the desk of a municipality."""

    def __init__(self, browser: Browser, desk: str) -> None:
        self._browser = browser
        self._desk = desk

    def sign_in(self, username: str, password: str) -> Page:
        """Sign in; the desk if it worked. Raises WrongPage with what the page says otherwise."""
        page = self._browser.open(self._desk)
        form = page.form("サインイン")
        form.fill("username", username)
        form.fill("password", password)
        page = self._browser.submit(page, form, "サインイン")
        if page.status != 200 or urlsplit(page.url).path != urlsplit(self._desk).path:
            raise WrongPage(page, self._desk)
        return page

    def find(self, page: Page, name: str, birth: date) -> Page:
        """Search the register by name and birth date; the page of the one person found."""
        form = page.form("探す")
        form.fill("words", name)
        form.fill("birth", birth.isoformat())
        page = self._browser.submit(page, form, "探す")
        rows = [row for row in page.root.table("") if any(cell.text.startswith(_plain(name)) for cell in row)]
        if len(rows) != 1:
            raise WrongPage(page, f"one resident of this name and birth date, not {len(rows)}")
        link = next(rows[0][-1].all("a"), None)
        if link is None:
            raise WrongPage(page, "the way to this resident")
        return self._browser.open(link.attributes["href"], page)

    def open_case(self, page: Page, affair: str) -> Page:
        """Open the case of that affair, or the one that is open already."""
        form = page.form("この事務で始める")
        form.fill("affair", affair)
        return self._browser.submit(page, form, "この事務で始める")

    def ask(self, page: Page, values: Sequence[str]) -> Page:
        """Tick exactly these and ask them together; the case page with the answers."""
        form = page.form("まとめて照会する")
        form.tick("ask", values)
        return self._browser.submit(page, form, "まとめて照会する")

    def ask_by_hand(self, page: Page, information: str, provider: str) -> Page:
        """Try an inquiry beside the table; the case page with its end."""
        page = self._browser.follow(page, "表にない照会を試す")
        form = page.form("照会を試す")
        form.fill("information", information)
        form.fill("provider", provider)
        return self._browser.submit(page, form, "照会を試す")

    def records(self, page: Page) -> Page:
        """The inquirer's side of the record."""
        return self._browser.follow(page, "照会の記録を見る")

    def sign_out(self, page: Page) -> None:
        """Leave the desk."""
        self._browser.submit(page, page.form("サインアウト"), "サインアウト")


def offers(page: Page) -> list[Offer]:
    """Every provision of the affair as the case page lists it; one may stand in two places."""
    labels = {label.attributes.get("for", ""): label.text for label in page.root.all("label")}
    return [
        Offer(
            element.attributes["data-provision"],
            element.text,
            tuple(
                (box.attributes["value"], labels.get(box.attributes.get("id", ""), ""))
                for box in element.all("input", name="ask")
                if "disabled" not in box.attributes
            ),
        )
        for element in page.root.having("data-provision")
        if element.tag in ("fieldset", "li")
    ]


def answers(page: Page) -> list[Answer]:
    """Every inquiry of the case, as its page shows them."""
    return [_answer(element) for element in page.root.having("data-inquiry")]


def own_record(page: Page, request_id: UUID) -> OwnRecord:
    """One record on the page of records. Raises NotOnThePage."""
    element = page.root.first(data_inquiry=str(request_id))
    chip = next(element.first("h2").all("span"), None)
    return OwnRecord(request_id, chip.text if chip else "", element.facts())


def _answer(element: Element) -> Answer:
    def said(name: str) -> str:
        return element.attributes.get(f"data-{name}", "")

    return Answer(
        request_id=UUID(said("inquiry")),
        state=said("state"),
        outcome=said("outcome"),
        provider=said("provider"),
        information=said("information"),
        provision=said("provision"),
        hop=said("hop"),
        reason=said("reason"),
        title=element.first("h3").text,
        values=tuple(pair for pair in element.pairs() if pair[0] not in _SOURCE),
        source={term: words for term, words in element.facts().items() if term in _SOURCE},
    )


def _plain(name: str) -> str:
    """A name as a page's text reads, where every space is one plain space."""
    return " ".join(name.split())
