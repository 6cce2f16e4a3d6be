"""`mynumber demo`: the story of the child-rearing allowance on the running platform."""

from typing import Annotated

import typer
from rich.console import Console

from mynumber.foundation.tlog.receipt.words import Language
from mynumber.platform.commands.console import fail, settings
from mynumber.platform.demo.cast import NotSeeded, gather
from mynumber.platform.demo.story import STEPS, play
from mynumber.platform.demo.telling import Telling
from mynumber.platform.state import read_state, supervisor_pid

app = typer.Typer(name="demo", add_completion=False)


@app.command()
def demo(
    lang: Annotated[Language, typer.Option(help="表示の言語 (language: ja, en)")] = Language.JAPANESE,
) -> None:
    """児童扶養手当の物語を、動いている模型の上で進める。(Play the story on the running platform.)

    終了コード: 0 すべての歩みがそうなるべきとおりになった、1 そうならなかった、3 模型が動いていない。
    """
    chosen = settings()
    try:
        pid = supervisor_pid(chosen)
    except PermissionError:
        fail(
            f"{chosen.home} を読めません。mynumber up を実行した人と同じ利用者で実行してください。(Not your platform.)"
        )
    if pid is None:
        fail("模型が動いていません。先に mynumber up を実行してください。(Run `mynumber up` first.)", 3)
    state = read_state(chosen)
    if state is None or state.phase != "ready":
        fail(
            "まだ準備ができていません。mynumber status で様子を見て、準備ができてからもう一度実行してください。(Not ready yet.)",
            3,
        )
    try:
        cast = gather(chosen)
    except NotSeeded as missing:
        fail(
            f"見本の名前と暗証番号が {chosen.home / 'guide' / 'demo.json'} にありません [{missing.state.value}]。"
            "mynumber up を実行した人と同じ利用者で、同じ MYNUMBER_HOME で実行してください。"
            "(The names and PINs of the demonstration are not there.)"
        )
    if not play(cast, Telling(Console(highlight=False), lang, STEPS)):
        raise typer.Exit(1)
