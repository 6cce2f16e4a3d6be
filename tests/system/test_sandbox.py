"""Sandboxes on the running platform: made and deleted while it runs."""

from __future__ import annotations

import subprocess
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest
from psycopg import sql

from mynumber.client import Client, Inquiry, Outcome, Reason, Refused
from mynumber.platform.databases import embedded_server
from mynumber.platform.sandbox import Ends, SandboxFile
from tests.docs.pages import ROOT
from tests.support.platform import Platform
from tests.support.tools import needs
from tests.support.waiting import PATIENCE_SECONDS


def inquiries(file: SandboxFile) -> list[Inquiry]:
    return [
        Inquiry(
            request_id=uuid4(),
            addressee=person.addressee,
            affair=file.first.affair,
            provider=file.partner,
            information=file.first.information,
            organisation="検証課",
        )
        for person in file.people
    ]


def rows_left(platform: Platform, name: str) -> dict[str, int]:
    """Tables of the gateway in which the sandbox has rows."""
    tenants = [f"sandbox_{name}", f"sandbox_{name}_partner"]
    columns = "SELECT table_name FROM information_schema.columns WHERE column_name = 'tenant' AND table_schema = 'public'"
    left: dict[str, int] = {}
    with embedded_server(platform.settings).connect_admin("gateway") as admin:
        for (table,) in admin.execute(columns).fetchall():
            count = sql.SQL("SELECT count(*) FROM {} WHERE tenant = ANY(%s)").format(
                sql.Identifier(str(table))
            )
            left[str(table)] = int(str((admin.execute(count, [tenants]).fetchone() or (0,))[0]))
    return {table: rows for table, rows in left.items() if rows}


@pytest.mark.thorough
def test_a_sandbox_works_without_a_restart_and_ends_with_its_deletion(
    platform: Platform, tmp_path: Path
) -> None:
    folder = tmp_path / "kit"
    words = ("--kind", "prefecture", "--folder", str(folder))
    platform.run("sandbox", "create", "kencho", *words)
    file = msgspec.json.decode((folder / "sandbox.json").read_bytes(), type=SandboxFile)
    with Client.open(folder) as client:
        answers = client.ask_many(inquiries(file))
        told = [one.reason.value if one.reason else one.outcome.value for one in answers]
        assert told == [person.ends.value for person in file.people]

        assert "kencho" in platform.run("sandbox", "list").stdout
        platform.run("sandbox", "create", "kencho", *words)  # again: nothing is lost
        assert client.again(answers[0]).outcome is Outcome.PROVIDED

        platform.run("sandbox", "correct", "kencho", "hanako", "--folder", str(folder))
        platform.run("sandbox", "delete", "kencho")
        assert rows_left(platform, "kencho").keys() <= {"side_record", "notice"}
        with pytest.raises(Refused) as raised:
            client.ask_many(inquiries(file))
        assert raised.value.reason is Reason.UNKNOWN_KEY
        assert "kencho" not in platform.run("sandbox", "list").stdout
        requests = [word for one in answers for word in ("--request-id", str(one.request_id))]
        platform.run("network", "reconcile", *requests)  # the records are still there to be compared

        platform.run("sandbox", "create", "kencho", *words)
        assert client.ask_many(inquiries(file))[0].outcome is Outcome.PROVIDED
        assert rows_left(platform, "kencho")["staff_staffmember"] == 1  # the clerk of the desk is there again
        assert client.corrections() == ()
    platform.run("sandbox", "delete", "kencho")


@needs("node")
@pytest.mark.thorough
def test_a_client_in_another_language_written_from_the_pages_alone(
    platform: Platform, tmp_path: Path
) -> None:
    folder = tmp_path / "kit"
    platform.run("sandbox", "create", "jsvendor", "--folder", str(folder))
    file = msgspec.json.decode((folder / "sandbox.json").read_bytes(), type=SandboxFile)
    command = ["node", str(ROOT / "kit" / "network" / "javascript" / "ask.mjs"), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
    assert done.returncode == 0, done.stderr
    told = [tuple(line.split()[:2]) for line in done.stdout.splitlines()]
    ends = {Ends.NO_CODE: "refused"}
    assert told == [(person.key, ends.get(person.ends, person.ends.value)) for person in file.people]
    assert "provider_has_no_code" in done.stdout
    platform.run("sandbox", "delete", "jsvendor")
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
    assert done.returncode == 1
    assert "unknown_key" in done.stderr


def test_what_cannot_be_made_is_said_in_a_sentence(platform: Platform, tmp_path: Path) -> None:
    for words, said in (
        (("create", "Acme"), "2 to 16"),
        (("create", "acme", "--kind", "bakery"), "municipality"),
        (("delete", "nobody"), "sandbox list"),
        (("ask", "nobody", "hanako"), "--folder"),
        (("records", "nobody"), "--folder"),
    ):
        done = platform.run("sandbox", *words, check=False)
        assert done.returncode == 1
        assert said in done.stderr
        assert "Traceback" not in done.stderr
