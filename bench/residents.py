"""Residents at Mynaportal on the running platform: from sign-in to an application that has arrived, while others read (issue 5, acceptance 5).

The platform is started as `mynumber up` starts it, in a folder of its own; everything goes through the front, every page is parsed and its forms are filled as a
person without script would. Card and device are played here (their cryptography is real); whatever decides, records and answers is real. Every
page of a signed-in resident names the end of the holder's certificate: a page that names another is counted as a wrong person's.
"""

from __future__ import annotations

import itertools
import re
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key
from tests.support.platform import Platform, free_ports
from tests.system.applicants import CITY, Applicant, procedure_named

from bench.holders import Holder
from bench.report import Cell, Scale, Table, Tell
from mynumber.foundation.pki import serial_text
from mynumber.platform.demo.browser import Browser, NoAnswer, Page
from mynumber.platform.demo.resident import Resident
from mynumber.platform.guide.demo import DemoCard
from mynumber.protocols import sign_in, signing
from mynumber.protocols.sign_in import PortalClient
from mynumber.protocols.signing import SigningClient

PROCEDURE = "child_allowance_end"
RESIDENTS_A_MINUTE = 200
PAGES_A_SECOND = 50.0
SECONDS = 60.0
GRANT_DAY_SECONDS = 12.0
TIMES = 10
"""How many times as many come on the day of a grant."""
READERS = 8
READ = (
    "/",
    "/applications/",
    "/procedures/",
    "/procedures/?q=%E4%BF%9D%E8%82%B2%E5%9C%92",
    "/notices/",
    "/menu",
)
BUSY = 503
MOST_RETRIES = 400
"""Of a page that says to come back in three seconds: nobody gives up within the time that a run can take."""
ENDING = re.compile("証明書の終わり ([0-9A-F]{4})")


@dataclass
class Tally:
    """What happened, from all threads."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    pages: list[float] = field(default_factory=list)
    """Milliseconds of each page that was read or filled."""
    submissions: list[float] = field(default_factory=list)
    """Of what comes back from the card's signature until the receipt number stands there."""
    whole: list[float] = field(default_factory=list)
    """Of a resident, from the first page to the receipt number."""
    receipts: list[str] = field(default_factory=list)
    queue_pages: int = 0
    checked: int = 0
    wrong_person: int = 0
    failed: list[str] = field(default_factory=list)


class Watched(Browser):
    """A browser that waits where it is told to wait, and looks whose page it was given."""

    def __init__(self, port: int, tally: Tally, ending: str) -> None:
        super().__init__(port)
        self._tally, self._own = tally, ending

    def _ask(self, url: str, entries: Sequence[tuple[str, str]] | None = None) -> Page:
        for _ in range(MOST_RETRIES):
            begun = time.perf_counter()
            page = super()._ask(url, entries)
            took = (time.perf_counter() - begun) * 1000
            if page.status != BUSY:
                break
            with self._tally.lock:
                self._tally.queue_pages += 1
            time.sleep(3)
        named = set(ENDING.findall(page.body.decode("utf-8", "replace")))
        with self._tally.lock:
            (self._tally.submissions if "/finish" in url else self._tally.pages).append(took)
            self._tally.checked += bool(named)
            self._tally.wrong_person += bool(named - {self._own})
        return page


@dataclass
class Loading(Applicant):
    """A resident whose card and device are played here."""

    holder: Holder | None = None
    tally: Tally | None = None

    def __post_init__(self) -> None:
        assert self.holder is not None
        assert self.tally is not None
        serial = x509.load_der_x509_certificate(self.holder.authentication).serial_number
        self.browser = Watched(self.platform.port, self.tally, serial_text(serial)[-4:])
        self.client = PortalClient(self.platform.url("portal").rstrip("/"), _front(self.platform))

    def sign_in(self) -> None:
        """With the card."""
        self.at_the_device(Resident(self.browser, self.platform.url("portal")).ask_to_sign_in(), "")

    def at_the_device(self, page: Page, button: str) -> Page:
        """Sign what the portal asks for, and go back."""
        assert self.holder is not None
        target, now = urlsplit(page.url), datetime.now(UTC)
        request_id = parse_qs(target.query)["request"][0]
        if target.path.startswith("/signing"):
            documents = SigningClient(self.client).fetch(request_id, now=now)
            response = signing.SigningResponse(
                certificate=self.holder.signature,
                signatures=tuple(
                    _sign(self.holder.signature_key, each.digest) for each in documents.documents
                ),
                statement_signature=_sign(self.holder.signature_key, signing.statement_digest(documents)),
            )
            back = signing.finish_url(documents, SigningClient(self.client).respond(documents, response))
        else:
            asked = self.client.fetch(request_id, now=now)
            wants = bool(asked.attributes)
            challenge = sign_in.challenge(asked)
            handed = sign_in.SignedAttributes(
                certificate=self.holder.signature, signature=_sign(self.holder.signature_key, challenge)
            )
            answer = sign_in.SignInResponse(
                certificate=self.holder.authentication,
                signature=_sign(self.holder.authentication_key, challenge),
                attributes=handed if wants else None,
            )
            back = sign_in.finish_url(asked, self.client.respond(asked, answer))
        found = self.browser.open(back)
        onward = re.search(r'http-equiv="refresh" content="0; ?url=([^"]+)"', found.body.decode())
        return self.browser.open(unescape(onward[1]), found) if onward else found

    def visit(self) -> None:
        """From the first page to the receipt number."""
        assert self.tally is not None
        begun = time.perf_counter()
        try:
            self.sign_in()
            receipt = self.apply(procedure_named(PROCEDURE))
        except Exception as error:  # noqa: BLE001 - counted, and shown with the figures
            with self.tally.lock:
                self.tally.failed.append(f"{type(error).__name__}: {str(error)[:300]}")
            return
        with self.tally.lock:
            self.tally.whole.append((time.perf_counter() - begun) * 1000)
            self.tally.receipts.append(receipt)


def run(scale: Scale, tell: Tell) -> Iterator[Table]:
    """Measure. Raises RuntimeError when the platform does not start."""
    usual = scale.count(round(RESIDENTS_A_MINUTE * SECONDS / 60), 2)
    crowd = scale.count(round(RESIDENTS_A_MINUTE * TIMES * GRANT_DAY_SECONDS / 60), 2)
    with tempfile.TemporaryDirectory(prefix="mynumber-bench-") as folder:
        platform = _Larger(Path(folder) / "home", *free_ports())
        tell("residents: starting the platform")
        platform.run("up")
        try:
            tell("residents: making cards")
            call = f"from bench.holders import main; main('municipality.{CITY}', {usual + crowd + READERS})"
            made = platform.run("run", "jlis", "shell", "-v", "0", "-c", call).stdout
            holders = iter(msgspec.json.decode(made.strip().rpartition("\n")[2], type=list[Holder]))
            table = _table()
            tell("residents: a usual minute")
            table.rows.append(
                _window(platform, holders, "a usual minute", usual, SECONDS if not scale.quick else 2.0)
            )
            tell("residents: the day of a grant")
            peak = GRANT_DAY_SECONDS if not scale.quick else 1.0
            table.rows.append(_window(platform, holders, f"{TIMES} times as many come", crowd, peak))
            yield table
        finally:
            platform.run("down", check=False)


class _Larger(Platform):
    """Enough grown-up residents for everybody who comes."""

    @property
    def variables(self) -> dict[str, str]:
        return {**super().variables, "MYNUMBER_RESIDENTS": "1500"}


def _table() -> Table:
    columns = (
        *("", "residents", "arrived", "queue pages", "failed", "pages/s"),
        *(
            "page p50 ms",
            "page p95 ms",
            "submission p50 ms",
            "submission p95 ms",
            "whole p50 s",
            "whole p95 s",
        ),
        *("answers looked at", "wrong person"),
    )
    notes = [
        f"{RESIDENTS_A_MINUTE} residents a minute sign in, fill {PROCEDURE}, sign it and wait for the receipt number, while {PAGES_A_SECOND:.0f} pages a second are read",
        "submission: back from the card's signature until the application has arrived at the municipality and the page says so",
        "whole: everything from the first page, without the time that a person thinks; the devices, their cards and this client take part of the two cores",
        "on the day of a grant newcomers see a page of the front and come back by themselves; nobody who comes is lost",
    ]
    return Table("Residents at the portal", columns, notes=notes)


def _window(
    platform: Platform, holders: Iterator[Holder], name: str, count: int, seconds: float
) -> tuple[Cell, ...]:
    """Let `count` residents come at even distances, and wait until the last one has gone."""
    tally, stopped = Tally(), threading.Event()
    readers = [_applicant(platform, holder, Tally()) for holder in itertools.islice(holders, READERS // 2)]
    for reader in readers:
        reader.sign_in()
        assert isinstance(reader.browser, Watched)
        reader.browser._tally = reader.tally = tally
    begun = time.perf_counter()
    with ThreadPoolExecutor(max_workers=count + len(readers)) as pool:
        reading = [pool.submit(_read, reader, len(readers), stopped) for reader in readers]
        coming: list[Future[None]] = []
        for number, holder in enumerate(itertools.islice(holders, count)):
            time.sleep(max(0.0, begun + number * seconds / count - time.perf_counter()))
            coming.append(pool.submit(_applicant(platform, holder, tally).visit))
        for one in coming:
            one.result()
        took = time.perf_counter() - begun
        stopped.set()
        for each in reading:
            each.result()
    for words in sorted(set(tally.failed))[:5]:
        print(words)
    milliseconds = (tally.pages, tally.submissions)
    shares = [_share(each, part) for each in milliseconds for part in (0.5, 0.95)]
    whole = [_share(tally.whole, part) / 1000 for part in (0.5, 0.95)]
    return (
        *(
            name,
            float(count),
            float(len(set(tally.receipts))),
            float(tally.queue_pages),
            float(len(tally.failed)),
        ),
        *(len(tally.pages) / took, *shares, *whole),
        *(float(tally.checked), float(tally.wrong_person)),
    )


def _applicant(platform: Platform, holder: Holder, tally: Tally) -> Loading:
    card = DemoCard(persona="", name="", pin="", card_id="")
    return Loading(platform, card, holder=holder, tally=tally)


def _read(reader: Loading, readers: int, stopped: threading.Event) -> None:
    """Open one page after another, at even distances."""
    due = time.perf_counter()
    for path in itertools.cycle(READ):
        due += readers / PAGES_A_SECOND
        if stopped.wait(max(0.0, due - time.perf_counter())):
            return
        try:
            reader.browser.open(reader.platform.url("portal", path))
        except NoAnswer as error:
            assert reader.tally is not None
            with reader.tally.lock:
                reader.tally.failed.append(f"a page that was read: {error.__cause__!r}")


def _front(platform: Platform) -> str:
    return f"http://127.0.0.1:{platform.port}"


def _sign(key: bytes, digest: bytes) -> bytes:
    """As the chip does."""
    return _key(key).sign(digest, padding.PKCS1v15(), Prehashed(SHA256()))


_keys: dict[bytes, RSAPrivateKey] = {}


def _key(der: bytes) -> RSAPrivateKey:
    found = _keys.get(der)
    if found is None:
        loaded = load_der_private_key(der, None)
        assert isinstance(loaded, RSAPrivateKey)
        found = _keys[der] = loaded
    return found


def _share(values: list[float], part: float) -> float:
    found = sorted(values) or [0.0]
    return found[min(len(found) - 1, int(len(found) * part))]
