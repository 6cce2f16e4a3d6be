from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mynumber.foundation.law.basis import committed_details, committed_history
from mynumber.foundation.law.clauses import IROHA, Clause
from mynumber.foundation.law.detail_history import decode_details
from mynumber.foundation.law.history import decode
from mynumber.platform.commands.law import app
from tests.foundation.law.articles import clauses_on, markdown_of, xml_of
from tests.foundation.law.official import TEXTS, Cells, egov_xml, markdown, rows_of_history

LAST = date.fromisoformat(TEXTS[-1])


def _run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def _said(result: Result) -> str:
    """Everything written, without the breaks and frames that a narrow screen makes."""
    return "".join(part.strip("│ ") for part in (result.stdout + result.stderr).splitlines())


def _last_rows() -> list[Cells]:
    history = committed_history()
    return rows_of_history(history, history.texts[-1])


def _text(form: str, rows: list[Cells], clauses: list[Clause]) -> bytes:
    if form == "xml":
        return egov_xml(rows, articles=xml_of(clauses))
    return markdown(rows, articles=markdown_of(clauses)).encode()


def test_show_prints_the_rules_of_an_affair() -> None:
    result = _run("show", "--inquirer", "CITY", "--affair", "81-1", "--on", "2026-06-14")
    assert result.exit_code == 0
    for words in ("81-1-4", "八十一", "都道府県知事等", "内閣総理大臣", "第八十三条", "1 事務、7 規定"):
        assert words in result.stdout


def test_show_goes_down_to_items() -> None:
    result = _run("show", "--affair", "12-1", "--on", "2026-06-14", "--items")
    assert result.exit_code == 0
    said = _said(result)
    assert (
        "12-1-1 12-1.1 第十四条第一号 児童福祉法第十八条の十八第一項の保育士の登録の申請に係る事実についての審査に関する事務"
        in said
    )
    assert "12-1-1-1  第十四条第一号" in said


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


def test_show_before_the_order_is_the_former_table() -> None:
    result = _run("show", "--affair", "former-27-1", "--on", "2024-05-26")
    assert result.exit_code == 0
    assert "番号法 旧別表第二" in _said(result)
    assert "2024-04-01 の本文による" in _said(result)
    assert "former-27-1-5" in result.stdout
    none = _run("show", "--on", "2017-05-29")
    assert none.exit_code == 1
    assert "2017-05-30 に施行" in _said(none)


def test_diff_across_the_end_of_the_former_table() -> None:
    said = _said(_run("diff", "2024-05-26", "2024-05-27"))
    assert "新設 81-1-4" in said
    assert "削除 former-27-1-5" in said


def test_diff_names_what_came_what_changed_and_what_went() -> None:
    result = _run("diff", "2025-04-01", "2025-10-01")
    assert result.exit_code == 0
    said = _said(result)
    for words in ("新設 81-1-7", "改正 42-1-3", "削除 157-1-1", "新設 12_2-1 ", "十二の二の項の事務"):
        assert words in said


def test_diff_goes_down_to_items() -> None:
    result = _run("diff", "2024-05-27", "2024-10-01", "--items")
    assert result.exit_code == 0
    said = _said(result)
    assert "新設 95-1.9" in said
    assert "産後ケア事業の実施に関する事務" in said
    assert "位置だけの違い" in said


def test_report_prints_the_counts() -> None:
    result = _run("report", "--on", "2026-06-14")
    assert result.exit_code == 0
    assert "2026-06-14\t186\t481\t186\t943\t2132\t3164\t983\t0" in result.stdout
    assert "402  戸籍関係情報" in result.stdout
    assert "値の様式がある項目 3164、様式のない項目 0" in result.stdout


def test_diff_within_one_text_finds_nothing() -> None:
    assert "違いはありません" in _run("diff", "2026-06-14", "2026-11-22").stdout


@pytest.mark.parametrize("form", ["xml", "md"])
def test_import_of_a_known_text_changes_nothing(tmp_path: Path, form: str) -> None:
    """The text is written anew from the items, so references are spelled out and sub-items stand elsewhere; no word changes."""
    file = tmp_path / f"506M60004008009_{TEXTS[-1]}.{form}"
    file.write_bytes(_text(form, _last_rows(), clauses_on(LAST)))
    result = _run("import", file, "--output", tmp_path / "law")
    assert result.exit_code == 0, result.output
    assert "187 項、186 事務、481 規定" in _said(result)
    assert "違いはありません" in result.stdout
    assert "細分された事務 0 件、項目 0 件が違います" in _said(result)
    assert decode((tmp_path / "law" / "provision_order.json").read_bytes()) == committed_history()
    details = decode_details((tmp_path / "law" / "provision_details.json").read_bytes())
    assert [detail.id for detail, _ in details.on(LAST)] == [
        detail.id for detail, _ in committed_details().on(LAST)
    ]


def test_import_names_the_article_that_it_cannot_read(tmp_path: Path) -> None:
    clauses = clauses_on(LAST)
    at = next(at for at, clause in enumerate(clauses) if clause.place.label == "第八十三条第一号ハ")
    clauses[at] = replace(clauses[at], text="火星に住む者に係る火星関係情報")
    file = tmp_path / f"506M60004008009_{TEXTS[-1]}.md"
    file.write_bytes(_text("md", _last_rows(), clauses))
    result = _run("import", file, "--output", tmp_path / "law")
    assert result.exit_code == 1
    assert "第八十三条第一号ハ / 「火星に住む者に係る火星関係情報」" in _said(result)
    assert not (tmp_path / "law").exists()


def test_import_shows_a_new_row_and_writes_only_when_told(tmp_path: Path) -> None:
    rows, clauses = _last_rows(), clauses_on(LAST)
    at = next(at for at, row in enumerate(rows) if (row[0] or "").startswith("八十一\u3000"))
    rows.insert(
        at + 1, (None, None, "日本年金機構又は内閣総理大臣", "出入国関係情報であって第八十三条で定めるもの")
    )
    file = tmp_path / "order.xml"
    file.write_bytes(_text("xml", rows, clauses))
    unread = _run("import", file, "--from", "2027-01-01")
    assert unread.exit_code == 1
    assert "日本年金機構又は内閣総理大臣" in _said(unread)
    rows[at + 1] = (None, None, "出入国在留管理庁長官", "出入国関係情報であって第八十三条で定めるもの")
    file.write_bytes(_text("xml", rows, clauses))
    empty = _run("import", file, "--from", "2027-01-01")
    assert empty.exit_code == 1
    assert "どの条も細目を定めない規定があります（第八十三条 / 「81-1-8」）" in _said(empty)
    last = max(
        at
        for at, clause in enumerate(clauses)
        if (clause.place.article, clause.place.number, bool(clause.place.sub)) == ("83", "1", True)
    )
    place = replace(clauses[last].place, sub=IROHA[IROHA.index(clauses[last].place.sub) + 1])
    clauses.insert(last + 1, Clause("", place, "当該請求を行う者に係る出入国関係情報"))
    file.write_bytes(_text("xml", rows, clauses))
    shown = _run("import", file, "--from", "2027-01-01")
    assert shown.exit_code == 0
    assert "新設 81-1-8" in _said(shown)
    assert "新設 81-1-8-1" in _said(shown)
    assert "細分された事務 0 件、項目 1 件が違います" in _said(shown)
    assert [path.name for path in tmp_path.iterdir()] == ["order.xml"]
    output = tmp_path / "law"
    assert _run("import", file, "--from", "2027-01-01", "--output", output).exit_code == 0
    assert decode((output / "provision_order.json").read_bytes()).texts[-1].isoformat() == "2027-01-01"
    assert (
        decode_details((output / "provision_details.json").read_bytes()).texts[-1].isoformat() == "2027-01-01"
    )


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
