"""The report of a run: a line for each page with the worst of what was seen, and every page that nobody saw."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.webkit.face import reporting
from tests.webkit.face.not_visited import THOROUGH_ONLY
from tests.webkit.face.reporting import Route, Visit, complaints, note, written

ROUTES = (
    Route("portal", "cards/new", "/cards/new", for_people=True),
    Route("portal", "cards/<str:card>", "/cards/(?:[^/]+)", for_people=True),
    Route("portal", "cards/<str:card>/end", "/cards/(?:[^/]+)/end", for_people=False),
)
VISIT = Visit("portal", "/cards/7", 200, "ja", 360, "plain", 1000, 0.0, 80.0, 40)
OTHER = msgspec.structs.replace(VISIT, path="/cards/8", weight=90_000, paint=70.0, rules=38)
NEW = msgspec.structs.replace(VISIT, path="/cards/new")


def test_several_visits_of_a_page_are_one_line_with_the_worst_of_them() -> None:
    assert "| `/cards/<str:card>` | 200 | 360 | plain | ja | 2 | 38 | 90.0 | 0 | 80 |" in written(
        [VISIT, OTHER], ROUTES
    )
    assert "2 visits of 1 pages" in written([VISIT, OTHER], ROUTES)


def test_without_routes_an_identifier_is_left_out() -> None:
    seen = msgspec.structs.replace(VISIT, path="/bills/5f0c7d9e-5b1e-4c55-b7a5-3f1f57ad5a01/pay")
    assert "`/bills/…/pay`" in written([seen], [])


@pytest.mark.parametrize(
    ("visits", "listed", "wrong"),
    [
        ([VISIT, NEW], {}, []),
        ([VISIT], {}, ["cards/new"]),
        ([NEW], {}, ["cards/<str:card>"]),
        ([VISIT, msgspec.structs.replace(NEW, status=404)], {}, ["cards/new"]),
        ([VISIT, msgspec.structs.replace(NEW, status=422)], {}, []),
        ([VISIT, msgspec.structs.replace(NEW, house="wallet")], {}, ["cards/new"]),
        ([VISIT], {"portal": {"cards/new": "a file"}}, []),
        ([VISIT, NEW], {"portal": {"cards/old": "a file"}}, ["cards/old"]),
    ],
)
def test_a_page_is_visited_or_named(
    monkeypatch: pytest.MonkeyPatch, visits: list[Visit], listed: dict[str, dict[str, str]], wrong: list[str]
) -> None:
    monkeypatch.setattr(reporting, "NOT_VISITED", listed)
    found = complaints(visits, ROUTES)
    assert len(found) == len(wrong)
    assert all(pattern in complaint for pattern, complaint in zip(wrong, found, strict=True))


@pytest.mark.thorough
@pytest.mark.parametrize(("environment", "owed"), [("1", 1), ("", 0)])
def test_a_page_of_the_thorough_run_is_owed_there_alone(
    monkeypatch: pytest.MonkeyPatch, environment: str, owed: int
) -> None:
    monkeypatch.setattr(reporting, "NOT_VISITED", {"portal": {"cards/new": THOROUGH_ONLY}})
    monkeypatch.setenv("MYNUMBER_THOROUGH", environment)
    assert len(complaints([VISIT], ROUTES)) == owed
    assert ("/cards/new" in written([VISIT], ROUTES)) is not bool(owed)
    assert complaints([VISIT, NEW], ROUTES) == []


def test_what_workers_saw_comes_together(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lines, report = tmp_path / "lines", tmp_path / "reports" / "pages.md"
    lines.mkdir()
    monkeypatch.setenv(reporting.FOLDER, str(lines))
    monkeypatch.setattr(reporting, "REPORT", report)
    monkeypatch.setattr(reporting, "NOT_VISITED", {})
    for worker, seen in (("gw0", (VISIT, *ROUTES)), ("gw1", (OTHER,))):
        monkeypatch.setenv("PYTEST_XDIST_WORKER", worker)
        note(*seen)
    assert reporting.report(whole=False) == []
    assert "| 2 | 38 |" in report.read_text(encoding="utf-8")
    assert len(reporting.report(whole=True)) == 1
