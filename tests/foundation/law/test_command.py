from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mynumber.foundation.law.basis import committed_history
from mynumber.foundation.law.history import decode
from mynumber.platform.commands.law import app
from tests.foundation.law.official import TEXTS, Cells, egov_xml, markdown, rows_of_history


def _run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def _said(result: Result) -> str:
    """Everything written, without the breaks and frames that a narrow screen makes."""
    return "".join(part.strip("│ ") for part in (result.stdout + result.stderr).splitlines())


def _last_rows() -> list[Cells]:
    history = committed_history()
    return rows_of_history(history, history.texts[-1])


def test_show_prints_the_rules_of_an_affair() -> None:
    result = _run("show", "--inquirer", "CITY", "--affair", "81-1", "--on", "2026-06-14")
    assert result.exit_code == 0
    for words in ("81-1-4", "八十一", "都道府県知事等", "内閣総理大臣", "第八十三条", "1 事務、7 規定"):
        assert words in result.stdout


@pytest.mark.parametrize("affair", ["81-1", "81", "八十一", "児童扶養手当法による児童扶養手当"])
@pytest.mark.parametrize(
    "provider", ["PENSION_SERVICE", "pension_service", "日本年金機構", "厚生労働大臣又は日本年金機構"]
)
def test_names_of_the_enum_and_words_of_the_law_mean_the_same(affair: str, provider: str) -> None:
    result = _run(
        "show",
        "--affair",
        affair,
        "--provider",
        provider,
        "--information",
        "PUBLIC_PENSION_BENEFIT",
        "--on",
        "2026-06-14",
    )
    assert result.exit_code == 0
    assert "81-1-4" in result.stdout


def test_a_defined_list_is_accepted_as_information() -> None:
    result = _run("show", "--affair", "81-1", "--information", "障害者関係情報", "--on", "2026-06-14")
    assert "1 事務、1 規定" in result.stdout


def test_show_says_when_the_table_allows_nothing() -> None:
    result = _run(
        "show", "--inquirer", "CITY", "--affair", "81", "--provider", "CITY", "--information", "戸籍関係情報"
    )
    assert result.exit_code == 1
    assert "認める規定はありません" in result.stdout


def test_show_names_near_kinds() -> None:
    result = _run("show", "--information", "地方税")
    assert result.exit_code == 2
    assert "LOCAL_TAX" in _said(result)


def test_show_before_the_order() -> None:
    result = _run("show", "--on", "2024-05-26")
    assert result.exit_code == 1
    assert "2024-05-27 に施行" in _said(result)


def test_diff_names_what_came_what_changed_and_what_went() -> None:
    result = _run("diff", "2025-04-01", "2025-10-01")
    assert result.exit_code == 0
    said = _said(result)
    for words in ("新設 81-1-7", "改正 42-1-3", "削除 157-1-1", "新設 12_2-1 ", "十二の二の項の事務"):
        assert words in said


def test_diff_within_one_text_finds_nothing() -> None:
    assert "違いはありません" in _run("diff", "2026-06-14", "2026-11-22").stdout


@pytest.mark.parametrize("form", ["xml", "md"])
def test_import_of_a_known_text_changes_nothing(tmp_path: Path, form: str) -> None:
    file = tmp_path / f"506M60004008009_{TEXTS[-1]}.{form}"
    file.write_bytes(egov_xml(_last_rows()) if form == "xml" else markdown(_last_rows()).encode())
    result = _run("import", file, "--output", tmp_path / "table.json")
    assert result.exit_code == 0, result.output
    assert "187 項、186 事務、481 規定" in _said(result)
    assert "違いはありません" in result.stdout
    assert decode((tmp_path / "table.json").read_bytes()) == committed_history()


def test_import_shows_a_new_row_and_writes_only_when_told(tmp_path: Path) -> None:
    rows = _last_rows()
    at = next(at for at, row in enumerate(rows) if (row[0] or "").startswith("八十一\u3000"))
    rows.insert(
        at + 1, (None, None, "日本年金機構又は内閣総理大臣", "出入国関係情報であって第八十三条で定めるもの")
    )
    file = tmp_path / "order.xml"
    file.write_bytes(egov_xml(rows))
    unread = _run("import", file, "--from", "2027-01-01")
    assert unread.exit_code == 1
    assert "日本年金機構又は内閣総理大臣" in _said(unread)
    rows[at + 1] = (None, None, "出入国在留管理庁長官", "出入国関係情報であって第八十三条で定めるもの")
    file.write_bytes(egov_xml(rows))
    shown = _run("import", file, "--from", "2027-01-01")
    assert shown.exit_code == 0
    assert "新設 81-1-8" in _said(shown)
    assert [path.name for path in tmp_path.iterdir()] == ["order.xml"]
    output = tmp_path / "table.json"
    assert _run("import", file, "--from", "2027-01-01", "--output", output).exit_code == 0
    assert decode(output.read_bytes()).texts[-1].isoformat() == "2027-01-01"


def test_import_names_every_phrase_that_nobody_has_read(tmp_path: Path) -> None:
    text = (
        markdown(_last_rows()).replace("内閣総理大臣", "火星総理大臣").replace("戸籍関係情報", "火星戸籍情報")
    )
    file = tmp_path / "order_2027-01-01.md"
    file.write_text(text, "utf-8")
    output = tmp_path / "table.json"
    result = _run("import", file, "--output", output)
    assert result.exit_code == 1
    said = _said(result)
    assert "情報提供者: 「火星総理大臣」" in said
    assert "利用特定個人情報: 「火星戸籍情報」" in said
    assert not output.exists()


def test_import_asks_for_later_texts(tmp_path: Path) -> None:
    file = tmp_path / "order.md"
    file.write_text(markdown(_last_rows()), "utf-8")
    result = _run("import", file, "--from", "2026-04-01")
    assert result.exit_code == 1
    assert "2026-06-14" in _said(result)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"# x", "第二条の表がありません"),
        (b"<Law>", "XML として正しくありません"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><Law>&b;</Law>', "実体宣言"),
        (b"\xff", "UTF-8"),
    ],
)
def test_import_says_why_a_file_is_not_the_order(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "order_2027-01-01.md"
    file.write_bytes(content)
    result = _run("import", file)
    assert result.exit_code == 1
    assert words in _said(result)


def test_import_of_a_missing_file(tmp_path: Path) -> None:
    result = _run("import", tmp_path / "none.md")
    assert result.exit_code == 1
    assert "読めません" in _said(result)


def test_one_day_cannot_hold_for_two_files(tmp_path: Path) -> None:
    file = tmp_path / "order_2026-06-14.md"
    file.write_text(markdown(_last_rows()), "utf-8")
    assert _run("import", file, file, "--from", "2027-01-01").exit_code == 2
    assert "二つ" in _said(_run("import", file, file))
