"""Requests for permits: decided each by itself, recorded together, whatever process they come to."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import psycopg
import pytest

from mynumber.foundation import envelope
from mynumber.protocols import permits, wire
from mynumber.protocols.exchange import (
    PERMIT_VALIDITY,
    REQUEST_PERMITS,
    PermitDecisions,
    PermitRequests,
    RequestedPermit,
)
from mynumber.protocols.message import GROUP_ITEMS
from mynumber.protocols.refusal import Hop, Reason, Refused
from tests.support.core import RunningCore
from tests.support.exchange import AGENCY, ALLOWANCE, CITY, FORMER_CITY, PENSION, resident_code
from tests.support.waiting import eventually

GATEWAY = f"gateway.{CITY}"


@pytest.fixture(scope="module")
def people(core: RunningCore) -> list[str]:
    """Resident codes of people known to the two cities and the pension service."""
    known = [resident_code() for _ in range(GROUP_ITEMS)]
    core.give_codes((CITY, FORMER_CITY, PENSION), known)
    return known


def request(core: RunningCore, person: str, **changes: Any) -> RequestedPermit:
    asked = RequestedPermit(
        request_id=uuid4(),
        code=core.code(CITY, person),
        provider=FORMER_CITY,
        affair=ALLOWANCE,
        information="local_tax",
        organisation="子育て支援課",
    )
    return msgspec.structs.replace(asked, **changes)


def pension(core: RunningCore, person: str) -> RequestedPermit:
    return request(core, person, provider=PENSION, information="public_pension_benefit")


def ask(
    core: RunningCore, *requests: RequestedPermit, inquirer: str = CITY, process: int = 0
) -> PermitDecisions:
    return core.call(
        REQUEST_PERMITS,
        PermitRequests(inquirer=inquirer, requests=requests),
        sender=GATEWAY,
        process=process,
    )


def reason_of(core: RunningCore, asked: RequestedPermit, **changes: Any) -> Reason | None:
    return ask(core, asked, **changes).decisions[0].reason


def read(core: RunningCore, decisions: PermitDecisions, sheet: int, provider: str) -> permits.ReadSheet:
    return permits.read_sheet(
        decisions.sheets[sheet],
        directory=core.node("network").directory,
        presenter=GATEWAY,
        receiver=f"gateway.{provider}",
        now=datetime.now(UTC),
    )


def record(core: RunningCore, asked: RequestedPermit) -> dict[str, Any]:
    names = (
        "provider, organisation, affair, provision, information, non_disclosure, request_digest, permit_digest, "
        "record_code, side, outcome, hop, reason"
    )
    rows = core.rows(
        f"SELECT {names} FROM exchange JOIN exchange_event USING (inquirer, request_id) "  # noqa: S608 - constants
        "WHERE inquirer = %s AND request_id = %s",
        CITY,
        asked.request_id,
    )
    assert len(rows) == 1
    return dict(zip(names.split(", "), rows[0], strict=True))


def test_a_message_gets_one_sheet_a_provider_in_the_order_asked(core: RunningCore, people: list[str]) -> None:
    asked = [
        make(core, person) for person in people[:5] for make in (request, pension)
    ]  # the two providers take turns
    decisions = ask(core, *asked)
    assert [one.request_id for one in decisions.decisions] == [one.request_id for one in asked]
    assert [one.sheet for one in decisions.decisions] == [0, 1] * 5
    assert decisions.valid_until == decisions.decided_at + PERMIT_VALIDITY
    for place, provider in enumerate((FORMER_CITY, PENSION)):
        sheet = read(core, decisions, place, provider)
        assert [one.request_id for one in sheet.body.permits] == [one.request_id for one in asked[place::2]]
        codes = permits.open_codes(sheet.body, key=core.node("gateway").sealing_key(f"gateway.{provider}"))
        assert list(codes) == [core.code(provider, person) for person in people[:5]]
        assert (sheet.body.inquirer, sheet.body.provider) == (CITY, provider)
        assert sheet.body.valid_until == decisions.valid_until


def test_a_person_asked_about_twice_has_one_code_in_the_sheet(core: RunningCore, people: list[str]) -> None:
    decisions = ask(core, request(core, people[0]), request(core, people[1]), request(core, people[0]))
    assert [one.code for one in read(core, decisions, 0, FORMER_CITY).body.permits] == [0, 1, 0]


def test_every_permit_has_its_record_before_it_goes_out(core: RunningCore, people: list[str]) -> None:
    asked = [request(core, people[0]), pension(core, people[0])]
    token = wire.prepare(
        core.node(GATEWAY),
        REQUEST_PERMITS,
        PermitRequests(inquirer=CITY, requests=tuple(asked)),
        sender=GATEWAY,
        receiver="network",
        hop=Hop.NETWORK,
        now=datetime.now(UTC),
    )
    status, body = core.send(REQUEST_PERMITS.name, token.token)
    decisions = wire.conclude(core.node(GATEWAY), token, status, body, hop=Hop.NETWORK, now=datetime.now(UTC))
    for place, (one, provider) in enumerate(zip(asked, (FORMER_CITY, PENSION), strict=True)):
        held = record(core, one)
        sheet = read(core, decisions, place, provider)
        assert bytes(held["permit_digest"]) == sheet.digest_of(sheet.body.permits[0])
        assert bytes(held["request_digest"]) == envelope.digest(token.token)
        assert sheet.body.request_digest == envelope.digest(token.token).hex()
        assert held["provision"] == decisions.decisions[place].provision
        assert (held["side"], held["outcome"], held["hop"], held["reason"]) == (
            "network",
            "permitted",
            None,
            None,
        )
        assert held["record_code"] is not None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"affair": "1-1"}, Reason.NOT_IN_TABLE),
        ({"affair": "999-9"}, Reason.NOT_IN_TABLE),
        ({"information": "family_register"}, Reason.NOT_IN_TABLE),
        ({"information": "no_such_kind"}, Reason.NOT_IN_TABLE),
        ({"provider": PENSION}, Reason.NOT_IN_TABLE),
        ({"provider": "municipality.999999"}, Reason.UNKNOWN_PROVIDER),
        ({"provider": "network"}, Reason.UNKNOWN_PROVIDER),
        ({"code": "x" * 45}, Reason.UNKNOWN_CODE),
        ({"code": "1." + "A" * 43}, Reason.UNKNOWN_CODE),
    ],
)
def test_a_refusal_is_recorded_and_spoils_nobody_elses_permit(
    core: RunningCore, people: list[str], changes: dict[str, object], reason: Reason
) -> None:
    good, bad, other = (
        request(core, people[0]),
        request(core, people[0], **changes),
        request(core, people[1]),
    )
    decisions = ask(core, good, bad, other)
    assert [one.reason for one in decisions.decisions] == [None, reason, None]
    assert [one.sheet for one in decisions.decisions] == [0, None, 0]
    held = record(core, bad)
    assert (held["outcome"], held["hop"], held["reason"]) == ("refused", "network", reason.value)
    assert held["permit_digest"] is None


def test_nobody_asks_in_anothers_name(core: RunningCore, people: list[str]) -> None:
    asked = request(core, people[0])
    assert reason_of(core, asked, inquirer=FORMER_CITY) is Reason.WRONG_INSTITUTION
    assert record(core, asked)["provision"] is None


def test_a_code_of_another_institution_or_of_nobody_is_unknown(core: RunningCore, people: list[str]) -> None:
    for code in (core.code(FORMER_CITY, people[0]), core.code(CITY, resident_code())):
        asked = request(core, people[0], code=code)
        assert reason_of(core, asked) is Reason.UNKNOWN_CODE
        assert record(core, asked)["record_code"] is None


def test_a_provider_that_has_no_code_for_the_person_is_said_to_have_none(core: RunningCore) -> None:
    stranger = resident_code()
    core.give_codes((CITY,), (stranger,))
    asked = request(core, stranger)
    assert reason_of(core, asked) is Reason.PROVIDER_HAS_NO_CODE
    assert record(core, asked)["record_code"] is not None, "the person sees that somebody asked"


def test_what_the_law_does_not_allow_is_refused_alike_for_real_and_invented_people(
    core: RunningCore, people: list[str]
) -> None:
    reasons = {
        reason_of(core, request(core, person, information="family_register"))
        for person in (people[0], resident_code())
    }
    assert reasons == {Reason.NOT_IN_TABLE}


def test_a_request_id_is_used_once_in_one_message_or_in_two_at_any_process(
    core: RunningCore, people: list[str]
) -> None:
    asked = request(core, people[0])
    decisions = ask(core, asked, asked)
    assert [one.reason for one in decisions.decisions] == [None, Reason.DUPLICATE_REQUEST]
    for process in (0, 1):
        assert reason_of(core, asked, process=process) is Reason.DUPLICATE_REQUEST
    assert record(core, asked)["outcome"] == "permitted"


def test_refusals_are_counted(core: RunningCore, people: list[str]) -> None:
    def count() -> int:
        rows = core.rows(
            "SELECT coalesce(sum(count), 0)::int FROM refused_message WHERE kind = %s AND sender = %s AND reason = %s",
            REQUEST_PERMITS.name,
            GATEWAY,
            Reason.NOT_IN_TABLE.value,
        )
        return int(rows[0][0])  # type: ignore[call-overload,no-any-return]

    before = count()
    ask(core, *(request(core, people[0], affair="1-1") for _ in range(3)), request(core, people[1]))
    assert count() == before + 3


def test_a_message_that_comes_again_does_nothing_at_any_process(core: RunningCore, people: list[str]) -> None:
    asked = request(core, people[0])
    outgoing = _prepared(core, [asked])
    assert core.send(REQUEST_PERMITS.name, outgoing.token)[0] == 200
    for process in (0, 1):
        assert _refusal(core, outgoing, process) == (Hop.NETWORK, Reason.REPLAYED)
    record(core, asked)


@pytest.mark.parametrize("count", [0, GROUP_ITEMS + 1])
def test_a_message_carries_1_to_100_requests(core: RunningCore, people: list[str], count: int) -> None:
    one = request(core, people[0])
    outgoing = _prepared(core, [one] * count)
    assert _refusal(core, outgoing, 0) == (Hop.NETWORK, Reason.MALFORMED)


def test_a_full_message_of_the_longest_texts_is_answered(core: RunningCore, people: list[str]) -> None:
    asked = [request(core, person, organisation="課" * 100) for person in people]
    decisions = ask(core, *asked)
    assert [one.reason for one in decisions.decisions] == [None] * GROUP_ITEMS
    assert len(read(core, decisions, 0, FORMER_CITY).body.permits) == GROUP_ITEMS


def test_of_64_parallel_askers_of_the_same_requests_at_two_processes_one_gets_each_permit(
    core: RunningCore, people: list[str]
) -> None:
    asked = [request(core, person) for person in people[:8]]
    granted: Counter[UUID] = Counter()
    reasons: Counter[Reason | None] = Counter()
    start = threading.Barrier(64)

    def run(number: int) -> None:
        # each in another order, which is how two transactions come to wait for each other
        mine = asked[number % 8 :] + asked[: number % 8]
        start.wait()
        decisions = ask(core, *mine, process=number % 2)
        granted.update(one.request_id for one in decisions.decisions if one.reason is None)
        reasons.update(one.reason for one in decisions.decisions)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert granted == Counter({one.request_id: 1 for one in asked})
    assert reasons == Counter({None: 8, Reason.DUPLICATE_REQUEST: 8 * 63})


def test_the_row_of_indices_is_free_while_records_are_being_written(
    core: RunningCore, people: list[str]
) -> None:
    """The one row that all processes wait for is locked for the entries and the flush only, not for the records before them."""
    with psycopg.connect(core.database.owner_url, autocommit=True) as owner:
        owner.execute(
            "CREATE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN PERFORM pg_advisory_xact_lock_shared(77); RETURN NEW; END $$"
        )
        owner.execute("CREATE TRIGGER pause BEFORE INSERT ON exchange FOR EACH ROW EXECUTE FUNCTION pause()")
        try:
            with owner.transaction():
                owner.execute("SELECT pg_advisory_xact_lock(77)")
                asking = threading.Thread(target=ask, args=(core, request(core, people[0])))
                asking.start()
                _until_waiting(owner)
                owner.execute("SELECT 1 FROM log_state FOR UPDATE NOWAIT")
        finally:
            owner.execute("DROP TRIGGER pause ON exchange")
            owner.execute("DROP FUNCTION pause")
    asking.join()


def _until_waiting(owner: psycopg.Connection[Any]) -> None:
    """Until a process has inserted the row before the trigger, where it waits for the lock."""
    query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 77 AND NOT granted"
    eventually(lambda: owner.execute(query).fetchone() == (1,), "a process that waits")


def test_indices_have_no_gap_though_two_processes_give_them_out(core: RunningCore, people: list[str]) -> None:
    def run(process: int) -> None:
        for _ in range(20):
            ask(core, request(core, people[0]), request(core, people[1]), process=process)

    threads = [threading.Thread(target=run, args=(number % 2,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ((count, first, last),) = core.rows("SELECT count(*), min(index), max(index) FROM exchange_event")
    assert (first, last) == (0, count - 1)  # type: ignore[operator]


def test_who_may_not_provide_gets_no_sheet(core: RunningCore, people: list[str]) -> None:
    assert reason_of(core, request(core, people[0], provider=AGENCY)) is Reason.NOT_IN_TABLE


def test_only_a_gateway_asks_for_permits(core: RunningCore, people: list[str]) -> None:
    question = PermitRequests(inquirer=CITY, requests=(request(core, people[0]),))
    refused = core.refusal(lambda: core.call(REQUEST_PERMITS, question, sender=CITY))
    assert refused == (Hop.NETWORK, Reason.NOT_ENTITLED)


@pytest.mark.parametrize(
    ("minutes", "words"), [(-5, r"seems 30\d s behind"), (5, r"seems (29\d|300) s ahead")]
)
def test_a_message_of_a_clock_five_minutes_off_is_refused_with_a_reason_that_says_it(
    core: RunningCore, people: list[str], minutes: int, words: str
) -> None:
    question = PermitRequests(inquirer=CITY, requests=(request(core, people[0]),))

    def count() -> object:
        return core.rows(
            "SELECT coalesce(sum(count), 0) FROM refused_message WHERE sender = %s AND reason = 'clock_off'",
            GATEWAY,
        )[0][0]

    before = count()
    with pytest.raises(Refused, match=words) as refused:
        core.call(
            REQUEST_PERMITS,
            question,
            sender=GATEWAY,
            at=lambda: datetime.now(UTC) + timedelta(minutes=minutes),
        )
    assert (refused.value.hop, refused.value.reason) == (Hop.NETWORK, Reason.CLOCK_OFF)
    assert count() == before + 1, "its sender is proven, so it is counted there"  # type: ignore[operator]


def test_a_message_that_took_long_is_late_and_says_nothing_of_a_clock(
    core: RunningCore, people: list[str]
) -> None:
    question = PermitRequests(inquirer=CITY, requests=(request(core, people[0]),))
    late = datetime.now(UTC) - timedelta(seconds=100)
    with pytest.raises(Refused) as refused:
        core.call(REQUEST_PERMITS, question, sender=GATEWAY, at=lambda: late)
    assert refused.value.reason is Reason.EXPIRED


def _prepared(
    core: RunningCore, asked: list[RequestedPermit]
) -> wire.Outgoing[PermitRequests, PermitDecisions]:
    return wire.prepare(
        core.node(GATEWAY),
        REQUEST_PERMITS,
        PermitRequests(inquirer=CITY, requests=tuple(asked)),
        sender=GATEWAY,
        receiver="network",
        hop=Hop.INQUIRER_GATEWAY,
        now=datetime.now(UTC),
    )


def _refusal(
    core: RunningCore, outgoing: wire.Outgoing[PermitRequests, PermitDecisions], process: int
) -> tuple[Hop, Reason]:
    status, body = core.send(REQUEST_PERMITS.name, outgoing.token, process=process)
    return core.refusal(
        lambda: wire.conclude(
            core.node(GATEWAY), outgoing, status, body, hop=Hop.INQUIRER_GATEWAY, now=datetime.now(UTC)
        )
    )
