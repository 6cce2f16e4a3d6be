"""What a member or its gateway could try against others, tried: each of these worked once."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import msgspec
import psycopg
import pytest

from mynumber.foundation.law import InformationKind
from mynumber.platform.postgres import Server as PostgresServer
from mynumber.protocols import wire
from mynumber.protocols.acquisition import OPEN_ACQUISITION, OpenAcquisition
from mynumber.protocols.exchange import (
    NOTIFY,
    WITHDRAW,
    Acknowledged,
    Notice,
    Notices,
    Outcome,
    PermitAnswer,
    RequestedPermit,
    Withdrawal,
    Withdrawn,
)
from mynumber.protocols.records import (
    QUERY_RECORDS,
    QUERY_SIDE,
    ExchangeRecord,
    RecordQuery,
    SideQuery,
)
from mynumber.protocols.refusal import Hop, Reason
from tests.support.exchange import (
    AGENCY,
    CITY,
    FORMER_CITY,
    PENSION,
    PENSIONS,
    TAX,
    Exchange,
    Granted,
    resident_code,
)
from tests.support.waiting import eventually

GATEWAY, FORMER_GATEWAY = f"gateway.{CITY}", f"gateway.{FORMER_CITY}"
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the group of P-256."""


class Rogue:
    """A gateway that does not keep to the protocol, about a person whom both cities know."""

    def __init__(self, exchange: Exchange, name: str) -> None:
        self.exchange = exchange
        self.person = resident_code()
        self.city, self.former = f"C-{name}", f"F-{name}"
        exchange.give_codes({self.person: {CITY: self.city, FORMER_CITY: self.former}})
        exchange.register(FORMER_CITY, self.former, InformationKind.LOCAL_TAX, TAX)

    def permit(self, request_id: UUID | None = None, **changes: object) -> Granted:
        request = RequestedPermit(
            request_id=request_id or uuid4(),
            code=self.exchange.code_of(CITY, self.person),
            provider=FORMER_CITY,
            affair="81-1",
            information="local_tax",
            organisation="子育て支援課",
        )
        return self.exchange.request_permit(msgspec.structs.replace(request, **changes))

    def present(self, sheet: str) -> PermitAnswer:
        return self.exchange.present(sheet)

    def notify(self, granted: Granted, outcome: Outcome, at: datetime | None = None) -> Acknowledged:
        notice = Notice(
            request_id=granted.request_id,
            side="inquirer",
            outcome=outcome,
            permit_digest=granted.digest,
            at=at or datetime.now(UTC),
        )
        return self.exchange.call(NOTIFY, Notices(notices=(notice,)), sender=GATEWAY, receiver="network")

    def withdraw(self, granted: Granted, *, member: str = CITY, request_id: UUID | None = None) -> Withdrawn:
        return self.exchange.call(
            WITHDRAW,
            Withdrawal(
                request_id=request_id or (granted.request_id if member == CITY else uuid4()),
                permit_digest=granted.digest,
                inquirer=member,
                affair="81-1",
                information="local_tax",
                organisation="課",
                asked_at=datetime.now(UTC),
            ),
            sender=f"gateway.{member}",
            receiver=FORMER_GATEWAY,
        )

    def record(self, granted: Granted) -> ExchangeRecord:
        records = self.exchange.call(
            QUERY_RECORDS,
            RecordQuery(code=self.exchange.code_of("portal", self.person)),
            sender="portal",
            receiver="network",
        ).records
        return next(record for record in records if record.request_id == granted.request_id)

    def told(self, granted: Granted, *sides: str) -> ExchangeRecord:
        """The record that the person sees, once these sides have reported."""

        def look() -> ExchangeRecord | None:
            record = self.record(granted)
            return record if set(sides) <= {event.side for event in record.events} else None

        return eventually(look, f"notices of {sides}")


@pytest.fixture
def rogue(exchange: Exchange, request: pytest.FixtureRequest) -> Rogue:
    return Rogue(exchange, f"rogue-{abs(hash(request.node.name)) % 10**6}")


def _twin(permit: str) -> str:
    """The same permit with the other signature that verifies (r, n - s)."""
    head, payload, signature = permit.split(".")
    raw = wire.from_text(signature)
    other = raw[:32] + (ORDER - int.from_bytes(raw[32:], "big")).to_bytes(32, "big")
    return ".".join((head, payload, wire.to_text(other)))


# ---- what the person sees


def test_a_permit_under_another_signature_does_not_hide_the_provision_from_the_core(rogue: Rogue) -> None:
    """The provider's notice names the permit by its digest: under another digest the core would not know it."""
    granted = rogue.permit()
    assert rogue.present(_twin(granted.sheet)).outcome is Outcome.PROVIDED
    rogue.notify(granted, Outcome.ABANDONED)
    assert rogue.told(granted, "provider", "inquirer").outcome is Outcome.PROVIDED


@pytest.mark.parametrize("lie", [Outcome.REFUSED, Outcome.NO_DATA, Outcome.ABANDONED])
@pytest.mark.parametrize("is_first", [True, False])
def test_an_inquirer_cannot_talk_a_provision_away(rogue: Rogue, lie: Outcome, is_first: bool) -> None:
    granted = rogue.permit()
    if is_first:
        rogue.notify(granted, lie)
    rogue.present(granted.sheet)
    if not is_first:
        rogue.told(granted, "provider")
        rogue.notify(granted, lie)
    assert rogue.told(granted, "provider", "inquirer").outcome is Outcome.PROVIDED


@pytest.mark.parametrize("word", [Outcome.OPEN, Outcome.PERMITTED])
def test_a_side_reports_ends_only(rogue: Rogue, word: Outcome) -> None:
    granted = rogue.permit()
    rogue.notify(granted, word)
    rogue.present(granted.sheet)
    rogue.notify(granted, Outcome.PROVIDED)
    events = rogue.told(granted, "provider", "inquirer").events
    assert {event.outcome for event in events if event.side == "inquirer"} == {Outcome.PROVIDED}


@pytest.mark.parametrize("at", ["0001-01-02T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_an_exchange_ends_between_question_and_report(rogue: Rogue, at: str) -> None:
    """A time at the end of the calendar would break every page that shows the record."""
    granted = rogue.permit()
    rogue.notify(granted, Outcome.ABANDONED, at=datetime.fromisoformat(at))
    event = next(e for e in rogue.told(granted, "inquirer").events if e.side == "inquirer")
    assert granted.permitted_at <= event.at <= datetime.now(UTC) + timedelta(seconds=1)


# ---- other members


def test_a_withdrawal_does_not_burn_another_members_permit(rogue: Rogue) -> None:
    granted = rogue.permit()
    assert rogue.withdraw(granted, member=PENSION).outcome is Outcome.ABANDONED
    assert rogue.present(granted.sheet).outcome is Outcome.PROVIDED


def test_a_withdrawn_permit_is_gone_and_a_used_one_is_told(rogue: Rogue) -> None:
    given_up, used = rogue.permit(), rogue.permit()
    assert rogue.withdraw(given_up).outcome is Outcome.ABANDONED
    assert rogue.exchange.refusal(lambda: rogue.present(given_up.sheet)) == (
        Hop.PROVIDER_GATEWAY,
        Reason.PERMIT_USED,
    )
    rogue.present(used.sheet)
    assert rogue.withdraw(used).outcome is Outcome.PROVIDED


def test_a_withdrawal_under_another_request_id_is_refused(rogue: Rogue) -> None:
    granted = rogue.permit()
    rogue.present(granted.sheet)
    assert rogue.exchange.refusal(lambda: rogue.withdraw(granted, request_id=uuid4())) == (
        Hop.PROVIDER_GATEWAY,
        Reason.PERMIT_NOT_YOURS,
    )


def test_one_inquirers_text_does_not_stop_another(rogue: Rogue) -> None:
    """A NUL, which PostgreSQL does not take, failed the batch of all who asked at the same moment."""
    exchange = rogue.exchange

    def poison(_: int) -> tuple[Hop, Reason]:
        return exchange.refusal(lambda: rogue.permit(organisation="課\0"))

    def honest(_: int) -> Outcome:
        return exchange.inquire(rogue.city).outcome

    with ThreadPoolExecutor(12) as pool:
        poisoned = [pool.submit(poison, n) for n in range(30)]
        answered = [pool.submit(honest, n) for n in range(30)]
        assert {future.result() for future in answered} == {Outcome.PROVIDED}
        assert {future.result() for future in poisoned} == {(Hop.NETWORK, Reason.MALFORMED)}


def test_two_inquirers_with_the_same_request_id_are_told_apart(rogue: Rogue) -> None:
    exchange = rogue.exchange
    request_id = uuid4()
    exchange.inquire(rogue.city, request_id=request_id)
    # the former city asks itself nothing; it asks the pension service under the id that it saw
    exchange.give_codes({resident_code(): {FORMER_CITY: "F-same", PENSION: "P-same"}})
    exchange.register(PENSION, "P-same", InformationKind.PUBLIC_PENSION_BENEFIT, PENSIONS)
    exchange.inquire(
        "F-same",
        member=FORMER_CITY,
        provider=PENSION,
        information=InformationKind.PUBLIC_PENSION_BENEFIT.value,
        request_id=request_id,
    )
    sides = exchange.call(
        QUERY_SIDE, SideQuery(request_ids=(request_id,)), sender=FORMER_CITY, receiver=FORMER_GATEWAY
    )
    assert {(side.side, side.inquirer) for side in sides.records} == {
        ("provider", CITY),
        ("inquirer", FORMER_CITY),
    }


# ---- acquisition of codes


def test_an_acquisition_that_is_begun_again_ends_the_one_before(exchange: Exchange) -> None:
    """Two numbers for one addressee could bring it the codes of two people, the later over the earlier."""

    def begin() -> str:
        opened = exchange.call(
            OPEN_ACQUISITION,
            OpenAcquisition(addressees=("A-twice",)),
            sender=AGENCY,
            receiver=f"gateway.{AGENCY}",
        )
        return opened.numbers[0].number

    first, second = begin(), begin()
    exchange.issue(AGENCY, {second: resident_code()})
    held = _code_of(exchange, "A-twice")
    assert held is not None
    exchange.issue(AGENCY, {first: resident_code()})
    assert _code_of(exchange, "A-twice") == held


def _code_of(exchange: Exchange, addressee: str) -> str | None:
    with psycopg.connect(exchange.gateway_database.tenant_urls[AGENCY]) as tenant:
        row = tenant.execute("SELECT code FROM addressee_code WHERE addressee = %s", [addressee]).fetchone()
    return str(row[0]) if row else None


# ---- what lasts when a part fails


def test_an_answer_that_is_not_known_stays_open_and_is_settled(
    fragile_exchange: Exchange, postgres: PostgresServer
) -> None:
    """A provider whose database is away may have written its yes: only asking again tells."""
    exchange = fragile_exchange
    exchange.give_codes({resident_code(): {CITY: "C-1", FORMER_CITY: "F-1"}})
    exchange.register(FORMER_CITY, "F-1", InformationKind.LOCAL_TAX, TAX)
    role = psycopg.sql.Identifier("gateway_tenant")
    with postgres.connect_admin(exchange.gateway_database.name) as admin:
        admin.execute(psycopg.sql.SQL("REVOKE SELECT ON copy FROM {}").format(role))
        assert exchange.refusal(lambda: exchange.inquire("C-1")) == (
            Hop.PROVIDER_GATEWAY,
            Reason.RECORD_UNAVAILABLE,
        )
        admin.execute(psycopg.sql.SQL("GRANT SELECT ON copy TO {}").format(role))
    assert _outcomes(exchange) == {Outcome.OPEN}
    exchange.gateway.stop()
    exchange.gateway.start()
    assert eventually(lambda: _outcomes(exchange) - {Outcome.OPEN}, "its end") == {Outcome.ABANDONED}


def _outcomes(exchange: Exchange) -> set[Outcome]:
    records = exchange.call(QUERY_SIDE, SideQuery(), sender=CITY, receiver=GATEWAY).records
    return {record.outcome for record in records if record.side == "inquirer"}


def test_a_log_with_a_gap_stops_exchanges_says_so_and_goes_on_when_it_is_mended(
    fragile_exchange: Exchange, postgres: PostgresServer
) -> None:
    exchange = fragile_exchange
    exchange.give_codes({resident_code(): {CITY: "C-1", FORMER_CITY: "F-1"}})
    exchange.register(FORMER_CITY, "F-1", InformationKind.LOCAL_TAX, TAX)
    with postgres.connect_admin(exchange.network_database.name) as admin:
        admin.execute("UPDATE log_state SET next_index = 1")
        exchange.inquire("C-1")
        eventually(lambda: not exchange.network.is_ready(), "the end of readiness")
        assert exchange.refusal(lambda: exchange.inquire("C-1")) == (Hop.NETWORK, Reason.RECORD_UNAVAILABLE)
        assert any(
            json.loads(line).get("event") == "the log cannot go on"
            for line in exchange.network.log.read_text().splitlines()
            if line.startswith("{")
        )
        # mended by hand: what is recorded moves to where it belongs, while nothing new can be appended
        with admin.transaction():
            admin.execute("SELECT FROM log_state FOR UPDATE")
            admin.execute("UPDATE exchange_event SET index = index - 1000000")
            admin.execute("UPDATE exchange_event SET index = index + 999999")
            admin.execute("UPDATE log_state SET next_index = (SELECT max(index) + 1 FROM exchange_event)")
    eventually(exchange.network.is_ready, "a log that goes on without a restart")
    assert exchange.inquire("C-1").outcome is Outcome.PROVIDED


def test_a_provider_that_does_not_answer_holds_up_no_other(fragile_exchange: Exchange) -> None:
    """Open inquiries to it came first in the row, and those behind it were never settled."""
    exchange = fragile_exchange
    exchange.give_codes(
        {resident_code(): {CITY: "C-1", FORMER_CITY: "F-1", PENSION: "P-1"}},
    )
    rogue = Rogue(exchange, "stuck")
    request_ids = [uuid4(), uuid4()]
    with psycopg.connect(exchange.gateway_database.tenant_urls[CITY.replace(".", "_")]) as tenant:
        for minutes, request_id, provider in (
            (20, request_ids[0], "pension_service_of_old"),
            (10, request_ids[1], FORMER_CITY),
        ):
            tenant.execute(
                """
                INSERT INTO side_record (tenant, side, inquirer, request_id, provider, addressee, affair, information,
                    organisation, non_disclosure, outcome, asked_at)
                VALUES ('municipality_131229', 'inquirer', %s, %s, %s, 'C-stuck', '81-1', 'local_tax', '課', false, 'open', %s)
                """,
                [CITY, request_id, provider, datetime.now(UTC) - timedelta(minutes=minutes)],
            )
    for request_id in request_ids:
        rogue.permit(request_id)
    exchange.gateway.stop()
    exchange.gateway.start()

    def settled() -> bool:
        records = exchange.call(
            QUERY_SIDE, SideQuery(request_ids=(request_ids[1],)), sender=CITY, receiver=GATEWAY
        ).records
        return all(record.outcome is Outcome.ABANDONED for record in records)

    eventually(settled, "the second inquiry's end")
