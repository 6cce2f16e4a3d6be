"""``mynumber receipt verify FILE``: check a receipt without any server."""

from pathlib import Path
from typing import Annotated

import typer

from mynumber.foundation.tlog.receipt.report import check_file
from mynumber.foundation.tlog.receipt.words import Language
from mynumber.platform.settings import Settings

app = typer.Typer(name="receipt", help="レシートを確かめる（サーバーは要りません）", no_args_is_help=True)


@app.callback()
def receipt() -> None:
    """レシートを確かめる（サーバーは要りません）。"""


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="マイナポータルから保存したレシート（.tlog-proof）")],
    log_key: Annotated[
        Path | None,
        typer.Option(help="記録台帳の公開鍵（vkey）のファイル", envvar="MYNUMBER_LOG_KEY", show_envvar=True),
    ] = None,
    lang: Annotated[Language, typer.Option(help="表示の言語（ja / en）")] = Language.JAPANESE,
) -> None:
    """レシートの署名と証明を確かめ、記録の内容を表示する。

    終了コード: 0 正しい、1 正しくない、2 確かめられなかった。
    """
    key = log_key or _own_log_key()
    if key is None:
        raise typer.BadParameter(
            "記録台帳の公開鍵のファイルを --log-key で指定してください（マイナポータルの記録のページから保存できます）。",
            param_hint="--log-key",
        )
    report = check_file(file, key, lang)
    if log_key is None:
        typer.echo(f"公開鍵：{key} （この模型の台帳のもの。別の鍵なら --log-key で指定）\n")
    typer.echo(report.text, nl=False, err=report.exit_code != 0)
    raise typer.Exit(report.exit_code)


def _own_log_key() -> Path | None:
    """The key of the platform in this folder, where there is one: who runs the log need not be asked for its key."""
    key = Settings.from_environment().log_key
    return key if key.is_file() else None
