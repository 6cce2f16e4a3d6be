"""Every route of every institution carries an explicit mark: the invariant of the whole house."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from mynumber.platform.registry import INSTITUTIONS, PROCESSES, Institution, Interface, Process

WALK_DJANGO = """
import json, os, django
from django.conf import settings
django.setup()
from mynumber.webkit.access import walk_routes
from tests.webkit.face.reporting import note
from tests.webkit.face.routes import routes_of
print(json.dumps([[r.pattern, r.view, r.mark and str(r.mark)] for r in walk_routes(settings.ROOT_URLCONF)]))
note(*routes_of(os.environ["MYNUMBER_INSTITUTION"], settings.ROOT_URLCONF))
"""
WALK_RAW = """
import importlib, json, sys
module, _, name = sys.argv[1].partition(":")
app = getattr(importlib.import_module(module), name)
print(json.dumps([[r.pattern, r.view, r.mark and str(r.mark)] for r in app.routes.walk()]))
"""
ROOT = Path(__file__).parents[2]
MARKS = ("public", "staff", "resident", "signed_message", "registered")


@dataclass(frozen=True)
class Found:
    pattern: str
    view: str
    mark: str | None


def _walk(program: str, institution: str, settings_module: str, *arguments: str) -> list[Found]:
    variables = {
        **{name: value for name, value in os.environ.items() if not name.startswith("MYNUMBER_")},
        "MYNUMBER_INSTITUTION": institution,
        "DJANGO_SETTINGS_MODULE": settings_module,
    }
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    return [Found(*route) for route in json.loads(done.stdout.splitlines()[-1])]


def _check(routes: list[Found]) -> None:
    assert [route for route in routes if route.mark is None] == []
    assert [route for route in routes if not str(route.mark).startswith(MARKS)] == []
    assert {"healthz", "readyz"} <= {route.pattern.rpartition("/")[2] for route in routes}
    # The mark of messages is for messages: a page does not authenticate an envelope, nor a message a session.
    for route in routes:
        assert ("messages/" in route.pattern) == (route.mark == "signed_message"), route


@pytest.mark.parametrize("institution", INSTITUTIONS, ids=lambda institution: institution.name)
def test_every_route_of_every_face_has_a_mark(institution: Institution) -> None:
    """The report of pages hears of them too."""
    _check(_walk(WALK_DJANGO, institution.name, institution.settings_module))


@pytest.mark.parametrize(
    "process", [p for p in PROCESSES if p.interface is Interface.ASGI], ids=lambda process: process.name
)
def test_every_route_of_every_raw_app_has_a_mark(process: Process) -> None:
    settings_module = f"mynumber.institutions.{process.institution}.settings"
    _check(_walk(WALK_RAW, process.institution, settings_module, process.application))
