"""`mynumber law`: read, compare and renew the legal-basis table (情報連携の根拠となる命令の表)."""

import sys
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Annotated, Final, NoReturn, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from mynumber.foundation.facts import UnmappedItem, layout_of_item
from mynumber.foundation.law.basis import LegalBasis, committed_details, committed_history, legal_basis
from mynumber.foundation.law.detail_history import DetailHistory, encode_details
from mynumber.foundation.law.differences import (
    Change,
    LaterTexts,
    Row,
    detail_rows,
    differing,
    renewed,
    renewed_details,
    rows_of_details,
    rows_on,
    table_rows,
)
from mynumber.foundation.law.errors import (
    BadMapping,
    Column,
    DetailFault,
    MalformedDetail,
    MalformedText,
    NotInForce,
    TextFault,
    UnmappedPhrase,
)
from mynumber.foundation.law.history import LAW_NUMBER, OrderHistory, encode
from mynumber.foundation.law.kinds import InformationKind, InstitutionKind
from mynumber.foundation.law.mapping import phrase_mapping
from mynumber.foundation.law.numerals import article_label, label_of
from mynumber.foundation.law.provisions import FORMER_ARTICLE, Affair, Provision
from mynumber.foundation.law.report import report_lines
from mynumber.foundation.law.sources import DatedText, read_text
from mynumber.foundation.law.successors import successors

app = typer.Typer(
    help="情報連携の根拠表（誰が・何の事務で・誰から・何を）を読む、比べる、更新する", no_args_is_help=True
)

_JAPAN: Final = timezone(timedelta(hours=9))
_NOTHING_FOUND: Final = 1
_BAD_INPUT: Final = 1
_PIPE_WIDTH: Final = 160

_FAULTS: Final = {
    TextFault.TOO_LARGE: "大きすぎます",
    TextFault.NOT_TEXT: "UTF-8 の文字ではありません",
    TextFault.NOT_XML: "XML として正しくありません",
    TextFault.FORBIDDEN_XML: "実体宣言や文書型宣言のある XML は読みません",
    TextFault.NO_TABLE: "第二条の表がありません",
    TextFault.SECOND_TABLE: "第二条の表が二つあります",
    TextFault.TRUNCATED: "表の途中で切れています",
    TextFault.BAD_ROW: "表に合わない行があります",
    TextFault.BAD_SPAN: "行にまたがる欄が正しくありません",
    TextFault.BAD_ITEM: "項の番号が続いていません",
    TextFault.BAD_ARTICLE: "事務や情報を定める条が分かりません",
    TextFault.DUPLICATE: "同じ行が二つあります",
    TextFault.NO_DATE: "施行日が分かりません（--from で与えてください）",
}

_DETAIL_FAULTS: Final = {
    DetailFault.NO_ARTICLES: "第三条がありません",
    DetailFault.TRUNCATED: "条の途中で切れています",
    DetailFault.UNKNOWN_LINE: "条・項・号・イロハのどれでもない行があります",
    DetailFault.TOO_LONG: "長すぎる文があります",
    DetailFault.BAD_NUMBER: "番号が続いていません",
    DetailFault.NO_AFFAIR: "表のどの事務も指さない条があります",
    DetailFault.NO_ARTICLE: "事務を定める条がありません",
    DetailFault.WRONG_AFFAIR: "別の項を定める条です",
    DetailFault.BAD_HEAD: "事務と情報を定める文の形ではありません",
    DetailFault.BAD_SPLIT: "事務と情報の境が分かりません",
    DetailFault.BAD_LIST: "「次に掲げる情報」と列記とが合いません",
    DetailFault.BAD_REFERENCE: "引用する先の情報がありません",
    DetailFault.NOT_INFORMATION: "情報の語句として知られていません。foundation/law/mapping/items.toml に加えてください",
    DetailFault.OUTSIDE_TABLE: "表のどの規定も認めない情報です",
    DetailFault.EMPTY_PROVISION: "どの条も細目を定めない規定があります",
}

Kind = TypeVar("Kind", InstitutionKind, InformationKind)

Day = Annotated[
    datetime | None,
    typer.Option("--on", formats=["%Y-%m-%d"], help="基準日（例 2026-06-14。省略すると今日）"),
]


@app.command()
def show(
    inquirer: Annotated[
        str | None, typer.Option(help="情報照会者（例 CITY、市町村長、都道府県知事等）")
    ] = None,
    affair: Annotated[str | None, typer.Option(help="事務（例 81-1、81、八十一、児童扶養手当）")] = None,
    provider: Annotated[
        str | None, typer.Option(help="情報提供者（例 PENSION_SERVICE、日本年金機構）")
    ] = None,
    information: Annotated[str | None, typer.Option(help="情報（例 LOCAL_TAX、地方税関係情報）")] = None,
    on: Day = None,
    *,
    items: Annotated[bool, typer.Option("--items", help="規定ごとに情報の項目も示す")] = False,
) -> None:
    """条件に合う規定を表で示します。ひとつもなければ、その情報連携は認められません（終了コード 1）。"""
    day = on.date() if on else _today()
    mapping = phrase_mapping()
    inquirers = _kinds(
        inquirer, InstitutionKind, lambda words: mapping.institution_kinds(words, Column.INQUIRER)
    )
    providers = _kinds(
        provider, InstitutionKind, lambda words: mapping.institution_kinds(words, Column.PROVIDER)
    )
    wanted = _kinds(information, InformationKind, mapping.information_kinds)
    basis = _basis(day)
    rules = [
        (found, rule)
        for found in _affairs(basis, affair)
        if inquirers is None or not found.inquirer_kinds.isdisjoint(inquirers)
        for rule in found.provisions
        if providers is None or not rule.provider_kinds.isdisjoint(providers)
        if wanted is None or not rule.information_kinds.isdisjoint(wanted)
    ]
    console = _console()
    table = "番号法 旧別表第二" if basis.is_former else f"{LAW_NUMBER} 第二条の表"
    console.print(f"{table}（{day.isoformat()} 現在。{basis.text_of.isoformat()} の本文による）")
    if not rules:
        console.print("この条件の情報連携を認める規定はありません。")
        raise typer.Exit(_NOTHING_FOUND)
    console.print(_rules_table(rules))
    if items:
        _print_items_of(console, basis, [rule for _, rule in rules])
    affairs = {found.id for found, _ in rules}
    console.print(f"{len(affairs)} 事務、{len(rules)} 規定")


@app.command()
def diff(
    first: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], metavar="DATE", help="前の基準日")],
    second: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], metavar="DATE", help="後の基準日")],
    *,
    items: Annotated[bool, typer.Option("--items", help="細分された事務と情報の項目も示す")] = False,
) -> None:
    """二つの基準日の間で変わった事務と規定（--items で細分された事務と項目も）を示します。"""
    days = _basis(first.date()).text_of, _basis(second.date()).text_of
    found = differing(table_rows(days[0]), table_rows(days[1]))
    console = _console()
    console.print(f"{days[0].isoformat()} 施行の本文 → {days[1].isoformat()} 施行の本文")
    _print_changes(console, found)
    if items:
        _print_items(console, differing(detail_rows(days[0]), detail_rows(days[1])))


@app.command()
def report(on: Day = None) -> None:
    """命令第三条以下の読取りの数（本文ごと、情報の種別ごと。対応のない規定は 0 でなければなりません）を示します。"""
    day = on.date() if on else _today()
    _basis(day)
    sys.stdout.write("\n".join([*report_lines(day), *_layout_lines(day)]) + "\n")


def _layout_lines(day: date) -> list[str]:
    """How many items of the day have a layout for their value, and those that have none (there are to be none)."""
    items, without = legal_basis(day).items, []
    for item in items:
        try:
            layout_of_item(item.information)
        except UnmappedItem:
            without.append(f"  {item.id}")
    return ["", f"値の様式がある項目 {len(items) - len(without)}、様式のない項目 {len(without)}", *without]


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="e-Gov 法令 XML または Markdown")],
    effective: Annotated[
        datetime | None,
        typer.Option(
            "--from",
            formats=["%Y-%m-%d"],
            help="施行日（一つのファイルのとき。省略するとファイル名か本文から読む）",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            file_okay=False, help="更新した表と項目を書き出すフォルダー（省略すると変更点を示すだけ）"
        ),
    ] = None,
) -> None:
    """命令の本文から表と第三条以下を読み、今との違いを示し、--output があれば書き出します。"""
    if effective is not None and len(files) > 1:
        raise typer.BadParameter("--from は一つのファイルのときだけ使えます")
    console = _console()
    texts: dict[date, DatedText] = {}
    for file in files:
        text = _read(file, effective.date() if effective else None)
        if text.on in texts:
            _fail(f"{file}: {text.on.isoformat()} の本文が二つあります")
        texts[text.on] = text
        console.print(
            f"{escape(str(file))}: {text.on.isoformat()} 施行、{text.table.items} 項、"
            f"{len(text.table.affairs)} 事務、{text.table.provisions} 規定"
        )
    _refuse_unmapped(texts.values())
    known = committed_history()
    try:
        history = renewed(known, {on: text.table for on, text in texts.items()})
    except LaterTexts as error:
        _fail(
            "これより後の本文も一緒に与えてください: " + "、".join(day.isoformat() for day in error.missing)
        )
    for on in sorted(texts):
        before = max((day for day in known.texts if day <= on), default=None)
        if before is None:
            console.print(f"{on.isoformat()}: 今の表より前の本文です")
        else:
            console.print(f"今の表（{before.isoformat()} 施行の本文）→ {on.isoformat()} 施行の本文")
        _print_changes(console, differing(rows_on(known, before) if before else {}, rows_on(history, on)))
    details = _renewed_details(history, texts)
    for on in sorted(texts):
        before = max((day for day in known.texts if day <= on), default=None)
        rows = rows_of_details(committed_details(), before) if before else {}
        _print_items(console, differing(rows, rows_of_details(details, on)))
    if output is None:
        console.print("書き出していません（--output FOLDER で書き出します）。")
        return
    output.mkdir(parents=True, exist_ok=True)
    (output / "provision_order.json").write_bytes(encode(history))
    (output / "provision_details.json").write_bytes(encode_details(details))
    console.print(f"{escape(str(output))} に書き出しました。")


def _today() -> date:
    return datetime.now(UTC).astimezone(_JAPAN).date()


def _console() -> Console:
    """Standard output; wide enough for the table when it is no terminal."""
    return Console(width=None if sys.stdout.isatty() else _PIPE_WIDTH, highlight=False)


def _fail(message: str) -> NoReturn:
    Console(stderr=True, highlight=False, soft_wrap=True).print(escape(message))
    raise typer.Exit(_BAD_INPUT)


def _basis(day: date) -> LegalBasis:
    try:
        return legal_basis(day)
    except NotInForce as error:
        _fail(
            f"{day.isoformat()} の表はありません。情報連携の根拠は {error.since.isoformat()} に施行されました。"
        )


def _kinds(
    words: str | None, kinds: type[Kind], phrase: Callable[[str], frozenset[Kind]]
) -> frozenset[Kind] | None:
    """The kinds that a name of the enum, a label or a phrase of the law means."""
    if words is None:
        return None
    for kind in kinds:
        if words.upper() == kind.name or words == kind.label_ja:
            return frozenset({kind})
    try:
        return phrase(words)
    except UnmappedPhrase:
        near = [
            f"{kind.name}（{kind.label_ja}）"
            for kind in kinds
            if words.upper() in kind.name or words in kind.label_ja
        ]
        hint = "近いもの: " + "、".join(near[:5]) if near else "名前は docs/law.md にあります"
        raise typer.BadParameter(f"「{words}」という種別はありません。{hint}") from None


def _affairs(basis: LegalBasis, words: str | None) -> tuple[Affair, ...]:
    """Affairs by id, by item in either script, or by words that stand in the affair."""
    if words is None:
        return basis.affairs
    exact = tuple(found for found in basis.affairs if words in (found.id, found.item, found.item_label))
    return exact or tuple(found for found in basis.affairs if words in found.words)


def _rules_table(rules: Iterable[tuple[Affair, Provision]]) -> Table:
    table = Table(show_lines=True)
    table.add_column("規定", no_wrap=True)
    table.add_column("項", no_wrap=True)
    for heading, ratio in (("情報照会者", 2), ("事務", 4), ("情報提供者", 3), ("情報", 5)):
        table.add_column(heading, ratio=ratio, overflow="fold")
    table.add_column("定める条", no_wrap=True)
    table.add_column("適用", no_wrap=True)
    last = ""
    for affair, rule in rules:
        same = affair.id == last
        last = affair.id
        until = f"\n{rule.valid_until.isoformat()} の前日まで" if rule.valid_until else ""
        table.add_row(
            rule.id,
            affair.item_label,
            "〃" if same else escape(affair.inquirer_words),
            "〃" if same else escape(affair.words),
            escape(rule.provider_words),
            escape(rule.information_words),
            rule.article_label,
            f"{rule.valid_from.isoformat()} から{until}",
        )
    return table


def _read(file: Path, on: date | None) -> DatedText:
    try:
        return read_text(file.read_bytes(), name=file.name, on=on)
    except OSError as error:
        _fail(f"{file}: 読めません（{error.strerror}）")
    except MalformedText as error:
        detail = " / ".join(part for part in (error.where, error.detail) if part)
        _fail(
            f"{file}: 命令第二条の表として読めません。{_FAULTS[error.fault]}"
            + (f"（{detail}）" if detail else "")
        )


def _renewed_details(history: OrderHistory, texts: dict[date, DatedText]) -> DetailHistory:
    """The details with the articles of these texts; an article that cannot be read ends the command and names its place."""
    try:
        articles = {on: text.articles() for on, text in texts.items()}
        return renewed_details(committed_details(), history, articles, successors())
    except MalformedDetail as error:
        detail = " / ".join(
            part for part in (error.where, f"「{error.words}」" if error.words else "") if part
        )
        _fail(f"命令第三条以下を読めません。{_DETAIL_FAULTS[error.fault]}（{detail}）")
    except BadMapping as error:
        _fail(f"mapping/successors.toml が本文と合いません: {error}")


def _refuse_unmapped(texts: Iterable[DatedText]) -> None:
    """Stop if a phrase has no kinds: the table never gains a row whose meaning nobody has read."""
    missing = {
        (phrase.column, phrase.phrase): None
        for text in texts
        for phrase in phrase_mapping().unmapped(text.table)
    }
    if missing:
        lines = [f"  {column.value}: 「{phrase}」" for column, phrase in missing]
        _fail(
            "\n".join(
                ["種別の決まっていない語句があります。foundation/law/mapping に加えてください。", *lines]
            )
        )


def _print_changes(console: Console, found: tuple[Change, ...]) -> None:
    if not found:
        console.print("違いはありません。")
        return
    for change in found:
        console.print(f"[bold]{_mark(change)}[/bold] {change.id}  {_place(change.id)}")
        if change.before is not None:
            console.print(f"   - {_row(change.before)}", style="red")
        if change.after is not None:
            console.print(f"   + {_row(change.after)}", style="green")
    rules = sum(_is_rule(change.id) for change in found)
    console.print(f"事務 {len(found) - rules} 件、規定 {rules} 件が違います。")


def _print_items_of(console: Console, basis: LegalBasis, rules: Iterable[Provision]) -> None:
    """The items of rules, each below the exact affair that may ask for it."""
    for rule in rules:
        for detail in basis.details_of(rule.affair_id):
            own = [item for item in detail.items if item.provision_id == rule.id]
            if own:
                console.print(f"[bold]{rule.id}[/bold] {detail.id} {detail.label} {escape(detail.words)}")
            for item in own:
                console.print(f"   {item.id}  {escape(item.label)}  {escape(item.words)}")


def _print_items(console: Console, found: tuple[Change, ...]) -> None:
    """Exact affairs and items that came, went or were reworded; those that only moved are counted."""
    for change in found:
        if change.moved:
            continue
        console.print(f"[bold]{_mark(change)}[/bold] {change.id}")
        if change.before is not None:
            console.print(f"   - {_item_row(change.before)}", style="red")
        if change.after is not None:
            console.print(f"   + {_item_row(change.after)}", style="green")
    details = sum("." in change.id and not change.moved for change in found)
    items = sum("." not in change.id and not change.moved for change in found)
    moved = sum(change.moved for change in found)
    console.print(f"細分された事務 {details} 件、項目 {items} 件が違います（位置だけの違い {moved} 件）。")


def _item_row(row: Row) -> str:
    return escape(" ｜ ".join(part for part in (row.who, row.what, row.place) if part))


def _mark(change: Change) -> str:
    if change.before is None:
        return "新設"
    return "削除" if change.after is None else "改正"


def _is_rule(row_id: str) -> bool:
    return row_id.removeprefix("former-").count("-") > 1


def _place(row_id: str) -> str:
    item = label_of(row_id.removeprefix("former-").partition("-")[0])
    return f"{item}の項の規定" if _is_rule(row_id) else f"{item}の項の事務"


def _row(row: Row) -> str:
    article = article_label(row.article) if row.article else FORMER_ARTICLE
    return escape(f"{row.who} ｜ {row.what} ｜ {article}")
