"""A visitor who opens every page, fills every text of every form with a canary and looks whether anything takes it for more than text."""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from tests.attacks.place import Attacker

CANARY: Final = """=zq"'><zq-x zq=1>{{7|add:7}}{% now "Y" %}"""
"""Breaks out of texts and attributes, is calculated by templates and by spreadsheets."""
SHORT: Final = """=zq"'><zq-x>"""
"""For short fields."""
HEADER: Final = "zq\r\nX-Zq: 1\r\n\r\n<zq-x>"
"""Breaks out of a header."""
NOBODY_ANSWERS: Final = (502, 503)
"""Another institution would have to be asked."""
TYPED: Final = frozenset({"text", "search", "email", "tel", "url", "password", "number", "hidden", ""})
_ID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/)[0-9]+(?=/|$)")
_HEAVY: Final = re.compile(r"^/procedures/(?!child_allowance_claim/)")
"""Pages that are alike for every procedure: of one."""


@dataclass
class Form:
    """A form as it stands in a page."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    typed: dict[str, int] = field(default_factory=dict)
    """Fields that take text, and how much."""


class Page(HTMLParser):
    """Links and forms of a page. Raises AssertionError where the canary became markup."""

    def __init__(self, text: str, at: str) -> None:
        super().__init__(convert_charrefs=True)
        self.at = at
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._select = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        assert not tag.startswith("zq"), f"{self.at}: the canary became an element"
        assert "zq" not in values, f"{self.at}: the canary became an attribute of {tag}"
        if tag == "a":
            self.links.append(values.get("href", ""))
        elif tag == "form":
            self._form = Form(values.get("action", ""), values.get("method", "get").lower())
            self.forms.append(self._form)
        elif self._form is not None:
            self._control(self._form, tag, values)

    def _control(self, form: Form, tag: str, values: dict[str, str]) -> None:
        name, kind = values.get("name", ""), values.get("type", "")
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select and values.get("value"):
            form.fields.setdefault(self._select, values["value"])
        elif tag == "textarea" or (tag == "input" and kind in TYPED):
            form.fields[name] = values.get("value", "")
            if kind != "hidden":
                form.typed[name] = int(values.get("maxlength") or 1000)
        elif tag == "input" and kind in ("radio", "checkbox"):
            form.fields.setdefault(name, values.get("value", "on"))
        elif tag == "button" and name:
            form.fields.setdefault(name, values.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""


@dataclass
class Visitor:
    """Walks through one face."""

    browser: Attacker
    never: tuple[str, ...] = ()
    """Beginnings of addresses that are not opened: they end the visit."""
    only: str = "/"
    """Beginning of the addresses that are."""
    most: int = 400
    seen: set[str] = field(default_factory=set)
    sent: set[tuple[str, tuple[str, ...]]] = field(default_factory=set)
    shown: set[str] = field(default_factory=set)
    """Pages on which the canary stood, as text."""
    filled: set[tuple[str, str]] = field(default_factory=set)
    """Fields that were filled: page and name."""
    broken: dict[str, int] = field(default_factory=dict)
    """Pages that ended in an error."""

    def walk(self, begin: Iterable[str], texts: Iterable[str]) -> None:
        """Open what can be reached from here, and send each form once with each text."""
        waiting = deque(begin)
        while waiting and len(self.seen) < self.most:
            path = waiting.popleft()
            if self._alike(path) in self.seen or self._leaves(path):
                continue
            self.seen.add(self._alike(path))
            page = self._look(path, self.browser.get(path))
            if page is None:
                continue
            waiting.extend(self._inside(path, page.links))
            for form in page.forms:
                waiting.extend(self._send(path, form, texts))

    def _leaves(self, path: str) -> bool:
        # Who closes what they asked leaves nothing for others to read.
        return path.startswith(self.never) or not path.startswith(self.only) or path.endswith("/close")

    def _alike(self, path: str) -> str:
        return _ID.sub("*", path.partition("?")[0]) + ("?" if "?" in path else "")

    def _inside(self, at: str, links: Iterable[str]) -> list[str]:
        host = self.browser.defaults.get("HTTP_HOST", "")
        found = []
        for link in links:
            target = urlsplit(urljoin(f"http://{host}{at}", link))
            if target.netloc == host and not _HEAVY.match(target.path):
                found.append(target.path + (f"?{target.query}" if target.query else ""))
        return found

    def _look(self, path: str, response: Any) -> Page | None:
        """Hold an answer against the canary. None: it is no page."""
        if response.status_code >= 500 and response.status_code not in NOBODY_ANSWERS:
            self.broken[path] = response.status_code
        assert "X-Zq" not in response.headers, path
        kind = response.headers.get("Content-Type", "")
        content = b"".join(response.streaming_content) if response.streaming else response.content
        if kind.startswith("text/csv"):
            for cell in (
                cell for line in csv.reader(io.StringIO(content.decode("utf-8-sig"))) for cell in line
            ):
                assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")), path
            return None
        if not kind.startswith("text/html"):
            return None
        text = content.decode()
        assert "zq-x zq=1>14" not in text, f"{path}: the canary was calculated"
        if "zq-x" in text:
            self.shown.add(self._alike(path))
        return Page(text, path)

    def _send(self, at: str, form: Form, texts: Iterable[str]) -> list[str]:
        """Fill a form; the addresses to go on with."""
        action = (urljoin(at, form.action) if form.action else at).partition("#")[0]
        key = (self._alike(action), tuple(sorted(form.fields)))
        if key in self.sent or self._leaves(action) or urlsplit(action).netloc:
            return []
        self.sent.add(key)
        onward = []
        for text in texts:
            words = {
                name: text if len(text) <= most else SHORT if len(SHORT) <= most else text[:most]
                for name, most in form.typed.items()
            }
            self.filled.update((self._alike(action), name) for name in words)
            fields = form.fields | words
            if form.method == "post":
                response = self.browser.post(action, fields)
            else:
                response = self.browser.get(action.partition("?")[0], fields)
            page = self._look(action, response)
            onward += self._inside(
                at, [response.headers["Location"]] if response.headers.get("Location") else []
            )
            if page is not None and response.status_code == 200:
                onward += self._inside(at, page.links)
        return onward
