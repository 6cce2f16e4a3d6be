"""The witness as a process: the protocol's answers over HTTP, one history whatever comes at once, and a memory that survives a kill."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest

from mynumber.foundation.tlog import LogSigner, Note, verify_under
from mynumber.foundation.tlog.witness import origin_hash, read_cosignatures
from mynumber.platform.databases import InstitutionDatabase
from tests.support.commission import Commission, make_commission, running
from tests.support.logs import MemoryLog, leaves
from tests.support.ports import free_port

SIGNER = LogSigner.generate("log.invalid/records")


@pytest.fixture(scope="module")
def commission(
    tmp_path_factory: pytest.TempPathFactory, institution_database: Callable[..., InstitutionDatabase]
) -> Iterator[Commission]:
    folder = tmp_path_factory.mktemp("commission")
    made = make_commission(
        folder, institution_database, log_key=SIGNER.verifier_key, log_url="http://127.0.0.1:9/log"
    )
    with running(made.witness):
        yield made


@pytest.fixture
def log(commission: Commission) -> MemoryLog:
    """A log whose state the witness has: the rows of earlier tests are taken away by the owner."""
    with psycopg.connect(commission.database.owner_url, autocommit=True) as owner:
        owner.execute("DELETE FROM witnessed_log")
        owner.execute("DELETE FROM alarm")
    made = MemoryLog(SIGNER)
    made.add(leaves(300))
    return made


def held(commission: Commission) -> tuple[int, bytes]:
    with psycopg.connect(commission.database.url) as connection:
        row = connection.execute("SELECT size, root FROM witnessed_log").fetchone()
    assert row is not None
    return row[0], bytes(row[1])


def test_each_continuation_is_cosigned_with_the_time(commission: Commission, log: MemoryLog) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    for old, new in ((0, 7), (7, 7), (7, 256), (256, 300)):
        answer = commission.add(log.request(old, new).to_text())
        assert answer.status == 200
        lines = read_cosignatures(answer.text, log.note(new), [commission.signer.verifier_key])
        witnessed = verify_under(
            Note.parse(log.note(new)).with_signatures(*lines).to_text(), commission.policy
        )
        assert before <= witnessed.cosigned[0][1] <= datetime.now(UTC)
        assert held(commission)[0] == new


def test_monitors_read_what_was_cosigned_last(commission: Commission, log: MemoryLog) -> None:
    path = f"/witness/{origin_hash(SIGNER.origin)}/checkpoint"
    assert commission.get(path).status == 404
    commission.add(log.request(0, 200).to_text())
    shown = commission.get(path)
    assert shown.status == 200
    assert verify_under(shown.text, commission.policy).checkpoint.size == 200
    assert commission.get(f"/witness/{origin_hash('other')}/checkpoint").status == 404
    assert commission.get("/witness/key").text == commission.signer.vkey + "\n"


def test_who_does_not_know_the_size_is_told(commission: Commission, log: MemoryLog) -> None:
    commission.add(log.request(0, 200).to_text())
    answer = commission.add(log.request(0, 300).to_text())
    assert (answer.status, answer.content_type, answer.text) == (409, "text/x.tlog.size", "200\n")
    assert commission.add(log.request(200, 300).to_text()).status == 200


def test_the_statuses_of_the_protocol(commission: Commission, log: MemoryLog) -> None:
    commission.add(log.request(0, 200).to_text())
    stranger = MemoryLog(LogSigner.generate(SIGNER.origin))
    unknown = MemoryLog(LogSigner.generate("other.invalid/records"))
    forked = MemoryLog(SIGNER)
    for one in (stranger, unknown):
        one.add(leaves(300))
    forked.add(leaves(300, history="other"))
    statuses = {
        "unknown log": commission.add(unknown.request(200).to_text()).status,
        "stranger's key": commission.add(stranger.request(200).to_text()).status,
        "shrinks": commission.add(log.request(200, 199).to_text()).status,
        "another history": commission.add(forked.request(200).to_text()).status,
        "malformed": commission.add("old 200\n").status,
        "not text": commission.add(b"\xff\xfe").status,
        "too long": commission.add(b"old 200\n" + b"x" * 200_000).status,
        "with GET": commission.get("/witness/add-checkpoint").status,
        "elsewhere": commission.get("/witness/sign-subtree").status,
    }
    assert statuses == {
        "unknown log": 404,
        "stranger's key": 403,
        "shrinks": 400,
        "another history": 422,
        "malformed": 400,
        "not text": 400,
        "too long": 413,
        "with GET": 404,
        "elsewhere": 404,
    }
    assert held(commission)[0] == 200
    assert commission.alarms() == {}, "a proof that does not hold proves nothing against the log"


def test_two_signed_roots_for_one_size_are_an_alarm_with_both(commission: Commission, log: MemoryLog) -> None:
    commission.add(log.request(0, 300).to_text())
    forked = MemoryLog(SIGNER)
    forked.add(leaves(300, history="other"))
    assert commission.add(forked.request(300).to_text()).status == 422
    evidence = commission.alarms()["fork"]
    assert log.note() in evidence.replace(commission_line(evidence), "")
    assert forked.note() in evidence


def commission_line(evidence: str) -> str:
    """The line of the witness in a text."""
    return next(line + "\n" for line in evidence.split("\n") if "witness.invalid" in line)


def test_of_many_at_once_each_continues_the_one_before(commission: Commission, log: MemoryLog) -> None:
    """A race must not roll back what was cosigned: every accepted request began where the one before ended."""
    sizes = [size for _ in range(4) for size in range(10, 300, 20)]

    def push(size: int) -> list[tuple[int, int]]:
        old, done = 0, []
        while old < size:
            answer = commission.add(log.request(old, size).to_text())
            if answer.status == 409:
                old = int(answer.text)
                continue
            assert answer.status == 200
            done.append((old, size))
            old = size
        return done

    with ThreadPoolExecutor(16) as pool:
        steps = sorted(step for done in pool.map(push, sizes) for step in done)
    assert all(after[0] == before[1] for before, after in pairwise(steps))
    assert (steps[0][0], steps[-1][1]) == (0, held(commission)[0])


def test_what_was_cosigned_is_remembered_after_a_kill(commission: Commission, log: MemoryLog) -> None:
    for size in (50, 120, 280):
        old = 0 if size == 50 else held(commission)[0]
        assert commission.add(log.request(old, size).to_text()).status == 200
        commission.witness.kill()
        commission.witness.start()
        again = commission.add(log.request(0, 300).to_text())
        assert (again.status, again.text) == (409, f"{size}\n")


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("DELETE FROM witnessed_log", psycopg.errors.InsufficientPrivilege),
        ("TRUNCATE witnessed_log", psycopg.errors.InsufficientPrivilege),
        ("UPDATE witnessed_log SET size = size - 1", psycopg.errors.CheckViolation),
        ("UPDATE witnessed_log SET root = 'x'", psycopg.errors.CheckViolation),
        ("DELETE FROM alarm", psycopg.errors.InsufficientPrivilege),
        ("UPDATE seen_checkpoint SET note = ''", psycopg.errors.InsufficientPrivilege),
    ],
)
def test_the_commission_s_own_programs_cannot_make_it_forget(
    commission: Commission, log: MemoryLog, statement: str, error: type[Exception]
) -> None:
    commission.add(log.request(0, 200).to_text())
    with psycopg.connect(commission.database.url) as connection, pytest.raises(error):
        connection.execute(statement.encode())


def test_with_a_policy_that_cannot_be_read_it_does_not_start(tmp_path: Path, commission: Commission) -> None:
    bad = tmp_path / "log.policy"
    bad.write_text("quorum somebody\n")
    environment = {**commission.witness.environment, "MYNUMBER_LOG_POLICY": str(bad)}
    broken = replace(
        commission.witness,
        environment=environment,
        log=tmp_path / "broken.log",
        port=free_port(),
        process=None,
    )
    with pytest.raises(RuntimeError, match="did not start"):
        broken.start()
