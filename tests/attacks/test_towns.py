"""Offices of towns: what another town has, and what registers and residents wrote, is neither reached nor more than text."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import models, transaction

from mynumber.institutions.municipality.applications import models as cases
from mynumber.institutions.municipality.billing import models as bills
from mynumber.institutions.municipality.casework import models as casework
from mynumber.institutions.municipality.counter import models as counter
from mynumber.institutions.municipality.notices import models as mailings
from mynumber.institutions.municipality.offers import models as offers
from mynumber.institutions.municipality.payouts import models as payouts
from mynumber.institutions.municipality.register.models import Person
from mynumber.institutions.municipality.representation import models as representation
from mynumber.platform.postgres import Server
from mynumber.webkit.marks import Access
from mynumber.webkit.tenancy import acting_as
from tests.attacks.crawling import CANARY, Visitor
from tests.attacks.place import OURS, THEIRS, contents, staff_at, standing, ways
from tests.attacks.rows import Rows
from tests.attacks.test_ids import CHOICES, NOBODYS, OF_RESIDENTS, Databases, answer, walk
from tests.support.directory import Systems

OF_TOWNS: dict[tuple[str, str], tuple[type[models.Model], str]] = {
    ("municipality.casework", "addressee"): (Person, "addressee"),
    ("municipality.casework", "number"): (casework.Case, "pk"),
    ("municipality.casework", "request_id"): (casework.CaseInquiry, "request_id"),
    ("municipality.counter", "addressee"): (Person, "addressee"),
    ("municipality.counter", "application_id"): (counter.CardApplication, "application_id"),
    ("municipality.counter", "ticket"): (counter.ReaderSession, "ticket"),
    ("municipality.applications", "number"): (cases.Application, "number"),
    ("municipality.applications", "paper_id"): (cases.Paper, "pk"),
    ("municipality.notices", "number"): (mailings.Mailing, "pk"),
    ("municipality.billing", "refund"): (bills.Refund, "pk"),
    ("municipality.billing", "number"): (bills.Bill, "number"),
    ("municipality.billing", "payment"): (bills.Payment, "payment"),
    ("municipality.offers", "number"): (offers.Batch, "pk"),
    ("municipality.payouts", "number"): (payouts.TransferFile, "pk"),
    ("municipality.payouts", "order"): (cases.PayoutOrder, "pk"),
    ("municipality.representation", "claim_id"): (representation.Claim, "pk"),
}
"""The same of a town: which column the id is."""


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["portal", "municipality"])
def test_no_address_with_an_id_is_forgotten(name: str, databases: Databases, systems: Systems) -> None:
    # A town's numbers are of its cases, bills, mailings; at the portal they count what an id has.
    nobodys = {"tenant", *CHOICES} - ({"number"} if name == "municipality" else set())
    with standing(name, databases(name), systems):
        forgotten = [
            way.pattern
            for way in ways()
            if way.mark.access is not Access.SIGNED_MESSAGE
            and way.parameters - nobodys
            and not way.pattern.startswith(NOBODYS)
            and not any((way.app, each) in OF_RESIDENTS | OF_TOWNS for each in way.parameters)
        ]
        assert forgotten == []


def test_no_town_reaches_what_is_another_towns(
    postgres: Server, databases: Databases, systems: Systems
) -> None:
    database = databases("municipality")
    with standing("municipality", database, systems):
        rows, listed = Rows(), []
        with acting_as(OURS):
            for way in ways():
                ids = [each for each in way.parameters if (way.app, each) in OF_TOWNS]
                given: dict[str, Any] = CHOICES | {"tenant": THEIRS}
                for each in ids:
                    model, column = OF_TOWNS[way.app, each]
                    given[each] = getattr(rows[model], column)
                listed += [(way, given, ids[0])] if ids else []
        assert len(listed) > 40
        browser, theirs = staff_at(THEIRS), staff_at(OURS)
        before = contents(postgres, database)
        found = walk(browser.with_token(f"/{THEIRS}/notices/new"), listed)
        for way, _, given, _ in found:
            elsewhere = browser.get(way.path(**given | {"tenant": OURS}))
            if way.mark.access is Access.STAFF:
                assert elsewhere.headers["Location"].startswith(f"/{OURS}/sign-in"), way.pattern
        assert contents(postgres, database) == before
        theirs.with_token(f"/{OURS}/notices/new")
        seen = set()
        for way, method, given, nothing in found:
            with transaction.atomic():
                own = answer(theirs, method, way.path(**given | {"tenant": OURS}))
                transaction.set_rollback(True)
            if own[0] != nothing[0]:
                seen.add(way.pattern)
        assert {way.pattern for way, *_ in found} - seen == set()


@pytest.mark.thorough
def test_what_offices_and_registers_say_is_text(databases: Databases, systems: Systems) -> None:
    with standing("municipality", databases("municipality"), systems):
        rows = Rows(CANARY, procedure="child_allowance_claim")
        with acting_as(OURS):
            for model in {model for model, _ in OF_TOWNS.values()}:
                rows[model]
        visit = Visitor(staff_at(OURS), (f"/{OURS}/sign-out",), f"/{OURS}/")
        begin = [f"/{OURS}/", *(way.path(tenant=OURS) for way in ways() if way.parameters == {"tenant"})]
        for _ in range(2):  # some rows are such as no office writes: their pages break, and show nothing
            visit.seen.clear()
            visit.walk(begin, (CANARY,))
        assert len(visit.shown) > 8
