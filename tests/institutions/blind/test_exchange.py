"""Blind exchanges over real processes: the same results, the same records at both sides, and a core that knows nobody."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import psycopg
import pytest

from mynumber.foundation import tlog
from mynumber.foundation.codes import CodeKeys
from mynumber.foundation.law import InformationKind
from mynumber.institutions.network.core.records import RECORD_DOMAIN
from mynumber.protocols import wire
from mynumber.protocols.blind import (
    QUERY_MARKED_RECEIPT,
    QUERY_MARKED_RECORDS,
    QUERY_TAGS,
    REQUEST_BLIND_PERMITS,
    BlindPermitRequests,
    MarkedReceiptQuery,
    MarkedRecordQuery,
    TagsQuery,
    blind_request,
    mark_of,
)
from mynumber.protocols.exchange import (
    PRESENT_SHEET,
    Outcome,
    PermitDecisions,
    RequestedPermit,
    SheetPresentation,
)
from mynumber.protocols.holds import CHANGE_HOLDS, ChangeHolds, Hold, HoldReason
from mynumber.protocols.refusal import Hop, Reason
from tests.institutions.blind.people import Person, marks_of_all
from tests.support.exchange import (
    AGENCY,
    ALLOWANCE,
    CITY,
    FORMER_CITY,
    MEMBERS,
    PENSION,
    Exchange,
    inquiry_of,
    resident_code,
)
from tests.support.waiting import eventually

GATEWAY = f"gateway.{CITY}"


@pytest.fixture(scope="module")
def person(blind: Exchange) -> Person:
    return Person(blind, "anna")


def request(person: Person, **changes: Any) -> RequestedPermit:
    asked = RequestedPermit(
        request_id=uuid4(),
        code=person.code(CITY),
        provider=FORMER_CITY,
        affair=ALLOWANCE,
        information="local_tax",
        organisation="子育て支援課",
    )
    return msgspec.structs.replace(asked, **changes)


def blinded(exchange: Exchange, *requests: RequestedPermit, inquirer: str = CITY) -> BlindPermitRequests:
    directory = exchange.node("gateway").directory
    pairs = [blind_request(one, inquirer=inquirer, core="network", directory=directory) for one in requests]
    return BlindPermitRequests(
        inquirer=inquirer,
        requests=tuple(one for one, _ in pairs),
        blinded=tuple(text for _, text in pairs),
    )


def ask(exchange: Exchange, asked: BlindPermitRequests, *, sender: str = GATEWAY) -> PermitDecisions:
    return exchange.call(REQUEST_BLIND_PERMITS, asked, sender=sender, receiver="network")


def reason_of(exchange: Exchange, asked: BlindPermitRequests) -> Reason | None:
    (decision,) = ask(exchange, asked).decisions
    return decision.reason


def core_record(exchange: Exchange, request_id: UUID) -> dict[str, Any]:
    names = "provider, affair, provision, information, record_code, outcome, hop, reason"
    with psycopg.connect(exchange.network_database.owner_url) as connection:
        row = connection.execute(
            f"SELECT {names} FROM exchange JOIN exchange_event USING (inquirer, request_id) "  # noqa: S608 - constants
            "WHERE request_id = %s AND side = 'network'",
            [request_id],
        ).fetchone()
    assert row is not None
    return dict(zip(names.split(", "), row, strict=True))


# --- the same results ----------------------------------------------------------------------------------------------------


def test_a_blind_exchange_ends_as_an_open_one_does(blind: Exchange, exchange: Exchange) -> None:
    """Both installations ask the same of the same person's copies; nothing in the results tells which was blind."""
    asked: tuple[dict[str, Any], ...] = (
        {},
        {"information": InformationKind.RESIDENT_RECORD.value},
        {"affair": "1-1"},
        {"affair": "999-9"},
        {"information": "family_register"},
    )
    told = []
    for running in (exchange, blind):
        one = Person(running, "equal")
        results = running.ask(*(inquiry_of(one.at_city, **changes) for changes in asked))
        told.append(
            [
                (
                    r.outcome,
                    r.provision,
                    bytes(r.fact),
                    r.as_of is None,
                    r.deadline,
                    r.hop,
                    r.reason,
                    r.upload,
                )
                for r in results
            ]
        )
    assert told[0] == told[1]
    assert told[0][0][0] is Outcome.PROVIDED
    assert len({row[0] for row in told[0]}) > 1


def test_an_answer_by_hand_waits_as_in_an_open_exchange(blind: Exchange) -> None:
    held = Person(blind, "held")
    since = datetime.now(UTC) - timedelta(hours=1)
    hold = Hold(addressee=held.at_former, reason=HoldReason.PROTECTIVE_MEASURE, since=since)
    blind.call(CHANGE_HOLDS, ChangeHolds(set=(hold,)), sender=FORMER_CITY, receiver=f"gateway.{FORMER_CITY}")
    inquiry = inquiry_of(held.at_city)
    (first,) = blind.ask(inquiry)
    (again,) = blind.ask(inquiry)  # the sheet is presented a second time
    assert first.outcome is again.outcome is Outcome.WAITING
    assert first.deadline == again.deadline


def test_both_sides_record_what_they_always_record(blind: Exchange, person: Person) -> None:
    request_id = uuid4()
    blind.inquire(person.at_city, request_id=request_id)
    for member, side, addressee in (
        (CITY, "inquirer", person.at_city),
        (FORMER_CITY, "provider", person.at_former),
    ):
        with psycopg.connect(blind.gateway_database.tenant_urls[member.replace(".", "_")]) as tenant:
            row = tenant.execute(
                "SELECT addressee, outcome, provision FROM side_record WHERE side = %s AND request_id = %s",
                [side, request_id],
            ).fetchone()
        assert row == (addressee, "provided", "81-1-3")


def test_whom_the_provider_does_not_know_it_has_nothing_about(blind: Exchange, exchange: Exchange) -> None:
    """Cabinet Order 26(2): the open mode's network says that there is no code. Here only the provider can tell, and it finds nothing."""
    outcomes = []
    for running in (exchange, blind):
        code = resident_code()
        running.give_codes({code: {CITY: f"C-{code}"}})
        (result,) = running.ask(inquiry_of(f"C-{code}"))
        outcomes.append((result.outcome, result.hop, result.reason))
    assert outcomes == [
        (Outcome.REFUSED, Hop.NETWORK, Reason.PROVIDER_HAS_NO_CODE),
        (Outcome.NO_DATA, None, None),
    ]


def test_a_permit_is_used_once(blind: Exchange, person: Person) -> None:
    (sheet,) = ask(blind, blinded(blind, request(person))).sheets
    assert blind.present(sheet).outcome is Outcome.PROVIDED
    assert blind.refusal(lambda: blind.present(sheet)) == (Hop.PROVIDER_GATEWAY, Reason.PERMIT_USED)


# --- what the core knows -------------------------------------------------------------------------------------------------


def everything(exchange: Exchange) -> dict[str, str]:
    """Each table of the core's database as text, and its log file."""
    found = {"log": exchange.network.log.read_text()}
    with psycopg.connect(exchange.network_database.owner_url) as connection:
        tables = connection.execute(
            "SELECT table_schema || '.' || table_name FROM information_schema.tables WHERE table_schema = 'public'"
        ).fetchall()
        for (table,) in tables:
            rows = connection.execute(f"SELECT t::text FROM {table} AS t").fetchall()  # noqa: S608 - its own names
            found[table] = "\n".join(row[0] for row in rows)
    return found


def test_the_core_holds_no_code_of_a_blind_exchange(blind: Exchange) -> None:
    """Neither the inquirer's nor the provider's, the records' or the portal's; who was issued one is another table, which the Order demands."""
    sought = Person(blind, "sought")
    asked: tuple[dict[str, Any], ...] = ({}, {"information": "family_register"}, {"provider": PENSION})
    for changes in asked:
        blind.ask(inquiry_of(sought.at_city, **changes))
    eventually(lambda: sought.settled(3) if len(sought.marks()) == 1 else sought.marks(), "the records")
    keys = CodeKeys.from_bytes(blind.node("network").keyring.secret("codes"))
    codes = [keys.issue(domain, sought.resident_code) for domain in (*MEMBERS, "portal", RECORD_DOMAIN)]
    needles = {
        *(code.to_text().partition(".")[2] for code in codes),
        *(code.point.hex() for code in codes),
        sought.resident_code,
        sought.at_city,
        sought.at_former,
    }
    tables = everything(blind)
    places = {name for name, text in tables.items() if any(needle in text for needle in needles)}
    assert places == {"public.issued_code"}, "only who was issued a code, as it must"
    # the search does find: an open exchange of the same person leaves the code of the records
    granted = blind.request_permit(request(sought))
    assert granted.provision == "81-1-3"
    record_code = keys.issue(RECORD_DOMAIN, sought.resident_code).to_text()
    assert record_code in everything(blind)["public.exchange"]


def test_two_exchanges_of_one_person_have_nothing_in_common_at_the_core(
    blind: Exchange, person: Person
) -> None:
    ids = [uuid4(), uuid4()]
    for request_id in ids:
        blind.inquire(person.at_city, request_id=request_id)
    marks = [core_record(blind, request_id)["record_code"] for request_id in ids]
    with psycopg.connect(blind.network_database.owner_url) as connection:
        rows = connection.execute(
            "SELECT for_records, for_portal FROM blinded_person WHERE mark = ANY(%s)", [marks]
        ).fetchall()
    texts = [text.partition(".")[2] for row in rows for text in row]
    halves = {half for text in texts for half in (text[:42], text[43:])}
    assert len(rows) == 2
    assert len(halves) == 8


def test_the_core_can_neither_change_nor_delete_whom_a_record_names(blind: Exchange) -> None:
    for statement in (
        "UPDATE blinded_person SET for_portal = ''",
        "DELETE FROM blinded_person",
        "DELETE FROM sameness_test",
        "UPDATE sameness_test SET purpose = ''",
    ):
        with (
            psycopg.connect(blind.network_database.url) as core,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            core.execute(statement.encode())


def test_ciphertexts_that_no_record_names_are_forgotten_after_a_day(blind: Exchange, person: Person) -> None:
    blind.inquire(person.at_city)
    with psycopg.connect(blind.network_database.owner_url) as owner:
        kept = owner.execute("SELECT count(*) FROM blinded_person").fetchone()
        owner.execute(
            "INSERT INTO blinded_person VALUES ('blind.old', 'x', 'y', now() - interval '25 hours'), ('blind.new', 'x', 'y', now())"
        )
        owner.execute("UPDATE blinded_person SET at = at - interval '2 days' WHERE mark NOT LIKE 'blind.new'")
    with psycopg.connect(blind.network_database.url) as core:
        assert core.execute("SELECT forget_blinded_persons()").fetchone() == (1,)
    with psycopg.connect(blind.network_database.owner_url) as owner:
        assert owner.execute("SELECT count(*) - 1 FROM blinded_person").fetchone() == kept
        owner.execute("DELETE FROM blinded_person WHERE mark = 'blind.new'")


# --- the person's records ------------------------------------------------------------------------------------------------


def test_the_person_finds_her_record_through_the_portal_and_nobody_elses(blind: Exchange) -> None:
    mine, other = Person(blind, "mine"), Person(blind, "other")
    request_id = uuid4()
    blind.inquire(mine.at_city, request_id=request_id)
    blind.inquire(other.at_city)
    record = mine.settled(3)
    assert (record.request_id, record.inquirer, record.provider) == (request_id, CITY, FORMER_CITY)
    assert (record.affair, record.provision, record.outcome) == (ALLOWANCE, "81-1-3", Outcome.PROVIDED)
    (mark,) = mine.marks()
    assert mark not in other.marks()
    for event in record.events:
        text = blind.call(
            QUERY_MARKED_RECEIPT,
            MarkedReceiptQuery(mark=mark, index=event.index),
            sender="portal",
            receiver="network",
        ).text
        assert tlog.verify_receipt(text, blind.vkey).index == event.index
    (others,) = other.marks()
    refusal = blind.refusal(
        lambda: blind.call(
            QUERY_MARKED_RECEIPT,
            MarkedReceiptQuery(mark=others, index=record.events[0].index),
            sender="portal",
            receiver="network",
        )
    )
    assert refusal == (Hop.NETWORK, Reason.UNKNOWN_RECORD)


def test_a_refusal_is_in_the_persons_records_too(blind: Exchange) -> None:
    refused = Person(blind, "refused")
    blind.ask(inquiry_of(refused.at_city, information="family_register"))
    record = refused.settled(1)
    assert record.outcome is Outcome.REFUSED
    assert record.events[0].reason is Reason.NOT_IN_TABLE


def test_what_is_not_to_be_shown_has_no_tag(blind: Exchange) -> None:
    hidden = Person(blind, "hidden")
    (result,) = blind.ask(inquiry_of(hidden.at_city, non_disclosure=True))
    assert result.outcome is Outcome.PROVIDED
    assert hidden.marks() == []


def test_the_portal_asks_with_marks_only_and_nobody_else_asks(blind: Exchange, person: Person) -> None:
    code = person.code(RECORD_DOMAIN)
    blind.request_permit(request(person))  # an open one, which does stand under that code
    assert blind.refusal(lambda: person.records([code])) == (Hop.NETWORK, Reason.UNKNOWN_RECORD)
    for message, question in (
        (QUERY_TAGS, TagsQuery()),
        (QUERY_MARKED_RECORDS, MarkedRecordQuery(marks=(mark_of("x"),))),
        (QUERY_MARKED_RECEIPT, MarkedReceiptQuery(mark=mark_of("x"), index=0)),
    ):
        refusal = blind.refusal(
            lambda message=message, question=question: blind.call(  # type: ignore[misc]
                message, question, sender=GATEWAY, receiver="network"
            )
        )
        assert refusal == (Hop.NETWORK, Reason.NOT_ENTITLED)


def test_the_three_records_and_the_log_agree(blind: Exchange, person: Person) -> None:
    blind.inquire(person.at_city)
    marks_of_all(blind)
    audit = subprocess.run(
        [sys.executable, "-m", "mynumber.webkit.manage", "network", "audit"],
        env={**os.environ, **blind.network.environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert audit.returncode == 0, audit.stdout + audit.stderr


# --- what is refused -----------------------------------------------------------------------------------------------------


def test_off_it_is_refused_and_nothing_else_changes(exchange: Exchange, blind: Exchange) -> None:
    here = Person(exchange, "off")
    asked = blinded(blind, request(here))
    assert exchange.refusal(lambda: ask(exchange, asked)) == (Hop.NETWORK, Reason.BLIND_OFF)
    assert exchange.inquire(here.at_city).outcome is Outcome.PROVIDED


def test_a_provider_that_takes_no_part_says_so(blind: Exchange, person: Person) -> None:
    def ask_the_pension_service() -> object:
        return blind.inquire(
            person.at_city, provider=PENSION, information=InformationKind.PUBLIC_PENSION_BENEFIT.value
        )

    assert blind.refusal(ask_the_pension_service) == (Hop.PROVIDER_GATEWAY, Reason.BLIND_OFF)


def test_a_request_id_and_a_message_count_once(blind: Exchange, person: Person) -> None:
    asked = blinded(blind, request(person))
    assert reason_of(blind, asked) is None
    assert reason_of(blind, asked) is Reason.DUPLICATE_REQUEST
    outgoing = wire.prepare(
        blind.node("gateway"),
        REQUEST_BLIND_PERMITS,
        blinded(blind, request(person)),
        sender=GATEWAY,
        receiver="network",
        hop=Hop.INQUIRER_GATEWAY,
        now=datetime.now(UTC),
    )
    statuses = [blind.send("network", REQUEST_BLIND_PERMITS.name, outgoing.token)[0] for _ in range(2)]
    assert statuses == [200, 409]


def with_text(asked: BlindPermitRequests, text: str) -> BlindPermitRequests:
    """Another ciphertext, rightly named."""
    named = msgspec.structs.replace(asked.requests[0], code=mark_of(text))
    return msgspec.structs.replace(asked, requests=(named,), blinded=(text,))


def damaged(asked: BlindPermitRequests, place: int, part: bytes) -> BlindPermitRequests:
    version, _, encoded = asked.blinded[0].partition(".")
    data = wire.from_text(encoded)
    changed = data[: 32 * place] + part + data[32 * (place + 1) :]
    return with_text(asked, f"{version}.{wire.to_text(changed)}")


NO_POINT, IDENTITY, TWO_SPELLINGS = b"\xff" * 32, bytes(32), b"\x01" + bytes(31)


@pytest.mark.parametrize(
    "place", range(6), ids=["hint", "provider", "records", "portal", "challenge", "response"]
)
@pytest.mark.parametrize("part", [NO_POINT, IDENTITY, TWO_SPELLINGS], ids=["no element", "zero", "one"])
def test_every_malformed_point_is_a_code_of_nobody_and_every_other_scalar_a_bad_proof(
    blind: Exchange, person: Person, place: int, part: bytes
) -> None:
    asked = damaged(blinded(blind, request(person)), place, part)
    is_scalar = place >= 4 and part != NO_POINT
    expected = Reason.BAD_PROOF if is_scalar else Reason.UNKNOWN_CODE
    assert reason_of(blind, asked) is expected
    held = core_record(blind, asked.requests[0].request_id)
    assert (held["outcome"], held["hop"], held["reason"]) == ("refused", "network", expected.value)
    assert held["record_code"] is None


def test_the_identity_passes_the_proof_is_nobody_and_hides_nobody(blind: Exchange, person: Person) -> None:
    blind.inquire(person.at_city)
    before = person.marks()
    decisions = ask(blind, blinded(blind, request(person, code=f"1.{'A' * 43}")))
    assert decisions.decisions[0].reason is None
    assert blind.present(decisions.sheets[0]).outcome is Outcome.NO_DATA
    blind.inquire(person.at_city)
    assert len(person.marks()) == len(before) + 1


def test_a_proof_holds_for_its_own_request_only(blind: Exchange, person: Person) -> None:
    other = Person(blind, "victim")
    changes: tuple[dict[str, Any], ...] = (
        {"request_id": uuid4()},
        {"organisation": "別の課"},
        {"non_disclosure": True},
    )
    for change in changes:
        asked = blinded(blind, request(person))
        moved = msgspec.structs.replace(asked.requests[0], **change)
        assert reason_of(blind, msgspec.structs.replace(asked, requests=(moved,))) is Reason.BAD_PROOF
    # asking about one person while the record names another
    theirs = wire.from_text(blinded(blind, request(other)).blinded[0].partition(".")[2])
    for place in (1, 2, 3):
        mixed = damaged(blinded(blind, request(person)), place, theirs[32 * place : 32 * (place + 1)])
        assert reason_of(blind, mixed) is Reason.BAD_PROOF


def test_whoever_takes_anothers_ciphertext_gets_nothing(blind: Exchange, person: Person) -> None:
    asked = blinded(blind, request(person))
    stolen = msgspec.structs.replace(asked, inquirer=FORMER_CITY)
    (decision,) = ask(blind, stolen, sender=f"gateway.{FORMER_CITY}").decisions
    assert decision.reason is Reason.BAD_PROOF
    asked = blinded(blind, request(person))
    (decision,) = ask(blind, asked, sender=f"gateway.{FORMER_CITY}").decisions
    assert decision.reason is Reason.WRONG_INSTITUTION


@pytest.mark.parametrize("text", ["0.", "01.", "1000000."])
def test_a_version_that_is_none_is_refused_before_anything_is_looked_at(
    blind: Exchange, person: Person, text: str
) -> None:
    asked = blinded(blind, request(person))
    changed = with_text(asked, text + asked.blinded[0].partition(".")[2])
    assert blind.refusal(lambda: ask(blind, changed)) == (Hop.NETWORK, Reason.MALFORMED)


def test_what_does_not_fit_together_is_refused(blind: Exchange, person: Person) -> None:
    one, other = blinded(blind, request(person)), blinded(blind, request(person))
    too_many = msgspec.structs.replace(one, blinded=one.blinded + other.blinded)
    assert blind.refusal(lambda: ask(blind, too_many)) == (Hop.NETWORK, Reason.MALFORMED)
    unnamed = msgspec.structs.replace(one, blinded=other.blinded)
    assert reason_of(blind, unnamed) is Reason.UNKNOWN_CODE
    closed = with_text(other, "2" + other.blinded[0][1:])
    assert reason_of(blind, closed) in (Reason.UNKNOWN_CODE, Reason.BAD_PROOF)


def test_the_rule_comes_before_the_person(blind: Exchange, person: Person) -> None:
    broken = damaged(blinded(blind, request(person, information="family_register")), 1, NO_POINT)
    assert reason_of(blind, broken) is Reason.NOT_IN_TABLE


def test_a_provider_without_a_key_is_not_asked_openly(blind: Exchange, person: Person) -> None:
    (result,) = blind.ask(inquiry_of(person.at_city, provider="municipality.999999"))
    assert (result.outcome, result.hop, result.reason) == (
        Outcome.REFUSED,
        Hop.INQUIRER_GATEWAY,
        Reason.BLIND_OFF,
    )


def test_a_blind_sheet_is_refused_by_another_gateway(blind: Exchange, person: Person) -> None:
    (sheet,) = ask(blind, blinded(blind, request(person))).sheets
    refusal = blind.refusal(
        lambda: blind.call(
            PRESENT_SHEET, SheetPresentation(sheet=sheet), sender=GATEWAY, receiver=f"gateway.{AGENCY}"
        )
    )
    assert refusal == (Hop.PROVIDER_GATEWAY, Reason.WRONG_AUDIENCE)
