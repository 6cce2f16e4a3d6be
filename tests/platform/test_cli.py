"""The command line: what it says when something is not as it should be, and what it does not load."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mynumber.platform.cli import main
from mynumber.platform.commands.single import worst
from mynumber.platform.registry import INSTITUTIONS, PROCESSES, UnknownName, message_process, processes_of
from mynumber.platform.settings import Settings, SettingsError

runner = CliRunner()


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MYNUMBER_HOME", str(tmp_path / "home"))


def test_status_and_down_say_that_nothing_runs() -> None:
    status = runner.invoke(main, ["status"])
    assert (status.exit_code, "動いていません" in status.output) == (3, True)
    assert "動いていません" in runner.invoke(main, ["down"]).output


@pytest.mark.parametrize("command", ["serve", "logs", "psql"])
def test_an_unknown_institution_is_answered_with_those_there_are(command: str) -> None:
    result = runner.invoke(main, [command, "tax_office"])
    assert result.exit_code == 1
    assert "municipality" in result.output


def test_run_without_a_command_says_how_it_is_used() -> None:
    assert runner.invoke(main, ["run", "jlis"]).exit_code == 2


def test_reset_deletes_no_folder_that_is_not_a_platform_s(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "photos.txt").write_text("mine")
    result = runner.invoke(main, ["reset", "--yes"])
    assert result.exit_code == 1
    assert (home / "photos.txt").exists()


def test_reset_asks_before_it_deletes(tmp_path: Path) -> None:
    (tmp_path / "home" / "keys").mkdir(parents=True)
    assert runner.invoke(main, ["reset"], input="n\n").exit_code == 1
    assert (tmp_path / "home" / "keys").exists()
    assert runner.invoke(main, ["reset"], input="y\n").exit_code == 0
    assert not (tmp_path / "home").exists()


def test_the_end_of_a_log_is_shown(tmp_path: Path) -> None:
    logs = tmp_path / "home" / "logs"
    logs.mkdir(parents=True)
    (logs / "network.log").write_text("one\ntwo\nthree\n")
    assert runner.invoke(main, ["logs", "network", "--lines", "2"]).output == "two\nthree\n"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("MYNUMBER_PORT", "http"),
        ("MYNUMBER_PORT", "0"),
        ("MYNUMBER_PORT", "65536"),
        ("MYNUMBER_PORT_BASE", "-1"),
        ("MYNUMBER_RESIDENTS", "１００"),
        ("MYNUMBER_CORES", "0"),
        ("MYNUMBER_CORES", "5"),
        ("MYNUMBER_CORE_PROCESSES", "two"),
        ("MYNUMBER_TOWNS", "131229,131229"),
        ("MYNUMBER_TOWNS", "Katsushika"),
    ],
)
def test_a_setting_that_cannot_be_is_named(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SettingsError, match=variable):
        Settings.from_environment({variable: value})
    monkeypatch.setenv(variable, value)
    result = runner.invoke(main, ["status"])
    assert result.exit_code == 1
    assert variable in result.output


@pytest.mark.parametrize("words", [["--help"], ["receipt", "--help"], ["law", "--help"], ["status"]])
def test_no_command_loads_django(words: list[str]) -> None:
    program = (
        "import sys\nfrom mynumber.platform.cli import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        "sys.exit('django' in sys.modules or 'psycopg' in sys.modules and sys.argv[1] == 'receipt')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *words], env=os.environ, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_processes_are_found_by_institution_or_by_their_own_name() -> None:
    assert [p.name for p in processes_of("network")] == ["network-api", "network"]
    assert [p.name for p in processes_of("network-api")] == ["network-api"]
    assert message_process("gateway").name == "gateway-api"
    assert message_process("jlis").name == "jlis", "its api answers for certificates, not messages"
    assert message_process("portal").name == "portal"
    with pytest.raises(UnknownName, match="there are: network"):
        processes_of("front")


def test_no_two_processes_share_a_port_and_every_institution_has_pages() -> None:
    ports = {process.port(Settings.from_environment({})) for process in PROCESSES}
    assert len(ports) == len(PROCESSES)
    assert {i.name for i in INSTITUTIONS} == {p.institution for p in PROCESSES if p.name == p.institution}


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("postgresql://network:secret-word@127.0.0.1:1/network", "つながりません"),
        ("postgresql://network:secret-word@127.0.0.1:port/network", "DATABASE_URL"),
        ("secret-word", "DATABASE_URL"),
    ],
)
def test_a_database_that_cannot_be_reached_is_said_so_without_its_password(
    tmp_path: Path, address: str, words: str
) -> None:
    done = runner.invoke(
        main, ["serve", "network"], env={"MYNUMBER_HOME": str(tmp_path / "home"), "DATABASE_URL": address}
    )
    assert done.exit_code != 0
    assert words in done.output
    assert "secret-word" not in done.output


@pytest.mark.parametrize(
    ("statuses", "at_one", "status"),
    [
        ([0, 0], False, 0),
        ([0, -9], False, 137),
        ([0, 3], False, 3),
        ([3, 0], True, 0),
        ([3, -15, 0], True, 143),
        ([3, 3], True, 3),
    ],
)
def test_of_a_command_at_several_cores_the_worst_end_counts(
    statuses: list[int], at_one: bool, status: int
) -> None:
    assert worst(statuses, at_one=at_one) == status
