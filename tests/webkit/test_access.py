"""Nothing runs without an explicit mark."""

import pytest
from django.test import Client
from django.test.utils import override_settings

from mynumber.platform.databases import InstitutionDatabase
from mynumber.webkit.access import UnmarkedView, walk_routes
from mynumber.webkit.checks import every_route_is_marked
from mynumber.webkit.marks import (
    Access,
    MarkedTwice,
    RouteTable,
    mark_of,
    public,
    resident_only,
    signed_message,
    staff_only,
)
from tests.webkit.project import views

WITH_HOLE = "tests.webkit.project.urls_with_hole"


@override_settings(ROOT_URLCONF=WITH_HOLE)
def test_an_unmarked_view_does_not_run(visitor: Client) -> None:
    response = visitor.get("/forgotten")
    assert response.status_code == 500
    assert "secret" not in response.content.decode()


@override_settings(ROOT_URLCONF=WITH_HOLE)
def test_an_unmarked_view_is_named_to_the_developer(project: InstitutionDatabase) -> None:
    with pytest.raises(UnmarkedView, match=r"tests\.webkit\.project\.views\.forgotten"):
        Client(headers={"host": "127.0.0.1"}).get("/forgotten")


def test_a_public_view_runs(visitor: Client) -> None:
    assert visitor.get("/hello").content == b"hello"


def test_staff_views_send_a_stranger_to_the_sign_in_page_of_the_tenant(visitor: Client) -> None:
    response = visitor.get("/131229/desk?page=2")
    assert response.status_code == 302
    assert response["Location"] == "/131229/sign-in?next=%2F131229%2Fdesk%3Fpage%3D2"
    assert response["Cache-Control"] == "no-store"


def test_resident_views_are_closed_where_no_checker_is_set(visitor: Client) -> None:
    response = visitor.get("/mine")
    assert response.status_code == 500
    assert b"mine" not in response.content


def test_the_walk_finds_every_route_with_its_mark(project: InstitutionDatabase) -> None:
    routes = {route.pattern: route.mark for route in walk_routes(WITH_HOLE)}
    assert routes.pop("forgotten") is None
    assert {pattern: str(mark) for pattern, mark in routes.items()} == {
        "healthz": "public",
        "readyz": "public",
        "metrics": "public",
        "hello": "public",
        "messages/parcel.v1": "signed_message",
        "<str:system>/messages/parcel.v1": "signed_message",
        "mine": "resident",
        "<tenant:tenant>/sign-in": "public",
        "<tenant:tenant>/sign-out": "public",
        "<tenant:tenant>/entries": "public",
        "<tenant:tenant>/write-and-fail": "public",
        "<tenant:tenant>/write-and-refuse": "public",
        "<tenant:tenant>/duplicate": "public",
        "<tenant:tenant>/lose": "public",
        "<tenant:tenant>/desk": "staff",
        "<tenant:tenant>/decide": "staff(supervisor)",
    }


def test_the_system_check_names_the_unmarked_route(project: InstitutionDatabase) -> None:
    assert every_route_is_marked(None) == []
    with override_settings(ROOT_URLCONF=WITH_HOLE):
        (error,) = every_route_is_marked(None)
    assert "forgotten" in str(error.msg)


@pytest.mark.parametrize("second", [public, staff_only, staff_only("auditor"), resident_only, signed_message])
def test_a_view_carries_one_mark(second: object) -> None:
    assert callable(second)
    with pytest.raises(MarkedTwice):
        second(views.hello)


def test_staff_only_needs_a_view_or_roles() -> None:
    with pytest.raises(TypeError):
        staff_only()


def test_a_raw_app_cannot_register_an_unmarked_handler() -> None:
    async def handler() -> None: ...

    table = RouteTable()
    with pytest.raises(TypeError, match="no access mark"):
        table.add("POST", "/messages/ask.v1", handler)
    table.add("POST", "/messages/ask.v1", signed_message(handler))
    assert [(route.pattern, route.mark and route.mark.access) for route in table.walk()] == [
        ("POST /messages/ask.v1", Access.SIGNED_MESSAGE)
    ]
    assert table.find("GET", "/messages/ask.v1") is None
    with pytest.raises(ValueError, match="twice"):
        table.add("POST", "/messages/ask.v1", handler)


def test_no_mark_is_inherited_by_accident() -> None:
    assert mark_of(lambda: None) is None
