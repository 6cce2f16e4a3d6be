"""What a person is never reaches the log."""

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import date

import psycopg
import pytest
import structlog
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from mynumber.platform.databases import InstitutionDatabase
from mynumber.webkit import logs

NUMBER = "123456789018"
NAME = "田中 花子"


@pytest.fixture(autouse=True)
def _configured() -> None:
    logs.configure("network")


def _lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_line_says_what_when_and_where(capsys: pytest.CaptureFixture[str]) -> None:
    logs.get_logger("mynumber.test").info("permit granted", duration_ms=1.5, kind="ask.v1", count=3)
    (line,) = _lines(capsys)
    assert line.pop("timestamp")
    assert line == {
        "event": "permit granted",
        "level": "info",
        "logger": "mynumber.test",
        "institution": "network",
        "duration_ms": 1.5,
        "kind": "ask.v1",
        "count": 3,
    }


def test_keys_that_are_not_allowed_are_dropped_and_named(capsys: pytest.CaptureFixture[str]) -> None:
    logs.get_logger("t").info("look-up", resident_name=NAME, pin="1234", count=1)
    (line,) = _lines(capsys)
    assert line["dropped"] == ["pin", "resident_name"]
    assert "resident_name" not in line
    assert "1234" not in json.dumps(line)


@pytest.mark.parametrize(
    "value",
    [
        NUMBER,
        int(NUMBER),
        "12345678901",
        "1234 5678 9018",
        "1234-5678-9018",
        "１２３４５６７８９０１８",
        f"number {NUMBER} of somebody",
        {"number": NUMBER},
        [NUMBER],
        NUMBER.encode(),
        date(1980, 1, 1),
        "長" * 1000,
    ],
)
def test_a_value_that_may_be_a_persons_is_masked_under_an_allowed_key(
    capsys: pytest.CaptureFixture[str], value: object
) -> None:
    logs.get_logger("t").info("look-up", reason=value)
    (line,) = _lines(capsys)
    assert logs.MASK in str(line["reason"])
    assert not any(part in str(line["reason"]) for part in (NUMBER, "5678", "５６７８", "1980", "長長"))


@given(st.from_regex(r"[0-9]{11,16}", fullmatch=True), st.text(max_size=20), st.text(max_size=20))
def test_no_run_of_digits_of_that_length_passes(digits: str, before: str, after: str) -> None:
    clean = logs.mask(None, "info", {"event": f"{before}x{digits}x{after}"})
    assert digits not in str(clean["event"])


def test_an_exception_leaves_type_and_frames_alone(capsys: pytest.CaptureFixture[str]) -> None:
    def parse(number: str) -> int:
        return int(f"{number} is {NAME}")

    try:
        try:
            parse(NUMBER)
        except ValueError as error:
            raise LookupError(f"no {NAME}") from error
    except LookupError:
        logs.get_logger("t").exception("look-up failed")
    out = capsys.readouterr().out
    assert NUMBER not in out
    assert NAME not in out
    exception = json.loads(out)["exception"]
    assert exception["type"] == "builtins.LookupError"
    assert exception["causes"][0]["type"] == "builtins.ValueError"
    assert any("parse" in frame for frame in exception["causes"][0]["frames"])


def test_a_row_in_an_error_of_postgresql_stays_out(
    capsys: pytest.CaptureFixture[str], fresh_database: Callable[[str], str]
) -> None:
    with psycopg.connect(fresh_database("logs"), autocommit=True) as database:
        database.execute("CREATE TABLE person (name text PRIMARY KEY, number text CHECK (number <> 'x'))")
        database.execute("INSERT INTO person VALUES (%s, %s)", (NAME, NUMBER))
        with pytest.raises(psycopg.errors.UniqueViolation) as caught:
            database.execute("INSERT INTO person VALUES (%s, %s)", (NAME, NUMBER))
    assert NAME in str(caught.value), "the message really holds the row"
    logs.get_logger("t").error("could not write", exc_info=caught.value)
    out = capsys.readouterr().out
    assert NAME not in out
    assert NUMBER not in out
    exception = json.loads(out)["exception"]
    assert (exception["sqlstate"], exception["constraint_name"]) == ("23505", "person_pkey")


def test_other_libraries_leave_their_template_alone(capsys: pytest.CaptureFixture[str]) -> None:
    logging.getLogger("somebody").warning("no %s in %s", NAME, NUMBER)
    logging.getLogger("somebody").error(f"no {NAME}")  # noqa: G004 - how others do it
    first, second = _lines(capsys)
    assert first["template"] == "no %s in %s"
    assert "template" not in second
    assert NAME not in json.dumps([first, second], ensure_ascii=False)


def test_an_uncaught_exception_of_a_thread_is_masked(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise ValueError(NAME)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    captured = capsys.readouterr()
    assert NAME not in captured.out + captured.err
    assert json.loads(captured.out)["exception"]["type"] == "builtins.ValueError"


def test_what_is_logged_before_any_configuration_is_masked_too() -> None:
    program = f"""
from mynumber.webkit import logs
log = logs.get_logger("early")
try:
    name = {NAME!r}
    int(name)
except ValueError:
    log.exception("failed")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert NAME not in done.stdout + done.stderr
    assert json.loads(done.stdout)["exception"]["type"] == "builtins.ValueError"


def test_the_operating_systems_reason_is_told_without_file_names(capsys: pytest.CaptureFixture[str]) -> None:
    logs.get_logger("t").error(
        "cannot write", exc_info=OSError(28, "No space left on device", f"/disk/{NAME}")
    )
    (line,) = _lines(capsys)
    assert line["exception"] == {"type": "builtins.OSError", "frames": [], "errno": 28}


@pytest.mark.parametrize(
    "header", [None, "", "short", "a" * 65, "line\nbreak-line", "日本語の識別子です", NUMBER, "'; --aaaaaaa"]
)
def test_a_malformed_request_id_is_replaced(header: str | None) -> None:
    made = logs.request_id(header)
    assert made != header
    assert len(made) == 32
    assert made.isalpha()


def test_a_well_formed_request_id_is_kept() -> None:
    assert logs.request_id("front-abcDEF_1") == "front-abcDEF_1"


# --- requests -------------------------------------------------------------------------------------


def test_a_request_is_logged_by_its_route(visitor: Client, capsys: pytest.CaptureFixture[str]) -> None:
    visitor.get(f"/131229/entries?q={NUMBER}", headers={"x-request-id": "front-abcdef"})
    (line,) = _lines(capsys)
    assert isinstance(line.pop("duration_ms"), float)
    assert line.pop("timestamp")
    assert line == {
        "event": "request",
        "level": "info",
        "logger": "mynumber.webkit.requestlog",
        "institution": "municipality",
        "request_id": "front-abcdef",
        "method": "GET",
        "route": "<tenant:tenant>/entries",
        "status": 200,
        "tenant": "131229",
    }


@pytest.mark.parametrize("page", ["write-and-fail", "duplicate", "nowhere", "sign-in"])
def test_whatever_goes_wrong_in_a_request_names_nobody(
    visitor: Client, capsys: pytest.CaptureFixture[str], page: str
) -> None:
    response = visitor.get(f"/131229/{page}/../{page}?q={NUMBER}&name={NAME}")
    response = visitor.get(f"/131229/{page}?q={NUMBER}&name={NAME}")
    captured = capsys.readouterr()
    for text in (captured.out, captured.err, response.content.decode()):
        assert NUMBER not in text
        assert "花子" not in text
        assert "北区太郎" not in text


def test_a_failed_view_leaves_its_frames(visitor: Client, capsys: pytest.CaptureFixture[str]) -> None:
    visitor.get("/131229/duplicate")
    failed, request = _lines(capsys)
    exception = failed["exception"]
    assert isinstance(exception, dict)
    assert exception["type"] == "django.db.utils.IntegrityError"
    assert exception["causes"][0]["constraint_name"] == "entry_text_in_tenant"
    assert any("duplicate" in frame for frame in exception["frames"])
    assert request["request_id"] == failed["request_id"]
    assert request["status"] == 500


def test_a_healthy_process_is_quiet_about_it(
    project: InstitutionDatabase, capsys: pytest.CaptureFixture[str]
) -> None:
    Client(headers={"host": "127.0.0.1"}).get("/healthz")
    assert _lines(capsys) == []


def test_the_context_of_a_request_ends_with_it(visitor: Client) -> None:
    visitor.get("/hello")
    assert structlog.contextvars.get_contextvars() == {}
