"""`mynumber procedure`: procedures as data, for officials who write them."""

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from mynumber.foundation.procedures import preview as previews
from mynumber.foundation.procedures.checker import Complaint, check_catalogue
from mynumber.foundation.procedures.checker import check as check_procedure
from mynumber.foundation.procedures.definition import ID_FORM, Procedure
from mynumber.foundation.procedures.fitting import questions
from mynumber.foundation.procedures.loading import (
    Catalogue,
    Common,
    MalformedProcedure,
    UnknownProcedure,
    catalogue,
    load_one,
    read_overlay,
)
from mynumber.foundation.procedures.once_only import table
from mynumber.foundation.procedures.presets import NotAllowed, adopt, check_overlays
from mynumber.foundation.procedures.search import search as search_procedures
from mynumber.foundation.procedures.template import TEMPLATE
from mynumber.foundation.procedures.writing import plain, to_toml

app = typer.Typer(help="手続の定義を書く、確かめる、下見する", no_args_is_help=True)


class Language(StrEnum):
    """日本語, やさしい日本語, English."""

    JA = "ja"
    EASY = "easy"
    EN = "en"


class Form(StrEnum):
    """What a preview or an export is written as."""

    TEXT = "text"
    HTML = "html"
    XLSX = "xlsx"
    TOML = "toml"


Name = Annotated[str, typer.Argument(metavar="PROCEDURE", help="手続のid、または手続のフォルダ")]
In = Annotated[Language, typer.Option("--language", "-l", help="ことば (ja, easy, en)")]
Out = Annotated[Path | None, typer.Option("--out", "-o", help="書き出すファイル。なければ画面に")]
On = Annotated[str, typer.Option(help="いつの版か（2026-04-01）。なければ今日")]


@app.command("check")
def check_command(
    name: Annotated[str, typer.Argument(metavar="[PROCEDURE]", help="手続のid、フォルダ。なければ全部")] = "",
) -> None:
    """手続の定義を確かめる。直すところがあれば1で終わる。(Check definitions; status 1 if there is anything to mend.)"""
    if not name:
        found: tuple[Complaint, ...] = (
            *check_catalogue(_all(), questions()),
            *check_overlays(_all()),
        )
    else:
        found = tuple(
            complaint for each in _versions(name) for complaint in check_procedure(each, _all(), questions())
        )
    for complaint in found:
        typer.echo(complaint.line, err=True)
    if found:
        raise typer.Exit(1)
    typer.echo("直すところはありません。")


@app.command("list")
def list_command(on: On = "") -> None:
    """手続の一覧を表示する。(List the procedures.)"""
    for procedure in _all().on(_day(on)):
        typer.echo(f"{procedure.id}\t{procedure.version}\t{procedure.title.ja}")


@app.command()
def show(name: Name, language: In = Language.JA, on: On = "") -> None:
    """ひとつの手続を表示する。(Show a procedure.)"""
    typer.echo(previews.text(_one(name, on), language), nl=False)


@app.command()
def preview(
    name: Name, language: In = Language.JA, form: Form = Form.HTML, out: Out = None, on: On = ""
) -> None:
    """画面の下見を作る（html か text）。(Preview the form.)"""
    procedure = _one(name, on)
    if form not in (Form.HTML, Form.TEXT):
        raise typer.BadParameter("html か text を選んでください。", param_hint="--form")
    body = previews.html(procedure, language) if form is Form.HTML else previews.text(procedure, language)
    _write(body.encode(), out)


@app.command()
def score(on: On = "") -> None:
    """「聞くこと」と「分かっていること」の表。(The once-only score of every procedure.)"""
    for line in table(_all().on(_day(on))):
        typer.echo(line)


@app.command()
def search(question: Annotated[str, typer.Argument(help="さがすことば")], on: On = "") -> None:
    """ことばで手続をさがす。(Search procedures.)"""
    for hit in search_procedures(_all(), question, on=_day(on)):
        typer.echo(f"{hit.score:.1f}\t{hit.procedure.id}\t{hit.procedure.title.ja}")


@app.command()
def new(folder: Annotated[Path, typer.Argument(help="新しいフォルダ。名前が手続のidになる")]) -> None:
    """新しい手続のひな形を作る。(Make a folder with a procedure to start from.)"""
    import re

    if not re.fullmatch(ID_FORM, folder.name):
        raise typer.BadParameter("フォルダの名前は英小文字・数字・_ で書いてください。")
    if folder.exists():
        raise typer.BadParameter("このフォルダはもうあります。")
    folder.mkdir(parents=True)
    today = _day("")
    text = TEMPLATE.replace("{id}", folder.name).replace("{since}", today.isoformat())
    (folder / "procedure.toml").write_text(text.replace("{version}", f"{today:%Y-%m}"), encoding="utf-8")
    typer.echo(
        f"{folder / 'procedure.toml'} を作りました。mynumber procedure check {folder} で確かめられます。"
    )


@app.command("import")
def import_command(
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx")],
    out: Out = None,
) -> None:
    """Excelの表から手続を作る（TOML）。(Make a procedure from a spreadsheet.)"""
    from mynumber.foundation.procedures.spreadsheet import read_xlsx

    try:
        procedure = read_xlsx(_bytes(file), file.name)
    except MalformedProcedure as malformed:
        raise _refused(malformed) from None
    _write(to_toml(plain(procedure)).encode(), out)
    for complaint in check_procedure(procedure, _all(), questions()):
        typer.echo(complaint.line, err=True)


@app.command()
def export(name: Name, out: Out = None, form: Form = Form.XLSX, on: On = "") -> None:
    """手続をExcelの表かひとつのTOMLにする。(Export a procedure.)"""
    procedure = _one(name, on)
    if form is Form.TOML:
        _write(to_toml(plain(procedure)).encode(), out)
    elif form is Form.XLSX:
        from mynumber.foundation.procedures.spreadsheet import write_xlsx

        if out is None:
            raise typer.BadParameter("書き出すファイルを --out で書いてください。", param_hint="--out")
        _write(write_xlsx(procedure), out)
    else:
        raise typer.BadParameter("xlsx か toml を選んでください。", param_hint="--form")


@app.command("adopt")
def adopt_command(
    overlay: Annotated[Path, typer.Argument(metavar="OVERLAY.toml", help="市区町村の設定")], out: Out = None
) -> None:
    """国のひな形に市区町村の設定を重ねて確かめ、書き出す。(Adopt a national preset.)"""
    try:
        procedure = adopt(_all(), read_overlay(_bytes(overlay).decode("utf-8", "replace"), overlay.name))
    except MalformedProcedure as malformed:
        raise _refused(malformed) from None
    except UnknownProcedure:
        raise typer.BadParameter("この手続・版はありません。") from None
    except NotAllowed as refused:
        for complaint in refused.complaints:
            typer.echo(complaint.line, err=True)
        raise typer.Exit(1) from None
    _write(to_toml(plain(procedure)).encode(), out)


def _all() -> Catalogue:
    try:
        return catalogue()
    except MalformedProcedure as malformed:
        raise _refused(malformed) from None


def _versions(name: str) -> tuple[Procedure, ...]:
    folder = Path(name)
    try:
        if folder.is_dir():
            return load_one(folder, _common())
        return _all().versions(name)
    except MalformedProcedure as malformed:
        raise _refused(malformed) from None
    except UnknownProcedure:
        raise typer.BadParameter(
            "この手続はありません。mynumber procedure list で一覧を見られます。"
        ) from None


def _common() -> Common:
    from importlib.resources import files

    return Common.of(files("mynumber.catalogue"))


def _one(name: str, on: str) -> Procedure:
    day = _day(on)
    versions = _versions(name)
    return next((each for each in versions if each.applies(day)), versions[-1])


def _day(text: str) -> date:
    if not text:
        return datetime.now(ZoneInfo("Asia/Tokyo")).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("日は 2026-04-01 のように書いてください。", param_hint="--on") from None


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise typer.BadParameter(f"ファイルを読めません: {error.strerror}") from None


def _write(body: bytes, out: Path | None) -> None:
    if out is None:
        typer.echo(body.decode(), nl=False)
        return
    try:
        out.write_bytes(body)
    except OSError as error:
        raise typer.BadParameter(f"ファイルに書けません: {error.strerror}") from None
    typer.echo(f"{out} に書きました。", err=True)


def _refused(malformed: MalformedProcedure) -> typer.Exit:
    typer.echo(f"{malformed.place}: {malformed.problem}", err=True)
    return typer.Exit(1)
