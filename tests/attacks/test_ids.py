"""Another's id, at every address that takes one: the same answer as for an id that nobody has, and nothing changes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from django.db import models, transaction

from mynumber.institutions.portal.account.models import Account, Passkey
from mynumber.institutions.portal.applications.models import Application, Paper
from mynumber.institutions.portal.bundles.models import Bundle
from mynumber.institutions.portal.deliveries.models import DeliveredDocument
from mynumber.institutions.portal.helpdesk.models import Inquiry
from mynumber.institutions.portal.information.models import OwnCase, OwnInquiry
from mynumber.institutions.portal.notices import inbox
from mynumber.institutions.portal.notices.models import InboxNotice
from mynumber.institutions.portal.payments.models import Checkout
from mynumber.institutions.portal.proxies.models import Proxy
from mynumber.platform.databases import InstitutionDatabase
from mynumber.platform.postgres import Server
from mynumber.webkit.marks import Access
from tests.attacks.place import (
    OURS,
    Attacker,
    Way,
    contents,
    standing,
    ways,
)
from tests.attacks.rows import Rows
from tests.institutions.portal.notices.writing import a_bill, a_notice, an_offer
from tests.institutions.portal.visits import newcomer, now, visitor
from tests.support.directory import Systems

Databases = Callable[[str], InstitutionDatabase]
ROOT = Path(__file__).parents[2]

OF_RESIDENTS: dict[tuple[str, str], type[models.Model]] = {
    ("portal.account", "passkey_id"): Passkey,
    ("portal.applications", "ident"): Application,
    ("portal.applications", "paper_id"): Paper,
    ("portal.employers", "ident"): Application,
    ("portal.bundles", "ident"): Bundle,
    ("portal.notices", "ident"): InboxNotice,
    ("portal.home", "notice"): InboxNotice,
    ("portal.payments", "ident"): InboxNotice,
    ("portal.payments", "checkout"): Checkout,
    ("portal.deliveries", "ident"): DeliveredDocument,
    ("portal.information", "request_id"): OwnInquiry,
    ("portal.information", "ident"): OwnCase,
    ("portal.proxies", "proxy_id"): Proxy,
    ("portal.proxies", "ident"): Application,
    ("portal.helpdesk", "inquiry_id"): Inquiry,
}
"""What an id of a resident's page stands for, by package and parameter."""
NOBODYS = (
    *("procedures/", "events/<", "account/services/", "account/links/", "deliveries/providers/"),
    *("records/", "staff/", "employers/", "connect/", "sign-in/requests/", "signing/requests/"),
    *("kiosk/", "api/sign-transactions/", "<tenant:tenant>/desk/"),
)
"""Addresses whose parameter is everybody's, a key by itself, or the network's: attacked in the tests of their apps."""
CHOICES = {
    "section_id": "you",
    "number": 1,
    "kind": "wrong",
    "what": "approve",
    "name": "birth",
}
"""What stands in parameters that are nobody's."""


def answer(browser: Attacker, method: str, path: str) -> tuple[int, str, str]:
    """Status, address and page of an answer, without what differs from request to request."""
    response = browser.ask(method, path)
    text = response.content.decode(errors="replace")
    for changing in (
        path,
        path.rpartition("/")[0],
        quote(path, safe=""),
        response.headers.get("X-Request-Id", "-"),
    ):
        text = text.replace(changing, "…")
    text = re.sub(r'value="[A-Za-z0-9]{64}"', "", text)
    return (
        response.status_code,
        _CHANGING.sub("…", response.headers.get("Location", "")),
        _CHANGING.sub("…", text),
    )


_CHANGING = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9]{1,2}:[0-9]{2}")
"""Ids, and the time of day."""


def nobodys(ident: object) -> object:
    """An id of the same kind that stands for nothing."""
    return (
        987_654_321
        if isinstance(ident, int)
        else str(uuid4())
        if "-" in str(ident)
        else "9" * len(str(ident))
    )


def walk(
    attacker: Attacker, listed: list[tuple[Way, dict[str, Any], str]]
) -> list[tuple[Way, str, dict[str, Any], tuple[int, str, str]]]:
    """Ask every address with another's id and with nobody's: one answer. What nobody's gets, for the other half of the proof."""
    found = []
    for way, given, name in listed:
        random = given | {name: nobodys(given[name])}
        for method in ("GET", "POST"):
            nothing = answer(attacker, method, way.path(**random))
            assert answer(attacker, method, way.path(**given)) == nothing, (way.pattern, method)
            assert nothing[0] >= 300, (way.pattern, method)
            found.append((way, method, given, nothing))
    return found


def test_nobody_reaches_what_another_resident_has(
    postgres: Server, databases: Databases, systems: Systems
) -> None:
    """As the resident who has it, each address answers otherwise: that is how we know that the id was a good one."""
    database = databases("portal")
    with standing("portal", database, systems):
        victim, attacker = newcomer(), newcomer()
        rows = Rows()
        rows.made[Account] = victim
        notice = a_notice(bill=a_bill(), offer=an_offer(), letter=b"%PDF-1.7")
        rows.made[InboxNotice] = inbox.put(victim, notice, now=now(), sender=f"municipality.{OURS}")
        listed = []
        for way in ways():
            if way.mark.access is Access.SIGNED_MESSAGE:
                continue
            ids = [each for each in way.parameters if (way.app, each) in OF_RESIDENTS]
            if way.pattern.startswith(NOBODYS):
                continue
            given = CHOICES | {each: rows[OF_RESIDENTS[way.app, each]].pk for each in ids}
            listed += [(way, given, "ident" if "ident" in ids else ids[0])] if ids else []
        assert len(listed) > 45
        Proxy.objects.update(account=victim, proxy=None)
        browser, theirs = Attacker("portal"), Attacker("portal")
        for each, account in ((browser, attacker), (theirs, victim)):
            each.cookies["portal_session"] = visitor(account).cookies["portal_session"].value
        before = contents(postgres, database)
        found = walk(browser.with_token("/account/contacts/address"), listed)
        assert contents(postgres, database) == before
        seen = set()
        theirs.with_token("/account/contacts/address")
        for way, method, given, nothing in found:
            with transaction.atomic():
                own = answer(theirs, method, way.path(**given))
                transaction.set_rollback(True)
            if own[0] != nothing[0]:
                seen.add(way.pattern)
        assert {way.pattern for way, *_ in found} - seen == set()
