"""From a city's outbox over everything that runs, and back into its figures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from mynumber.institutions.municipality.notices import mailings, sending
from mynumber.institutions.municipality.notices.models import Fate, Heard, SentNotice
from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.notices import inbox, reporting
from mynumber.protocols.notices import Happening
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.tenancy import acting_as
from tests.institutions.portal.conftest import PROJECT
from tests.institutions.portal.house import Browser, Holder, House
from tests.institutions.portal.notices.conftest import CITY_CODE
from tests.institutions.portal.notices.writing import a_notice
from tests.support.waiting import eventually
from tests.webkit import faces


@pytest.fixture
def fresh(city: None) -> Iterator[None]:
    """Nothing of another test's is asked for every turn."""
    sending._heard_at.clear()
    yield
    with acting_as(CITY_CODE):
        SentNotice.objects.all().delete()


def row(notice: Any) -> SentNotice:
    with acting_as(CITY_CODE):
        return SentNotice.objects.get(notice=notice.notice)


def worked(notice: Any, fate: Fate) -> SentNotice:
    """The notice, once the worker has noted what became of it."""

    def look() -> SentNotice | None:
        sending.work(CITY_CODE)
        return found if (found := row(notice)).fate == fate else None

    return eventually(look, f"the notice as {fate}")


def with_account(neighbours: House, holder: Holder) -> None:
    """Sign in at the portal, in the portal's place: from then on it has an account and a code."""
    with faces.face(PROJECT, neighbours.database, **neighbours.environment):
        response: Any = Browser().sign_in(neighbours, holder)
        assert response.status_code == 303
        assert Account.objects.get(certificate_serial=holder.serial).code


def test_what_the_city_sends_arrives_and_what_becomes_of_it_is_counted(
    neighbours: House, fresh: None
) -> None:
    holder, stranger = neighbours.holder(), neighbours.holder()
    with_account(neighbours, holder)
    arrives, by_post, refused = a_notice(), a_notice(), a_notice()
    for notice, addressee in (
        (arrives, holder.at_city),
        (by_post, stranger.at_city),
        (refused, "no-such-person"),
    ):
        sending.send(CITY_CODE, addressee, notice)
    assert worked(arrives, Fate.ARRIVED).arrived_at is not None
    assert worked(by_post, Fate.NO_ACCOUNT).arrived_at is None
    assert worked(refused, Fate.REFUSED).refusal == Reason.NO_CODE_HELD.value

    with faces.face(PROJECT, neighbours.database, **neighbours.environment):
        account = Account.objects.get(certificate_serial=holder.serial)
        for number, act in enumerate((Happening.PAID, Happening.DONE)):  # the first act counts
            now = datetime.now(UTC)
            with transaction.atomic():
                assert inbox.note_read(account, arrives.notice, now=now) is (number == 0)
                assert inbox.note_act(account, arrives.notice, act, now=now) is (number == 0)
        reporting.send_due(now=datetime.now(UTC))

    def acted() -> bool:
        sending._heard_at.clear()
        sending.work(CITY_CODE)
        return row(arrives).act == "paid"

    eventually(acted, "the act")
    sent = row(arrives)
    assert sent.read_at is not None
    assert sent.acted_at is not None
    assert sent.arrived_at is not None
    assert sent.arrived_at < sent.read_at == sent.acted_at
    with acting_as(CITY_CODE):
        figures = mailings.figures()
    assert (figures.queued, figures.arrived, figures.no_account, figures.refused) == (3, 1, 1, 1)
    assert (figures.read, figures.acted) == (1, 1)


def test_a_gateway_that_is_away_loses_nothing_and_a_crash_sends_nothing_twice(
    neighbours: House, fresh: None
) -> None:
    holder, notice = neighbours.holder(), a_notice()
    with_account(neighbours, holder)
    sending.send(CITY_CODE, holder.at_city, notice)
    with neighbours.away(f"gateway.municipality.{CITY_CODE}"), pytest.raises(Refused) as refused:
        sending.send_waiting(CITY_CODE)
    assert (refused.value.hop, refused.value.reason) == (Hop.INQUIRER_GATEWAY, Reason.UNREACHABLE)
    assert row(notice).fate == Fate.WAITING

    # The gateway took it, and the process died before it noted that.
    assert sending.send_waiting(CITY_CODE) == 1
    with acting_as(CITY_CODE):
        SentNotice.objects.filter(notice=notice.notice).update(fate=Fate.WAITING, sent_at=None)
    worked(notice, Fate.ARRIVED)

    # It heard the reports, and died before it noted how far: it hears them again, and they say the same.
    before = row(notice)
    with acting_as(CITY_CODE):
        Heard.objects.update(place=0)
    sending.hear(CITY_CODE)
    after = row(notice)
    assert (after.fate, after.arrived_at) == (before.fate, before.arrived_at)


def test_what_is_not_due_or_switched_off_stays(neighbours: House, fresh: None) -> None:
    holder, later = neighbours.holder(), a_notice()
    sending.send(CITY_CODE, holder.at_city, later, send_at=datetime.now(UTC) + timedelta(days=1))
    assert sending.send_waiting(CITY_CODE) == 0
    assert row(later).fate == Fate.WAITING
