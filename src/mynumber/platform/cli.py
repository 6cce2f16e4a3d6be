"""`mynumber`: the command line. Each command loads only what it needs; none loads Django."""

import importlib
import importlib.util
from pathlib import Path
from typing import Annotated

import typer
from typer.core import TyperGroup

_MOUNTED = {
    "law": "法令の表(誰が、誰に、何を聞けるか)",
    "facts": "特定個人情報のデータ項目（様式）を見る、確かめる",
    "procedure": "手続の定義を書く、確かめる、下見する",
    "population": "模擬の住民をつくる",
    "receipt": "レシートをオフラインで確かめる",
    "network": "情報提供ネットワークシステムの監査",
    "demo": "児童扶養手当の物語を、動いている模型の上で進める",
    "sandbox": "検証用の機関をつくる（ベンダーの試験用）",
    "conformance": "中間サーバーの実装が決まりを守るか検査する（ベンダー向け）",
    "card": "個人番号カード: 仮想リーダーに挿す、読む、試しに作る",
}
"""Groups of commands with a module of their own (`mynumber.platform.commands.NAME`, attribute `app`)."""


class _Group(TyperGroup):
    """Finds the mounted groups when they are asked for, so that `mynumber receipt verify` starts fast."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        return [*super().list_commands(ctx), *(name for name in _MOUNTED if _exists(name))]

    def get_command(self, ctx: typer.Context, cmd_name: str):  # type: ignore[no-untyped-def, override]
        if cmd_name in _MOUNTED and _exists(cmd_name):
            module = importlib.import_module(f"mynumber.platform.commands.{cmd_name}")
            command = typer.main.get_command(module.app)
            command.name = cmd_name
            return command
        return super().get_command(ctx, cmd_name)


def _exists(name: str) -> bool:
    return importlib.util.find_spec(f"mynumber.platform.commands.{name}") is not None


main = typer.Typer(
    name="mynumber",
    cls=_Group,
    help="マイナンバー制度の模型。合成の住民だけで動きます。(The My Number system as a model, with synthetic people.)",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Name = Annotated[str, typer.Argument(help="機関の名前 (name of an institution)")]
WORDS = {"allow_extra_args": True, "ignore_unknown_options": True}


@main.command()
def up() -> None:
    """すべてを起動し、準備ができたらアドレスを表示する。(Start everything.)"""
    from mynumber.platform.commands import lifecycle

    lifecycle.up()


@main.command()
def down() -> None:
    """すべてを止める。データは残る。(Stop everything; data stay.)"""
    from mynumber.platform.commands import lifecycle

    lifecycle.down()


@main.command()
def status() -> None:
    """プロセスの一覧を表示する。(Show the processes.)"""
    from mynumber.platform.commands import lifecycle

    lifecycle.status()


@main.command()
def reset(yes: Annotated[bool, typer.Option("--yes", help="確認せずに消す (do not ask)")] = False) -> None:
    """止めて、データ、鍵、ログをすべて消す。(Stop and delete all state.)"""
    from mynumber.platform.commands import lifecycle

    lifecycle.reset(confirmed=yes)


@main.command()
def serve(
    name: Name,
    migrate: Annotated[bool, typer.Option(help="先に表を最新にする (run migrations first)")] = True,
) -> None:
    """ひとつの機関だけを前面で動かす。DATABASE_URL があればそれを使う。(Run one institution in the foreground.)"""
    from mynumber.platform.commands import single

    single.serve(name, migrate=migrate)


@main.command(context_settings=WORDS)
def run(
    name: Name,
    command: Annotated[list[str], typer.Argument(help="管理コマンドとその引数 (management command)")],
) -> None:
    """機関の管理コマンドを、その機関の環境で実行する。(Run a management command of an institution.)"""
    from mynumber.platform.commands import single

    single.run(name, command)


@main.command(context_settings=WORDS)
def psql(
    context: typer.Context,
    name: Name,
    owner: Annotated[
        bool, typer.Option("--owner", help="表の所有者として (as the owner of the tables)")
    ] = False,
    tenant: Annotated[str | None, typer.Option(help="テナントとして (as a tenant)")] = None,
) -> None:
    """機関のデータベースに psql で接続する。(Open psql on an institution's database.)"""
    from mynumber.platform.commands import single

    single.psql(name, owner=owner, tenant=tenant, words=context.args)


@main.command()
def logs(
    name: Annotated[str, typer.Argument(help="機関またはプロセスの名前 (institution or process)")],
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="新しい行を待つ (wait for new lines)")
    ] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, help="最後の行数 (last lines)")] = 100,
) -> None:
    """ログを表示する。(Show a log.)"""
    from mynumber.platform.commands import single

    single.logs(name, follow=follow, lines=lines)


Passphrase = Annotated[
    Path | None,
    typer.Option(
        help="合言葉のファイル（600）。なければたずねる (file with the passphrase; default: ask)",
        dir_okay=False,
    ),
]


@main.command()
def backup(
    name: Name,
    file: Annotated[Path, typer.Argument(help="新しいファイル (a new file)")],
    passphrase_file: Passphrase = None,
) -> None:
    """ひとつの機関のデータベースと鍵を、封をしてファイルに控える。動いたままでよい。(Back an institution up, sealed.)"""
    from mynumber.platform.commands import backup as commands

    commands.backup(name, file, passphrase_file)


@main.command()
def restore(
    name: Name,
    file: Annotated[Path, typer.Argument(help="控えのファイル (file of a backup)")],
    passphrase_file: Passphrase = None,
) -> None:
    """ひとつの機関を控えの時点に戻す。今のデータベースは別の名前で残る。(Put an institution back; the database there is kept.)"""
    from mynumber.platform.commands import backup as commands

    commands.restore(name, file, passphrase_file)


@main.command()
def keys() -> None:
    """鍵の輪と、署名した名簿をつくる。何も起動しない。(Make key rings and the signed directory; start nothing.)"""
    from mynumber.platform.commands import deploying

    deploying.keys()


@main.command("create-database")
def create_database(
    name: Name,
    secrets: Annotated[
        Path, typer.Option(help="アドレスを書くフォルダ（600） (folder for the addresses)", file_okay=False)
    ],
) -> None:
    """運用者の PostgreSQL に、機関のデータベースと役割をつくる。(Make an institution's database on a PostgreSQL of one's own.)"""
    from mynumber.platform.commands import deploying

    deploying.create_database(name, secrets)


if __name__ == "__main__":
    main()
