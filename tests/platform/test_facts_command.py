"""`mynumber facts`: what a vendor types."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mynumber.foundation.facts import LAYOUTS, json_schema, sample
from mynumber.platform.commands.facts import app

RUNNER = CliRunner()


def test_the_list_names_every_layout() -> None:
    said = RUNNER.invoke(app, ["list"])
    assert [line.split("\t")[0] for line in said.stdout.splitlines()] == list(LAYOUTS)


def test_schema_and_sample_are_json() -> None:
    assert json.loads(RUNNER.invoke(app, ["schema", "local_tax"]).stdout) == json_schema(LAYOUTS["local_tax"])
    said = RUNNER.invoke(app, ["sample", "local_tax", "--seed", "7"])
    assert json.loads(said.stdout) == sample(LAYOUTS["local_tax"], 7)


def test_a_sample_passes_the_check_and_is_shown_in_words(tmp_path: Path) -> None:
    file = tmp_path / "fact.json"
    file.write_text(RUNNER.invoke(app, ["sample", "local_tax", "--edge", "not_declared"]).stdout)
    said = RUNNER.invoke(app, ["check", "local_tax", str(file)])
    assert said.exit_code == 0
    assert "総所得金額等\t未申告" in said.stdout


def test_faults_are_said_with_their_fields_and_status_1() -> None:
    said = RUNNER.invoke(app, ["check", "local_tax", "-"], input='{"fiscal_year":2026,"total_income":null}')
    assert said.exit_code == 1
    assert [line.split(":")[0] for line in said.stderr.splitlines()] == [
        "total_income",
        "income_levy",
        "dependants",
    ]


@pytest.mark.parametrize(
    "words",
    [
        ["schema", "no_such"],
        ["sample", "resident_record", "--edge", "not_declared"],
        ["check", "local_tax", "/no/such/file"],
    ],
)
def test_what_does_not_exist_is_said(words: list[str]) -> None:
    said = RUNNER.invoke(app, words)
    assert said.exit_code == 2
    assert "Traceback" not in said.output
