"""Making bills: at the desk, by command, for the fee of an application; each once."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from mynumber.institutions.municipality.billing.issuing import bill_for_application
from mynumber.institutions.municipality.billing.models import Bill, Kind
from mynumber.institutions.municipality.billing.numbers import is_sound
from mynumber.institutions.municipality.notices.models import SentNotice
from mynumber.institutions.municipality.register.models import Person
from tests.institutions.payments.place import OTHER_TOWN, TOWN, Place, staff_browser


def test_the_fee_of_an_application_is_one_bill(place: Place) -> None:
    owed, _ = place.owe()
    reference, at = uuid4(), datetime.now(UTC)
    with place.town():
        person = Person.objects.get(addressee=owed.addressee)
        made = [
            bill_for_application(TOWN, person, reference, "証明書の交付", fee, at=at) for fee in (300, 300, 0)
        ]
        assert made[0] == made[1]
        assert made[2] is None
        bill = Bill.objects.get(application=reference)
        assert (bill.amount, bill.kind, is_sound(bill.number)) == (300, Kind.FEE, True)
        assert SentNotice.objects.filter(notice=bill.notice).count() == 1


def test_a_form_that_is_sent_twice_makes_one_bill(place: Place) -> None:
    owed, _ = place.owe()
    with place.desk():
        desk = staff_browser(place, "yamada")
        page = desk.get(f"/{TOWN}/billing/new").content.decode()
        once = re.search(r'name="once" value="([^"]+)"', page)
        assert once is not None
        form = {
            "once": once[1],
            "addressee": owed.addressee,
            "kind": "tax",
            "title": "令和8年度 固定資産税 第3期",
            "amount": "18,200",
            "due": "令和8年12月25日",
        }
        answers = [desk.post(f"/{TOWN}/billing/new", form) for _ in range(2)]
        assert answers[0].headers["Location"] == answers[1].headers["Location"]
        shown = desk.get(answers[0].headers["Location"]).content.decode()
        assert "18,200円" in shown
        assert "2026年（令和8年）12月25日" in shown
        for wrong in ({"amount": "0"}, {"addressee": "9999999999"}, {"due": "令和8年13月1日"}, {"once": "x"}):
            assert desk.post(f"/{TOWN}/billing/new", {**form, **wrong}).status_code == 422
        assert desk.get(f"/{OTHER_TOWN}/billing/").status_code == 302


def test_the_command_makes_a_bill_once_and_says_what_is_missing(place: Place) -> None:
    owed, _ = place.owe()
    given = {
        "tenant": TOWN,
        "addressee": owed.addressee,
        "kind": "nursery",
        "title": "令和8年度 保育料 11月分",
        "amount": 23_500,
        "due": date(2026, 12, 25),
        "key": f"test-{uuid4()}",
    }
    with place.desk():
        for _ in range(2):
            call_command("issue_bills", **given)
        with pytest.raises(CommandError, match="--amount"):
            call_command("issue_bills", **{**given, "amount": None})
        with pytest.raises(CommandError, match="住民はいません"):
            call_command("issue_bills", **{**given, "addressee": "9999999999"})
    with place.town():
        assert Bill.objects.filter(key=given["key"]).count() == 1


def test_each_grown_up_persona_has_two_bills_however_often_it_is_asked(place: Place) -> None:
    owed, _ = place.owe()
    with place.town():
        Person.objects.filter(addressee=owed.addressee).update(persona="tester")
    with place.desk():
        for _ in range(2):
            call_command("issue_bills", tenant=TOWN, demo=True)
    with place.town():
        bills = Bill.objects.filter(person__persona="tester", key__startswith="demo-").order_by("kind")
        assert [bill.kind for bill in bills] == ["insurance", "tax"]
