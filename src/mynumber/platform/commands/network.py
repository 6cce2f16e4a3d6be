"""`mynumber network audit | reconcile | add-core | move-home | change-key`: checks of the network's records and log, its cores, keys of messages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import typer

from mynumber.platform import keys
from mynumber.platform.commands.console import fail, settings
from mynumber.platform.commands.single import own_cores, run_at_cores
from mynumber.platform.core_list import BadCore, Core
from mynumber.platform.key_changes import CannotChange, KeyStep

app = typer.Typer(
    name="network", help="情報提供ネットワークシステムの検査 (checks of the network)", no_args_is_help=True
)


@app.command()
def audit() -> None:
    """記録の表を台帳(Merkle木)と突き合わせ、変えられた記録を見つけます。Compare every record with the log."""
    raise typer.Exit(run_at_cores(["audit"]))


@app.command()
def reconcile(
    days: Annotated[int, typer.Option(help="何日前までさかのぼるか (how many days back)")] = 7,
    request_id: Annotated[
        list[UUID] | None,
        typer.Option(help="この照会番号の三つの記録だけを示す。何度でも (the three records of one exchange)"),
    ] = None,
) -> None:
    """照会者・提供者・ネットワークの三つの記録を突き合わせます。Compare the three sides' records."""
    if not request_id:
        raise typer.Exit(run_at_cores(["reconcile", "--days", str(days)]))
    several = len(own_cores()) > 1  # then each exchange is at one of them
    groups = [[one] for one in request_id] if several else [request_id]
    statuses = (
        run_at_cores(
            ["reconcile", *(word for one in group for word in ("--request-id", str(one)))], at_one=several
        )
        for group in groups
    )
    raise typer.Exit(max(statuses))


@app.command("add-core")
def add_core(
    name: Annotated[str, typer.Argument(help="network.NAME")],
    url: Annotated[
        str | None,
        typer.Argument(
            help="電文の宛先 (where its messages go), http://ADDRESS:PORT。なければこの模型が動かす (left out: this platform runs it)"
        ),
    ] = None,
    log_url: Annotated[
        str | None, typer.Argument(help="台帳の所在 (where its log is served), http://ADDRESS:PORT/log")
    ] = None,
    title: Annotated[str, typer.Option(help="名前 (its name for people)")] = "",
) -> None:
    """別のデータベースで動くコアを名簿に載せ、鍵を作ります。List a core on a database of its own."""
    try:
        keys.add_core(
            settings(),
            Core(id=name, title=title or f"情報提供ネットワークシステム（{name}）", url=url, log_url=log_url),
        )
    except BadCore as error:
        fail(str(error))
    typer.echo(f"{name} を名簿に載せました。鍵は {settings().keys / name} にあります。")
    if url is None:
        typer.echo(
            "次の mynumber up から、ほかの機関といっしょに動きます。(It runs from the next `mynumber up`.)"
        )


@app.command("change-key")
def change_key(
    system: Annotated[str, typer.Argument(help="例 network, gateway.pension_service, jlis")],
    step: Annotated[
        KeyStep, typer.Argument(help="add 二番目に載せる、use 使い始める、drop 古い鍵を名簿から外す")
    ],
    at_once: Annotated[
        bool, typer.Option("--at-once", help="古い鍵が漏れたとき、待たずに外す (its former keys leaked)")
    ] = False,
) -> None:
    """電文の署名と封の鍵を、動かしたまま取り替えます。Change the keys of messages of a system while all run."""
    try:
        keys.change_key(settings(), system, step, at=datetime.now(UTC), at_once=at_once)
    except CannotChange as error:
        fail(str(error))
    typer.echo(f"{system}：{_STEPS[step]}")


_STEPS = {
    KeyStep.ADD: "新しい鍵を二番目に載せました。名簿がすべての機関に届いたら use です。",
    KeyStep.USE: "これから新しい鍵で署名します。古い鍵の署名が届かなくなったら drop です。",
    KeyStep.DROP: "古い鍵を名簿から外しました。鍵束には残っています。",
}


@app.command("move-home")
def move_home(
    member: Annotated[str, typer.Argument(help="例 pension_service")],
    core: Annotated[str, typer.Argument(help="network か network.NAME")],
) -> None:
    """機関の照会を受け持つコアを替えます。Make another core the home of a member."""
    try:
        keys.move_home(settings(), member, core)
    except BadCore as error:
        fail(str(error))
    typer.echo(f"{member} の照会は、これから {core} が受け持ちます。")
