"""`mynumber procedure`: what an official types, and what comes of it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from mynumber.foundation.procedures.loading import Common, catalogue, load_one, read
from mynumber.platform.cli import main

RUN = CliRunner()


def run(*words: str) -> tuple[int, str]:
    result = RUN.invoke(main, ["procedure", *words])
    return result.exit_code, result.output


def test_the_whole_catalogue_is_checked() -> None:
    assert run("check") == (0, "直すところはありません。\n")


def test_what_is_new_passes_the_check_and_can_be_looked_at(tmp_path: Path) -> None:
    folder = tmp_path / "my_procedure"
    assert run("new", str(folder))[0] == 0
    assert run("check", str(folder)) == (0, "直すところはありません。\n")
    code, page = run("preview", str(folder))
    assert code == 0
    assert page.startswith("<!doctype html>")
    assert "<script" not in page
    assert "その他" not in page
    assert run("new", str(folder))[0] == 2
    assert run("new", str(tmp_path / "Bad-Name"))[0] == 2


def test_a_mistake_is_named_and_ends_with_one(tmp_path: Path) -> None:
    folder = tmp_path / "my_procedure"
    run("new", str(folder))
    file = folder / "procedure.toml"
    file.write_text(
        file.read_text(encoding="utf-8").replace('when = "reason = other"', 'when = "reasons = other"'),
        encoding="utf-8",
    )
    code, output = run("check", str(folder))
    assert code == 1
    assert "条件の項目 reasons" in output
    file.write_text("id =", encoding="utf-8")
    code, output = run("check", str(folder))
    assert code == 1
    assert "TOMLとして読めません" in output


@pytest.mark.parametrize("language", ["ja", "easy", "en"])
def test_a_procedure_is_shown_in_each_language(language: str) -> None:
    code, output = run("show", "child_allowance_claim", "-l", language)
    assert code == 0
    assert catalogue().versions("child_allowance_claim")[0].title.in_language(language) in output


def test_lists_scores_and_searches() -> None:
    assert run("list", "--on", "2026-05-01")[1].count("\n") == len(catalogue().ids)
    assert "| `child_allowance_claim` |" in run("score", "--on", "2026-05-01")[1]
    assert "nursery_application" in run("search", "保育園", "--on", "2026-05-01")[1].splitlines()[0]
    assert run("list", "--on", "someday")[0] == 2
    assert run("show", "no_such_procedure")[0] == 2


def test_a_procedure_is_exported_as_one_file_without_shared_parts(tmp_path: Path) -> None:
    file = tmp_path / "whole.toml"
    assert run("export", "child_allowance_claim", "--form", "toml", "-o", str(file))[0] == 0
    assert (
        read(file.read_text(encoding="utf-8"), "whole.toml", Common({}, {}))
        == catalogue().versions("child_allowance_claim")[0]
    )


def test_a_workbook_goes_out_and_comes_back(tmp_path: Path) -> None:
    book, folder = tmp_path / "form.xlsx", tmp_path / "child_allowance_claim"
    folder.mkdir()
    assert run("export", "child_allowance_claim", "-o", str(book))[0] == 0
    assert run("import", str(book), "-o", str(folder / "procedure.toml"))[0] == 0
    assert load_one(folder, Common({}, {})) == catalogue().versions("child_allowance_claim")
    book.write_bytes(b"no workbook")
    assert run("import", str(book))[0] == 1


def test_a_municipality_adopts_or_is_told_why_not(tmp_path: Path) -> None:
    overlay = tmp_path / "overlay.toml"
    text = 'procedure = "nursery_application"\nversion = "2026-04"\nmunicipality = "131016"\nordinance = ""\noff = ["hours_wished"]\n'
    overlay.write_text(text, encoding="utf-8")
    code, output = run("adopt", str(overlay))
    assert code == 0
    assert 'id = "earliest"' not in output
    overlay.write_text(text.replace("hours_wished", "account"), encoding="utf-8")
    code, output = run("adopt", str(overlay))
    assert code == 1
    assert "スイッチ account はありません" in output
