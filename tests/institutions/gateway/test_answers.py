"""What the inquirer's gateway makes of a provider that answers wrongly, late or never."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from uuid import uuid4

import msgspec
import psycopg
import pytest

from mynumber.foundation.law import InformationKind
from mynumber.institutions.gateway.tenants.inquiring import PATIENCE_SECONDS
from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols.exchange import Outcome, PermitAnswer
from mynumber.protocols.records import QUERY_SIDE, SideQuery
from mynumber.protocols.refusal import Hop, Reason
from tests.faults.counts import count
from tests.support.exchange import (
    CITY,
    FORMER_CITY,
    PENSION,
    PENSIONS,
    TAX,
    Exchange,
    inquiry_of,
    resident_code,
    running_exchange,
)
from tests.support.rogue_provider import HERE, Behaviour, Presented, RogueProvider
from tests.support.waiting import eventually

BENEFIT = InformationKind.PUBLIC_PENSION_BENEFIT.value


@pytest.fixture(scope="module")
def rogue(
    tmp_path_factory: pytest.TempPathFactory, institution_database: Callable[..., InstitutionDatabase]
) -> Iterator[tuple[Exchange, RogueProvider]]:
    """A network whose former city answers as the test likes; the pension service is honest."""
    provider = RogueProvider()
    folder = tmp_path_factory.mktemp("rogue")
    with running_exchange(folder, institution_database, elsewhere={HERE: provider.url}) as exchange:
        provider.node, provider.honest_port = exchange.systems.node("gateway"), exchange.gateway.port
        exchange.give_codes({resident_code(): {CITY: "C-1", FORMER_CITY: "F-1", PENSION: "P-1"}})
        exchange.register(PENSION, "P-1", InformationKind.PUBLIC_PENSION_BENEFIT, PENSIONS)
        yield exchange, provider
    provider.close()


@pytest.fixture(autouse=True)
def _honest_again(rogue: tuple[Exchange, RogueProvider]) -> Iterator[None]:
    yield
    rogue[1].behaviour = Presented.honest


def recorded(exchange: Exchange, outcome: Outcome) -> int:
    """How many inquiries of the city stand in its records with this outcome."""
    records = exchange.call(QUERY_SIDE, SideQuery(), sender=CITY, receiver=f"gateway.{CITY}").records
    return sum(one.side == "inquirer" and one.outcome is outcome for one in records)


def test_an_honest_answer_is_taken(rogue: tuple[Exchange, RogueProvider]) -> None:
    exchange, _ = rogue
    result = exchange.inquire("C-1")
    assert result.outcome is Outcome.PROVIDED
    assert msgspec.json.decode(bytes(result.fact), type=type(TAX)) == TAX


WRONG: dict[str, Behaviour] = {
    "of another sheet": lambda one: msgspec.structs.replace(one.honest(), sheet_digest="0" * 64),
    "with more answers than permits": lambda one: msgspec.structs.replace(
        one.honest(), answers=one.honest().answers * 2
    ),
    "no data, with a fact": lambda one: one.answer(Outcome.NO_DATA, one.facts()),
    "provided, without a fact": lambda one: one.answer(),
    "a fact of another kind": lambda one: one.answer(sealed=one.facts(BENEFIT)),
    "a fact that does not open": lambda one: one.answer(sealed="AAAA"),
    "an outcome that is not its to say": lambda one: one.answer(Outcome.LOST),
    "a refusal without a reason": lambda one: one.answer(Outcome.REFUSED),
    "waiting without end": lambda one: one.answer(Outcome.WAITING),
    "waiting, with a fact": lambda one: one.answer(
        Outcome.WAITING, one.facts(), deadline=one.sheet.body.valid_until
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_answer_is_not_taken_and_the_record_stays_open(
    rogue: tuple[Exchange, RogueProvider], what: str
) -> None:
    exchange, provider = rogue
    before = recorded(exchange, Outcome.OPEN)
    provider.behaviour = WRONG[what]
    (result,) = exchange.ask(inquiry_of("C-1"))
    assert (result.outcome, result.hop, result.reason) == (
        Outcome.OPEN,
        Hop.INQUIRER_GATEWAY,
        Reason.ANSWER_NOT_BOUND,
    )
    count("provider that answers wrongly", "answers", 1, int(bytes(result.fact) != b"null"))
    assert bytes(result.fact) == b"null"
    assert recorded(exchange, Outcome.OPEN) == before + 1


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (None, Reason.PROVIDER_UNREACHABLE),
        (b"hello", Reason.MALFORMED),
        (b"", Reason.MALFORMED),
        (b'{"refusal":{"hop":"provider_gateway","reason":"permit_used"}}', Reason.MALFORMED),
    ],
)
def test_what_is_no_answer_leaves_the_record_open_with_a_reason(
    rogue: tuple[Exchange, RogueProvider], answer: bytes | None, reason: Reason
) -> None:
    exchange, provider = rogue
    provider.behaviour = lambda _: answer
    (result,) = exchange.ask(inquiry_of("C-1"))
    fault = "provider that never answers" if answer is None else "provider that answers wrongly"
    count(fault, "answers", 1, int(result.outcome is not Outcome.OPEN))
    assert (result.outcome, result.hop, result.reason) == (Outcome.OPEN, Hop.INQUIRER_GATEWAY, reason)


def test_a_provider_that_is_late_holds_up_no_other_and_is_told_to_who_asks_again(
    rogue: tuple[Exchange, RogueProvider],
) -> None:
    exchange, provider = rogue
    go_on = threading.Event()

    def late(one: Presented) -> object:
        assert go_on.wait(60)
        return one.honest()

    provider.behaviour = late  # type: ignore[assignment]
    slow = inquiry_of("C-1")
    quick = [inquiry_of("C-1", provider=PENSION, information=BENEFIT) for _ in range(3)]
    begun = time.monotonic()
    results = exchange.ask(quick[0], slow, *quick[1:])
    assert [one.outcome for one in results] == [
        Outcome.PROVIDED,
        Outcome.OPEN,
        Outcome.PROVIDED,
        Outcome.PROVIDED,
    ]
    assert results[1].reason is None, "it is under way, and nothing is wrong with it"
    assert time.monotonic() - begun < 4 * PATIENCE_SECONDS, "it did not wait for the slow one's time-out"
    assert exchange.ask(quick[0])[0] == results[0], "the others are not held up by it"
    go_on.set()
    (again,) = exchange.ask(slow)
    count("provider that answers late", "inquiries", 4, int(again.outcome is not Outcome.PROVIDED))
    assert again.outcome is Outcome.PROVIDED
    assert len([one for one in provider.presented if one.permits[0].request_id == slow.request_id]) == 1


def test_a_refusal_that_the_provider_signed_ends_the_inquiry(rogue: tuple[Exchange, RogueProvider]) -> None:
    exchange, provider = rogue
    provider.behaviour = lambda one: one.answer(Outcome.REFUSED, reason=Reason.NOT_AUTOMATIC)
    inquiry = inquiry_of("C-1")
    (result,) = exchange.ask(inquiry)
    assert (result.outcome, result.hop, result.reason) == (
        Outcome.REFUSED,
        Hop.PROVIDER_GATEWAY,
        Reason.NOT_AUTOMATIC,
    )
    assert exchange.ask(inquiry) == (result,)


def test_answers_of_one_sheet_differ(rogue: tuple[Exchange, RogueProvider]) -> None:
    """Each permit has its own answer, and a fact goes to its own inquiry."""
    exchange, provider = rogue

    def by_turns(one: Presented) -> object:
        whole = one.honest()
        no = PermitAnswer(outcome=Outcome.NO_DATA, at=whole.answers[0].at)
        answers = tuple(no if place % 2 else yes for place, yes in enumerate(whole.answers))
        one.permits = one.permits[::2]
        return msgspec.structs.replace(whole, answers=answers, sealed_facts=one.facts())

    provider.behaviour = by_turns  # type: ignore[assignment]
    results = exchange.ask(*(inquiry_of("C-1", request_id=uuid4()) for _ in range(5)))
    assert [one.outcome for one in results] == [
        Outcome.PROVIDED,
        Outcome.NO_DATA,
        Outcome.PROVIDED,
        Outcome.NO_DATA,
        Outcome.PROVIDED,
    ]
    assert [bytes(one.fact) == b"null" for one in results] == [False, True, False, True, False]


def test_a_fact_is_told_when_its_record_is_closed_and_not_before(
    rogue: tuple[Exchange, RogueProvider],
) -> None:
    """No record, no exchange. The fact is not lost either: the end is recorded as soon as the database takes it."""
    exchange, provider = rogue
    with psycopg.connect(exchange.gateway_database.owner_url, autocommit=True) as owner:

        def takes_the_table_away(one: Presented) -> object:
            owner.execute("ALTER TABLE kept_fact RENAME TO kept_fact_elsewhere")
            return one.honest()

        provider.behaviour = takes_the_table_away  # type: ignore[assignment]
        inquiry = inquiry_of("C-1")
        try:
            (result,) = exchange.ask(inquiry)
        finally:
            owner.execute("ALTER TABLE kept_fact_elsewhere RENAME TO kept_fact")
    assert (result.outcome, result.reason) == (Outcome.OPEN, Reason.RECORD_UNAVAILABLE)
    assert bytes(result.fact) == b"null"

    def told_again() -> bool:
        return exchange.ask(inquiry)[0].outcome is Outcome.PROVIDED

    eventually(told_again, "its end")
    assert recorded(exchange, Outcome.LOST) == 0
