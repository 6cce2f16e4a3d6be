"""Closing an account: what goes, what stays, what stands against it; and nothing of anybody else's."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest
from django.db import transaction

from mynumber.foundation.procedures.definition import LifeEvent, Procedure
from mynumber.foundation.procedures.loading import catalogue
from mynumber.institutions.portal.account import closing
from mynumber.institutions.portal.account.closing import CannotClose
from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.applications import drafts
from mynumber.institutions.portal.applications.announcing import announce
from mynumber.institutions.portal.applications.models import (
    Application,
    Happening,
    Paper,
    Standing,
    ToldStep,
)
from mynumber.institutions.portal.bundles import sets
from mynumber.institutions.portal.bundles.models import Bundle, Part
from mynumber.institutions.portal.contacts.models import Alert, Contact, Mail, Purpose
from mynumber.institutions.portal.employers.models import Invitation
from mynumber.institutions.portal.notices import inbox
from mynumber.institutions.portal.notices.models import InboxNotice, NoticeReport
from mynumber.institutions.portal.payments.models import BillWord, Checkout
from mynumber.protocols.applications import Step, Told
from mynumber.protocols.notices import Happening as NoticeHappening
from mynumber.protocols.payments import PaymentState
from tests.institutions.portal.house import House
from tests.institutions.portal.notices.writing import a_bill, a_notice
from tests.institutions.portal.visits import newcomer, now, visitor
from tests.support.exchange import CITY

ON = date(2026, 11, 22)


def procedures() -> tuple[Procedure, Procedure]:
    """Two that a resident can have begun at once."""
    found = catalogue()
    return found.get("child_allowance_claim", ON), found.get("pension_exemption", ON)


def sent(account: Account, procedure: Procedure, standing: Standing) -> Application:
    """An application that was sent, as it stands; with a step and a request to an employer."""
    application, _ = drafts.begin(account, procedure, now=now())
    application.standing, application.sent_at, application.body = standing, now(), CITY
    application.live = standing not in (Standing.DECIDED, Standing.ENDED)
    application.save()
    ToldStep.objects.create(
        application=application,
        number=1,
        step=Step.ARRIVED.value,
        at=now(),
        holder="葛飾区",
        content=b"sealed",
        digest="0" * 64,
        told_at=now(),
    )
    invited(application)
    return application


def invited(application: Application) -> None:
    """A request to an employer."""
    Invitation.objects.create(
        application=application,
        group="guardians",
        person="member-1",
        field="certificate",
        code=b"digest",
        worker=b"sealed",
        made_at=now(),
        until=now() + timedelta(days=30),
    )


def somebody() -> Account:
    """An account that used everything."""
    account, (claim, exemption) = newcomer(), procedures()
    bundle = sets.begin(account, LifeEvent.BIRTH, [claim], happened_on=None, now=now())
    draft = bundle.parts.get().application
    Paper.objects.create(
        application=draft,
        document="letter",
        media_type="application/pdf",
        size=1,
        name=b"sealed",
        content=b"sealed",
        uploaded_at=now(),
    )
    invited(draft)
    sent(account, exemption, Standing.DECIDED)
    notice = a_notice(bill=a_bill(), letter=b"%PDF-1.7")
    with transaction.atomic():
        inbox.put(account, notice, now=now(), sender=CITY)
    # As if it had been sent: the gateway of the tests knows nothing of this notice.
    NoticeReport.objects.create(
        notice_id=notice.notice,
        gateway=f"gateway.{CITY}",
        happening=NoticeHappening.READ.value,
        at=now(),
        next_try_at=now(),
        sent_at=now(),
    )
    Contact.objects.create(account=account, nickname=b"sealed", changed_at=now())
    return account


def rows(account: Account) -> dict[str, int]:
    """What lies in the tables for an account alone."""
    applications = Application.objects.filter(account=account)
    return {
        "drafts": applications.filter(standing=Standing.DRAFT).count(),
        "papers": Paper.objects.filter(application__account=account).count(),
        "invitations": Invitation.objects.filter(application__account=account).count(),
        "bundles": Bundle.objects.filter(account=account).count(),
        "parts": Part.objects.filter(bundle__account=account).count(),
        "notices": InboxNotice.objects.filter(account=account).count(),
        "reports": NoticeReport.objects.filter(notice__account=account).count(),
        "contacts": Contact.objects.filter(account=account).count(),
    }


def test_what_is_the_residents_own_goes_and_nobody_elses(house: House) -> None:
    account, other = somebody(), somebody()
    before = rows(account)
    assert all(before.values()), before
    assert rows(other) == before
    closing.close(account, now=now())
    assert not any(rows(account).values()), rows(account)
    assert rows(other) == before
    # What the law keeps: the application that was sent, with its history.
    (kept,) = Application.objects.filter(account=account)
    assert kept.standing == Standing.DECIDED
    assert ToldStep.objects.filter(application=kept).count() == 1
    assert Happening.objects.filter(application=kept).exists()
    # What comes later fills no inbox that nobody opens.
    kept.refresh_from_db()
    with transaction.atomic():
        announce(kept, told(kept, Step.PAID), now=now())
    assert not InboxNotice.objects.filter(account=account).exists()


@pytest.mark.parametrize("standing", [Standing.SENDING, Standing.UNDER_WAY, Standing.CORRECTION])
def test_an_application_under_way_stands_against_it(house: House, standing: Standing) -> None:
    account, (claim, exemption) = newcomer(), procedures()
    drafts.begin(account, claim, now=now())
    application = sent(account, exemption, standing)
    with pytest.raises(CannotClose) as cannot:
        closing.close(account, now=now())
    (reason,) = cannot.value.reasons
    assert "送った申請のうち1件" in reason
    page = visitor(account).text("/account/close")
    assert "いまは終われません" in page
    assert reason in page
    assert Account.objects.get(pk=account.pk).closed_at is None
    assert rows(account)["drafts"] == 1
    Application.objects.filter(pk=application.pk).update(standing=Standing.ENDED, live=False)
    closing.close(account, now=now())


@pytest.mark.parametrize("state", [PaymentState.CREATED, PaymentState.AUTHORISED, PaymentState.CAPTURED])
def test_a_payment_being_made_stands_against_it(house: House, state: PaymentState) -> None:
    account = newcomer()
    checkout = Checkout.objects.create(
        account=account,
        notice=uuid4(),
        bill=uuid4(),
        biller=CITY,
        amount=12_300,
        state=state,
        begun_at=now(),
        changed_at=now(),
    )
    assert closing.hindrances(account) == (), "the agent has opened no page"
    Checkout.objects.filter(pk=checkout.pk).update(version=1)
    with pytest.raises(CannotClose) as cannot:
        closing.close(account, now=now())
    assert ["カードでの納付が1件" in each for each in cannot.value.reasons] == [True]
    word = BillWord.objects.create(biller=CITY, bill=checkout.bill, version=1, state="open", taken_at=now())
    assert closing.hindrances(account), "the biller does not say that it is paid"
    BillWord.objects.filter(pk=word.pk).update(state="paid", version=2)
    closing.close(account, now=now())
    assert Checkout.objects.filter(pk=checkout.pk, account=account).exists(), "money stays written down"


def test_the_notices_of_an_account_in_use_cannot_be_forgotten(house: House) -> None:
    account = somebody()
    with (
        psycopg.connect(house.database.url) as database,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="as long as their account"),
    ):
        database.execute("SELECT forget_notices(%s)", [account.pk])
    assert rows(account)["notices"] == 1


def told(application: Application, step: Step) -> Told:
    """The next step, as the body tells it."""
    return Told(application=application.pk, number=2, step=step, at=datetime.now(UTC), holder="葛飾区")


@pytest.mark.parametrize(
    ("wants", "queued"),
    [
        ({"alert_step": True, "alert_notice": True}, [Alert.STEP]),
        ({"alert_step": True, "alert_notice": False}, [Alert.STEP]),
        ({"alert_step": False, "alert_notice": True}, []),
    ],
)
def test_a_step_is_one_alert_for_who_wants_steps(
    house: House, wants: dict[str, bool], queued: list[Alert]
) -> None:
    account = newcomer()
    with transaction.atomic():
        Contact.objects.create(
            account=account, address=b"sealed", digest=b"digest", changed_at=now(), **wants
        )
        application = sent(account, procedures()[0], Standing.UNDER_WAY)
        announce(application, told(application, Step.GRANTED), now=now())
        assert InboxNotice.objects.filter(account=account).count() == 1
        mails = Mail.objects.filter(account=account, purpose=Purpose.PING)
        assert list(mails.values_list("alert", flat=True)) == queued
        # No e-mail of a test leaves the outbox.
        transaction.set_rollback(True)
