"""A town notifies the commission of an affair of its ordinance, and asks the network for it once the commission has accepted."""

from __future__ import annotations

import html
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from django.test import Client
from django.test.utils import override_settings
from django.utils import timezone

from mynumber.foundation.law import InformationKind
from mynumber.institutions.municipality.own_use.models import Filing
from mynumber.institutions.municipality.register.intake import take_in
from mynumber.institutions.municipality.register.models import Person
from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols.refusal import Hop, Reason, Refusal
from mynumber.webkit.staff.models import Role, StaffMember
from mynumber.webkit.tenancy import acting_as
from tests.institutions.municipality.conftest import CITY, FORMER_CITY, PROJECT
from tests.support import exchange as network
from tests.support.directory import NOWHERE
from tests.support.exchange import Exchange, resident_code
from tests.support.waiting import eventually
from tests.webkit import faces
from tests.webkit.face.serving import serving

COMMISSION = "mynumber.institutions.commission.settings"
faces.install(COMMISSION)
PASSWORD = "とても長い合言葉 for tests"
TAX_RULE = "81-1-3"
WORDS = "ひとり親家庭医療費助成条例による医療費の助成に関する事務"
ORDINANCE = "個人番号の利用に関する条例第四条"
FORM: Mapping[str, object] = {
    "words": WORDS,
    "ordinance": ORDINANCE,
    "executive": "区長",
    "field": "welfare",
    "reason": "ひとり親家庭の福祉という目的が同じである",
    "rules": [TAX_RULE],
}
NOTHING: Mapping[str, object] = {}


@dataclass(frozen=True, slots=True)
class Town:
    """The town in front of a running network and a running commission."""

    exchange: Exchange
    commission: InstitutionDatabase
    address: str

    def decide(self, notice: UUID, decision: str, remark: str = "") -> None:
        """As the commission's supervisor does on the page of the notice."""
        environment = self.exchange.systems.environment("commission")
        with faces.face(COMMISSION, self.commission, **environment):
            client = Client(SERVER_NAME="localhost")
            client.post("/sign-in", {"username": "kessai", "password": PASSWORD, "next": "/own-use"})
            answer = client.post(f"/own-use/{notice}", {"decision": decision, "remark": remark})
            assert answer.status_code == 302, answer.content.decode()

    def commission_is(self, address: str) -> None:
        """Where the directory says the commission is."""
        self.exchange.systems.moved({"commission": address})


@pytest.fixture(scope="module")
def town(
    exchange: Exchange,
    database: InstitutionDatabase,
    populations: dict[str, Path],
    institution_database: Callable[..., InstitutionDatabase],
) -> Iterator[Town]:
    commission = institution_database("commission", migrated=True)
    environment = exchange.systems.environment("commission")
    with override_settings(PASSWORD_HASHERS=["tests.webkit.hashers.OneRound"]):
        with faces.face(COMMISSION, commission, **environment):
            _staff("kessai", Role.SUPERVISOR)
        served = {**environment, "DATABASE_URL": commission.url, "MYNUMBER_PUBLIC_URLS": "{}"}
        with (
            serving("mynumber.institutions.commission.wsgi:application", **served) as address,
            faces.face(
                PROJECT,
                database,
                MYNUMBER_PUBLIC_URL="http://municipality.localhost:8000",
                **exchange.systems.environment("municipality"),
            ),
        ):
            made = Town(exchange, commission, address)
            made.commission_is(address)
            take_in(CITY, populations[CITY], at=timezone.now())
            for code in (CITY, FORMER_CITY):
                with acting_as(code):
                    _staff("yamada", Role.CASE_WORKER)
                    _staff("kansa", Role.AUDITOR)
            with acting_as(CITY):
                hanako = Person.objects.get(persona="hanako").addressee
            exchange.give_codes({resident_code(): {network.CITY: hanako, network.FORMER_CITY: "F-hanako"}})
            exchange.register(network.FORMER_CITY, "F-hanako", InformationKind.LOCAL_TAX, network.TAX)
            yield made


def _staff(username: str, role: Role) -> None:
    member = StaffMember(
        username=username, display_name=f"職員 {username}", department="子育て支援課", role=role
    )
    member.set_password(PASSWORD)
    member.save()


class Worker:
    """A member of staff at the pages of a town."""

    def __init__(self, username: str = "yamada", code: str = CITY) -> None:
        self.code = code
        self.client = Client(headers={"host": "municipality.localhost:8000"})
        signed = self.client.post(f"/{code}/sign-in", {"username": username, "password": PASSWORD})
        assert signed.status_code == 302

    def get(self, path: str, status: int = 200) -> str:
        response = self.client.get(f"/{self.code}/{path}")
        assert response.status_code == status, response.content.decode()[:2000]
        return html.unescape(re.sub(r"<[^>]+>", "", response.content.decode()))

    def post(self, path: str, values: Mapping[str, object] = NOTHING, *, status: int = 302) -> str:
        response = self.client.post(f"/{self.code}/{path}", values)
        assert response.status_code == status, response.content.decode()[:2000]
        return response.get("Location", "").removeprefix(f"/{self.code}/") or response.content.decode()

    def notify(self, **changes: object) -> str:
        """A notice of a new affair; the path of its page."""
        return self.post("own-use/new/81-1", {**FORM, "valid_from": _today(), **changes})


def _today() -> str:
    return timezone.localdate().isoformat()


def _notice(path: str) -> UUID:
    return UUID(path.split("/")[1])


def test_an_accepted_affair_can_be_chosen_for_a_case_and_is_answered(town: Town) -> None:
    yamada = Worker()
    assert "届出を書く" in yamada.get("own-use/")
    chosen = yamada.client.get(f"/{CITY}/own-use/new?equivalent=81-1")
    assert chosen["Location"] == f"/{CITY}/own-use/new/81-1"
    assert "区長" in yamada.client.get(chosen["Location"]).content.decode()
    path = yamada.notify()
    text = yamada.get(path)
    for words in ("確認中", "own-131229-", ORDINANCE, TAX_RULE, "地方税関係情報"):
        assert words in text, words
    with acting_as(CITY):
        person = Person.objects.get(persona="hanako").addressee
    assert "（条例による独自利用事務）" not in yamada.get(f"residents/{person}/open"), (
        "not before it is accepted"
    )
    town.decide(_notice(path), "accept")
    yamada.post(f"{path}/again")
    assert "受理" in yamada.get(path)
    with acting_as(CITY):
        own = f"own-{CITY}-{Filing.objects.get(notice=_notice(path)).number}"
    assert f"{WORDS}（条例による独自利用事務）" in yamada.get(f"residents/{person}/open")
    case = yamada.post(f"residents/{person}/open", {"affair": own})
    assert f"条例による独自利用事務 {own}-1" in yamada.get(case)

    def answered() -> bool:
        yamada.post(f"{case}/ask", {"ask": f"{own}-1:local_tax:{network.FORMER_CITY}"})
        return "提供された" in yamada.get(case)

    assert answered(), "the core knows of it with the acceptance"
    assert f"番号法第19条第9号、{ORDINANCE}（{own}-1" in yamada.get(case)
    assert WORDS in yamada.get(""), "the list of cases says what it is for"


@pytest.mark.thorough
def test_what_is_returned_says_why_and_its_number_is_not_used_again(town: Town) -> None:
    yamada = Worker()
    path = yamada.notify(reason="目的が似ている")
    town.decide(_notice(path), "return", "条例の条が違います。")
    yamada.post(f"{path}/again")
    assert "条例の条が違います。" in yamada.get(path)
    second = yamada.notify()
    with acting_as(CITY):
        numbers = [Filing.objects.get(notice=_notice(each)).number for each in (path, second)]
    assert numbers[1] == numbers[0] + 1


@pytest.mark.thorough
def test_a_change_and_an_end_follow_an_accepted_notice(town: Town) -> None:
    yamada = Worker()
    path = yamada.notify()
    assert "変更を届け出る" not in yamada.get(path)
    yamada.get(f"{path}/change", 404)
    town.decide(_notice(path), "accept")
    yamada.post(f"{path}/again")
    before = yamada.client.get(f"/{CITY}/{path}/change").content.decode()
    assert ORDINANCE in before
    changed = yamada.post(
        f"{path}/change", {**FORM, "ordinance": "改正後の条例第五条", "valid_from": _today()}
    )
    assert "変更の届出" in yamada.get(changed)
    yamada.post(f"{path}/end", {"valid_until": _today()}, status=404)
    town.decide(_notice(changed), "accept")
    yamada.post(f"{changed}/again")
    ended = yamada.post(f"{changed}/end", {"valid_until": _today()})
    town.decide(_notice(ended), "accept")
    yamada.post(f"{ended}/again")
    assert "表から外れる日" in yamada.get(ended)
    with acting_as(CITY):
        number = Filing.objects.get(notice=_notice(path)).number
        person = Person.objects.get(persona="hanako").addressee
    assert f'value="own-{CITY}-{number}"' not in (
        yamada.client.get(f"/{CITY}/residents/{person}/open").content.decode()
    )


def test_a_notice_that_does_not_arrive_is_kept_and_sent_again(town: Town) -> None:
    yamada = Worker()
    town.commission_is(NOWHERE)
    try:
        path = eventually(lambda: _unsent(yamada), "a notice that did not arrive")
    finally:
        town.commission_is(town.address)

    def arrives() -> bool:
        yamada.post(f"{path}/again")
        return "確認中" in yamada.get(path)

    eventually(arrives, "the commission where the directory says")


def _unsent(worker: Worker) -> str:
    """A notice that was not sent; the process may not have read the directory again yet."""
    path = worker.notify()
    return path if "未送信" in worker.get(path) else ""


def test_a_no_that_the_commission_did_not_sign_ends_no_notice(town: Town) -> None:
    yamada = Worker()
    with _meddler() as (address, heard):
        town.commission_is(address)
        try:
            path = eventually(lambda: _heard(yamada, heard), "a notice that reached somebody else")
        finally:
            town.commission_is(town.address)
    assert "未送信" in yamada.get(path)

    def arrives() -> bool:
        yamada.post(f"{path}/again")
        return "確認中" in yamada.get(path)

    eventually(arrives, "the commission where the directory says")


def _heard(worker: Worker, heard: list[str]) -> str:
    """A notice that somebody else heard; the process may not have read the directory again yet."""
    path = worker.notify()
    return path if heard else ""


@contextmanager
def _meddler() -> Iterator[tuple[str, list[str]]]:
    """Somebody on the wire who says no to every message, and what was sent there."""
    heard: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            heard.append(self.path)
            answer = msgspec.json.encode({"refusal": Refusal(Hop.COMMISSION, Reason.MALFORMED)})
            self.send_response(400)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Nothing: the test says what it saw."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", heard
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"rules": []}, "使いたい規定"),
        ({"rules": ["1-1-1"]}, "使いたい規定"),
        ({"words": ""}, "事務のことば"),
        ({"words": "一行目\n二行目"}, "一行で"),
        ({"field": "sport"}, "分野"),
        ({"valid_from": "2026-02-30"}, "ある日付"),
        ({"valid_until": "2020-01-01"}, "始まりより後"),
    ],
)
def test_what_cannot_be_notified_is_said_at_the_form(
    town: Town, changes: dict[str, object], says: str
) -> None:
    assert says in Worker().post("own-use/new/81-1", {**FORM, "valid_from": _today(), **changes}, status=422)


def test_only_who_works_on_cases_writes_and_no_town_sees_another_s_notices(town: Town) -> None:
    path = Worker().notify()
    kansa = Worker("kansa")
    assert "届出を書く" not in kansa.get("own-use/")
    kansa.get(path)
    for each in ("own-use/new", "own-use/new/81-1", f"{path}/end"):
        kansa.get(each, 403)
    kansa.post(f"{path}/again", status=403)
    Worker(code=FORMER_CITY).get(path, 404)
    Worker().get("own-use/new/999-1", 404)
