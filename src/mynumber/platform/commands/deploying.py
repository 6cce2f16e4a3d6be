"""`mynumber keys`, `create-database`: what an institution on a host of its own needs before its processes start."""

from __future__ import annotations

import os
from pathlib import Path

import psycopg

from mynumber.platform import keys as making
from mynumber.platform.commands.console import console, fail, settings
from mynumber.platform.databases import Elsewhere, ensure_institution
from mynumber.platform.environment import ADMIN_URL
from mynumber.platform.registry import UnknownName, institution, tenants
from mynumber.platform.secret_files import Passwords, private_folder, write_private
from mynumber.platform.settings import Settings


def keys() -> None:
    """Make what is missing of the key rings, and sign the directory of systems anew."""
    chosen = settings()
    _home(chosen)
    making.ensure_keys(chosen)
    console.print(
        f"鍵の輪: {chosen.keys}（機関ごとに一つ。その機関のホストだけに移してください）", markup=False
    )
    console.print(f"名簿: {chosen.directory} と {chosen.directory_key}（すべてのホストへ）", markup=False)


def create_database(name: str, folder: Path) -> None:
    """Make roles and database on the PostgreSQL that `MYNUMBER_ADMIN_DATABASE_URL` names, and write both addresses into a folder (0600)."""
    chosen = settings()
    try:
        one = institution(name)
    except UnknownName as error:
        fail(str(error))
    if not one.database:
        fail(f"{one.title} にはデータベースがありません (it has no database)")
    if not (url := os.environ.get(ADMIN_URL)):
        fail(f"{ADMIN_URL} に PostgreSQL の管理者のアドレスを入れてください (the address of a superuser)")
    _home(chosen)
    try:
        place = Elsewhere(url, Passwords(chosen.home / "passwords.json"))
        with place.connect_admin() as admin:
            # what else is on that server is its operator's: Patroni's own role has to reach the database postgres
            made = ensure_institution(place, admin, one, tenants(one.name, chosen), close=())
        for address in (made.url, made.owner_url):
            psycopg.connect(address).close()
    except psycopg.OperationalError as error:
        fail(f"データベースにつながりません (cannot connect): {error}")
    except (psycopg.Error, ValueError) as error:  # these may repeat the address, and it holds a password
        fail(f"データベースを作れませんでした (the database refused): {type(error).__name__}")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # one that is there stays as it is
    for kind, address in (("database-url", made.url), ("owner-url", made.owner_url)):
        write_private(folder / f"{one.name}.{kind}", f"{address}\n".encode())
        console.print(f"{folder / one.name}.{kind}", markup=False)


def _home(chosen: Settings) -> None:
    """The state folder as `up` makes it: the account of the embedded database walks through."""
    private_folder(chosen.home, 0o711 if os.geteuid() == 0 else 0o700)
