"""`mynumber conformance`: whether a vendor's gateway keeps the rules of the protocol, as the network and everybody else would meet it."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from mynumber.conformance.checks import Failed, Role
from mynumber.conformance.running import Result, Verdict, checks_of, junit, report
from mynumber.conformance.running import run as run_checks
from mynumber.conformance.world import BadWorld, World
from mynumber.conformance.world import prepare as prepare_world
from mynumber.platform.commands.console import console, fail, settings
from mynumber.platform.own_gateway import NotStarted, own_gateway

app = typer.Typer(
    name="conformance",
    help="中間サーバーの実装を検査する (check a gateway of your own)",
    no_args_is_help=True,
)
Folder = Annotated[Path, typer.Argument(help="フォルダー (folder of the checks)")]


@app.command()
def prepare(
    folder: Folder,
    gateway: Annotated[
        str, typer.Option(help="検査を受ける中間サーバーの宛先 (its address; /messages/KIND follows)")
    ],
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="検査側が待ち受けるポート (where the kit listens)")
    ] = 8790,
) -> None:
    """検査用の鍵と名簿をつくる。Make keys and directory of a network that consists of the kit and your gateway."""
    try:
        prepare_world(folder, gateway, port)
    except (BadWorld, OSError) as error:
        fail(str(error))
    console.print(
        f"{folder / 'vendor'} の鍵 (keys/) と名簿 (directory.jws、directory.pub) で、gateway.conformance.vendor として起動してから：\n"
        f"  mynumber conformance run {folder} --role provider\n"
        "(Start your gateway with these as gateway.conformance.vendor, then run the checks.)\n"
        "この模型の中間サーバーで試すには --ours を付けます (add --ours to try them with our own gateway).",
        markup=False,
        soft_wrap=True,
    )


@app.command()
def run(
    folder: Folder,
    role: Annotated[Role, typer.Option(help="どちらの側か (which side your gateway is)")],
    only: Annotated[
        str, typer.Option(help="名前にこれを含む検査だけ (only checks whose id holds this)")
    ] = "",
    junit_file: Annotated[Path | None, typer.Option("--junit", help="結果を JUnit XML で書く")] = None,
    *,
    ours: Annotated[
        bool,
        typer.Option(
            "--ours", help="この模型の中間サーバーを起動して検査する (start our own gateway and check that)"
        ),
    ] = False,
) -> None:
    """検査を行う。Run the checks. Exit status 1 when one fails, 2 when they could not begin."""
    if not checks_of(role, only):
        fail(
            f"名前に {only!r} を含む検査はありません。一覧は mynumber conformance list --role {role.value} (no such check)",
            2,
        )
    try:
        world = World.open(folder)
        if ours:
            console.print(
                "この模型の中間サーバーを起動しています (starting our own gateway) ...", markup=False
            )
        with own_gateway(folder, world, settings()) if ours else nullcontext():
            results = run_checks(world, role, only=only, tell=_tell)
    except (BadWorld, Failed, NotStarted, OSError) as error:
        hint = ""
        if isinstance(error, Failed) and not ours:
            hint = "\n中間サーバーを起動するか、--ours を付けてください (start your gateway, or add --ours)"
        fail(f"検査を始められませんでした (could not begin): {error}{hint}", 2)
    if junit_file is not None:
        junit_file.write_bytes(junit(results, role))
    console.print(report(results), markup=False, soft_wrap=True)
    if any(one.verdict is Verdict.FAILED for one in results):
        raise typer.Exit(1)


@app.command(name="list")
def list_(role: Annotated[Role, typer.Option(help="どちらの側か (which side)")]) -> None:
    """検査の一覧。What is checked, what is expected, and where that stands."""
    for check in checks_of(role):
        console.print(
            f"{check.id}\n    {check.asked}\n    → {check.expected}   docs/{check.document}",
            markup=False,
            soft_wrap=True,
        )


def _tell(result: Result) -> None:
    mark = "✓" if result.verdict is Verdict.PASSED else "✗"
    console.print(f"{mark} {result.check.id}  {result.check.asked}", markup=False, soft_wrap=True)
