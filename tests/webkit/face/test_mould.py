"""A page that is filled in is the page that the template makes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.http import HttpRequest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from mynumber.webkit.face.mould import filled
from tests.webkit import faces

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
PAGE = "portal/onward.html"
PORTAL = "mynumber.institutions.portal.settings"


@pytest.fixture(scope="module", autouse=True)
def portal() -> Iterator[None]:
    faces.install(PORTAL)
    with faces.face(PORTAL, None):
        yield


@given(TEXTS, TEXTS)
def test_it_is_what_the_template_makes(address: str, to: str) -> None:
    context = {"is_named": True, "address": address, "to": to}
    assert filled(PAGE, {"is_named": True}, {"address": address, "to": to}) == render_to_string(
        PAGE, context, HttpRequest()
    )


def test_words_are_text_whatever_they_say() -> None:
    hostile = '"><script>alert(1)</script>'
    page = filled(PAGE, {"is_named": True}, {"address": hostile, "to": "</title>" + hostile})
    assert "<script>alert" not in page
    assert page.count("&quot;&gt;&lt;script&gt;alert(1)") == 4  # title, refresh, heading, link
