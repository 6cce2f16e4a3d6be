"""Faces without tenants: an office with staff, and one where residents sign in."""

import io
from collections.abc import Callable, Iterator

import pytest
from django.core.management import call_command
from django.test import Client

from mynumber.platform.databases import InstitutionDatabase
from tests.webkit import faces

OFFICE = "tests.webkit.project.settings_office"
RESIDENTS = "tests.webkit.project.settings_residents"


@pytest.fixture
def office(institution_database: Callable[..., InstitutionDatabase]) -> Iterator[Client]:
    """The office, with the browser of somebody who works there."""
    database = institution_database("pension_service")
    faces.migrate(OFFICE, database)
    with faces.face(OFFICE, database):
        yield Client(enforce_csrf_checks=True, headers={"host": "pension-service.localhost"})


@pytest.fixture
def residents(institution_database: Callable[..., InstitutionDatabase]) -> Iterator[Client]:
    """The residents' face, with the browser of one."""
    database = institution_database("portal")
    faces.migrate(RESIDENTS, database)
    with faces.face(RESIDENTS, database):
        yield Client(headers={"host": "portal.localhost"})


def test_staff_without_tenants_sign_in_at_the_root(office: Client) -> None:
    out = io.StringIO()
    call_command("create_staff", "--username", "sato", "--name", "佐藤", "--department", "給付課", stdout=out)
    password = out.getvalue().split()[3]
    turned_away = office.get("/desk")
    assert turned_away["Location"] == "/sign-in?next=%2Fdesk"
    token = str(office.get(turned_away["Location"]).context["csrf_token"])
    form = {"username": "sato", "password": password, "next": "/desk", "csrfmiddlewaretoken": token}
    assert office.post("/sign-in", form)["Location"] == "/desk"
    assert office.get("/desk").content == b"desk"
    assert office.cookies["pension_service_session"]["path"] == "/"


def test_a_resident_is_checked_before_the_view_runs(residents: Client) -> None:
    assert residents.get("/mine")["Location"] == "/welcome"
    residents.post("/welcome")
    response = residents.get("/mine")
    assert response.content == b"mine"
    assert response["Cache-Control"] == "no-store"
    assert residents.cookies["portal_session"]["httponly"]
