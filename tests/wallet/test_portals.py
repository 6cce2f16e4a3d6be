"""Which portals the device works with, and where it reaches them."""

from __future__ import annotations

import pytest

from mynumber.protocols.sign_in import SignInRefused
from mynumber.wallet.portals import known_places, known_portals, portal_of
from mynumber.webkit.environment import BadEnvironment


@pytest.mark.parametrize(
    ("public", "internal", "reached"),
    [
        ({}, "{}", "http://127.0.0.1:8000"),
        ({"portal": "http://portal.localhost:9000"}, "{}", "http://127.0.0.1:9000"),
        ({"portal": "http://localhost"}, "{}", "http://127.0.0.1"),
        ({"portal": "https://portal.example"}, "{}", "https://portal.example"),
        ({"portal": "http://notlocalhost:8000"}, "{}", "http://notlocalhost:8000"),
        ({}, '{"portal": "http://127.0.0.1:8105"}', "http://127.0.0.1:8105"),
    ],
)
def test_where_a_portal_is_reached(public: dict[str, str], internal: str, reached: str) -> None:
    (portal,) = known_portals(public, internal)
    assert portal.internal == reached
    assert portal.public == public.get("portal", "http://portal.localhost:8000")


@pytest.mark.parametrize(
    "internal", ["", "[]", '{"portal": 1}', '{"portal": "ftp://x"}', '{"portal": "//x"}']
)
def test_bad_settings_stop_the_start(internal: str) -> None:
    with pytest.raises(BadEnvironment, match="MYNUMBER_INTERNAL_URLS"):
        known_portals({}, internal)


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "http://evil.localhost:8000",
        "http://portal.localhost:8000/",
        "http://portal.localhost:8000@evil.example",
        "http://PORTAL.localhost:8000",
        "https://portal.localhost:8000",
        "http://127.0.0.1:8000",
    ],
)
def test_nobody_else_is_answered(asked: str) -> None:
    with pytest.raises(SignInRefused, match="unknown_portal"):
        portal_of(known_portals({}, "{}"), asked)


def test_the_municipality_comes_first_and_the_others_where_they_are_named() -> None:
    assert [place.name for place in known_places({}, "{}")] == ["municipality"]
    named = {name: f"http://{name}.localhost:9000" for name in ("network", "jlis", "gateway", "municipality")}
    places = known_places(named, "{}")
    assert [place.name for place in places] == ["municipality", "jlis"]
    assert [place.client.internal for place in places] == ["http://127.0.0.1:9000"] * 2
