"""The case worker asks the running network from the page, and reads answers and refusals with their source."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from django.http import HttpResponseBase
from django.test import Client
from django.test.utils import override_settings
from django.utils import timezone

from mynumber.foundation.law import InformationKind
from mynumber.institutions.municipality.casework.asking import INTERRUPTED_AFTER
from mynumber.institutions.municipality.casework.models import (
    Case,
    CaseInquiry,
    InquiryState,
    ReceivedFact,
)
from mynumber.institutions.municipality.register.intake import take_in
from mynumber.institutions.municipality.register.models import Person
from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols.exchange import Outcome
from mynumber.protocols.facts import ReceivingAccountFact
from mynumber.protocols.refusal import Reason
from mynumber.webkit.face.words import JST
from mynumber.webkit.messages import this_node
from mynumber.webkit.staff.models import Role, StaffMember, StaffSession
from mynumber.webkit.tenancy import acting_as
from tests.institutions.municipality.conftest import CITY, FORMER_CITY, PROJECT
from tests.support import exchange as network
from tests.support.directory import NOWHERE
from tests.support.exchange import Exchange, inquiry_of, resident_code
from tests.support.waiting import eventually
from tests.webkit import faces

PASSWORD = "とても長い合言葉 for tests"
TAX_OF_FORMER_CITY = f"81-1-3:local_tax:{network.FORMER_CITY}"
PENSION = "81-1-4:public_pension_benefit:pension_service"
ACCOUNT = "81-1-6:receiving_account:digital_agency"
RECEIVING_ACCOUNT = ReceivingAccountFact(
    bank_code="9900",
    branch_code="018",
    account_type="普通",
    account_number="1234567",
    holder_kana="サトウ ハナコ",
    registered_on=timezone.now().date(),
)


@pytest.fixture(scope="module")
def filled(
    exchange: Exchange, database: InstitutionDatabase, populations: dict[str, Path]
) -> Iterator[InstitutionDatabase]:
    """Both towns with people; Hanako is known to every member, and each holds a copy about her."""
    with (
        faces.face(
            PROJECT,
            database,
            MYNUMBER_PUBLIC_URL="http://municipality.localhost:8000",
            **exchange.systems.environment("municipality"),
        ),
        override_settings(PASSWORD_HASHERS=["tests.webkit.hashers.OneRound"]),
    ):
        addressees = {}
        for code in (CITY, FORMER_CITY):
            take_in(code, populations[code], at=timezone.now())
            with acting_as(code):
                addressees[f"municipality.{code}"] = Person.objects.get(persona="hanako").addressee
        exchange.give_codes(
            {resident_code(): {**addressees, network.PENSION: "P-hanako", network.AGENCY: "A-hanako"}}
        )
        exchange.register(
            network.FORMER_CITY,
            addressees[network.FORMER_CITY],
            InformationKind.LOCAL_TAX,
            network.TAX,
        )
        exchange.register(
            network.PENSION, "P-hanako", InformationKind.PUBLIC_PENSION_BENEFIT, network.PENSIONS
        )
        exchange.register(network.AGENCY, "A-hanako", InformationKind.RECEIVING_ACCOUNT, RECEIVING_ACCOUNT)
        for code, username, department, role in (
            (CITY, "yamada", "子育て支援課", Role.CASE_WORKER),
            (CITY, "mori", "税務課", Role.CASE_WORKER),
            (CITY, "kansa", "子育て支援課", Role.AUDITOR),
            (FORMER_CITY, "yao", "子育て支援課", Role.CASE_WORKER),
        ):
            with acting_as(code):
                member = StaffMember(
                    username=username, display_name=f"職員 {username}", department=department, role=role
                )
                member.set_password(PASSWORD)
                member.save()
        yield database


@pytest.fixture
def cases(filled: InstitutionDatabase) -> Iterator[None]:
    """Whatever a test opens is gone afterwards."""
    yield
    with acting_as(CITY):
        CaseInquiry.objects.update(again_of=None)
        CaseInquiry.objects.all().delete()
        Case.objects.all().delete()
        StaffSession.objects.all().delete()


class Worker:
    """A member of staff in front of a browser with CSRF checks."""

    def __init__(self, username: str, town: str = CITY) -> None:
        self.town = town
        self.client = Client(enforce_csrf_checks=True, headers={"host": "municipality.localhost:8000"})
        page = self.client.get(f"/{town}/sign-in")
        form = {
            "username": username,
            "password": PASSWORD,
            "csrfmiddlewaretoken": str(page.context["csrf_token"]),
        }
        assert self.client.post(f"/{town}/sign-in", form).status_code == 302
        self.token = ""

    def get(self, path: str, status: int = 200) -> str:
        response = self.client.get(f"/{self.town}/{path}")
        assert response.status_code == status, response.content.decode()[:2000]
        text = _text(response)
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', response.content.decode())
        self.token = found[1] if found else self.token
        return text

    def post(self, path: str, status: int = 302, **values: object) -> HttpResponseBase:
        response = self.client.post(f"/{self.town}/{path}", {**values, "csrfmiddlewaretoken": self.token})
        assert response.status_code == status, response.content.decode()[:2000]
        return response

    def open_hanako(self) -> str:
        """A new case; its path under the town."""
        with acting_as(self.town):
            addressee = Person.objects.get(persona="hanako", moved_out=None).addressee
        self.get(f"residents/{addressee}/open")
        response = self.post(f"residents/{addressee}/open", affair="81-1")
        return response["Location"].removeprefix(f"/{self.town}/")


def _text(response: HttpResponseBase) -> str:
    assert hasattr(response, "content")
    return html.unescape(re.sub(r"<[^>]+>", "", response.content.decode()))


@pytest.fixture
def yamada(cases: None) -> Worker:
    return Worker("yamada")


def test_the_first_page_lists_the_towns_and_leads_to_their_sign_in(filled: InstitutionDatabase) -> None:
    client = Client(headers={"host": "municipality.localhost:8000"})
    page = client.get("/")
    assert "東京都葛飾区" in page.content.decode()
    assert f'href="/{FORMER_CITY}/"' in page.content.decode()
    desk = client.get(f"/{CITY}/")
    assert desk.status_code == 302
    assert desk["Location"].startswith(f"/{CITY}/sign-in")


@pytest.mark.parametrize(
    ("query", "finds"),
    [
        ("words=さとうはな", "佐藤　花子"),
        ("words=佐藤花", "佐藤　花子"),
        ("words=nguyen+thi", "NGUYEN THI LAN"),
        ("words=&birth=平成2年6月15日", "佐藤　花子"),
        ("words=&birth=1990-06-15", "佐藤　花子"),
    ],
)
def test_a_resident_is_found_by_name_reading_and_birth_date(yamada: Worker, query: str, finds: str) -> None:
    assert finds in yamada.get(f"residents?{query}")


def test_a_resident_is_found_by_addressee_number_alone(yamada: Worker) -> None:
    with acting_as(CITY):
        person = Person.objects.get(persona="kenta")
    text = yamada.get(f"residents?words={person.addressee}")
    assert person.name in text
    assert "1人" in text


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("words=&birth=", "入力してください"),
        ("words=&birth=1990-02-30", "の形で入力"),
        ("words=&birth=平成99年1月1日", "の形で"),
    ],
)
def test_a_search_that_cannot_be_read_says_what_to_type(yamada: Worker, query: str, says: str) -> None:
    assert says in yamada.get(f"residents?{query}", 422)


def test_an_address_under_a_protective_measure_stays_hidden(yamada: Worker) -> None:
    with acting_as(CITY):
        misaki = Person.objects.get(persona="misaki")
    for page in (f"residents?words={misaki.addressee}", f"residents/{misaki.addressee}/open"):
        text = yamada.get(page)
        assert "支援措置" in text
        assert misaki.rest not in text
        assert misaki.town not in text


def test_the_page_shows_what_the_law_lets_be_asked_and_ticks_what_the_register_points_to(
    yamada: Worker,
) -> None:
    path = yamada.open_hanako()
    text = yamada.get(path)
    assert "児童扶養手当法による児童扶養手当の支給に関する事務" in text
    assert "八十一の項" in text
    assert "第八十三条" in text
    assert "地方税関係情報、住民票関係情報又は" in text, "the words of the law"
    assert "陽菜" in text
    page = yamada.client.get(f"/{CITY}/{path}").content.decode()
    ticked = re.findall(r'name="ask" value="([^"]+)"[^>]* checked', page)
    assert sorted(ticked) == sorted([TAX_OF_FORMER_CITY, PENSION, ACCOUNT])
    offered = re.findall(r'name="ask" value="([^"]+)"', page)
    assert not any(value.endswith(f"municipality.{CITY}") for value in offered), "never the own town"
    assert f"81-1-3:resident_record:{network.FORMER_CITY}" in offered


def test_everything_is_asked_at_once_and_answered_with_its_source(yamada: Worker, exchange: Exchange) -> None:
    path = yamada.open_hanako()
    yamada.get(path)
    response = yamada.post(f"{path}/ask", ask=[TAX_OF_FORMER_CITY, PENSION, ACCOUNT])
    assert response["Location"] == f"/{CITY}/{path}#answers"
    text = yamada.get(path)
    assert "提供された 3件" in text
    assert "1,234,567円" in text
    assert "令和8年度" in text
    assert "遺族基礎年金" in text
    assert "1234567" in text, "the account to which the allowance is paid"
    assert exchange.node(network.CITY).directory.name(network.FORMER_CITY) in text
    assert "第二条の表の八十一の項（細目は第八十三条）" in text
    assert "職員 yamada（子育て支援課）" in text
    with acting_as(CITY):
        inquiries = list(CaseInquiry.objects.order_by("pk"))
        assert [i.provision for i in inquiries] == ["81-1-3", "81-1-4", "81-1-6"]
        assert ReceivedFact.objects.count() == 3
    held = yamada.get(f"{path}/records")
    for inquiry in inquiries:
        assert str(inquiry.request_id) in held
    assert "食い違" not in held
    with psycopg.connect(exchange.network_database.url) as core:
        asked = core.execute(
            "SELECT count(*) FROM exchange WHERE request_id = ANY(%s)", [[i.request_id for i in inquiries]]
        ).fetchone()
    assert asked == (3,)


def test_no_page_shows_a_number(yamada: Worker) -> None:
    path = yamada.open_hanako()
    with acting_as(CITY):
        addressee = Person.objects.get(persona="hanako").addressee
    for page in ("", f"residents?words={addressee}", path, f"{path}/records", f"{path}/by-hand"):
        assert not re.search(r"(?<![0-9a-f-])[0-9]{11,12}(?![0-9a-f-])", yamada.get(page))


def test_each_inquiry_ends_by_itself_and_what_is_missing_can_be_asked_again(
    yamada: Worker, exchange: Exchange
) -> None:
    path = yamada.open_hanako()
    yamada.get(path)
    nothing = f"81-1-3:resident_record:{network.FORMER_CITY}"
    yamada.post(f"{path}/ask", ask=[nothing, PENSION], non_disclosure="1")
    text = yamada.get(path)
    assert "提供された 1件" in text
    assert "該当情報なし 1件" in text
    assert "本人の記録に表示されません" in text
    with acting_as(CITY):
        first = CaseInquiry.objects.get(information="resident_record")
        assert first.non_disclosure
    yamada.post(f"{path}/inquiries/{first.request_id}/again")
    yamada.post(f"{path}/inquiries/{first.request_id}/again")
    with acting_as(CITY):
        again = CaseInquiry.objects.get(again_of=first)
        assert again.request_id != first.request_id
        assert (again.outcome, again.non_disclosure) == ("no_data", True)
    assert "照会し直す前の照会" in yamada.get(path)


def test_a_closed_provider_says_when_it_opens_and_which_paper_stands_in(
    yamada: Worker, exchange: Exchange
) -> None:
    tenant = network.FORMER_CITY.replace(".", "_")
    opens = datetime.now(JST).replace(microsecond=0) + timedelta(days=1)
    path = yamada.open_hanako()
    with acting_as(CITY):
        addressee = Person.objects.get(persona="hanako").addressee
    with psycopg.connect(exchange.gateway_database.tenant_urls[tenant], autocommit=True) as former:
        former.execute(
            "INSERT INTO closure (tenant, begins, ends, why) VALUES (%s, now() - interval '1 hour', %s, '点検')",
            [tenant, opens],
        )
        former.execute(
            'INSERT INTO paper_document (tenant, information, name, "where") VALUES (%s, %s, %s, %s)',
            [tenant, "local_tax", "課税証明書", "市民税課の窓口"],
        )
        try:
            # a gateway uses the hours that it has read for two seconds
            eventually(lambda: exchange.ask(inquiry_of(addressee))[0].reason is Reason.PROVIDER_CLOSED)
            yamada.get(path)
            yamada.post(f"{path}/ask", ask=[TAX_OF_FORMER_CITY])
            text = yamada.get(path)
            assert (
                f"受付が始まるのは {opens:%Y}年{opens.month}月{opens.day}日 {opens:%H:%M:%S} です。" in text
            )
            assert "本人に「課税証明書」（市民税課の窓口）の提出を求めてください。" in text
        finally:
            former.execute("DELETE FROM closure")
            former.execute("DELETE FROM paper_document")
    assert "受付が始まっています。もう一度照会してください。" in yamada.get(path)
    eventually(lambda: exchange.ask(inquiry_of(addressee))[0].outcome is Outcome.PROVIDED)


def test_an_inquiry_beside_the_table_is_refused_by_the_network_and_says_why(yamada: Worker) -> None:
    path = yamada.open_hanako()
    assert "模型のためのページ" in yamada.get(f"{path}/by-hand")
    yamada.post(f"{path}/by-hand", information="family_register", provider=network.FORMER_CITY)
    text = yamada.get(path)
    assert "拒否された 1件" in text
    assert "情報提供ネットワークシステム" in text
    assert "認める規定が、法令の表にありません" in text
    assert "本人に書類の提出を求めてください" in text
    assert "もう一度照会する" not in text, "the law will not change its mind"
    assert "拒否" in yamada.get(f"{path}/records")


def test_someone_whose_code_was_never_obtained_is_refused_by_the_own_gateway(yamada: Worker) -> None:
    with acting_as(CITY):
        person = Person.objects.get(persona="lan")
    yamada.get(f"residents/{person.addressee}/open")
    path = yamada.post(f"residents/{person.addressee}/open", affair="81-1")["Location"].removeprefix(
        f"/{CITY}/"
    )
    yamada.get(path)
    yamada.post(f"{path}/ask", ask=[PENSION])
    text = yamada.get(path)
    assert "照会側の中間サーバー" in text
    assert "符号をまだ取得していません" in text
    assert "もう一度照会する" in text


@pytest.mark.parametrize("chosen", [[], ["81-1-2:family_register:municipality.272124"], ["nonsense"]])
def test_what_is_not_offered_is_not_sent(yamada: Worker, chosen: list[str]) -> None:
    path = yamada.open_hanako()
    yamada.get(path)
    yamada.post(f"{path}/ask", 422, ask=chosen)
    with acting_as(CITY):
        assert not CaseInquiry.objects.exists()


def test_a_row_is_committed_before_anything_is_sent(
    yamada: Worker, exchange: Exchange, filled: InstitutionDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database of its own connection sees the row as 照会中 at the moment the message goes out; then this process dies."""
    from mynumber.institutions.municipality.casework import asking

    seen: list[tuple[object, ...]] = []

    class PowerCut(BaseException):
        pass

    def stops(*_: object) -> None:
        with psycopg.connect(filled.tenant_urls[CITY]) as other:
            seen.extend(other.execute("SELECT state FROM municipality_casework_caseinquiry").fetchall())
        raise PowerCut

    path = yamada.open_hanako()
    yamada.get(path)
    with monkeypatch.context() as patched:
        patched.setattr(asking, "ask_gateway", stops)
        with pytest.raises(PowerCut):
            yamada.post(f"{path}/ask", ask=[PENSION])
    assert seen == [("asking",)]
    assert "照会中" in yamada.get(path)
    yamada.post(f"{path}/ask", ask=[PENSION])
    with acting_as(CITY):
        assert CaseInquiry.objects.count() == 1, "a button pressed twice asks once"
    with acting_as(CITY):
        inquiry = CaseInquiry.objects.get()
        inquiry.asked_at = timezone.now() - INTERRUPTED_AFTER - timedelta(seconds=1)
        inquiry.save()
    text = yamada.get(path)
    assert "中断" in text
    assert "もう一度照会できます" in text
    yamada.post(f"{path}/inquiries/{inquiry.request_id}/again")
    with acting_as(CITY):
        inquiry.refresh_from_db()
        assert inquiry.state == InquiryState.INTERRUPTED
        assert CaseInquiry.objects.get(again_of=inquiry).outcome == "provided"


def test_a_gateway_out_of_reach_leaves_the_inquiry_open_to_be_asked_again(
    yamada: Worker, exchange: Exchange
) -> None:
    path = yamada.open_hanako()
    yamada.get(path)
    exchange.systems.moved({f"gateway.{network.CITY}": NOWHERE})
    this_node.cache_clear()  # as a process that starts now
    try:
        yamada.post(f"{path}/ask", ask=[PENSION])
        assert "中間サーバーの記録を読めません" in yamada.get(f"{path}/records")
    finally:
        exchange.systems.moved({})
        this_node.cache_clear()
    text = yamada.get(path)
    assert "中断 1件" in text
    assert "相手のシステムにつながりません" in text
    assert "記録なし" in yamada.get(f"{path}/records")
    with acting_as(CITY):
        inquiry = CaseInquiry.objects.get()
        assert (inquiry.state, inquiry.outcome) == (InquiryState.INTERRUPTED, "")
    yamada.post(f"{path}/inquiries/{inquiry.request_id}/again")
    assert "提供された 1件" in yamada.get(path)


def test_a_case_is_for_the_organisation_in_charge_alone(yamada: Worker) -> None:
    path = yamada.open_hanako()
    mori = Worker("mori")
    assert "佐藤　花子" not in mori.get("")
    for page in (path, f"{path}/records", f"{path}/by-hand"):
        mori.get(page, 404)
    mori.get("residents")
    mori.token = str(mori.client.get(f"/{CITY}/").context["csrf_token"])
    mori.post(f"{path}/ask", 404, ask=[PENSION])
    other_town = Worker("yao", FORMER_CITY)
    other_town.get(path, 404)


def test_an_auditor_reads_and_does_not_ask(yamada: Worker) -> None:
    path = yamada.open_hanako()
    auditor = Worker("kansa")
    assert "まとめて照会する" not in auditor.get(path)
    auditor.get(f"{path}/by-hand", 403)
    auditor.post(f"{path}/ask", 403, ask=[PENSION])


def test_an_application_that_another_organisation_decides_is_not_opened_beside_it(yamada: Worker) -> None:
    yamada.open_hanako()
    mori = Worker("mori")
    with acting_as(CITY):
        addressee = Person.objects.get(persona="hanako").addressee
    mori.get(f"residents/{addressee}/open")
    response = mori.post(f"residents/{addressee}/open", 409, affair="81-1")
    assert "別の課が審査しています" in _text(response)
    with acting_as(CITY):
        assert Case.objects.count() == 1


def test_the_same_application_is_not_opened_twice(yamada: Worker) -> None:
    assert yamada.open_hanako() == yamada.open_hanako()
    with acting_as(CITY):
        assert Case.objects.count() == 1


def test_a_session_of_one_town_opens_nothing_of_another(yamada: Worker) -> None:
    response = yamada.client.get(f"/{FORMER_CITY}/")
    assert response.status_code == 302
    assert response["Location"].startswith(f"/{FORMER_CITY}/sign-in")


def test_sql_of_one_town_sees_no_case_of_another(yamada: Worker, filled: InstitutionDatabase) -> None:
    path = yamada.open_hanako()
    yamada.get(path)
    yamada.post(f"{path}/ask", ask=[PENSION])
    tables = ("case", "casechild", "caseinquiry", "receivedfact")
    with (
        psycopg.connect(filled.tenant_urls[CITY]) as city,
        psycopg.connect(filled.tenant_urls[FORMER_CITY]) as former,
    ):
        for table in tables:
            query = f"SELECT count(*) FROM municipality_casework_{table}"  # noqa: S608
            assert city.execute(query).fetchone() != (0,)
            assert former.execute(query).fetchone() == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
            former.execute(
                "INSERT INTO municipality_casework_casechild (tenant, case_id, person_id) VALUES (%s, 1, 1)",
                [CITY],
            )


def test_an_unknown_inquiry_or_case_is_not_found(yamada: Worker) -> None:
    path = yamada.open_hanako()
    yamada.get(path)
    yamada.post(f"{path}/inquiries/{uuid4()}/again", 404)
    yamada.get("cases/99999", 404)
