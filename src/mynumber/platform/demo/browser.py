"""A browser without script: pages, links, forms, cookies and redirects over HTTP, through the front of this machine.

All of HTTP is the standard library's. What it lacks here is that `NAME.localhost` leads to this machine (RFC 6761):
browsers know that, Python asks a resolver. So every connection goes to 127.0.0.1, and the name stays in `Host`.
"""

import http.client
import socket
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import Message
from functools import cached_property
from http.cookiejar import CookieJar
from typing import Final
from urllib.error import HTTPError, URLError
from urllib.parse import urldefrag, urlencode, urljoin, urlsplit

from mynumber.platform.demo.forms import Form, form_with
from mynumber.platform.demo.markup import Element, NotOnThePage, read

_ADDRESS: Final = "127.0.0.1"
_PATIENCE_SECONDS: Final = 60.0
_LARGEST_BYTES: Final = 8 * 1024 * 1024


class NoAnswer(OSError):
    """Nothing answers at an address, or it leads away from this platform."""


class WrongPage(LookupError):
    """Another page came than the one that was to come. Says which, and what it says of a problem."""

    def __init__(self, page: "Page", wanted: str) -> None:
        super().__init__(wanted)
        self.page = page
        self.wanted = wanted


@dataclass(frozen=True)
class Page:
    """What came back, after redirects."""

    url: str
    status: int
    content_type: str
    body: bytes

    @cached_property
    def root(self) -> Element:
        """The page as a tree."""
        return read(self.body.decode("utf-8", "replace"))

    @property
    def heading(self) -> str:
        """Its h1, or nothing."""
        return next((element.text for element in self.root.all("h1")), "")

    @property
    def problem(self) -> str:
        """What it says went wrong, or nothing: the summary of errors, a banner, or the hop and reason of a refusal."""
        said = [one.text for one in self.root.all(role="alert")]
        facts = self.root.facts()
        return " ".join(said or [facts[term] for term in ("止めた機関", "理由") if term in facts])

    def form(self, button: str) -> Form:
        """The form that has a button with these words. Raises WrongPage."""
        try:
            return form_with(self.root, button)
        except NotOnThePage as missing:
            raise WrongPage(self, str(missing)) from None

    def link(self, words: str) -> str:
        """Where the link with these words leads. Raises WrongPage."""
        for element in self.root.all("a"):
            if element.text.startswith(words) and "href" in element.attributes:
                return element.attributes["href"]
        raise WrongPage(self, f"link {words!r}")


class Browser:
    """One person's browser: its cookies are its own."""

    def __init__(self, port: int) -> None:
        opener = urllib.request.OpenerDirector()
        for handler in (
            _Here(port),
            urllib.request.HTTPDefaultErrorHandler(),
            urllib.request.HTTPRedirectHandler(),
            urllib.request.HTTPErrorProcessor(),
            urllib.request.HTTPCookieProcessor(CookieJar()),
        ):
            opener.add_handler(handler)
        opener.addheaders = [("User-Agent", "mynumber-demo"), ("Accept", "text/html,*/*")]
        self._opener = opener

    def open(self, url: str, page: Page | None = None) -> Page:
        """Go to an address, relative to a page if it is given. Raises NoAnswer."""
        return self._ask(urljoin(page.url, url) if page else url)

    def follow(self, page: Page, words: str) -> Page:
        """Follow the link with these words. Raises WrongPage, NoAnswer."""
        return self.open(page.link(words), page)

    def submit(self, page: Page, form: Form, button: str) -> Page:
        """Press a button of a form of the page. Raises NotOnThePage, NoAnswer."""
        entries = form.entries(button)
        address = urljoin(page.url, form.action) if form.action else page.url
        if form.method == "post":
            return self._ask(address, entries)
        return self._ask(urlsplit(address)._replace(query=urlencode(entries)).geturl())

    def _ask(self, url: str, entries: Sequence[tuple[str, str]] | None = None) -> Page:
        body = None if entries is None else urlencode(entries).encode()
        request = urllib.request.Request(urldefrag(url).url, body)  # noqa: S310 (only http is handled, see _Here)
        try:
            try:
                response = self._opener.open(request, timeout=_PATIENCE_SECONDS)
            except HTTPError as refused:  # a page too
                response = refused
            if response is None:  # no handler for the scheme
                raise NoAnswer(url)
            with response:
                return _page(response)
        except NoAnswer:
            raise
        except (OSError, URLError, http.client.HTTPException) as error:
            raise NoAnswer(url) from error


def _page(response: http.client.HTTPResponse | HTTPError) -> Page:
    headers: Message = response.headers
    return Page(
        response.url or "", response.status or 0, headers.get_content_type(), response.read(_LARGEST_BYTES)
    )


class _Here(urllib.request.HTTPHandler):
    """Opens `http://[NAME.]localhost:PORT` on this machine, and nothing else."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        parts = urlsplit(req.full_url)
        name = parts.hostname or ""
        if not (name == "localhost" or name.endswith(".localhost")) or parts.port != self._port:
            raise NoAnswer(req.full_url)
        return self.do_open(_Connection, req)


class _Connection(http.client.HTTPConnection):
    def connect(self) -> None:
        self.sock = socket.create_connection((_ADDRESS, self.port), self.timeout)
