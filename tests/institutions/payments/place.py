"""A town that makes bills, the payment agent and the portal: three processes on three databases, and people who pay.

Pages of portal and town are asked in this process on the same databases; those of the payment agent over HTTP, as a browser does.
"""

from __future__ import annotations

import http.client
import itertools
import json
import re
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from http.cookies import SimpleCookie
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode
from uuid import UUID

import msgspec
import psutil  # type: ignore[import-untyped]  # has no stubs of its own
import psycopg
from django.conf import settings
from django.test import Client, RequestFactory

from mynumber.institutions.municipality.billing import issuing, worker
from mynumber.institutions.municipality.billing.models import Bill, Kind
from mynumber.institutions.municipality.notices.models import SentNotice
from mynumber.institutions.municipality.register.models import Household, Person
from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.account.sessions import open_visit
from mynumber.institutions.portal.notices import inbox
from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols import wire
from mynumber.protocols.message import Message
from mynumber.protocols.notices import Notice
from mynumber.protocols.refusal import Hop
from mynumber.webkit.staff.models import Role, StaffMember
from mynumber.webkit.tenancy import acting_as
from tests.support.directory import Systems, make_systems
from tests.support.exchange import Server
from tests.support.ports import free_port
from tests.webkit import faces

PORTAL = "mynumber.institutions.portal.settings"
TOWN_SETTINGS = "mynumber.institutions.municipality.settings"
TOWN, OTHER_TOWN = "131229", "272124"
CITY, OTHER_CITY = f"municipality.{TOWN}", f"municipality.{OTHER_TOWN}"
NAMES = ("acquirer", "municipality", "portal")
PASSWORD = "とても長い合言葉 for tests"
SUCCESS, DECLINED, POOR, CHALLENGE, SILENT = (
    "4111111111111111",
    "4000000000000002",
    "4000000000009995",
    "4000000000003220",
    "4000000000000127",
)
_numbers = itertools.count(1)
Q = TypeVar("Q", bound=msgspec.Struct)
A = TypeVar("A", bound=msgspec.Struct)


@dataclass(frozen=True)
class Owed:
    """A bill somebody has in the inbox."""

    notice: UUID
    bill: UUID
    number: str
    confirmation: str
    division: str
    amount: int
    addressee: str

    @property
    def path(self) -> str:
        return f"/payments/{self.notice}"

    @property
    def numbers(self) -> dict[str, str]:
        return {
            "collector": TOWN[:5],
            "number": self.number,
            "confirmation": self.confirmation,
            "division": self.division,
        }


@dataclass
class Page:
    """A browser at the payment agent."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> tuple[int, str, str]:
        return self._ask("GET", path, None)

    def post(self, path: str, **fields: str) -> tuple[int, str, str]:
        """Open the page and send its form. Status, where it leads, text."""
        _, _, text = self.get(path)
        return self.send(path, text, **fields)

    def send(self, path: str, text: str, **fields: str) -> tuple[int, str, str]:
        """Send a form of a page that was opened before."""
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', text))
        return self._ask("POST", path, {**hidden, **fields})

    def _ask(self, method: str, path: str, form: dict[str, str] | None) -> tuple[int, str, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, urlencode(form) if form is not None else None, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                self.cookies |= {key: morsel.value for key, morsel in SimpleCookie(value).items()}
        return answer.status, answer.getheader("Location", ""), text


@dataclass
class Place:
    """Everything that runs."""

    systems: Systems
    databases: dict[str, InstitutionDatabase]
    servers: dict[str, Server]
    folder: Path
    admin: Callable[[str], psycopg.Connection[Any]]
    signed_in: dict[str, dict[str, str]] = field(default_factory=dict)
    """Cookies of staff, by user name: a password costs a second."""

    @property
    def agent(self) -> Page:
        return Page(self.servers["acquirer"].port)

    def ask(self, message: Message[Q, A], question: Q, *, sender: str, receiver: str = "acquirer") -> A:
        """A message as any system. Raises Refused."""
        return wire.call(
            self.systems.node(sender.partition(".")[0]),
            message,
            question,
            sender=sender,
            receiver=receiver,
            hop=Hop.PORTAL,
            now=partial(datetime.now, UTC),
        )

    def origin(self, name: str) -> str:
        """Where a browser finds a house."""
        return f"http://{name}.localhost:{self.servers[name].port}"

    def kill(self, name: str) -> None:
        """As a power cut would: the server and the worker it started."""
        running = self.servers[name].process
        assert running is not None
        workers = psutil.Process(running.pid).children(recursive=True)
        self.servers[name].kill()
        for each in workers:
            each.kill()
        psutil.wait_procs(workers, timeout=60)

    @contextmanager
    def portal(self) -> Iterator[None]:
        with faces.face(PORTAL, self.databases["portal"], **self._variables("portal")):
            yield

    @contextmanager
    def town(self, code: str = TOWN) -> Iterator[None]:
        with (
            faces.face(TOWN_SETTINGS, self.databases["municipality"], **self._variables("municipality")),
            acting_as(code),
        ):
            yield

    @contextmanager
    def desk(self) -> Iterator[None]:
        with faces.face(TOWN_SETTINGS, self.databases["municipality"], **self._variables("municipality")):
            yield

    def _variables(self, name: str) -> dict[str, str]:
        return {key: value for key, value in self.servers[name].environment.items() if key != "DATABASE_URL"}

    def rows(self, name: str, query: str) -> list[Any]:
        """What a database holds, walls or not."""
        with self.admin(self.databases[name].name) as connection:
            return connection.execute(query).fetchall()

    def owe(self, amount: int = 13_800, *, due: date | None = None) -> tuple[Owed, int]:
        """A new person with a bill in the inbox; the bill and the account."""
        number = next(_numbers)
        with self.town():
            household = Household.objects.create(number=number)
            person = Person.objects.create(
                addressee=f"{number:010d}",
                household=household,
                relation="世帯主",
                family="納付",
                given=f"太郎{number}",
                birth=date(1990, 1, 1),
                sex="male",
                nationality_kind="japanese",
                search_name=f"納付太郎{number}",
            )
            bill = issuing.issue(
                TOWN,
                person,
                Kind.INSURANCE,
                "令和8年度 国民健康保険料 第6期",
                [("医療分", amount - 800), ("支援金分", 800)],
                due or date.today() + timedelta(days=20),  # noqa: DTZ011
                key=f"test-{number}",
                at=datetime.now(UTC),
            )
            notice = self._notice(bill.notice)
            owed = Owed(
                bill.notice,
                bill.reference,
                bill.number,
                bill.confirmation,
                bill.division,
                amount,
                person.addressee,
            )
        with self.portal():
            account = Account.objects.create(
                certificate_serial=f"{number:032x}", opened_at=notice.at, last_signed_in_at=notice.at
            )
            inbox.put(account, notice, now=datetime.now(UTC), sender=CITY)
            return owed, account.pk

    def _notice(self, ident: UUID) -> Notice:
        return msgspec.json.decode(bytes(SentNotice.objects.get(notice=ident).body), type=Notice)

    def told(self, owed: Owed) -> list[str]:
        """Titles of what the town wrote to the person after the bill."""
        with self.town():
            rows = SentNotice.objects.filter(addressee=owed.addressee).exclude(notice=owed.notice)
            return [row.title for row in rows.order_by("pk")]

    def standing(self, owed: Owed) -> str:
        """How the town has the bill."""
        with self.town():
            state: str = Bill.objects.get(reference=owed.bill).state
            return state

    def work(self) -> None:
        """What the town's worker does of itself some seconds later."""
        with self.desk():
            worker.work(TOWN, datetime.now(UTC))

    def heard(self, owed: Owed) -> str:
        """How the portal has heard that the bill stands."""
        found = self.rows("portal", f"SELECT state FROM bill_word WHERE bill = '{owed.bill}'")  # noqa: S608
        return str(found[0][0]) if found else ""


def browser(account: int) -> Client:
    """A browser that this account is signed in with. Inside `portal()`."""
    request = RequestFactory().get("/")
    request.session = import_module(settings.SESSION_ENGINE).SessionStore()
    open_visit(request, Account.objects.get(pk=account), now=datetime.now(UTC))
    request.session.save()
    client = Client(headers={"host": "portal.localhost"})
    client.cookies[settings.SESSION_COOKIE_NAME] = str(request.session.session_key)
    return client


def staff_browser(place: Place, username: str) -> Client:
    """A browser that staff signed in with, once for all tests. Inside `desk()`."""
    client = Client(headers={"host": "municipality.localhost"})
    if username in place.signed_in:
        client.cookies.load(place.signed_in[username])
        return client
    answer = client.post(f"/{TOWN}/sign-in", {"username": username, "password": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    place.signed_in[username] = {name: morsel.value for name, morsel in client.cookies.items()}
    return client


@contextmanager
def running_place(
    folder: Path,
    institution_database: Callable[..., InstitutionDatabase],
    admin: Callable[[str], psycopg.Connection[Any]],
) -> Iterator[Place]:
    """Start everything and stop it at the end."""
    databases = {
        name: institution_database(name, (TOWN, OTHER_TOWN) if name == "municipality" else (), migrated=True)
        for name in NAMES
    }
    ports = {name: free_port() for name in NAMES}
    urls = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    systems = make_systems(
        folder,
        *("acquirer", "portal", CITY, OTHER_CITY, f"gateway.{CITY}"),
        urls={
            "acquirer": urls["acquirer"],
            "portal": urls["portal"],
            **{city: f"{urls['municipality']}/{city}" for city in (CITY, OTHER_CITY)},
        },
    )
    servers = {name: _server(name, ports, systems, databases[name], folder) for name in NAMES}
    try:
        for server in servers.values():
            server.start()
        place = Place(systems, databases, servers, folder, admin)
        with place.town():
            for username, name, role in (
                ("yamada", "山田　恵", Role.CASE_WORKER),
                ("kimura", "木村　徹", Role.SUPERVISOR),
                ("sato", "佐藤　実", Role.SUPERVISOR),
            ):
                member = StaffMember(
                    username=username, display_name=name, department="会計課", role=role.value
                )
                member.set_password(PASSWORD)
                member.save()
        yield place
    finally:
        for server in servers.values():
            server.stop()


def _server(
    name: str, ports: dict[str, int], systems: Systems, database: InstitutionDatabase, folder: Path
) -> Server:
    port, urls = ports[name], {other: f"http://{other}.localhost:{ports[other]}" for other in NAMES}
    environment = {
        **systems.environment(name),
        "DATABASE_URL": database.url,
        "MYNUMBER_PUBLIC_URL": urls[name],
        "MYNUMBER_PUBLIC_URLS": json.dumps(urls),
        "MYNUMBER_SECRET_KEY": secrets.token_urlsafe(48),
    }
    command = (
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"),
        *("--port", str(port), "--workers", "1", "--blocking-threads", "3", "--no-ws", "--http", "1"),
        *("--log-level", "warning", f"mynumber.institutions.{name}.wsgi:application"),
    )
    return Server(name, port, environment, folder / f"{name}.log", command)
