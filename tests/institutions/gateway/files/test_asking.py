"""A file of inquiries on real processes: asked on the usual path, results fetched once each, and worked off after a kill -9 as well."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from uuid import UUID, uuid4

import msgspec
import psycopg

from mynumber.foundation.law import InformationKind
from mynumber.protocols.exchange import Inquiry, InquiryResult, Outcome
from mynumber.protocols.files import (
    FETCH_RESULTS,
    QUERY_FILE,
    SEND_PART,
    FilePart,
    FileQuery,
    FileState,
    LinesQuery,
    Purpose,
    ResultLines,
    file_digest,
    packed,
    part_digest,
    unpacked,
)
from mynumber.protocols.refusal import Hop, Reason
from tests.support.exchange import CITY, FORMER_CITY, PENSION, TAX, Exchange, resident_code
from tests.support.waiting import eventually

GATEWAY = f"gateway.{CITY}"
PEOPLE = 10


def inquiry(addressee: str, *, information: str = "local_tax") -> Inquiry:
    return Inquiry(
        request_id=uuid4(),
        addressee=addressee,
        affair="81-1",
        provider=FORMER_CITY,
        information=information,
        organisation="子育て支援課",
    )


def send(exchange: Exchange, inquiries: Sequence[Inquiry]) -> UUID:
    content = b"".join(msgspec.json.encode(one) + b"\n" for one in inquiries)
    file = uuid4()
    part = FilePart(
        file=file,
        purpose=Purpose.INQUIRIES,
        size=len(content),
        digest=file_digest([part_digest(content)]),
        offset=0,
        content=packed(content),
    )
    done = exchange.call(SEND_PART, part, sender=CITY, receiver=GATEWAY)
    assert done.state.accepted == len(inquiries)
    return file


def state(exchange: Exchange, file: UUID) -> FileState:
    [found] = exchange.call(QUERY_FILE, FileQuery(file=file), sender=CITY, receiver=GATEWAY).files
    return found


def fetch(exchange: Exchange, file: UUID, after: int = 0) -> ResultLines:
    return exchange.call(FETCH_RESULTS, LinesQuery(file=file, after=after), sender=CITY, receiver=GATEWAY)


def results(exchange: Exchange, file: UUID) -> list[InquiryResult]:
    eventually(lambda: state(exchange, file).ended_at is not None)
    lines, after = [], 0
    while True:
        some = fetch(exchange, file, after)
        lines += [
            msgspec.json.decode(line, type=InquiryResult) for line in unpacked(some.content).splitlines()
        ]
        if some.complete:
            return lines
        assert some.last > after
        after = some.last


def prepare(exchange: Exchange, prefix: str) -> None:
    people = {resident_code(): {CITY: f"{prefix}C-{n}", FORMER_CITY: f"{prefix}F-{n}"} for n in range(PEOPLE)}
    exchange.give_codes(people)
    for n in range(PEOPLE):
        exchange.register(FORMER_CITY, f"{prefix}F-{n}", InformationKind.LOCAL_TAX, TAX)


def test_a_file_is_asked_and_its_results_are_fetched(exchange: Exchange) -> None:
    prepare(exchange, "bulk")
    asked = [inquiry(f"bulkC-{n % PEOPLE}") for n in range(250)]
    odd = [
        inquiry("nobody"),
        inquiry("bulkC-0", information="pension_benefit"),
        inquiry("bulkC-1", information="no_such_kind"),
    ]
    file = send(exchange, [*asked, *odd])
    got = {one.request_id: one for one in results(exchange, file)}
    assert set(got) == {one.request_id for one in (*asked, *odd)}
    assert Counter(got[one.request_id].outcome for one in asked) == {Outcome.PROVIDED: 250}
    fact = msgspec.json.decode(got[asked[0].request_id].fact)
    assert fact["total_income"] == TAX.total_income
    assert [got[one.request_id].reason for one in odd] == [
        Reason.NO_CODE_HELD,
        Reason.NOT_IN_TABLE,
        Reason.NOT_IN_TABLE,
    ]
    done = state(exchange, file)
    assert (done.answered, done.accepted, done.received) == (253, 253, done.size)


def test_results_are_for_the_member_alone(exchange: Exchange) -> None:
    file = send(exchange, [inquiry("nobody")])
    eventually(lambda: state(exchange, file).ended_at is not None)
    unknown = exchange.refusal(lambda: fetch(exchange, uuid4()))
    assert unknown == (Hop.INQUIRER_GATEWAY, Reason.UNKNOWN_UPLOAD)
    query = LinesQuery(file=file)
    foreign = exchange.refusal(
        lambda: exchange.call(FETCH_RESULTS, query, sender=FORMER_CITY, receiver=GATEWAY)
    )
    assert foreign == (Hop.INQUIRER_GATEWAY, Reason.NOT_ENTITLED)
    own = exchange.refusal(
        lambda: exchange.call(FETCH_RESULTS, query, sender=PENSION, receiver=f"gateway.{PENSION}")
    )
    assert own == (Hop.INQUIRER_GATEWAY, Reason.UNKNOWN_UPLOAD)


def test_a_killed_gateway_goes_on_with_its_files(fragile_exchange: Exchange) -> None:
    exchange = fragile_exchange
    prepare(exchange, "")
    asked = [inquiry(f"C-{n % PEOPLE}") for n in range(2000)]
    file = send(exchange, asked)
    eventually(lambda: state(exchange, file).answered > 0)
    exchange.gateway.kill()
    exchange.gateway.start()
    before = state(exchange, file)
    assert before.answered < len(asked)
    with psycopg.connect(exchange.gateway_database.tenant_urls[CITY.replace(".", "_")]) as city:
        # as if a minute had gone by: what the dead process had claimed is due
        city.execute("UPDATE file_inquiry SET next_at = now() WHERE result IS NULL")
    got = results(exchange, file)
    assert sorted(one.request_id for one in got) == sorted(one.request_id for one in asked)
    counts = Counter(one.outcome for one in got)
    assert counts.keys() <= {Outcome.PROVIDED, Outcome.ABANDONED, Outcome.LOST}
    assert counts[Outcome.PROVIDED] > len(asked) / 2
    with psycopg.connect(exchange.gateway_database.tenant_urls[CITY.replace(".", "_")]) as city:
        rows = city.execute("SELECT request_id, outcome FROM side_record WHERE side = 'inquirer'").fetchall()
    assert {row[0]: row[1] for row in rows} == {one.request_id: one.outcome.value for one in got}
