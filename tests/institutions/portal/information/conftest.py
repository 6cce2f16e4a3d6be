"""A resident who is signed in, at a portal that asks a running network."""

from __future__ import annotations

from typing import Any

import pytest

from tests.institutions.portal.house import Browser, Holder, House


@pytest.fixture
def resident(house: House, holder: Holder, browser: Browser) -> Browser:
    """A browser signed in by the holder."""
    response: Any = browser.sign_in(house, holder)
    assert response.status_code == 303
    return browser
