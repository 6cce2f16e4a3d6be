"""`mynumber facts`: layouts of facts for those who build institutions' systems."""

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mynumber.foundation.facts import (
    Layout,
    MalformedFact,
    UnknownLayout,
    edges,
    json_schema,
    layout_named,
    read_fact,
    rows,
    sample,
)
from mynumber.foundation.facts.layouts import ALL

app = typer.Typer(help="特定個人情報のデータ項目（様式）を見る、確かめる", no_args_is_help=True)


class Edge(StrEnum):
    """Samples at the borders."""

    LEAST = "least"
    FULL = "full"
    UNKNOWN = "unknown"
    NOT_DECLARED = "not_declared"


Name = Annotated[str, typer.Argument(metavar="LAYOUT", help="様式の名前（例 local_tax）")]


@app.command("list")
def list_layouts() -> None:
    """様式の一覧を表示する。(List the layouts.)"""
    for layout in ALL:
        kinds = "、".join(kind.label_ja for kind in layout.kinds)
        typer.echo(f"{layout.id}\t{layout.axis.label_ja}\t{layout.label}\t{kinds}")


@app.command()
def schema(name: Name) -> None:
    """JSON Schema（draft 2020-12）を表示する。(Print the JSON Schema.)"""
    _print(json_schema(_layout(name)))


@app.command("sample")
def print_sample(
    name: Name,
    seed: Annotated[int, typer.Option(help="同じ数からは同じ見本ができます (seed)")] = 0,
    edge: Annotated[
        Edge | None, typer.Option(help="両端の見本：最小、最大、すべて不明、すべて未申告")
    ] = None,
) -> None:
    """架空の見本を表示する。(Print a sample of nobody.)"""
    layout = _layout(name)
    if edge is None:
        _print(sample(layout, seed))
        return
    found = edges(layout)
    if edge not in found:
        raise typer.BadParameter("この様式に「未申告」の項目はありません。", param_hint="--edge")
    _print(found[edge])


@app.command()
def check(
    name: Name,
    file: Annotated[Path, typer.Argument(help="JSONのファイル（- は標準入力）")],
) -> None:
    """事実が様式に合うか確かめ、読める形で表示する。(Check a fact; status 1 if it is out of shape.)"""
    layout = _layout(name)
    try:
        body = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise typer.BadParameter(f"ファイルを読めません: {error.strerror}") from None
    try:
        fact = read_fact(layout, body)
    except MalformedFact as malformed:
        for fault in malformed.faults:
            typer.echo(f"{fault.path or '（全体）'}: {fault.problem.sentence_ja}", err=True)
        raise typer.Exit(1) from None
    for row in rows(fact):
        typer.echo(f"{row.label}\t{row.value}")


def _layout(name: str) -> Layout:
    try:
        return layout_named(name)
    except UnknownLayout:
        raise typer.BadParameter(
            "この名前の様式はありません。mynumber facts list で一覧を見られます。"
        ) from None


def _print(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))
