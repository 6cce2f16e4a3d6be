"""`mynumber sandbox`: a member of the network of your own, with people and a partner, for the tests of your software."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar
from uuid import UUID

import msgspec
import typer
from rich.table import Table

from mynumber.client import Answer, BadFolder, Client
from mynumber.foundation.facts import rows
from mynumber.foundation.keyring import KeyRingRefused
from mynumber.foundation.law import InstitutionKind
from mynumber.platform import sandbox as sandboxes
from mynumber.platform import sandbox_partner as partner_acts
from mynumber.platform.commands.console import console, fail, settings
from mynumber.platform.demo.browser import NoAnswer, WrongPage
from mynumber.platform.sandbox import SANDBOX_FILE, Made, SandboxFailed, SandboxFile, SandboxPerson
from mynumber.platform.sandbox_list import BadName
from mynumber.platform.sandbox_list import sandboxes as listed
from mynumber.platform.secret_files import write_private
from mynumber.platform.settings import Settings
from mynumber.platform.state import read_state, supervisor_pid
from mynumber.protocols.refusal import Refused

T = TypeVar("T")

app = typer.Typer(
    name="sandbox",
    help="検証用の機関をつくる、消す (a member of your own to test with)",
    no_args_is_help=True,
)

Name = Annotated[str, typer.Argument(help="検証用の機関の名前 (a-z, 0-9)")]
Folder = Annotated[Path | None, typer.Option("--folder", help="フォルダー (default: ./sandbox-NAME)")]


@app.command()
def create(
    name: Name,
    kind: Annotated[
        list[str] | None, typer.Option(help="機関の種類。何度でも (kind of institution, e.g. municipality)")
    ] = None,
    title: Annotated[str, typer.Option(help="機関の名称 (its Japanese name)")] = "",
    folder: Folder = None,
) -> None:
    """動いているネットワークに、検証用の機関をつくる。Make a member with its gateway, people and a partner; again: bring it up to date."""
    chosen = _running()
    try:
        kinds = {InstitutionKind.named(one) for one in kind or ("municipality",)}
    except ValueError:
        names = " ".join(sorted(one.value for one in InstitutionKind))
        fail(f"その種類はありません (no such kind)。次のどれか: {names}")
    try:
        made = sandboxes.create(chosen, name, folder or Path(f"sandbox-{name}"), kinds, title=title)
    except (BadName, SandboxFailed, KeyRingRefused) as error:
        fail(str(error))
    except Refused as no:
        fail(f"{no.hop.label_ja}：{no.reason.sentence_ja} [{no}]")
    _tell(made)


@app.command()
def delete(name: Name) -> None:
    """検証用の機関を名簿から外し、預けた情報を消す。記録は残る。Take it off the directory; its records stay."""
    chosen = _running()
    try:
        count = sandboxes.delete(chosen, name)
    except SandboxFailed as error:
        fail(str(error))
    console.print(
        f"名簿から外し、中間サーバーの {count} 行を消しました。記録は残ります。(Off the directory; {count} rows deleted, records stay.)",
        soft_wrap=True,
    )


@app.command(name="list")
def list_() -> None:
    """検証用の機関の一覧。The sandboxes of this platform."""
    found = [one for one in listed(settings()) if not one.is_closed]
    if not found:
        console.print("ありません。つくるには: mynumber sandbox create NAME (There is none.)")
    for one in found:
        console.print(
            f"{one.name}  {one.member}  {one.title}  {' '.join(one.kinds)}", markup=False, soft_wrap=True
        )


@app.command()
def ask(
    name: Name,
    person: Annotated[str, typer.Argument(help="人 (key of a person, e.g. hanako)")],
    information: Annotated[
        str | None, typer.Option(help="情報の種類 (default: the first you may be asked)")
    ] = None,
    affair: Annotated[str | None, typer.Option(help="事務 (default: the first that may ask it)")] = None,
    folder: Folder = None,
) -> None:
    """相手役から、あなたの機関に照会する。The partner asks you: tests what you register. Exit status 1 if it is refused."""

    def asked(partner: Client, file: SandboxFile) -> Answer:
        row = next(
            (
                row
                for row in file.may_be_asked
                if information in (None, row.information) and affair in (None, row.affair)
            ),
            None,
        )
        if row is None:
            fail(
                "法令の表に、その照会の行がありません (the table has no such row)。sandbox.json の may_be_asked を見てください"
            )
        return partner.ask(
            _person(file, person).partner_addressee,
            affair=row.affair,
            provider=file.member,
            information=row.information,
            organisation=sandboxes.ORGANISATION,
        )

    show(_with_partner(name, folder, asked))


@app.command()
def obtain(name: Name, folder: Folder = None) -> None:
    """相手役が、頼まれた人の符号を取得する。The partner obtains the codes that you asked it to obtain."""
    done = _with_partner(name, folder, partner_acts.obtain)
    console.print(
        f"相手役が符号を取得: {done.obtained} 人、取得しない: {done.declined} 人 (the partner obtained {done.obtained}, declined {done.declined})",
        soft_wrap=True,
    )


@app.command()
def correct(
    name: Name,
    person: Annotated[str, typer.Argument(help="人 (key of a person, e.g. hanako)")],
    folder: Folder = None,
) -> None:
    """相手役が、あなたに提供した値の誤りを知らせる。The partner says that what it gave you about the person was wrong."""
    begun = _with_partner(
        name, folder, lambda partner, file: partner_acts.correct(partner, file, _person(file, person))
    )
    console.print(
        f"{begun.exchanges} 件の提供について知らせました (told of {begun.exchanges} exchanges)",
        soft_wrap=True,
    )


@app.command()
def records(
    name: Name,
    limit: Annotated[int, typer.Option(min=1, max=100, help="件数 (how many)")] = 10,
    folder: Folder = None,
) -> None:
    """あなたの機関の記録を、新しい順に表示する。Your own records of exchanges, the latest first.

    照会番号、どちらの側か、相手、事務、情報、結果 (request id, side, the other one, affair, information, outcome)
    """
    found = _as_vendor(folder or Path(f"sandbox-{name}"), lambda client: client.records(limit=limit))
    for one in found:
        other = one.provider if one.side == "inquirer" else one.inquirer
        told = one.outcome.value + (f" ({one.reason.value})" if one.reason else "")
        line = (str(one.request_id), one.side, other, one.affair, one.information, told)
        console.print("  ".join(line), markup=False, soft_wrap=True)


@app.command()
def receipt(
    name: Name,
    person: Annotated[str, typer.Argument(help="人 (key of a person, e.g. hanako)")],
    request_id: Annotated[UUID | None, typer.Option(help="照会番号 (default: the person's latest)")] = None,
    folder: Folder = None,
) -> None:
    """本人としてポータルにサインインし、レシートを保存する。Sign in as the person and save the receipt of an exchange."""
    from mynumber.platform.sandbox_receipts import save_receipt

    chosen = _running()
    place = folder or Path(f"sandbox-{name}")
    file = _file(folder, name)
    wanted = request_id or _latest(place, file, _person(file, person))
    try:
        text = save_receipt(chosen, person, wanted)
    except (SandboxFailed, NoAnswer, WrongPage, LookupError) as error:
        fail(f"レシートを保存できませんでした (no receipt): {type(error).__name__} {error}")
    target = place / f"receipt-{person}.tlog-proof"
    write_private(target, text)
    console.print(
        f"{target}\n確かめるには (to verify): mynumber receipt verify --policy {place / 'log.policy'} {target}",
        markup=False,
        soft_wrap=True,
    )


def show(answer: Answer) -> None:
    """Print an answer: how it ended, and the fact as a page shows it."""
    console.print(
        f"{answer.outcome.label_ja} [{answer.outcome.value}]  {answer.request_id}",
        markup=False,
        soft_wrap=True,
    )
    if answer.deadline is not None:
        console.print(f"期限 {answer.deadline.isoformat(timespec='seconds')}", markup=False, soft_wrap=True)
    for row in rows(answer.fact) if answer.fact is not None else ():
        console.print(f"  {row.label}  {row.value}", markup=False, soft_wrap=True)


def _with_partner(name: str, folder: Path | None, act: Callable[[Client, SandboxFile], T]) -> T:
    """Have the partner do something; its no becomes a sentence."""
    chosen = _running()
    file = _file(folder, name)
    try:
        with sandboxes.partner_of(chosen, sandboxes.find(chosen, name)) as partner:
            return act(partner, file)
    except SandboxFailed as error:
        fail(str(error))
    except Refused as no:
        fail(f"{no.hop.label_ja}：{no.reason.sentence_ja} [{no}]")


def _latest(place: Path, file: SandboxFile, person: SandboxPerson) -> UUID:
    return _as_vendor(
        place,
        lambda client: (
            client.ask(
                person.addressee,
                affair=file.first.affair,
                provider=file.partner,
                information=file.first.information,
                organisation=sandboxes.ORGANISATION,
            ).request_id
        ),
    )


def _as_vendor(folder: Path, act: Callable[[Client], T]) -> T:
    """Do something as the vendor's member; a folder that is none and a no become a sentence."""
    try:
        with Client.open(folder) as client:
            return act(client)
    except BadFolder as error:
        fail(f"機関のフォルダーを開けません。--folder で指定してください: {error}")
    except Refused as no:
        fail(f"{no.hop.label_ja}：{no.reason.sentence_ja} [{no}]")


def _running() -> Settings:
    chosen = settings()
    state = read_state(chosen)
    if supervisor_pid(chosen) is None or state is None or state.phase != "ready":
        fail("模型が動いていません。先に mynumber up を実行してください。(Run `mynumber up` first.)", 3)
    return chosen


def _file(folder: Path | None, name: str) -> SandboxFile:
    path = (folder or Path(f"sandbox-{name}")) / SANDBOX_FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=SandboxFile)
    except OSError:
        fail(f"{path} を読めません。--folder で指定してください (name the sandbox's folder)")
    except msgspec.MsgspecError:
        fail(
            f"{path} は別の版のものです。もう一度 mynumber sandbox create {name} を実行してください (of another version: create it again)"
        )


def _person(file: SandboxFile, key: str) -> SandboxPerson:
    found = next((one for one in file.people if one.key == key), None)
    if found is None:
        fail("その人はいません。次のだれか (one of): " + " ".join(one.key for one in file.people))
    return found


def _tell(made: Made) -> None:
    file, folder = made.file, made.folder
    console.print(
        f"検証用の機関 {file.member} ができました。フォルダー: {folder} (Your member is ready.)\n",
        markup=False,
        soft_wrap=True,
    )
    people = Table("人", "あなたの宛名番号", "相手役に聞くと")
    for one in file.people:
        people.add_row(f"{one.name} ({one.key})", one.addressee, one.ends.value)
    console.print(people)
    console.print(
        f"相手役 {file.partner} は、この人たちについて {made.copies} 件の副本を持っています。\n"
        f"回答待ち (waiting) に答えるページ: {file.desk}  利用者名 {file.desk_user}、パスワードは {folder / SANDBOX_FILE} にあります。\n\n"
        "次にすること (next):\n"
        f"  聞く (ask)               .venv/bin/python kit/network/python/ask.py {folder}\n"
        f"  副本を登録 (register)    .venv/bin/python kit/network/python/register.py {folder}\n"
        f"  聞かれる (be asked)      mynumber sandbox ask {file.name} {file.people[0].key}\n"
        f"  記録を見る (records)     mynumber sandbox records {file.name}\n"
        "  くわしくは (more)        docs/network.ja.md, docs/network.md",
        markup=False,
        soft_wrap=True,
    )
