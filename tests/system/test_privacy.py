"""What a wiretap and a thief of the core's database would see of the people: nothing that names them (acceptance 3)."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import msgspec
import psycopg
import pytest

from mynumber.foundation.envelope import VerifyKey
from mynumber.foundation.keyring import KeyRing
from mynumber.platform import keys
from mynumber.platform.databases import embedded_server
from mynumber.platform.registry import message_process
from mynumber.platform.secret_files import write_private
from mynumber.protocols.directory import load_directory, sign_directory
from mynumber.protocols.node import LOOK_SECONDS
from mynumber.protocols.wire import from_text
from tests.support.platform import Platform
from tests.support.relay import Relay

TOKEN = re.compile(rb"[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}")


class Secrets:
    """Everything that would name a person, gathered from J-LIS, which may know it."""

    def __init__(self, platform: Platform) -> None:
        server = embedded_server(platform.settings)
        with server.connect_admin("jlis") as admin:
            people = admin.execute(
                "SELECT individual_number, resident_code, name, name_kana FROM jlis_residents_person"
            ).fetchall()
        assert len(people) > 2 * 250
        self.numbers = {str(number).encode() for number, _, _, _ in people}
        self.codes = {str(code).encode() for _, code, _, _ in people}
        names = {str(name) for _, _, name, _ in people} | {str(kana) for _, _, _, kana in people}
        self.names = {
            form.encode()
            for name in names
            for form in (name, name.replace("　", ""), name.replace("　", " "))
        }
        assert all(len(name) > 3 for name in self.names)
        self.latin_names = {name for name in self.names if name.isascii()}

    def found_in(self, text: bytes) -> set[str]:
        """Which sorts of secrets occur in a text (the sorts alone, so that no failure prints one)."""
        sorts = set()
        digits = set(re.findall(rb"(?<![0-9])[0-9]{11,12}(?![0-9])", text))
        if digits & self.numbers:
            sorts.add("individual number")
        if digits & self.codes:
            sorts.add("resident code")
        if any(name in text for name in (self.latin_names if text.isascii() else self.names)):
            sorts.add("name")
        return sorts


def readable(body: bytes) -> bytes:
    """A body with all that anybody can decode in it: the payloads of tokens, and of tokens in tokens."""
    texts, waiting = [body], [body]
    while waiting:
        for token in TOKEN.findall(waiting.pop()):
            payload = from_text(token.split(b".")[1].decode())
            texts.append(payload)
            waiting.append(payload)
    return b"\n".join(texts)


@contextmanager
def wiretap(platform: Platform) -> Iterator[dict[str, Relay]]:
    """Lead every message through relays, by a directory that the operator signs anew; put it back afterwards."""
    settings = platform.settings
    before = settings.directory.read_bytes()
    trusted = VerifyKey.from_jwk(
        msgspec.json.decode(settings.directory_key.read_bytes(), type=dict[str, str])
    )
    now = datetime.now(UTC)
    listed = load_directory(settings.directory, trusted, now=now).systems
    operator = KeyRing.open(settings.keys / keys.DIRECTORY_RING).signing(keys.DIRECTORY_KEY)
    relays = {
        name: Relay(message_process(name).port(settings)) for name in ("network", "gateway", "jlis", "portal")
    }
    for relay in relays.values():
        relay.start()
    moved = tuple(
        msgspec.structs.replace(
            system,
            url=system.url.replace(f":{message_process(name).port(settings)}", f":{relays[name].port}"),
        )
        if (name := system.id.partition(".")[0]) in relays
        else system
        for system in listed
    )
    write_private(settings.directory, sign_directory(moved, operator, now=now), mode=0o644)
    time.sleep(2 * LOOK_SECONDS)  # that is how often the processes look at the file
    try:
        yield relays
    finally:
        # the relays stay: other tests use the same platform, and its processes still know the relays for a moment
        write_private(settings.directory, before, mode=0o644)


@pytest.fixture(scope="module")
def tapped(platform: Platform) -> dict[str, list[tuple[str, bytes, bytes]]]:
    """All bodies of the story, told while a wiretap listens."""
    with wiretap(platform) as relays:
        platform.run("demo")
        return {name: list(relay.bodies) for name, relay in relays.items()}


def test_no_http_body_names_a_person(
    platform: Platform, tapped: dict[str, list[tuple[str, bytes, bytes]]]
) -> None:
    secrets = Secrets(platform)
    kinds = {path.rpartition("/")[2] for bodies in tapped.values() for path, _, _ in bodies}
    assert {
        "inquiries.v2",
        "permit-requests.v2",
        "presentation.v2",
        "provision-notices.v1",
        "records.v1",
    } <= kinds
    for name, bodies in tapped.items():
        for path, question, answer in bodies:
            assert secrets.found_in(readable(question)) == set(), f"{name} {path}: the question"
            assert secrets.found_in(readable(answer)) == set(), f"{name} {path}: the answer"


def test_the_search_would_find_them(platform: Platform) -> None:
    secrets = Secrets(platform)
    for sort, values in (
        ("individual number", secrets.numbers),
        ("resident code", secrets.codes),
        ("name", secrets.names),
    ):
        assert secrets.found_in(b'{"x":"' + next(iter(values)) + b'"}') >= {sort}


def test_no_row_of_the_network_names_a_person(
    platform: Platform, tapped: dict[str, list[tuple[str, bytes, bytes]]]
) -> None:
    assert tapped
    secrets = Secrets(platform)
    rows = 0
    with embedded_server(platform.settings).connect_admin("network") as admin:
        tables = admin.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        for (table,) in tables:
            for (row,) in admin.execute(
                psycopg.sql.SQL("SELECT t::text FROM {} AS t").format(psycopg.sql.SQL(str(table)))
            ):
                rows += 1
                assert secrets.found_in(str(row).encode()) == set(), table
                decoded = re.sub(
                    r"\\x([0-9a-f]+)", lambda m: bytes.fromhex(m[1]).decode("utf-8", "replace"), str(row)
                )
                assert secrets.found_in(decoded.encode()) == set(), table
    assert rows > 100


def test_no_log_line_names_a_person(
    platform: Platform, tapped: dict[str, list[tuple[str, bytes, bytes]]]
) -> None:
    assert tapped
    secrets = Secrets(platform)
    logs = list(platform.settings.logs.glob("*.log"))
    assert len(logs) > 10
    for log in logs:
        assert secrets.found_in(log.read_bytes()) == set(), log.name
