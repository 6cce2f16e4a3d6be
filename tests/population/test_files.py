"""The folder of files: complete, readable by the documented structs, replaced only when complete; and the command that writes it."""

from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from mynumber.foundation.numbers import MalformedNumber
from mynumber.platform.commands.population import app
from mynumber.population import files
from mynumber.population.records import (
    ACCOUNTS_FILE,
    INSURED_FILE,
    PENSIONS_FILE,
    RESIDENTS_FILE,
    SUMMARY_FILE,
    TAX_FILE,
    Account,
    Insured,
    Pension,
    Resident,
    Summary,
    Tax,
)
from mynumber.population.towns import TOWN_ONE, TOWN_TWO

NAMES = {RESIDENTS_FILE, TAX_FILE, PENSIONS_FILE, INSURED_FILE, ACCOUNTS_FILE, SUMMARY_FILE}


def test_a_folder_holds_what_its_summary_says(tmp_path: Path) -> None:
    done: list[int] = []
    summary = files.write(tmp_path / "town", TOWN_TWO, 500, 3, progress=done.append)
    assert {path.name for path in (tmp_path / "town").iterdir()} == NAMES
    assert sum(done) == 500
    residents = files.read(tmp_path / "town" / RESIDENTS_FILE, Resident)
    assert [r.moved_out is None for r in residents] == [True] * 500 + [False] * summary.removed
    assert len({r.household for r in residents[:500]}) == summary.households
    assert len(files.read(tmp_path / "town" / TAX_FILE, Tax)) == summary.tax
    assert len(files.read(tmp_path / "town" / PENSIONS_FILE, Pension)) == summary.pensions
    assert len(files.read(tmp_path / "town" / INSURED_FILE, Insured)) == summary.insured
    assert len(files.read(tmp_path / "town" / ACCOUNTS_FILE, Account)) == summary.accounts
    assert msgspec.json.decode((tmp_path / "town" / SUMMARY_FILE).read_bytes(), type=Summary) == summary
    assert summary.municipality_name == "大阪府八尾市"
    assert set(summary.personas) == {"hanako", "haruo", "chiyo", "sota"}


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        files.write(tmp_path / folder, TOWN_ONE, 200, 5)
    for name in NAMES:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_every_line_has_every_field(tmp_path: Path) -> None:
    files.write(tmp_path, TOWN_ONE, 50, 5)
    for name, kind in (
        (RESIDENTS_FILE, Resident),
        (TAX_FILE, Tax),
        (PENSIONS_FILE, Pension),
        (INSURED_FILE, Insured),
        (ACCOUNTS_FILE, Account),
    ):
        fields = [field.name for field in msgspec.structs.fields(kind)]
        for line in (tmp_path / name).read_bytes().splitlines():
            assert list(msgspec.json.decode(line)) == fields


def test_a_bad_code_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(MalformedNumber):
        files.write(tmp_path / "town", "13122", 10, 1)
    assert not (tmp_path / "town").exists()


def test_a_damaged_line_is_refused(tmp_path: Path) -> None:
    path = tmp_path / TAX_FILE
    path.write_text('{"person":"x"}\n', encoding="utf-8")
    with pytest.raises(msgspec.ValidationError, match="municipality"):
        files.read(path, Tax)


def test_the_command_writes_a_folder(tmp_path: Path) -> None:
    words = [
        "create",
        "--municipality",
        TOWN_ONE,
        "--residents",
        "120",
        "--seed",
        "4",
        "--output",
        str(tmp_path / "t"),
    ]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    assert "東京都葛飾区: 住民 120 人" in result.stdout
    assert len(files.read(tmp_path / "t" / RESIDENTS_FILE, Resident)) >= 120


@pytest.mark.parametrize("code", ["131228", "13122", "130001", "016951", "葛飾区"])
def test_the_command_refuses_what_is_no_inhabited_municipality(code: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["create", "--municipality", code, "--output", str(tmp_path / "t")])
    assert result.exit_code == 2
    assert not list(tmp_path.rglob("*.ndjson"))
