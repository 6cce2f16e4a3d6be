"""Files of copies on a real database: whole, interrupted, repeated, with bad lines, and with what others hold already."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import msgspec
import pytest

from mynumber.institutions.gateway.corrections.telling import Corrections
from mynumber.institutions.gateway.files.taking import Files
from mynumber.institutions.gateway.letters.sending import Letters
from mynumber.institutions.gateway.tenants.holding import Holding
from mynumber.institutions.gateway.tenants.store import Store
from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols.copies import REGISTER_COPIES, Copy, CopyRefusal, RegisterCopies
from mynumber.protocols.corrections import CORRECT, Correct, CorrectionReason
from mynumber.protocols.files import (
    PART_BYTES,
    QUERY_FILE,
    QUERY_REFUSED_LINES,
    SEND_PART,
    FilePart,
    FileQuery,
    FileState,
    LineRefusal,
    LinesQuery,
    Part,
    PartDone,
    Purpose,
    RefusedLine,
    cut,
    file_digest,
    packed,
    part_digest,
)
from mynumber.protocols.refusal import Reason, Refused
from mynumber.webkit.asgi import Caller
from tests.institutions.gateway.house import TENANT, TENANTS, House
from tests.support.exchange import FORMER_CITY, TAX

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
EARLIER, LATER = NOW - timedelta(days=2), NOW - timedelta(days=1)


@pytest.fixture(scope="module")
def house(
    tmp_path_factory: pytest.TempPathFactory, institution_database: Callable[..., InstitutionDatabase]
) -> House:
    made = House(tmp_path_factory.mktemp("house"), institution_database("gateway", TENANTS, migrated=True))
    made.add_codes("A-1", "A-2", "A-3")
    made.add_codes("A-1", tenant=TENANTS[1])
    return made


@pytest.fixture(autouse=True)
def _empty(house: House) -> None:
    for table in ("copy", "gone_copy", "member_file", "file_part", "file_refusal", "file_inquiry"):
        house.rows(f"DELETE FROM {table}")  # noqa: S608 - constants


def line(
    addressee: str,
    *,
    as_of: datetime = EARLIER,
    income: int | None = 1,
    information: str = "local_tax",
    year: int = 2026,
) -> bytes:
    fact = msgspec.structs.replace(TAX, fiscal_year=year, total_income=income) if income is not None else None
    fields = {"addressee": addressee, "information": information, "as_of": as_of, "fact": fact}
    if fact is None:
        fields["period"] = f"fy{year}"
    return msgspec.json.encode(fields) + b"\n"


def parts_of(*lines: Sequence[bytes]) -> list[Part]:
    """A part for each list of lines (smaller than a client would cut them)."""
    parts, offset = [], 0
    for some in lines:
        content = b"".join(some)
        parts.append(Part(offset, content))
        offset += len(content)
    return parts


def part_message(file: UUID, parts: Sequence[Part], number: int, **other: object) -> FilePart:
    message = FilePart(
        file=file,
        purpose=Purpose.COPIES,
        size=sum(len(part.content) for part in parts),
        digest=file_digest(part_digest(part.content) for part in parts),
        offset=parts[number].offset,
        content=packed(parts[number].content),
    )
    return msgspec.structs.replace(message, **other)


def send(house: House, message: FilePart) -> PartDone:
    return house.run(lambda store: Files(store).take(house.question(SEND_PART, message, at=NOW)))


def refusal(house: House, message: FilePart) -> Reason:
    with pytest.raises(Refused) as refused:
        send(house, message)
    return refused.value.reason


def copies(house: House) -> list[tuple[object, ...]]:
    return house.rows(
        "SELECT code, (fact::json->>'total_income')::int, as_of, upload FROM copy ORDER BY code, information"
    )


def test_a_file_is_registered_part_by_part_with_its_source(house: House) -> None:
    file = uuid4()
    parts = parts_of([line("A-1"), line("A-2")], [line("A-3", income=3)])
    first = send(house, part_message(file, parts, 0))
    assert (first.state.received, first.state.lines, first.state.accepted) == (parts[1].offset, 2, 2)
    assert first.state.ended_at is None
    last = send(house, part_message(file, parts, 1))
    assert (last.state.accepted, last.state.refused, last.state.ended_at) == (3, 0, NOW)
    assert last.refused == ()
    assert copies(house) == [
        ("code-of-A-1", 1, EARLIER, file),
        ("code-of-A-2", 1, EARLIER, file),
        ("code-of-A-3", 3, EARLIER, file),
    ]
    assert house.rows("SELECT DISTINCT registered_at FROM copy") == [(NOW,)]


def test_an_interrupted_file_goes_on_where_it_stopped(house: House) -> None:
    file = uuid4()
    parts = parts_of([line("A-1")], [line("A-2")], [line("A-3")])
    send(house, part_message(file, parts, 0))
    states = house.run(lambda store: Files(store).state(house.question(QUERY_FILE, FileQuery(file=file))))
    [state] = states.files
    assert state.received == parts[1].offset
    stream = io.BytesIO(b"".join(part.content for part in parts))
    stream.seek(state.received)
    [rest] = cut(stream, offset=state.received)
    assert rest.offset == parts[1].offset
    unknown = house.run(lambda store: Files(store).state(house.question(QUERY_FILE, FileQuery(file=uuid4()))))
    assert unknown.files == ()


def test_a_part_that_comes_again_is_answered_alike_and_done_once(house: House) -> None:
    file = uuid4()
    parts = parts_of([line("A-1"), b"no\n"], [line("A-2")])
    first = send(house, part_message(file, parts, 0))
    house.rows("UPDATE copy SET fact = '{}'")
    again = send(house, part_message(file, parts, 0))
    assert again == first
    assert house.rows("SELECT fact FROM copy") == [("{}",)]
    last = send(house, part_message(file, parts, 1))
    assert send(house, part_message(file, parts, 1)) == last
    assert (last.state.lines, last.state.accepted, last.state.refused) == (3, 2, 1)


def test_another_file_under_the_same_number_and_gaps_are_refused(house: House) -> None:
    file = uuid4()
    parts = parts_of([line("A-1")], [line("A-2")], [line("A-3")])
    send(house, part_message(file, parts, 0))
    assert refusal(house, part_message(file, parts, 2)) is Reason.OUT_OF_PLACE
    assert refusal(house, part_message(file, parts, 1, digest="00" * 32)) is Reason.OTHER_UPLOAD
    assert refusal(house, part_message(file, parts, 1, size=10**6)) is Reason.OTHER_UPLOAD
    assert refusal(house, part_message(file, parts, 1, purpose=Purpose.INQUIRIES)) is Reason.OTHER_UPLOAD
    changed = packed(line("A-1", income=2))
    assert refusal(house, part_message(file, parts, 0, content=changed)) is Reason.OTHER_UPLOAD
    assert refusal(house, part_message(file, parts, 1, offset=parts[1].offset - 1)) is Reason.OUT_OF_PLACE
    assert (
        refusal(house, part_message(file, parts, 1, content=packed(parts[1].content[:-1])))
        is Reason.MALFORMED
    )
    assert refusal(house, part_message(file, parts, 1, content=packed(b""))) is Reason.MALFORMED
    assert (
        refusal(house, part_message(file, parts, 1, content=packed(parts[1].content * 9))) is Reason.MALFORMED
    )
    assert refusal(house, part_message(file, parts, 1, content=parts[1].content)) is Reason.MALFORMED
    bomb = packed(b"\n" * (PART_BYTES + 1))
    assert refusal(house, part_message(file, parts, 1, content=bomb)) is Reason.MALFORMED
    assert len(copies(house)) == 1


def test_a_last_part_that_does_not_make_the_file_is_not_carried_out(house: House) -> None:
    file = uuid4()
    parts = parts_of([line("A-1")], [line("A-2")])
    send(house, part_message(file, parts, 0))
    other = msgspec.structs.replace(part_message(file, parts, 1), content=packed(line("A-3")))
    assert refusal(house, other) is Reason.OTHER_UPLOAD
    assert len(copies(house)) == 1
    assert send(house, part_message(file, parts, 1)).state.ended_at == NOW


def test_every_line_is_acknowledged_or_refused_with_its_number(house: House) -> None:
    file = uuid4()
    parts = parts_of(
        [line("A-1"), b"no\n", line("nobody")],
        [line("A-2", information="family_register"), line("A-3")],
    )
    first = send(house, part_message(file, parts, 0))
    assert first.refused == (
        RefusedLine(line=2, reason=LineRefusal.MALFORMED),
        RefusedLine(line=3, reason=LineRefusal.NO_CODE),
    )
    last = send(house, part_message(file, parts, 1))
    assert [one.line for one in last.refused] == [4]
    assert (last.state.lines, last.state.accepted, last.state.refused) == (5, 2, 3)

    def after(line: int) -> list[int]:
        asked = house.question(QUERY_REFUSED_LINES, LinesQuery(file=file, after=line))
        return [one.line for one in house.run(lambda store: Files(store).refused_lines(asked)).refused]

    assert (after(0), after(3), after(4)) == ([2, 3, 4], [4], [])


def test_what_is_older_never_replaces_what_is_newer(house: House) -> None:
    [new] = parts_of([line("A-1", as_of=LATER, income=9)])
    send(house, part_message(uuid4(), [new], 0))
    parts = parts_of([line("A-1", as_of=EARLIER), line("A-2"), line("A-1", as_of=EARLIER, income=None)])
    done = send(house, part_message(uuid4(), parts, 0))
    assert done.refused == (
        RefusedLine(line=1, reason=LineRefusal.OLDER),
        RefusedLine(line=3, reason=LineRefusal.OLDER),
    )
    assert copies(house)[0][1:3] == (9, LATER)
    same_day = parts_of([line("A-1", as_of=LATER, income=10)])
    assert send(house, part_message(uuid4(), same_day, 0)).refused == ()
    assert copies(house)[0][1] == 10


def test_of_two_lines_about_one_item_the_newer_stands_and_of_one_day_the_later(house: House) -> None:
    parts = parts_of(
        [
            *(line("A-1", as_of=LATER, income=1), line("A-1", as_of=EARLIER, income=2)),
            *(line("A-2", income=3), line("A-2", income=4)),
        ]
    )
    done = send(house, part_message(uuid4(), parts, 0))
    assert done.refused == (RefusedLine(line=2, reason=LineRefusal.OLDER),)
    assert [row[1] for row in copies(house)] == [1, 4]


def test_a_deletion_takes_the_copy_away_and_is_counted(house: House) -> None:
    send(house, part_message(uuid4(), parts_of([line("A-1"), line("A-2")]), 0))
    gone = parts_of([line("A-1", as_of=LATER, income=None), line("A-3", income=None)])
    done = send(house, part_message(uuid4(), gone, 0))
    assert (done.state.accepted, done.state.deleted, done.refused) == (0, 2, ())
    assert [row[0] for row in copies(house)] == ["code-of-A-2"]
    trace = "SELECT code, gone_at, is_told FROM gone_copy WHERE file IS NOT NULL"
    assert house.rows(trace) == [("code-of-A-1", NOW, True)]


def test_what_was_taken_away_does_not_come_back_with_an_older_line(house: House) -> None:
    before, older, at_once = parts_of([line("A-1")]), parts_of([line("A-1", income=2)]), line("A-1", income=3)
    send(house, part_message(uuid4(), before, 0))
    gone = parts_of([line("A-1", as_of=LATER, income=None), at_once])
    assert send(house, part_message(uuid4(), gone, 0)).refused == (
        RefusedLine(line=2, reason=LineRefusal.OLDER),
    )
    done = send(house, part_message(uuid4(), older, 0))
    assert (done.state.accepted, done.refused) == (0, (RefusedLine(line=1, reason=LineRefusal.OLDER),))
    assert copies(house) == []
    assert send(house, part_message(uuid4(), parts_of([line("A-1", year=2025)]), 0)).refused == ()
    same = parts_of([line("A-1", as_of=LATER, income=4)])
    assert send(house, part_message(uuid4(), same, 0)).refused == (), "of one day the later stands"
    assert {row[1] for row in copies(house)} == {1, 4}


def test_a_file_on_its_way_does_not_bring_back_what_was_corrected(house: House) -> None:
    body = Correct(
        correction=uuid4(), addressee="A-1", information="local_tax", reason=CorrectionReason.WRONG_LINK
    )

    async def correct(store: Store) -> None:
        node = house.node("gateway")
        caller = Caller(node)
        letters = Letters(node, store, caller, {})
        await Corrections(node, store, letters).correct(house.question(CORRECT, body, at=NOW))
        await caller.close()

    send(house, part_message(uuid4(), parts_of([line("A-1")]), 0))
    house.run(correct)
    done = send(house, part_message(uuid4(), parts_of([line("A-1", as_of=LATER)]), 0))
    assert done.refused == (RefusedLine(line=1, reason=LineRefusal.OLDER),)
    assert copies(house) == []
    after = parts_of([line("A-1", as_of=NOW + timedelta(seconds=1))])
    assert send(house, part_message(uuid4(), after, 0)).refused == ()


def test_a_message_obeys_the_same_clock_as_a_file(house: House) -> None:
    def copy(income: int, as_of: datetime, addressee: str = "A-1") -> Copy:
        fact = msgspec.structs.replace(TAX, total_income=income)
        return Copy(
            addressee=addressee,
            information="local_tax",
            as_of=as_of,
            fact=msgspec.Raw(msgspec.json.encode(fact)),
        )

    def register(*some: Copy) -> list[tuple[int, CopyRefusal]]:
        question = house.question(REGISTER_COPIES, RegisterCopies(copies=some), at=NOW)
        done = house.run(lambda store: Holding(store).register_copies(question))
        assert done.registered == len(some) - len(done.refused)
        return [(one.position, one.reason) for one in done.refused]

    send(house, part_message(uuid4(), parts_of([line("A-1", as_of=LATER, income=1)]), 0))
    old = register(copy(2, EARLIER), copy(3, NOW + timedelta(hours=1)), copy(4, LATER, "A-2"))
    assert old == [(0, CopyRefusal.OLDER), (1, CopyRefusal.FROM_THE_FUTURE)]
    assert {row[1] for row in copies(house)} == {1, 4}
    several = register(copy(5, EARLIER), copy(6, LATER), copy(7, LATER), copy(8, EARLIER))
    assert several == [(0, CopyRefusal.OLDER), (3, CopyRefusal.OLDER)], "of one day the later stands"
    assert {row[1] for row in copies(house)} == {7, 4}
    twice = register(copy(8, EARLIER), copy(9, EARLIER))
    assert twice == [(0, CopyRefusal.OLDER), (1, CopyRefusal.OLDER)], "neither is stored"
    send(house, part_message(uuid4(), parts_of([line("A-1", as_of=NOW, income=None)]), 0))
    assert register(copy(9, LATER)) == [(0, CopyRefusal.OLDER)], "what was taken away does not come back"
    assert register(copy(10, NOW)) == []
    assert {row[1] for row in copies(house)} == {10, 4}


def test_years_stand_beside_each_other_and_are_replaced_and_taken_away_by_themselves(house: House) -> None:
    both = parts_of([line("A-1", year=2026, income=1, as_of=LATER), line("A-1", year=2025, income=2)])
    done = send(house, part_message(uuid4(), both, 0))
    assert (done.state.accepted, done.refused) == (2, ())
    mixed = parts_of(
        [
            line("A-1", year=2026, income=3, as_of=EARLIER),  # older than the copy of its year
            line("A-1", year=2025, income=4, as_of=LATER),
            line("A-1", year=2024, income=None, as_of=LATER),
        ]
    )
    done = send(house, part_message(uuid4(), mixed, 0))
    assert done.refused == (RefusedLine(line=1, reason=LineRefusal.OLDER),)
    assert (done.state.accepted, done.state.deleted) == (1, 1)
    query = "SELECT period, (fact::json->>'total_income')::int FROM copy ORDER BY period"
    assert house.rows(query) == [("fy2025", 4), ("fy2026", 1)]
    gone = parts_of([line("A-1", year=2026, income=None, as_of=NOW)])
    assert send(house, part_message(uuid4(), gone, 0)).state.deleted == 1
    assert house.rows(query) == [("fy2025", 4)]


def test_a_person_of_another_member_stays_unknown(house: House) -> None:
    question = house.question(
        SEND_PART,
        part_message(uuid4(), parts_of([line("A-2")]), 0),
        sender=FORMER_CITY,
        receiver=f"gateway.{FORMER_CITY}",
        at=NOW,
    )
    done = house.run(lambda store: Files(store).take(question))
    assert done.refused == (RefusedLine(line=1, reason=LineRefusal.NO_CODE),)


def test_one_connection_serves_two_members(house: House) -> None:
    """The staging table belongs to the tenant that made it; the next tenant has its own."""

    async def both(files: Files) -> list[FileState]:
        states = []
        for sender in (None, FORMER_CITY, None):
            who = {"sender": sender, "receiver": f"gateway.{sender}"} if sender else {}
            message = part_message(uuid4(), parts_of([line("A-1", as_of=LATER)]), 0)
            states.append((await files.take(house.question(SEND_PART, message, at=NOW, **who))).state)
        return states

    assert [state.accepted for state in house.run(lambda store: both(Files(store)))] == [1, 1, 1]
    assert len(house.rows("SELECT 1 FROM copy WHERE tenant = %s", TENANT)) == 1


def test_inquiries_are_taken_in_once(house: House) -> None:
    def inquiry(request_id: UUID) -> bytes:
        fields = {
            "request_id": request_id,
            "addressee": "A-1",
            "affair": "81-1",
            "provider": FORMER_CITY,
            "information": "local_tax",
            "organisation": "課",
        }
        return msgspec.json.encode(fields) + b"\n"

    known, file = uuid4(), uuid4()
    parts = parts_of([inquiry(known), b"{}\n"], [inquiry(known), inquiry(uuid4())])
    one = send(house, part_message(file, parts, 0, purpose=Purpose.INQUIRIES))
    two = send(house, part_message(file, parts, 1, purpose=Purpose.INQUIRIES))
    assert [(r.line, r.reason) for r in one.refused + two.refused] == [
        (2, LineRefusal.MALFORMED),
        (3, LineRefusal.DUPLICATE_REQUEST),
    ]
    assert (two.state.accepted, two.state.refused, two.state.ended_at) == (2, 2, None)
    assert house.rows("SELECT line, request_id FROM file_inquiry ORDER BY line")[0] == (1, known)
