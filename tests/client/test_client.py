"""The client of a member's own system, against a real gateway and a real network."""

from __future__ import annotations

import shutil
import threading
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

from mynumber.client import (
    Answer,
    BadFolder,
    Client,
    CorrectionReason,
    FourAttributes,
    Hold,
    HoldReason,
    Hop,
    Inquiry,
    MemberFile,
    ObtainAsked,
    ObtainState,
    Outcome,
    Period,
    Purpose,
    Reason,
    Refused,
    read_answer,
    write_lines,
)
from mynumber.foundation.envelope import SigningKey
from mynumber.foundation.facts import MalformedFact, layout_named, sample
from mynumber.foundation.law import InformationKind
from mynumber.protocols.exchange import InquiryResult, PeriodFact
from mynumber.protocols.files import LineRefusal
from tests.support.exchange import ALLOWANCE, CITY, FORMER_CITY, PENSION, Exchange, resident_code
from tests.support.waiting import eventually

TAX = InformationKind.LOCAL_TAX.value


def folder_of(exchange: Exchange, member: str, path: Path) -> Path:
    """What `mynumber sandbox create` writes for a vendor."""
    path.mkdir()
    systems = exchange.systems
    shutil.copytree(systems.keys(member.partition(".")[0]), path / "keys")
    shutil.copyfile(systems.directory_path, path / "directory.jws")
    shutil.copyfile(systems.directory_key_path, path / "directory.pub")
    gateway = systems.node("gateway").directory.system(f"gateway.{member}")
    file = MemberFile(member=member, gateway=gateway.id, url=gateway.url)
    (path / "member.json").write_bytes(msgspec.json.encode(file))
    return path


@pytest.fixture
def city(exchange: Exchange, tmp_path: Path) -> Client:
    return Client.open(folder_of(exchange, CITY, tmp_path / "city"))


@pytest.fixture
def former_city(exchange: Exchange, tmp_path: Path) -> Client:
    return Client.open(folder_of(exchange, FORMER_CITY, tmp_path / "former"))


def person(exchange: Exchange) -> tuple[str, str]:
    """The numbers of somebody at both cities, who have their codes."""
    here, there = f"C{uuid4().hex[:12]}", f"F{uuid4().hex[:12]}"
    exchange.give_codes({resident_code(): {CITY: here, FORMER_CITY: there}})
    return here, there


def inquiry(addressee: str, affair: str = ALLOWANCE) -> Inquiry:
    return Inquiry(
        request_id=uuid4(),
        addressee=addressee,
        affair=affair,
        provider=FORMER_CITY,
        information=TAX,
        organisation="子育て支援課",
    )


def test_a_copy_registered_with_one_client_is_what_the_other_is_told(
    exchange: Exchange, city: Client, former_city: Client
) -> None:
    here, there = person(exchange)
    fact = sample(layout_named("local_tax"), seed=3)
    assert former_city.register([former_city.copy(there, TAX, fact)]).stored == 1
    answer = city.ask(
        here, affair=ALLOWANCE, provider=FORMER_CITY, information=TAX, organisation="子育て支援課"
    )
    assert answer.outcome is Outcome.PROVIDED
    assert not answer.is_pending
    assert msgspec.json.decode(bytes(answer.result.fact)) == fact
    assert getattr(answer.fact, "fiscal_year") == fact["fiscal_year"]  # noqa: B009 - the struct is made from the layout
    assert str(fact["total_income"]) not in repr(answer)
    (record,) = city.records(answer.request_id)
    assert (record.side, record.outcome, record.provider) == ("inquirer", Outcome.PROVIDED, FORMER_CITY)


def test_three_years_are_asked_in_one_inquiry_and_the_absent_one_is_told(
    exchange: Exchange, city: Client, former_city: Client
) -> None:
    here, there = person(exchange)
    layout = layout_named("local_tax")
    facts = {year: sample(layout, seed=year) | {"fiscal_year": year} for year in (2024, 2026)}
    registered = former_city.register(former_city.copy(there, TAX, fact) for fact in facts.values())
    assert registered.stored == 2
    years = [Period.fiscal_year(year) for year in (2024, 2025, 2026)]
    answer = city.ask(
        here,
        affair=ALLOWANCE,
        provider=FORMER_CITY,
        information=TAX,
        organisation="子育て支援課",
        periods=years,
    )
    assert (answer.outcome, answer.fact) == (Outcome.PROVIDED, None)
    assert [one.period for one in answer.periods] == years
    assert [one.is_held for one in answer.periods] == [True, False, True]
    assert [one.fact and msgspec.to_builtins(one.fact) for one in answer.periods] == [
        facts[2024],
        None,
        facts[2026],
    ]
    assert [one.as_of is not None for one in answer.periods] == [True, False, True]
    assert str(facts[2024]["total_income"]) not in repr(answer)
    assert city.again(answer).result == answer.result


def test_one_call_asks_two_providers_and_gets_both_answers(
    exchange: Exchange, city: Client, former_city: Client
) -> None:
    here, there = person(exchange)
    former_city.register([former_city.copy(there, TAX, sample(layout_named("local_tax"), seed=3))])
    pension = msgspec.structs.replace(
        inquiry(here), provider=PENSION, information=InformationKind.PUBLIC_PENSION_BENEFIT.value
    )
    provided, refused = city.ask_many([inquiry(here), pension])
    assert (provided.outcome, provided.inquiry.provider) == (Outcome.PROVIDED, FORMER_CITY)
    assert provided.fact is not None
    assert (refused.hop, refused.reason) == (Hop.NETWORK, Reason.PROVIDER_HAS_NO_CODE)
    assert refused.inquiry.provider == PENSION


def test_an_answer_of_other_periods_than_asked_is_not_taken() -> None:
    asked = msgspec.structs.replace(inquiry("C1"), periods=("fy2025", "fy2026"))

    def told(period: str, fact_of: int | None) -> PeriodFact:
        fact = sample(layout_named("local_tax"), seed=1) | {"fiscal_year": fact_of}
        body = msgspec.json.encode(fact) if fact_of else b"null"
        return PeriodFact(period=period, is_held=fact_of is not None, fact=msgspec.Raw(body))

    def read(*periods: PeriodFact, outcome: Outcome = Outcome.PROVIDED) -> Answer:
        result = InquiryResult(request_id=asked.request_id, outcome=outcome, periods=periods)
        return read_answer(asked, result)

    good = told("fy2025", None), told("fy2026", 2026)
    assert [one.is_held for one in read(*good).periods] == [False, True]
    assert read(outcome=Outcome.WAITING).periods == ()
    for periods in (
        (),
        good[:1],
        good[::-1],
        (good[0], told("fy2026", 2025)),
        (msgspec.structs.replace(good[1], period="fy2025"), good[1]),
        (good[0], msgspec.structs.replace(good[1], is_held=False)),
    ):
        with pytest.raises(Refused, match="answer_not_bound"):
            read(*periods)


def test_a_refusal_says_hop_and_reason(exchange: Exchange, city: Client) -> None:
    here, _ = person(exchange)
    with pytest.raises(Refused) as raised:
        city.ask(here, affair="1-1", provider=FORMER_CITY, information=TAX, organisation="課")
    assert (raised.value.hop, raised.value.reason) == (Hop.NETWORK, Reason.NOT_IN_TABLE)
    allowed, refused = city.ask_many([inquiry(here), inquiry(here, affair="1-1")])
    assert (allowed.outcome, allowed.hop) == (Outcome.NO_DATA, None)
    assert (refused.hop, refused.reason) == (Hop.NETWORK, Reason.NOT_IN_TABLE)


def test_what_waits_is_asked_again_as_the_same_exchange(
    exchange: Exchange, city: Client, former_city: Client
) -> None:
    here, there = person(exchange)
    former_city.hold(Hold(addressee=there, reason=HoldReason.PENDING_CASE, since=datetime.now(UTC)))
    (answer,) = city.ask_many([inquiry(here)])
    assert (answer.outcome, answer.is_pending) == (Outcome.WAITING, True)
    assert answer.deadline is not None
    again = city.again(answer)
    assert (again.request_id, again.outcome) == (answer.request_id, Outcome.WAITING)
    assert len(city.records(answer.request_id)) == 1


def test_threads_that_ask_at_once_all_get_their_own_answers(exchange: Exchange, city: Client) -> None:
    here, _ = person(exchange)
    asked = [inquiry(here) for _ in range(150)]
    answers: dict[object, Outcome] = {}

    def ask(one: Inquiry) -> None:
        (answer,) = city.ask_many([one])
        answers[answer.request_id] = answer.outcome

    threads = [threading.Thread(target=ask, args=(one,)) for one in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {one.request_id: Outcome.NO_DATA for one in asked}


def test_what_is_no_inquiry_never_leaves_and_spoils_nobody_s_group(city: Client) -> None:
    with pytest.raises(ValueError, match="addressee") as raised:
        city.ask_many([inquiry("not an addressee")])
    assert "not an addressee" not in str(raised.value)
    with pytest.raises(MalformedFact):
        city.copy("C1", TAX, {"fiscal_year": 2026})
    with pytest.raises(ValueError, match="InformationKind"):
        city.copy("C1", "weather", {})


def test_a_folder_that_cannot_be_trusted_is_said_to_be_so(exchange: Exchange, tmp_path: Path) -> None:
    with pytest.raises(BadFolder, match="sandbox create"):
        Client.open(tmp_path)
    folder = folder_of(exchange, CITY, tmp_path / "city")
    (folder / "directory.pub").write_bytes(msgspec.json.encode(SigningKey.generate().public.to_jwk()))
    with pytest.raises(BadFolder, match="unknown_key"):
        Client.open(folder)
    shutil.copyfile(exchange.systems.directory_key_path, folder / "directory.pub")
    (folder / "keys").chmod(0o755)
    with pytest.raises(BadFolder, match="chmod"):
        Client.open(folder)
    (folder / "member.json").write_text("{}")
    with pytest.raises(BadFolder, match="member"):
        Client.open(folder)


def test_a_file_of_differences_acknowledges_or_refuses_each_line_and_may_be_sent_again(
    exchange: Exchange, former_city: Client, tmp_path: Path
) -> None:
    _, there = person(exchange)
    facts = [sample(layout_named("local_tax"), seed=1) | {"fiscal_year": year} for year in (2025, 2026)]
    former_city.register([former_city.copy(there, TAX, facts[0])])
    lines = [
        former_city.copy(there, TAX, facts[1]),
        former_city.copy("nobody", TAX, facts[1]),
        former_city.removal(there, TAX, period=Period.fiscal_year(2025)),
    ]
    path, file = tmp_path / "differences.jsonl", uuid4()
    assert former_city.file_state(file) is None
    assert write_lines(path, lines) == 3
    sent = former_city.send_file(path, Purpose.COPIES, file)
    assert [(one.line, one.reason) for one in sent.refused] == [(2, LineRefusal.NO_CODE)]
    assert (sent.state.accepted, sent.state.deleted, sent.state.refused) == (1, 1, 1)
    again = former_city.send_file(path, Purpose.COPIES, file)
    assert (again.state, again.refused) == (sent.state, ())
    assert former_city.file_state(file) == sent.state
    assert tuple(former_city.refused_lines(file)) == sent.refused
    with pytest.raises(ValueError, match="InformationKind"):
        former_city.removal(there, "weather")
    (tmp_path / "empty").touch()
    with pytest.raises(ValueError, match="empty"):
        former_city.send_file(tmp_path / "empty", Purpose.COPIES, uuid4())


def test_a_night_of_inquiries_is_sent_as_a_file_and_read_as_answers(
    exchange: Exchange, city: Client, former_city: Client, tmp_path: Path
) -> None:
    here, there = person(exchange)
    fact = sample(layout_named("local_tax"), seed=3)
    former_city.register([former_city.copy(there, TAX, fact)])
    asked = {one.request_id: one for one in (inquiry(here), inquiry(here), inquiry(here, affair="1-1"))}
    path, file = tmp_path / "night.jsonl", uuid4()
    write_lines(path, asked.values())
    assert city.send_file(path, Purpose.INQUIRIES, file).state.accepted == 3

    def ended() -> bool:
        state = city.file_state(file)
        return state is not None and state.ended_at is not None and state.answered == 3

    eventually(ended)
    answers = [read_answer(asked[one.request_id], one) for one in city.results(file)]
    assert sorted(one.reason or one.outcome for one in answers) == ["not_in_table", "provided", "provided"]
    assert {msgspec.json.encode(one.fact) for one in answers if one.fact} == {msgspec.json.encode(fact)}
    assert list(city.results(file, after=3)) == []


def test_a_code_is_asked_for_and_obtained_between_two_systems_alone(
    exchange: Exchange, city: Client, former_city: Client
) -> None:
    resident, here = resident_code(), f"C{uuid4().hex[:12]}"
    exchange.give_codes({resident: {CITY: here}})

    def holders() -> list[str]:
        held = city.who_holds(here, affair=ALLOWANCE, organisation="子育て支援課", information=TAX)
        return [one.member for one in held.holders]

    assert FORMER_CITY not in holders()
    (refused,) = city.ask_many([inquiry(here)])
    assert refused.reason is Reason.PROVIDER_HAS_NO_CODE
    who = FourAttributes(name="見本　花子", address="大阪府堺市南区", birth_date=date(1990, 4, 1), sex="2")
    assert city.ask_to_obtain(refused, who).state is ObtainState.OPEN

    def waiting() -> list[ObtainAsked]:
        return [one for one in former_city.obtain_requests() if one.request.request_id == refused.request_id]

    (asked,) = eventually(waiting)
    assert asked.person == who
    assert who.name not in repr(asked)
    exchange.give_codes({resident: {FORMER_CITY: f"F{uuid4().hex[:12]}"}})
    former_city.answer_obtain(asked, ObtainState.OBTAINED)

    def state() -> ObtainState:
        (one,) = city.obtain_states(refused.request_id)
        return one.state

    eventually(lambda: state() is ObtainState.OBTAINED)
    assert FORMER_CITY in holders()
    assert city.ask_many([inquiry(here)])[0].outcome is Outcome.NO_DATA
    assert waiting() == []


def test_who_received_a_wrong_value_hears_of_it_until_it_says_so(
    exchange: Exchange, city: Client, former_city: Client
) -> None:
    here, there = person(exchange)
    former_city.register([former_city.copy(there, TAX, sample(layout_named("local_tax"), seed=3))])
    (given,) = city.ask_many([inquiry(here)])
    begun = former_city.correct(there, TAX, CorrectionReason.WITHDRAWN)
    assert (begun.exchanges, begun.inquirers) == (1, (CITY,))
    (told,) = eventually(lambda: [one for one in city.corrections() if one.correction == begun.correction])
    assert (told.request_id, told.addressee, told.reason) == (
        given.request_id,
        here,
        CorrectionReason.WITHDRAWN,
    )
    assert told not in city.corrections(taken=[told])
    assert city.ask_many([inquiry(here)])[0].outcome is Outcome.NO_DATA


def test_a_provider_says_when_it_answers(city: Client) -> None:
    told = city.availability(FORMER_CITY)
    assert (told.provider, told.is_open, told.papers) == (FORMER_CITY, True, ())
    with pytest.raises(Refused) as raised:
        city.availability("nobody")
    assert raised.value.reason is Reason.UNKNOWN_PROVIDER
