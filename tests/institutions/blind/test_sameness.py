"""Whether two exchanges are of one person: core and commission find it together, both write it down, and neither can alone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import psycopg
import pytest

from mynumber.foundation import blind as algebra
from mynumber.foundation.blind import BlindKey
from mynumber.foundation.codes import Code
from mynumber.institutions.network.blind.sameness import CannotTest, Holder, Place, ask_whether_same
from mynumber.institutions.network.core.records import RECORD_DOMAIN
from mynumber.protocols.blind import (
    END_SAMENESS,
    TEST_SAMENESS,
    AskedTest,
    ComparedExchange,
    SamenessEnd,
    SamenessQuestion,
    blind_keys,
    mark_of,
    public_key,
    read_cipher,
)
from mynumber.protocols.exchange import RequestedPermit
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.protocols.wire import to_text
from tests.institutions.blind.conftest import Keeper
from tests.institutions.blind.people import Person
from tests.support.exchange import ALLOWANCE, CITY, FORMER_CITY, Exchange
from tests.webkit import faces

PROJECT = "mynumber.institutions.network.settings"
TESTS = """
    SELECT test, purpose, request_id, other_request_id, is_same, ended_at IS NOT NULL FROM {} WHERE request_id = %s ORDER BY at
"""
PURPOSE = "誤った紐付けの疑い 2026-17"


@dataclass(frozen=True, slots=True)
class Exchanges:
    """Two blind exchanges of one person, one of another, and an open one of the first."""

    one: Person
    first: UUID
    second: UUID
    of_other: UUID
    opened: UUID


@pytest.fixture(scope="module")
def made(blind: Exchange) -> Exchanges:
    one, other = Person(blind, "one"), Person(blind, "another")
    ids = [uuid4() for _ in range(4)]
    for person, request_id in zip((one, one, other), ids[:3], strict=True):
        blind.inquire(person.at_city, request_id=request_id)
    blind.request_permit(
        RequestedPermit(
            request_id=ids[3],
            code=one.code(CITY),
            provider=FORMER_CITY,
            affair=ALLOWANCE,
            information="local_tax",
            organisation="子育て支援課",
        )
    )
    return Exchanges(one, *ids)


def compare(exchange: Exchange, one: UUID, *command: str, code: str = "") -> subprocess.CompletedProcess[str]:
    """The command of the network's operator."""
    return subprocess.run(
        [
            *(sys.executable, "-m", "mynumber.webkit.manage", "network", "compare_persons"),
            *(CITY, str(one), "--purpose", PURPOSE, *command),
        ],
        env={**os.environ, **exchange.network.environment},
        input=code,
        capture_output=True,
        text=True,
        check=False,
    )


def together(exchange: Exchange, one: UUID, other: Place | Holder, **variables: str) -> bool:
    """What the command does, in this process."""
    environment = {**exchange.systems.environment("network"), **variables}
    with faces.face(PROJECT, exchange.network_database, **environment):
        return ask_whether_same(
            exchange.node("network"),
            Place(CITY, one),
            other,
            purpose=PURPOSE,
            now=lambda: datetime.now(UTC),
        )


def at_network(exchange: Exchange, query: str, *values: object) -> list[tuple[Any, ...]]:
    with psycopg.connect(exchange.network_database.owner_url) as connection:
        return connection.execute(query.encode(), values).fetchall()


def at_commission(keeper: Keeper, query: str, *values: object) -> list[tuple[Any, ...]]:
    with psycopg.connect(keeper.database.owner_url) as connection:
        return connection.execute(query.encode(), values).fetchall()


def test_both_find_and_record_whether_two_exchanges_are_of_one_person(
    blind: Exchange, keeper: Keeper, made: Exchanges
) -> None:
    done = compare(blind, made.first, "--exchange", CITY, str(made.second))
    assert (done.returncode, done.stdout) == (0, "同じ人です。\n"), done.stderr
    assert not together(blind, made.first, Place(CITY, made.of_other))
    mine = at_network(blind, TESTS.format("sameness_test"), made.first)
    theirs = at_commission(keeper, TESTS.format("helped_test"), made.first)
    assert mine == theirs
    assert [row[1:] for row in mine] == [
        (PURPOSE, made.first, made.second, True, True),
        (PURPOSE, made.first, made.of_other, False, True),
    ]
    # the commission's record can be held against the mark that the log of the core has committed to
    compared = at_commission(
        keeper,
        "SELECT one_blinded, other_blinded FROM helped_test WHERE request_id = %s ORDER BY at",
        made.first,
    )
    for ciphertexts, others in zip(compared, (made.second, made.of_other), strict=True):
        for for_records, request_id in zip(ciphertexts, (made.first, others), strict=True):
            ((mark, for_portal),) = at_network(
                blind,
                "SELECT record_code, for_portal FROM exchange JOIN blinded_person ON mark = record_code WHERE request_id = %s",
                request_id,
            )
            assert mark_of(for_records, for_portal) == mark


def test_an_open_record_and_the_code_of_a_member_can_be_the_other_side(
    blind: Exchange, keeper: Keeper, made: Exchanges
) -> None:
    """The second is the check of a relation: is this exchange about the person whose code the member holds?"""
    assert together(blind, made.first, Place(CITY, made.opened))
    code = Code.parse(made.one.code(FORMER_CITY))
    assert together(blind, made.second, Holder(FORMER_CITY, code))
    assert not together(blind, made.of_other, Holder(FORMER_CITY, code))
    rows = at_commission(
        keeper, "SELECT holder, is_same FROM helped_test WHERE holder IS NOT NULL ORDER BY at"
    )
    assert rows == [(FORMER_CITY, True), (FORMER_CITY, False)]
    # neither keeper's table, nor the log of its process, names a person
    text = str(at_network(blind, "SELECT t::text FROM sameness_test t"))
    text += str(at_commission(keeper, "SELECT t::text FROM helped_test t")) + keeper.server.log.read_text()
    for domain in (CITY, FORMER_CITY, RECORD_DOMAIN):
        assert made.one.code(domain).partition(".")[2] not in text


def test_a_core_asks_as_itself(blind: Exchange, made: Exchanges) -> None:
    with pytest.raises(CannotTest, match="must both list a key"):
        together(blind, made.first, Place(CITY, made.second), MYNUMBER_CORE="network.west")


def test_what_is_no_side_is_refused_and_leaves_no_test(blind: Exchange, made: Exchanges) -> None:
    before = at_network(blind, "SELECT count(*) FROM sameness_test")
    sides = (
        Holder(FORMER_CITY, Code.parse(made.one.code(CITY))),
        Place(CITY, uuid4()),
        Place(CITY, made.first),
    )
    for side in sides:
        with pytest.raises(CannotTest) as refused:
            together(blind, made.first, side)
        assert made.one.code(CITY) not in str(refused.value)
    assert at_network(blind, "SELECT count(*) FROM sameness_test") == before


def ciphertext(exchange: Exchange, request_id: UUID) -> str:
    ((text,),) = at_network(
        exchange,
        "SELECT for_records FROM blinded_person JOIN exchange ON record_code = mark WHERE request_id = %s",
        request_id,
    )
    return str(text)


def question(
    exchange: Exchange, one: UUID, other: UUID, **changes: Any
) -> tuple[AskedTest, SamenessQuestion]:
    """What the core asks, as the test asks it with the core's keys."""
    texts = [ciphertext(exchange, request_id) for request_id in (one, other)]
    asked = AskedTest.begin(uuid4(), *map(read_cipher, texts))
    sides = [
        ComparedExchange(inquirer=CITY, request_id=request_id, blinded=text)
        for request_id, text in zip((one, other), texts, strict=True)
    ]
    body = SamenessQuestion(
        test=asked.test,
        purpose=PURPOSE,
        one=sides[0],
        other=sides[1],
        blurred=to_text(asked.blurred.to_bytes()),
    )
    return asked, msgspec.structs.replace(body, **changes)


def ask(exchange: Exchange, body: SamenessQuestion, *, sender: str = "network") -> Any:
    return exchange.call(TEST_SAMENESS, body, sender=sender, receiver="commission")


def own_key(exchange: Exchange, system: str) -> BlindKey:
    return next(iter(blind_keys(exchange.node(system).keyring, system).values()))


@pytest.mark.parametrize("alone", ["network", "commission"])
def test_neither_keeper_opens_anything_alone(blind: Exchange, made: Exchanges, alone: str) -> None:
    key = own_key(blind, alone)
    record = made.one.code(RECORD_DOMAIN)
    texts = [ciphertext(blind, request_id) for request_id in (made.first, made.second)]
    opened = {algebra.decrypt(read_cipher(text), key).to_text() for text in texts}
    assert record not in opened
    assert len(opened) == 2, "what it opens does not even tell that both are of one person"
    comparison = algebra.compare(*map(read_cipher, texts))
    part = algebra.share(comparison, key, context=b"")
    assert not algebra.is_same_person(comparison, part, part)
    # both keys in one hand would open it: that is what the two hands are for
    both = [algebra.share(comparison, own_key(blind, one), context=b"") for one in ("network", "commission")]
    assert algebra.is_same_person(comparison, *both)


def test_the_commission_has_recorded_before_it_helps_and_the_core_before_it_asks(
    blind: Exchange, keeper: Keeper, made: Exchanges
) -> None:
    _, body = question(blind, made.first, made.second)
    ask(blind, body)  # the core never comes back with its part
    (row,) = at_commission(
        keeper, "SELECT asked_by, purpose, is_same FROM helped_test WHERE test = %s", body.test
    )
    assert row == ("network", PURPOSE, None)
    keeper.server.stop()
    try:
        with pytest.raises(Refused) as unanswered:
            together(blind, made.second, Place(CITY, made.of_other))
    finally:
        keeper.server.start()
    assert unanswered.value.reason is Reason.UNREACHABLE
    rows = at_network(
        blind, "SELECT purpose, is_same, ended_at FROM sameness_test WHERE request_id = %s", made.second
    )
    assert (PURPOSE, None, None) in rows, "that it wanted to know stays written down"


def refused(exchange: Exchange, act: Callable[[], object]) -> Reason:
    hop, reason = exchange.refusal(act)
    assert hop is Hop.COMMISSION
    return reason


def test_the_commission_helps_with_nothing_but_the_comparison_that_is_named(
    blind: Exchange, keeper: Keeper, made: Exchanges
) -> None:
    _, body = question(blind, made.first, made.second)
    _, elsewhere = question(blind, made.first, made.of_other)
    before = at_commission(keeper, "SELECT count(*) FROM helped_test")
    forged = [
        # another comparison than that of the two records, such as one record's own hint: no oracle for decryption
        msgspec.structs.replace(body, blurred=elsewhere.blurred),
        msgspec.structs.replace(body, other=elsewhere.other),
        msgspec.structs.replace(body, test=uuid4()),
    ]
    assert {refused(blind, lambda one=one: ask(blind, one)) for one in forged} == {Reason.BAD_PROOF}  # type: ignore[misc]
    twice = msgspec.structs.replace(body, other=body.one)
    malformed = msgspec.structs.replace(body, blurred=to_text(bytes(64) + bytes(64)))
    assert refused(blind, lambda: ask(blind, twice)) is Reason.UNKNOWN_CODE
    assert refused(blind, lambda: ask(blind, malformed)) is Reason.UNKNOWN_CODE
    assert at_commission(keeper, "SELECT count(*) FROM helped_test") == before
    assert refused(blind, lambda: ask(blind, body, sender=f"gateway.{CITY}")) is Reason.NOT_ENTITLED
    ask(blind, body)
    assert refused(blind, lambda: ask(blind, body)) is Reason.DUPLICATE_REQUEST


def test_the_end_of_a_test_is_proven_and_the_same_however_often_it_is_told(
    blind: Exchange, keeper: Keeper, made: Exchanges
) -> None:
    asked, body = question(blind, made.first, made.second)
    part = ask(blind, body)
    is_same, share = asked.end(
        part, own_key(blind, "network"), public_key(blind.node("network").directory, "commission")
    )
    assert is_same
    _, wrong = asked.end(part, BlindKey.generate(), public_key(blind.node("network").directory, "commission"))

    def end(**changes: Any) -> Any:
        said = msgspec.structs.replace(SamenessEnd(test=asked.test, share=share), **changes)
        return blind.call(END_SAMENESS, said, sender="network", receiver="commission")

    assert refused(blind, lambda: end(share=wrong)) is Reason.BAD_PROOF
    assert refused(blind, lambda: end(share=to_text(bytes(96)))) is Reason.UNKNOWN_CODE
    assert refused(blind, lambda: end(test=uuid4())) is Reason.UNKNOWN_RECORD
    assert [end().is_same, end().is_same] == [True, True]
    assert at_commission(keeper, "SELECT is_same FROM helped_test WHERE test = %s", asked.test) == [(True,)]


def test_the_commissions_table_only_grows(keeper: Keeper) -> None:
    for statement in ("DELETE FROM helped_test", "UPDATE helped_test SET purpose = ''"):
        with (
            psycopg.connect(keeper.database.url) as commission,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            commission.execute(statement.encode())


def test_both_sides_forget_a_test_after_seven_years_and_none_before(blind: Exchange, keeper: Keeper) -> None:
    for database, table, function in (
        (keeper.database, "helped_test", "forget_helped_tests"),
        (blind.network_database, "sameness_test", "forget_sameness_tests"),
    ):
        count = f"SELECT count(*) FROM {table}"  # noqa: S608 - constants
        with psycopg.connect(database.owner_url) as owner:
            [before] = owner.execute(count.encode()).fetchone() or (0,)
            assert before > 1
            for age in (timedelta(days=7 * 366), timedelta(days=7 * 365 - 5)):
                owner.execute(
                    f"UPDATE {table} SET at = now() - %s WHERE test = (SELECT test FROM {table} ORDER BY at DESC LIMIT 1)".encode(),  # noqa: S608
                    [age],
                )
        with psycopg.connect(database.url) as app:
            assert app.execute(f"SELECT {function}()".encode()).fetchone() == (1,)
            assert app.execute(count.encode()).fetchone() == (before - 1,)
