"""A member sends files with the client that every member has: whole, and from where it stopped."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import msgspec
import pytest

from mynumber.protocols.exchange import Outcome
from mynumber.protocols.files import PART_BYTES, LineRefusal, Purpose
from mynumber.protocols.member import Member
from mynumber.protocols.refusal import Reason, Refused
from tests.institutions.gateway.files.test_asking import inquiry, prepare, state
from tests.support.exchange import CITY, FORMER_CITY, TAX, Exchange
from tests.support.waiting import eventually

LINES = 8000


def member(exchange: Exchange, name: str = CITY) -> Member:
    return Member(exchange.node(name), name, lambda: datetime.now(UTC))


def soon() -> datetime:
    """Newer than what is registered before."""
    return datetime.now(UTC) + timedelta(minutes=2)


def copies(prefix: str) -> bytes:
    as_of = soon()
    lines = [
        {
            "addressee": f"{prefix}F-{number % 10}" if number % 1000 else "nobody",
            "information": "local_tax",
            "as_of": as_of,
            "fact": TAX,
        }
        for number in range(LINES)
    ]
    return b"".join(msgspec.json.encode(line) + b"\n" for line in lines)


def test_a_file_of_several_parts_is_sent_and_sent_again(exchange: Exchange) -> None:
    prepare(exchange, "sent")
    content, file = copies("sent"), uuid4()
    assert len(content) > PART_BYTES
    done, refused = member(exchange, FORMER_CITY).send_file(io.BytesIO(content), Purpose.COPIES, file)
    assert (done.received, done.lines, done.refused) == (len(content), LINES, LINES // 1000)
    assert [one.line for one in refused] == [number * 1000 + 1 for number in range(LINES // 1000)]
    assert {one.reason for one in refused} == {LineRefusal.NO_CODE}
    again, nothing = member(exchange, FORMER_CITY).send_file(io.BytesIO(content), Purpose.COPIES, file)
    assert (again, nothing) == (done, ())


def test_an_interrupted_file_is_sent_from_where_it_stopped(exchange: Exchange) -> None:
    prepare(exchange, "stop")
    content, file = copies("stop"), uuid4()

    class Cable(io.BytesIO):
        """Breaks once, after the first part has been cut for sending."""

        reads = 0

        def read(self, size: int | None = -1, /) -> bytes:
            self.reads += 1
            if self.reads == 5:  # the second of the second round; the first round is for the digest
                raise OSError
            return super().read(size)

    with pytest.raises(OSError):  # noqa: PT011 - any
        member(exchange, FORMER_CITY).send_file(Cable(content), Purpose.COPIES, file)
    done, refused = member(exchange, FORMER_CITY).send_file(io.BytesIO(content), Purpose.COPIES, file)
    assert (done.received, done.lines) == (len(content), LINES)
    assert 0 < len(refused) < LINES // 1000
    changed = io.BytesIO(content.replace(b"nobody", b"nobodx"))
    with pytest.raises(Refused) as other:
        member(exchange, FORMER_CITY).send_file(changed, Purpose.COPIES, file)
    assert other.value.reason is Reason.OTHER_UPLOAD


def test_results_are_read_one_by_one(exchange: Exchange) -> None:
    prepare(exchange, "read")
    asked = [inquiry(f"readC-{number % 10}") for number in range(30)]
    content = b"".join(msgspec.json.encode(one) + b"\n" for one in asked)
    file = uuid4()
    member(exchange).send_file(io.BytesIO(content), Purpose.INQUIRIES, file)
    eventually(lambda: state(exchange, file).ended_at is not None)
    results = list(member(exchange).results(file))
    assert {one.request_id for one in results} == {one.request_id for one in asked}
    assert {one.outcome for one in results} == {Outcome.PROVIDED}
    assert list(member(exchange).results(file, after=30)) == []


def test_an_answer_tells_its_source(exchange: Exchange) -> None:
    prepare(exchange, "src")
    as_of = soon()
    line = {"addressee": "srcF-1", "information": "local_tax", "as_of": as_of, "fact": TAX}
    file = uuid4()
    member(exchange, FORMER_CITY).send_file(
        io.BytesIO(msgspec.json.encode(line) + b"\n"), Purpose.COPIES, file
    )
    asked = inquiry("srcC-1")
    [told] = exchange.ask(asked)
    assert (told.as_of, told.upload) == (as_of, file)
    assert told.registered_at is not None
    assert exchange.ask(asked) == (told,)  # asked again: the same source
    by_message = exchange.inquire("srcC-2")
    assert (by_message.upload, by_message.registered_at is None) == (None, False)
