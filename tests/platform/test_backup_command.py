"""`mynumber backup` and `restore` as an operator types them, on an embedded PostgreSQL of their own."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner, Result

from mynumber.foundation.keyring import KeyRing
from mynumber.platform.cli import main
from mynumber.platform.databases import embedded_server, ensure_institution, owner_role
from mynumber.platform.registry import institution
from mynumber.platform.settings import Settings

SECRET = "words that nobody else knows"


@pytest.fixture
def settings(home: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("MYNUMBER_HOME", str(home / "var"))
    return Settings.from_environment()


def typed(*words: str | Path, keyboard: str | None = None) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], input=keyboard)


@pytest.mark.thorough
def test_an_operator_backs_up_and_restores(settings: Settings, home: Path) -> None:
    server = embedded_server(settings)
    server.start()
    try:
        with server.connect_admin() as admin:
            database = ensure_institution(server, admin, institution("commission"))
        with psycopg.connect(database.owner_url) as owner:
            owner.execute("CREATE TABLE note (words text)")
            owner.execute("INSERT INTO note VALUES ('before')")
        KeyRing.create(settings.keys / "commission").add_secret("witness", b"the key of the witness")
        words, file = home / "words", home / "commission.backup"
        words.write_text(SECRET + "\n")
        words.chmod(0o644)
        open_to_all = typed("backup", "commission", file, "--passphrase-file", words)
        assert (open_to_all.exit_code, "chmod 600" in open_to_all.output) == (1, True)
        words.chmod(0o600)
        done = typed("backup", "commission", file, "--passphrase-file", words)
        assert done.exit_code == 0, done.output
        assert "1 表 1 行、鍵 1 個" in done.output

        with psycopg.connect(database.owner_url) as owner:
            owner.execute("INSERT INTO note VALUES ('after')")
        for keyboard, said in (
            ("another passphrase, too long to guess\n", "合言葉が違う"),
            (SECRET + "\n", "状態に戻しました"),
        ):
            result = typed("restore", "commission", file, keyboard=keyboard)
            assert said in result.output
            assert SECRET not in result.output
        with psycopg.connect(server.url(owner_role("commission"), "commission")) as owner:
            assert owner.execute("SELECT words FROM note").fetchall() == [("before",)]
    finally:
        server.stop()
    # a host that has nothing yet: the command starts and stops the database itself
    assert typed("restore", "network", file, "--passphrase-file", words).exit_code == 1
    assert server.postmaster() is None


@pytest.mark.parametrize(
    ("name", "said"), [("wallet", "データベースがありません"), ("tax_office", "municipality")]
)
def test_what_has_no_database_has_no_backup(settings: Settings, home: Path, name: str, said: str) -> None:
    result = typed("backup", name, home / "file")
    assert (result.exit_code, said in result.output) == (1, True)
    assert not settings.home.exists()
