"""``mynumber card ...``: card files, the virtual reader of pcscd, and cards in PC/SC readers."""

import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from mynumber.foundation.smartcard import (
    PIN_RULES,
    CardError,
    CardProfile,
    CardReader,
    MalformedPin,
    NotThisCard,
    Pin,
    PinBlocked,
    PinName,
    TextClient,
    WrongPin,
)
from mynumber.foundation.smartcard.storage import CardFile, CardFileProblem, CardFileUnusable
from mynumber.platform.cards.readers import ReaderProblem, ReaderUnusable, card_in
from mynumber.platform.cards.report import report
from mynumber.platform.cards.vpcd import (
    DEFAULT_HOST,
    DEFAULT_PORT,
    NoVirtualReader,
    ReaderGone,
    VirtualReader,
)
from mynumber.platform.commands.console import fail

app = typer.Typer(
    name="card",
    help="個人番号カード: 仮想リーダーに挿す、読む、試しに作る (cards)",
    no_args_is_help=True,
    add_completion=False,
)

_PACKAGES = "sudo apt-get install opensc pcscd vsmartcard-vpcd"
_FILE_SENTENCES = {
    CardFileProblem.MISSING: "カードのファイルがありません。(There is no such card file.)",
    CardFileProblem.UNREADABLE: "カードのファイルを開けません。持ち主の利用者で実行してください。(The card file cannot be opened: run this as its owner.)",
    CardFileProblem.OPEN_TO_OTHERS: "他の利用者もカードのファイルを読めます。chmod 600 をしてください。(Others may read the card file, which is a private key: chmod 600 it.)",
    CardFileProblem.DAMAGED: "カードのファイルではないか、壊れています。(Not a card file, or damaged.)",
    CardFileProblem.ALREADY_THERE: "カードがすでにあります。上書きはしません。別のフォルダを指定してください。(There is a card already, which is never overwritten: name another folder.)",
}
_READER_SENTENCES = {
    ReaderProblem.NOT_INSTALLED: "pyscard が入っていません。次を実行してください: sudo apt-get install swig gcc libpcsclite-dev && pip install 'mynumber[readers]' (pyscard is not installed.)",
    ReaderProblem.NO_SERVICE: f"pcscd が動いていません。次を実行してください: {_PACKAGES} && sudo systemctl start pcscd (pcscd is not running.)",
    ReaderProblem.NO_READER: "カードリーダーがつながっていません。(No reader is connected.)",
    ReaderProblem.NO_SUCH_READER: "その番号のリーダーはありません。番号は opensc-tool -l で見られます。(There is no reader of that number; opensc-tool -l lists them.)",
    ReaderProblem.NO_CARD: "リーダーにカードがありません。カードを置いてから、もう一度実行してください。(No card in the reader: put one in and try again.)",
    ReaderProblem.CARD_GONE: "カードが外れたか、応答しません。置き直して、もう一度実行してください。(The card was taken out or does not answer: put it in again.)",
}

_ODD_ANSWER = "カードが予期しない応答をしました。(The card gave an unexpected answer.)"
_BLOCKED = (
    "この暗証番号はロックされているか、まだ設定されていません。市区町村の窓口で設定できます。"
    "(The PIN is blocked or was never set: the municipality's counter sets it.)"
)

CardPath = Annotated[Path, typer.Argument(help="カードのファイル、例 hanako.card (card file)")]


@app.callback()
def card() -> None:
    """個人番号カード: 仮想リーダーに挿す、読む、試しに作る。(Cards: insert into a virtual reader, read, make one to try.)"""


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(help="新しいフォルダ (a new folder)")],
) -> None:
    """実在しない人の、試しのカードを作る。このカードだけの認証局が署名する。(Make a throw-away card of nobody.)"""
    from mynumber.platform.cards.specimen import PINS, make_specimen

    specimen = make_specimen(datetime.now(UTC))
    path = folder / "test.card"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        CardFile.create(path, specimen.card)
        for name, content in specimen.files.items():
            (folder / name).write_bytes(content)
    except CardFileUnusable as unusable:
        fail(_FILE_SENTENCES[unusable.problem])
    except OSError:
        fail(f"{folder} に書けません。(Cannot write to this folder.)")
    typer.echo(f"{path} を作りました。(made)")
    for which, pin in PINS.items():
        typer.echo(f"  暗証番号 (PIN) {which.value}: {pin}")
    typer.echo("試しかた (try it):")
    typer.echo(f"  mynumber card insert {path}")
    typer.echo("  pkcs15-tool --list-certificates")


@app.command()
def show(file: CardPath) -> None:
    """カードのファイルに何が入っているかを表示する。暗証番号は要らない。(Show what a card file holds.)"""
    try:
        _print(CardFile(file))
    except CardFileUnusable as unusable:
        fail(_FILE_SENTENCES[unusable.problem])
    except CardError:
        fail(_ODD_ANSWER)


@app.command()
def insert(
    file: CardPath,
    host: Annotated[str, typer.Option(help="pcscd のアドレス (address of pcscd)")] = DEFAULT_HOST,
    port: Annotated[
        int, typer.Option(help="仮想リーダーのポート (port of the virtual reader)")
    ] = DEFAULT_PORT,
) -> None:
    """カードを pcscd の仮想リーダーに挿し、Ctrl-C まで挿したままにする。(Put a card into pcscd's virtual reader until Ctrl-C.)

    OpenSC など、PKCS#11 や PC/SC を使うソフトウェアがこのカードを使えるようになる。
    """
    try:
        inserted = CardFile(file)
        reader = VirtualReader.connect(host, port)
    except CardFileUnusable as unusable:
        fail(_FILE_SENTENCES[unusable.problem])
    except NoVirtualReader:
        fail(
            f"pcscd の仮想リーダーが {host}:{port} で待っていません。次を実行してください: {_PACKAGES} && sudo systemctl restart pcscd "
            "(The virtual reader of pcscd does not listen: install and start it.)"
        )
    for number in (signal.SIGINT, signal.SIGTERM):  # said aloud: a background job inherits SIGINT as ignored
        signal.signal(number, signal.default_int_handler)
    typer.echo("カードを挿しました。Ctrl-C で抜きます。(The card is in the reader; Ctrl-C takes it out.)")
    try:
        reader.serve(inserted, inserted.profile.atr)
    except KeyboardInterrupt:
        typer.echo("カードを抜きました。(The card is out.)")
    except ReaderGone:
        fail("pcscd が終わったか、別のカードが挿されました。(pcscd has ended, or another card was put in.)")
    except CardFileUnusable as unusable:
        fail(_FILE_SENTENCES[unusable.problem])
    finally:
        reader.close()


@app.command()
def read(
    reader: Annotated[
        int | None,
        typer.Option(
            help="リーダーの番号。省けば、カードのある最初のもの (reader; default: the first with a card)"
        ),
    ] = None,
    text_pin: Annotated[
        bool,
        typer.Option(
            "--text-pin",
            help="券面事項入力補助用の暗証番号をたずね、基本4情報を読む (ask for the PIN, read four attributes)",
        ),
    ] = False,
) -> None:
    """リーダーにあるカードを読む。何も書かない。(Read the card in a PC/SC reader; writes nothing.)"""
    try:
        with card_in(reader) as found:
            typer.echo(f"リーダー (reader): {found.name}  ATR: {found.atr.hex().upper()}")
            profile = _print(found)
            if text_pin:
                client = TextClient(found, profile)
                client.select()
                _print_attributes(client)
    except ReaderUnusable as unusable:
        fail(_READER_SENTENCES[unusable.problem])
    except CardError:
        fail(_ODD_ANSWER)


def _print(reader: CardReader) -> CardProfile:
    try:
        found = report(reader)
    except NotThisCard:
        fail("個人番号カードではありません。(This is no Individual Number Card.)")
    for line in found.lines:
        typer.echo(line)
    return found.profile


def _print_attributes(client: TextClient) -> None:
    left = client.tries_left()
    if left == 0:
        fail(_BLOCKED)
    # Asked for here, never taken from the command line, where others could see it.
    typed = typer.prompt(
        f"券面事項入力補助用の暗証番号、あと{left}回 (PIN, {left} tries left)", hide_input=True
    )
    try:
        client.verify_pin(Pin.parse(typed, PIN_RULES[PinName.TEXT_SUPPORT]))
        attributes = client.read_attributes()
    except MalformedPin:
        fail(
            "暗証番号は数字4桁です。カードには送っていません。(The PIN has 4 digits; nothing was sent to the card.)"
        )
    except WrongPin as wrong:
        fail(f"暗証番号が違います。あと{wrong.remaining}回です。(Wrong PIN, {wrong.remaining} tries left.)")
    except PinBlocked:
        fail(_BLOCKED)
    typer.echo(f"氏名 (name): {attributes.name}")
    typer.echo(f"住所 (address): {attributes.address}")
    typer.echo(f"生年月日 (birth): {attributes.birth_date}")
    typer.echo(f"性別 (sex): {attributes.sex.japanese}")
