"""The conformance kit against our own gateway, which keeps every rule, and against gateways of which one rule was taken out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from defusedxml import ElementTree
from typer.testing import CliRunner

from mynumber.conformance.checks import Failed, Role
from mynumber.conformance.running import Result, Verdict, checks_of, junit, report, run
from mynumber.conformance.world import OTHER, STRANGER, VENDOR, BadWorld, World, prepare
from mynumber.platform.commands.conformance import app
from mynumber.platform.databases import InstitutionDatabase
from tests.docs.pages import DOCS, anchors
from tests.support.exchange import Server
from tests.support.ports import free_port

Databases = Callable[..., InstitutionDatabase]


@contextmanager
def gateway(folder: Path, institution_database: Databases, broken: str = "") -> Iterator[World]:
    """Our gateway as the one under test, perhaps with one rule taken out."""
    port = free_port()
    world = prepare(folder / "world", f"http://127.0.0.1:{port}/gateway.{VENDOR}", free_port())
    vendor = folder / "world" / "vendor"
    tenants = tuple(member.replace(".", "_") for member in (VENDOR, OTHER, STRANGER))
    server = Server(
        "gateway",
        port,
        {
            "MYNUMBER_INSTITUTION": "gateway",
            "MYNUMBER_KEYS": str(vendor / "keys"),
            "MYNUMBER_DIRECTORY": str(vendor / "directory.jws"),
            "MYNUMBER_DIRECTORY_KEY": str(vendor / "directory.pub"),
            "DATABASE_URL": institution_database("gateway", tenants=tenants, migrated=True).url,
            "BROKEN": broken,
        },
        folder / "gateway.log",
        (
            *(sys.executable, "-m", "uvicorn", "tests.conformance.broken_gateway:app"),
            *("--port", str(port), "--loop", "uvloop", "--http", "httptools"),
            *("--log-level", "warning", "--no-access-log"),
        ),
    )
    try:
        server.start()
        yield world
    finally:
        server.stop()


def failed(results: list[Result]) -> dict[str, str]:
    return {one.check.id: one.came for one in results if one.verdict is Verdict.FAILED}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, institution_database: Databases) -> Iterator[World]:
    with gateway(tmp_path_factory.mktemp("conformance"), institution_database) as running:
        yield running


@pytest.mark.parametrize("role", list(Role))
def test_our_own_gateway_passes_every_check(world: World, role: Role) -> None:
    results = run(world, role)
    assert len(results) == len(checks_of(role)) >= 40
    assert failed(results) == {}


@pytest.mark.parametrize(
    ("broken", "role", "subject", "noticed"),
    [
        ("presenter", Role.PROVIDER, "provider.", {"provider.not-yours"}),
        ("validity", Role.PROVIDER, "", {"provider.expired-permit"}),
        ("digest", Role.INQUIRER, "inquirer.", {"inquirer.other-sheet"}),
        (
            "clock",
            Role.PROVIDER,
            "envelope.",
            {"envelope.expired", "envelope.long-expired", "envelope.future", "envelope.far-future"},
        ),
    ],
)
def test_a_rule_that_is_taken_out_is_noticed_and_no_other(
    tmp_path: Path, institution_database: Databases, broken: str, role: Role, subject: str, noticed: set[str]
) -> None:
    with gateway(tmp_path, institution_database, broken) as running:
        results = run(running, role, only=subject)
    assert set(failed(results)) == noticed
    told = report(results)
    for one in noticed:
        assert f"✗ {one}" in told
    suite = ElementTree.fromstring(junit(results, role))
    assert suite.get("failures") == str(len(noticed))
    assert {case.get("name") for case in suite if case.find("failure") is not None} == noticed


def test_nobody_there_is_said_before_any_check(tmp_path: Path) -> None:
    world = prepare(tmp_path / "world", f"http://127.0.0.1:{free_port()}", free_port())
    with pytest.raises(Failed, match="no answer"):
        run(world, Role.PROVIDER)
    run_it = ["run", str(tmp_path / "world"), "--role", "provider"]
    done = CliRunner().invoke(app, run_it)
    assert (done.exit_code, "--ours" in done.output) == (2, True)
    done = CliRunner().invoke(app, [*run_it, "--only", "provider.providd"])
    assert (done.exit_code, "conformance list" in done.output) == (2, True), (
        "no check passes by a slip of the pen"
    )


def test_our_own_gateway_says_why_it_did_not_start(tmp_path: Path) -> None:
    folder = str(tmp_path / "world")
    elsewhere = prepare(tmp_path / "world", "http://gateway.example/gateway.conformance.vendor", free_port())
    assert elsewhere.config.gateway.startswith("http://gateway.example")
    done = CliRunner().invoke(app, ["run", folder, "--role", "provider", "--ours"])
    assert done.exit_code == 2


def test_a_world_is_made_once(tmp_path: Path) -> None:
    prepare(tmp_path / "world", "http://127.0.0.1:1", 8790)
    with pytest.raises(BadWorld, match="prepared already"):
        prepare(tmp_path / "world", "http://127.0.0.1:1", 8790)
    with pytest.raises(BadWorld, match="prepare"):
        World.open(tmp_path)
    for wrong in ("localhost:9000/gateway.conformance.vendor", "http://", "http://h:99999", "https://h/x"):
        with pytest.raises(BadWorld, match="http://127"):
            prepare(tmp_path / "other", wrong, 8790)
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize("role", list(Role))
def test_every_check_has_a_name_of_its_own_and_names_a_place_that_exists(role: Role) -> None:
    checks = checks_of(role)
    assert len({one.id for one in checks}) == len(checks)
    for one in checks:
        page, _, anchor = one.document.partition("#")
        text = (DOCS / page).read_text(encoding="utf-8")
        assert not anchor or anchor in anchors(text), f"{one.id}: {one.document}"
