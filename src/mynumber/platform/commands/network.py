"""`mynumber network audit | reconcile`: checks that the network runs on its own records and log."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer

from mynumber.platform.commands.single import run

app = typer.Typer(
    name="network", help="情報提供ネットワークシステムの検査 (checks of the network)", no_args_is_help=True
)


@app.command()
def audit() -> None:
    """記録の表を台帳(Merkle木)と突き合わせ、変えられた記録を見つけます。Compare every record with the log."""
    run("network", ["audit"])


@app.command()
def reconcile(
    days: Annotated[int, typer.Option(help="何日前までさかのぼるか (how many days back)")] = 7,
    request_id: Annotated[
        list[UUID] | None,
        typer.Option(help="この照会番号の三つの記録だけを示す。何度でも (the three records of one exchange)"),
    ] = None,
) -> None:
    """照会者・提供者・ネットワークの三つの記録を突き合わせます。Compare the three sides' records."""
    named = [word for one in request_id or () for word in ("--request-id", str(one))]
    which = named or ["--days", str(days)]
    run("network", ["reconcile", *which])
