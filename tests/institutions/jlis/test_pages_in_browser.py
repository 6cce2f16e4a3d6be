"""The public pages in a browser: no finding of axe, nothing wider than a phone, every link works by keyboard."""

from __future__ import annotations

import io
from collections.abc import Callable

from django.core.management import call_command

from mynumber.platform.databases import InstitutionDatabase
from tests.institutions.jlis.conftest import PROJECT
from tests.institutions.jlis.door import Door
from tests.institutions.jlis.holding import holder_of_card
from tests.support.directory import Systems
from tests.support.tools import needs
from tests.webkit import faces
from tests.webkit.face.serving import CHROMIUM, DESK, PHONE, browsing, look_at, serving

pytestmark = needs(CHROMIUM)
PAGES = {
    "/": "jlis-home",
    "/verifiers": "jlis-verifiers",
    "/certification/practice-statement": "jlis-practice",
}


def test_the_public_pages_are_accessible_on_desk_and_phone(
    systems: Systems, institution_database: Callable[..., InstitutionDatabase]
) -> None:
    database = institution_database("jlis", migrated=True)
    environment = systems.environment("jlis")
    with faces.face(PROJECT, database, **environment):
        call_command("create_ca", stdout=io.StringIO())
        holder_of_card(Door(systems, database))
        call_command(
            "register_verifier", "bank", "--name", "例示銀行", "--purpose", "signature", "--purpose", "links",
            stdout=io.StringIO(), stderr=io.StringIO(),
        )  # fmt: skip
    variables = {**environment, "DATABASE_URL": database.url, "MYNUMBER_PUBLIC_URLS": "{}"}
    with (
        serving("mynumber.institutions.jlis.wsgi:application", **variables) as address,
        browsing() as browser,
    ):
        page = browser.new_page(viewport=PHONE)
        for path, name in PAGES.items():
            page.goto(address + path)
            look_at(page, name, PHONE, DESK)
        page.goto(address)
        link = page.get_by_role("link", name="登録された検証者")
        link.focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/verifiers")
        assert page.get_by_text("例示銀行").first.is_visible()
