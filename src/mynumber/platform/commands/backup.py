"""`mynumber backup`, `restore`: the state of one institution in a file, and back."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import typer

from mynumber.foundation.keyring import KeyRingRefused
from mynumber.platform import backup as work
from mynumber.platform import migrations
from mynumber.platform.account import AccountError
from mynumber.platform.backup import BackupFailed, BackupReason, Place
from mynumber.platform.backup_file import SHORTEST_PASSPHRASE, BackupProblem, BackupUnusable
from mynumber.platform.commands.console import console, fail, settings
from mynumber.platform.databases import embedded_server, ensure_institution
from mynumber.platform.environment import ADMIN_URL
from mynumber.platform.postgres import ADMIN, PostgresError
from mynumber.platform.registry import Institution, UnknownName, institution, tenants
from mynumber.platform.secret_files import private_folder
from mynumber.platform.settings import Settings
from mynumber.platform.state import supervisor_pid

_PROBLEMS = {
    BackupProblem.NOT_A_BACKUP: "控えのファイルではありません。(This is no backup.)",
    BackupProblem.DAMAGED: "控えのファイルが壊れています。別の控えを使ってください。(The file is damaged: take another one.)",
    BackupProblem.NOT_OPENED: "開けません。合言葉が違うか、ファイルが書き換えられています。(Another passphrase, or an altered file.)",
    BackupProblem.WEAK_PASSPHRASE: f"合言葉は {SHORTEST_PASSPHRASE} 文字以上にしてください。(The passphrase is too short.)",
    BackupProblem.ALREADY_THERE: "そのファイルはすでにあります。上書きはしません。(The file exists and is never overwritten.)",
}
_REASONS = {
    BackupReason.KEYS_CHANGED: "控えの間に鍵が増えました。もう一度実行してください。(A key was added meanwhile: run it again.)",
    BackupReason.ANOTHER_INSTITUTION: "別の機関の控えです (backup of another institution)",
    BackupReason.IN_USE: "データベースが使われています。先に機関を止めてください。(Stop the institution first.)",
    BackupReason.OTHER_KEYS: "同じ名前で中身の違う鍵があります。鍵のフォルダを別の場所に移してから、もう一度実行してください (other keys of the same name: move the key ring away first)",
    BackupReason.DUMP_FAILED: "PostgreSQL のプログラムが失敗しました (a program of PostgreSQL failed)",
    BackupReason.INCOMPLETE: "控えと行の数が違う表があります。戻していません (tables with other numbers of rows; nothing was restored)",
}


def backup(name: str, file: Path, passphrase_file: Path | None) -> None:
    """Write the backup and say what is in it."""
    with _place(name, stands_still=False) as (place, _), _sentences():
        head = work.backup(place, _passphrase(passphrase_file, new=True), file)
        rows = sum(head.tables.values())
        console.print(
            f"{file} に控えました（{head.taken_at:%Y-%m-%d %H:%M:%S} UTC の状態。{len(head.tables)} 表 {rows} 行、鍵 {len(head.keys)} 個）。"
        )
        console.print("合言葉は別の場所に保管してください。なくすと誰にも開けません。")


def restore(name: str, file: Path, passphrase_file: Path | None) -> None:
    """Restore, and say what was replaced and what to do next."""
    with _place(name, stands_still=True) as (place, chosen), _sentences():
        done = work.restore(place, _passphrase(passphrase_file, new=False), file, at=datetime.now(UTC))
        migrations.forget(chosen, place.institution)
        console.print(f"{done.head.taken_at:%Y-%m-%d %H:%M:%S} UTC の状態に戻しました。")
        if done.replaced:
            console.print(f"これまでのデータベースは {done.replaced} という名前で残っています。")
        for key in done.added_keys:
            console.print(f"鍵を戻しました: {key}")
        console.print(
            "次にすること: docs/operations.md の Backup and restore。network を戻したら mynumber network audit も。"
        )


@contextmanager
def _place(name: str, *, stands_still: bool) -> Iterator[tuple[Place, Settings]]:
    """Where the institution's state is: on the PostgreSQL of the environment, or on the embedded one, which runs meanwhile."""
    chosen, one = settings(), _known(name)
    keys = Path(os.environ.get("MYNUMBER_KEYS") or chosen.keys / one.name)
    if url := os.environ.get(ADMIN_URL):
        yield Place(one, url, keys), chosen
        return
    if stands_still and supervisor_pid(chosen) is not None:
        fail("先に mynumber down で止めてください。(Run `mynumber down` first.)")
    private_folder(chosen.home, 0o711 if os.geteuid() == 0 else 0o700)
    private_folder(chosen.run)
    server = embedded_server(chosen)
    was_running = server.postmaster() is not None
    try:
        server.start()
        with server.connect_admin() as admin:
            ensure_institution(server, admin, one, tenants(one.name, chosen))
        yield Place(one, server.url(ADMIN, one.name), keys), chosen
    except (PostgresError, AccountError) as error:
        fail(str(error))
    finally:
        if not was_running:
            server.stop()


def _known(name: str) -> Institution:
    try:
        one = institution(name, settings())
    except UnknownName as error:
        fail(str(error))
    if not one.database:
        fail(f"{one.title} にはデータベースがありません (it has no database)")
    return one


def _passphrase(file: Path | None, *, new: bool) -> str:
    if file is None:
        # Asked for, never taken from the command line, where others could see it.
        typed: str = typer.prompt("合言葉 (passphrase)", hide_input=True, confirmation_prompt=new)
        return typed
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        fail(f"他の利用者も {file} を読めます。chmod 600 をしてください。(Others may read the passphrase.)")
    return file.read_text().strip()


@contextmanager
def _sentences() -> Iterator[None]:
    """An end with a sentence for whatever a backup or a restore may fail of."""
    try:
        yield
    except BackupUnusable as unusable:
        fail(_PROBLEMS[unusable.problem])
    except BackupFailed as failed:
        fail(_REASONS[failed.reason] + (f": {failed.detail}" if failed.detail else ""))
    except KeyRingRefused as refused:
        fail(str(refused))
    except psycopg.OperationalError:
        fail("データベースにつながりません (cannot connect to the database)")
    except psycopg.Error as error:  # its words may hold a row
        fail(
            f"データベースが断りました (the database refused): {type(error).__name__} {error.sqlstate or ''}"
        )
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}")
