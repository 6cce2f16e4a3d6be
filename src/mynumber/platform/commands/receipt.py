"""``mynumber receipt verify FILE``: check a receipt without any server."""

from pathlib import Path
from typing import Annotated

import typer

from mynumber.foundation.tlog import Policy
from mynumber.foundation.tlog.receipt.report import check_file, could_not
from mynumber.foundation.tlog.receipt.trust import Untrusted, trust, trust_policy
from mynumber.foundation.tlog.receipt.words import Language
from mynumber.platform.settings import Settings

app = typer.Typer(name="receipt", help="レシートを確かめる（サーバーは要りません）", no_args_is_help=True)


@app.callback()
def receipt() -> None:
    """レシートを確かめる（サーバーは要りません）。"""


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="マイナポータルから保存したレシート（.tlog-proof）")],
    key: Annotated[
        str | None,
        typer.Option(
            "--key",
            "--log-key",
            help="記録台帳の公開鍵（vkey）、またはそのファイル",
            envvar="MYNUMBER_LOG_KEY",
            show_envvar=True,
        ),
    ] = None,
    witness: Annotated[
        list[str] | None, typer.Option(help="立会人の公開鍵（vkey）、またはそのファイル（何人でも）")
    ] = None,
    quorum: Annotated[
        int | None, typer.Option(min=0, help="必要な立会人の数（指定しなければ --witness の全員）")
    ] = None,
    policy: Annotated[
        Path | None, typer.Option(help="方針（tlog-policy）のファイル：台帳と立会人の鍵、必要な数")
    ] = None,
    lang: Annotated[Language, typer.Option(help="表示の言語（ja / en）")] = Language.JAPANESE,
) -> None:
    """レシートの署名と証明を確かめ、記録の内容を表示する。

    終了コード: 0 正しい、1 正しくない、2 確かめられなかった。
    """
    if policy is not None and (witness or quorum is not None):
        raise typer.BadParameter(
            "方針には立会人も書かれています。--witness と --quorum は --key と使ってください。"
        )
    chosen = policy or (None if key or witness or quorum is not None else _own_policy())
    try:
        if chosen is not None:
            trusted = trust_policy(chosen, lang)
        else:
            trusted = _trust_key(key, witness or [], quorum, lang)
    except Untrusted as untrusted:
        report = could_not(str(untrusted), lang)
    else:
        report = check_file(file, trusted, lang)
        if policy is None and chosen is not None:
            typer.echo(
                f"方針：{chosen} （この模型の台帳と立会人。ほかのものなら --key か --policy で指定）\n"
            )
    typer.echo(report.text, nl=False, err=report.exit_code != 0)
    raise typer.Exit(report.exit_code)


def _trust_key(key: str | None, witnesses: list[str], quorum: int | None, lang: Language) -> Policy:
    if key is None:
        raise typer.BadParameter(
            "記録台帳の公開鍵のファイルを --key で指定してください（マイナポータルの記録のページから保存できます）。",
            param_hint="--key",
        )
    return trust(key, witnesses, quorum, lang)


def _own_policy() -> Path | None:
    """The policy of the platform in this folder, where there is one: who runs the log need not be asked for its key."""
    path = Settings.from_environment().log_policy
    return path if path.is_file() else None
