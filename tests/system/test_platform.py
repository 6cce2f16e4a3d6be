"""The whole platform after `mynumber up`: everything runs, everybody is numbered, nothing is open that should be closed."""

from __future__ import annotations

import http.client
import json
from urllib.parse import urlsplit

import pytest

from mynumber.foundation.numbers import IndividualNumber, ResidentCode
from mynumber.platform.databases import embedded_server
from mynumber.platform.registry import INSTITUTIONS, PROCESSES
from tests.support.platform import RESIDENTS, Platform
from tests.support.waiting import PATIENCE_SECONDS

FACES = [institution.host for institution in INSTITUTIONS]


def get(platform: Platform, host: str | None, path: str = "/") -> tuple[int, str]:
    """Ask the front for a face, as a browser would (which finds NAME.localhost by itself)."""
    name = urlsplit(platform.url(host)).netloc
    connection = http.client.HTTPConnection("127.0.0.1", platform.port, timeout=PATIENCE_SECONDS)
    connection.request("GET", path, headers={"Host": name})
    response = connection.getresponse()
    body = response.read().decode()
    connection.close()
    return response.status, body


@pytest.mark.parametrize("host", FACES)
def test_every_face_answers_and_says_that_it_is_a_simulation(platform: Platform, host: str | None) -> None:
    status, body = get(platform, host)
    assert status == 200
    assert "架空" in body


@pytest.mark.parametrize("process", [process.name for process in PROCESSES])
def test_every_process_is_ready(platform: Platform, process: str) -> None:
    port = next(p for p in PROCESSES if p.name == process).port(platform.settings)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    connection.request("GET", "/readyz")
    assert connection.getresponse().status == 200
    connection.close()


def test_a_second_up_says_that_it_runs_already(platform: Platform) -> None:
    assert "すでに動いています" in platform.run("up").stdout


def test_messages_are_not_reachable_through_the_front(platform: Platform) -> None:
    for host in FACES:
        status, _ = get(platform, host, "/messages/permit-request.v1")
        assert status == 404


def test_every_resident_has_a_number_of_their_own(platform: Platform) -> None:
    with embedded_server(platform.settings).connect_admin("jlis") as admin:
        people = admin.execute(
            "SELECT individual_number, resident_code FROM jlis_residents_person"
        ).fetchall()
    numbers = [IndividualNumber.parse(str(number)).digits for number, _ in people]
    codes = [ResidentCode.parse(str(code)).digits for _, code in people]
    assert len(people) >= 2 * RESIDENTS
    assert len(set(numbers)) == len(set(codes)) == len(people)


@pytest.mark.parametrize(
    ("database", "table"), [("pension_service", "insured"), ("digital_agency", "receiving_account")]
)
def test_providers_found_each_person_by_the_four_attributes(
    platform: Platform, database: str, table: str
) -> None:
    with embedded_server(platform.settings).connect_admin(database) as admin:
        rows = admin.execute(
            f"SELECT look_up, count(*), count(individual_number) FROM {table} GROUP BY look_up"  # noqa: S608
        ).fetchall()
    counts = {str(state): (int(str(total)), int(str(numbered))) for state, total, numbered in rows}
    found, numbered = counts["found"]
    assert found == numbered
    assert found > 0
    assert all(numbered == 0 for state, (_, numbered) in counts.items() if state != "found")


def test_one_who_moved_between_the_towns_has_one_number(platform: Platform) -> None:
    """Hanako was a resident of the former city before she moved: J-LIS knows one person, both cities hold a code."""
    with embedded_server(platform.settings).connect_admin("network") as admin:
        members = {
            str(member) for (member,) in admin.execute("SELECT DISTINCT member FROM issued_code").fetchall()
        }
    assert {f"municipality.{town}" for town in platform.settings.towns} <= members
    assert {"pension_service", "digital_agency"} <= members


def test_the_log_is_sound_and_the_three_records_agree(platform: Platform) -> None:
    assert "異常はありません" in platform.run("network", "audit").stdout
    assert "食い違いはありません" in platform.run("network", "reconcile").stdout


def test_logs_are_json_lines(platform: Platform) -> None:
    for process in PROCESSES:
        log = platform.settings.logs / f"{process.name}.log"
        for line in log.read_text(encoding="utf-8").splitlines():
            assert isinstance(json.loads(line), dict), process.name
