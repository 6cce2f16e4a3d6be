"""Residents' cases at a member's desk: found in the member's records, frozen, decided on pages, told; and what may not arrive."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from uuid import UUID, uuid4

import msgspec
import psycopg
import pytest
from django.test import Client

from mynumber.foundation.law import InformationKind
from mynumber.protocols.exchange import Outcome
from mynumber.protocols.information import (
    PORTAL,
    QUERY_OWN_RECORD,
    CaseKind,
    CaseState,
    CourseStep,
    OwnRecordQuery,
)
from mynumber.protocols.refusal import Hop, Reason
from tests.institutions.gateway.conftest import PASSWORD, add_staff
from tests.support.exchange import CITY, FORMER_CITY, TAX, Exchange, inquiry_of, resident_code
from tests.support.own_information import Self

TENANT = "municipality_272124"


@pytest.fixture(scope="module")
def person(exchange: Exchange) -> Self:
    """Somebody about whom a city holds a fact and another city asks."""
    code = resident_code()
    exchange.give_codes({code: {CITY: "C-case", FORMER_CITY: "F-case"}})
    exchange.register(FORMER_CITY, "F-case", InformationKind.LOCAL_TAX, TAX)
    return Self(exchange, code)


@pytest.fixture
def desk(exchange: Exchange, pages: Callable[[Exchange], AbstractContextManager[None]]) -> Iterator[Client]:
    """The desk of the city that provides."""
    with pages(exchange):
        add_staff(TENANT)
        client = Client(headers={"host": "gateway.localhost:8000"})
        done = client.post(f"/{TENANT}/sign-in", {"username": "suzuki", "password": PASSWORD}, follow=True)
        assert done.status_code == 200
        yield client


def ask(exchange: Exchange) -> Outcome:
    (result,) = exchange.ask(inquiry_of("C-case"))
    return result.outcome


def rows(exchange: Exchange, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(exchange.gateway_database.tenant_urls[TENANT]) as connection:
        return connection.execute(query.encode()).fetchall()


def act(desk: Client, case: UUID, state: CaseState, words: str = "") -> int:
    return desk.post(f"/{TENANT}/cases/{case}", {"state": state.value, "words": words}).status_code


def told(exchange: Exchange, case: UUID) -> list[CourseStep]:
    """What is on its way to the portal."""
    found = rows(exchange, "SELECT body FROM letter WHERE kind = 'own-course.v1' ORDER BY id")
    steps = [msgspec.json.decode(str(body), type=CourseStep) for (body,) in found]
    return [step for step in steps if step.case == case]


def test_not_me_freezes_the_value_until_a_person_has_decided(
    exchange: Exchange, person: Self, desk: Client
) -> None:
    assert ask(exchange) is Outcome.PROVIDED
    case = uuid4()
    request_id = person.see()
    arrived = person.case(request_id, kind=CaseKind.NOT_ME, ident=case)
    assert ask(exchange) is Outcome.WAITING
    # said again: the same time of arrival, one hold, one case
    assert person.case(request_id, kind=CaseKind.NOT_ME, ident=case) == arrived
    page = desk.get(f"/{TENANT}/cases/{case}").content.decode()
    for words in (
        "これは私のことではない",
        "自動応答を止めています",
        "所得が違います。",
        "F-case",
        "地方税関係情報",
    ):
        assert words in page, words
    assert act(desk, case, CaseState.KEPT) == 422  # a no has its reason
    assert act(desk, case, CaseState.LOOKING, "台帳を見ています。") == 302
    assert ask(exchange) is Outcome.WAITING
    assert act(desk, case, CaseState.KEPT, "本人の申告と合っていました。") == 302
    assert ask(exchange) is Outcome.PROVIDED
    assert act(desk, case, CaseState.CORRECTED) == 409  # it has ended
    assert [(step.sequence, step.state, step.words) for step in told(exchange, case)] == [
        (1, CaseState.LOOKING, "台帳を見ています。"),
        (2, CaseState.KEPT, "本人の申告と合っていました。"),
    ]


def test_a_hold_that_staff_set_is_not_lifted_with_a_case(
    exchange: Exchange, person: Self, desk: Client
) -> None:
    case = uuid4()
    request_id = person.see()
    desk.post(
        f"/{TENANT}/holds", {"addressee": "F-case", "information": "local_tax", "reason": "suspected_link"}
    )
    person.case(request_id, kind=CaseKind.NOT_ME, ident=case)
    assert act(desk, case, CaseState.KEPT, "調べました。") == 302
    assert ask(exchange) is Outcome.WAITING
    ((number,),) = rows(exchange, "SELECT id FROM answer_hold WHERE addressee = 'F-case'")
    desk.post(f"/{TENANT}/holds/{number}/lift")
    assert ask(exchange) is Outcome.PROVIDED


def test_a_corrected_case_begins_the_correction_for_all_who_received_the_value(
    exchange: Exchange, person: Self, desk: Client
) -> None:
    assert ask(exchange) is Outcome.PROVIDED
    case = uuid4()
    person.case(person.see(), ident=case, period="fy2026")
    assert ask(exchange) is Outcome.PROVIDED  # a value that is only said to be wrong is not frozen
    assert act(desk, case, CaseState.CORRECTED, "直しました。") == 302
    found = rows(
        exchange,
        'SELECT "case", correction, reason, addressee FROM correction JOIN own_case USING (tenant, correction, addressee)',
    )
    assert [(one[2], one[3]) for one in found if one[0] == case] == [("wrong_value", "F-case")]
    assert [step.state for step in told(exchange, case)] == [CaseState.CORRECTED]


def test_a_question_goes_to_who_asked(exchange: Exchange, person: Self) -> None:
    request_id = uuid4()
    exchange.inquire("C-case", request_id=request_id)
    question = {"kind": CaseKind.QUESTION, "inquirer": CITY, "at": CITY}
    assert person.case(request_id, **question).arrived_at is not None  # type: ignore[arg-type]
    found = exchange.call(
        QUERY_OWN_RECORD,
        OwnRecordQuery(inquirer=CITY, request_id=request_id),
        sender=PORTAL,
        receiver=f"gateway.{FORMER_CITY}",
    )
    assert (found.is_known, found.periods, found.given) == (True, (), ("fy2026",))


def test_what_is_not_to_be_disclosed_stays_unknown(exchange: Exchange, person: Self) -> None:
    """不開示: neither a question nor the party's record tells that there was such an exchange."""
    request_id = uuid4()
    exchange.inquire("C-case", request_id=request_id, non_disclosure=True)
    for at in (CITY, FORMER_CITY):
        found = exchange.call(
            QUERY_OWN_RECORD,
            OwnRecordQuery(inquirer=CITY, request_id=request_id),
            sender=PORTAL,
            receiver=f"gateway.{at}",
        )
        assert not found.is_known
    assert exchange.refusal(
        lambda: person.case(request_id, kind=CaseKind.QUESTION, inquirer=CITY, at=CITY)
    ) == (Hop.PROVIDER_GATEWAY, Reason.UNKNOWN_RECORD)


def test_cases_about_nothing_are_refused(exchange: Exchange, person: Self) -> None:
    shown, unknown = person.see(), (Hop.PROVIDER_GATEWAY, Reason.UNKNOWN_RECORD)
    other = uuid4()
    exchange.inquire("C-case", request_id=other)
    assert exchange.refusal(lambda: person.case(uuid4())) == unknown  # no such exchange
    assert exchange.refusal(lambda: person.case(shown, at=CITY)) == unknown  # another desk
    assert (
        exchange.refusal(lambda: person.case(shown, period="fy2020")) == unknown
    )  # a year that was not given
    # a value that an institution received is not the person's to dispute by another's exchange
    assert exchange.refusal(lambda: person.case(other, inquirer=CITY)) == unknown
    # a question about somebody's exchange at a desk that did not ask
    assert (
        exchange.refusal(lambda: person.case(other, kind=CaseKind.QUESTION, inquirer=CITY, at=FORMER_CITY))
        == unknown
    )
    case = uuid4()
    person.case(shown, ident=case)
    assert exchange.refusal(lambda: person.case(shown, ident=case, words="ほかのこと")) == (
        Hop.PROVIDER_GATEWAY,
        Reason.DUPLICATE_REQUEST,
    )
    for sender in (f"gateway.{CITY}", CITY, "network"):
        assert exchange.refusal(lambda s=sender: person.case(shown, sender=s)) == (  # type: ignore[misc]
            Hop.PROVIDER_GATEWAY,
            Reason.NOT_ENTITLED,
        )


def test_nobody_else_sees_the_desk(exchange: Exchange, person: Self, desk: Client) -> None:
    case = uuid4()
    person.case(person.see(), ident=case)
    assert str(case) in desk.get(f"/{TENANT}/cases").content.decode()
    assert desk.get(f"/{TENANT}/cases/{uuid4()}").status_code == 404
    stranger = Client(headers={"host": "gateway.localhost:8000"})
    assert stranger.get(f"/{TENANT}/cases/{case}").status_code == 302
    add_staff("municipality_131229", "tanaka")
    neighbour = Client(headers={"host": "gateway.localhost:8000"})
    neighbour.post("/municipality_131229/sign-in", {"username": "tanaka", "password": PASSWORD})
    assert neighbour.get(f"/municipality_131229/cases/{case}").status_code == 404
    add_staff(TENANT, "auditor", "auditor")
    reader = Client(headers={"host": "gateway.localhost:8000"})
    reader.post(f"/{TENANT}/sign-in", {"username": "auditor", "password": PASSWORD})
    assert act(reader, case, CaseState.LOOKING) == 200  # reads, and nothing happens
    assert re.search("届きました", desk.get(f"/{TENANT}/cases/{case}").content.decode())
