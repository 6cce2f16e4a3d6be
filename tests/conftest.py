"""Fixtures that every test may use: real databases on one embedded PostgreSQL of the run."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from mynumber.platform.databases import InstitutionDatabase
from mynumber.platform.postgres import Server
from tests import embedded, spreading
from tests.support import platform
from tests.webkit.face import reporting

WITHOUT_BROWSER = "MYNUMBER_WITHOUT_BROWSER"
PAGES = pytest.StashKey[list[str]]()
"""What is wrong with the list of pages that browsers saw."""

# Machines are noisy: no test asserts a time. What a property test does not say itself is tried 40 times, in `make thorough` 200 times.
settings.register_profile(
    "without a clock", deadline=None, max_examples=200 if os.environ.get("MYNUMBER_THOROUGH") else 40
)
settings.load_profile("without a clock")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        embedded.announce()
        platform.announce()
        reporting.announce()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        platform.close()
        embedded.close()
        reporting.close()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write what browsers saw of the pages. In `make thorough` a page that none of them saw fails the run; `make test` tells of it."""
    config = session.config
    if hasattr(config, "workerinput"):
        return
    whole = (
        config.args_source is config.ArgsSource.TESTPATHS
        and config.option.markexpr in {"", "not thorough"}
        and not (config.option.keyword or session.testsfailed or config.option.collectonly)
    )
    config.stash[PAGES] = reporting.report(whole=whole)
    if config.stash[PAGES] and os.environ.get("MYNUMBER_THOROUGH") == "1":
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    return spreading.workers(os.cpu_count() or 1)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> spreading.ByHouse:
    return spreading.ByHouse(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the browser tests out where `make test` found no browser and was not allowed to install one."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: spreading.rank(item.nodeid))
    if os.environ.get(WITHOUT_BROWSER) == "1":
        left_out = pytest.mark.skip(reason=f"{WITHOUT_BROWSER}=1: no browser on this machine")
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(left_out)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    complaints = config.stash.get(PAGES, [])
    if complaints:
        terminalreporter.write_line(
            "\n".join(complaints)
            if os.environ.get("MYNUMBER_THOROUGH") == "1"
            else f"{len(complaints)} pages were not looked at in this run: see {reporting.REPORT}"
        )
    if os.environ.get(WITHOUT_BROWSER) == "1":
        terminalreporter.write_line(
            "The browser tests were left out: sudo apt-get install chromium fonts-noto-cjk"
        )


@pytest.fixture(scope="session")
def test_server() -> embedded.TestServer:
    """The run's embedded PostgreSQL with the makers of databases."""
    server = embedded.TestServer(Path(os.environ[embedded.FOLDER]))
    server.start()
    return server


@pytest.fixture(scope="session")
def postgres(test_server: embedded.TestServer) -> Server:
    """The run's embedded PostgreSQL, started."""
    return test_server.server


@pytest.fixture(scope="session")
def fresh_database(test_server: embedded.TestServer) -> Callable[[str], str]:
    """`fresh_database("prefix")`: address of a new empty database, as its owner."""
    return test_server.fresh_database


@pytest.fixture(scope="session")
def institution_database(test_server: embedded.TestServer) -> Callable[..., InstitutionDatabase]:
    """`institution_database("network", tenants=(...), migrated=True)`: a new database with the contract's roles."""
    return test_server.institution_database
