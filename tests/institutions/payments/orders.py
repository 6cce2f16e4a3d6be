"""Payment orders as an approved decision leaves them, and the accounts to which they are paid."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

from mynumber.foundation.procedures import answers as forms
from mynumber.foundation.procedures.calendar import next_open
from mynumber.foundation.procedures.loading import catalogue
from mynumber.institutions.municipality.applications.models import (
    Application,
    Decision,
    PayoutOrder,
    Submission,
)
from mynumber.institutions.municipality.payouts import gathering
from mynumber.institutions.municipality.payouts.models import Transfer, TransferFile
from mynumber.institutions.municipality.register.models import Household, Person
from mynumber.webkit.examination.states import DecisionState, Outcome, State
from mynumber.webkit.staff.models import StaffMember
from tests.institutions.payments.place import TOWN, Place

PROCEDURE = "child_allowance_claim"
KENTA = {"bank": "0001", "branch": "001", "kind": "ordinary", "number": "1234567", "holder": "タナカ　ケンタ"}
CLOSED = {**KENTA, "number": "9999993"}
WITHOUT_BRANCH = {**KENTA, "branch": "999"}
_numbers = itertools.count(900_001)


@dataclass(frozen=True)
class Ordered:
    """An order of the town."""

    order: int
    application: UUID
    number: int
    amount: int


def payment_day() -> date:
    """A day on which banks pay, and not today: nothing is carried out by itself."""
    return next_open(datetime.now(UTC).date() + timedelta(days=3))


def order(place: Place, amount: int = 30_000, account: dict[str, str] | None = None) -> Ordered:
    """A decided application with an order that waits."""
    number, now = next(_numbers), datetime.now(UTC)
    procedure = catalogue().get(PROCEDURE, now.date())
    with place.town():
        household = Household.objects.create(number=number)
        person = Person.objects.create(
            addressee=f"{number:010d}",
            household=household,
            relation="世帯主",
            family="支払",
            given=f"太郎{number}",
            birth=date(1990, 1, 1),
            sex="male",
            nationality_kind="japanese",
            search_name=f"支払太郎{number}",
        )
        application = Application.objects.create(
            reference=uuid4(),
            sender="portal",
            number=number,
            procedure=procedure.id,
            version=procedure.version,
            entitlement=f"{number:064d}",
            state=State.DECIDED,
            applicant=person,
            stated_name=person.name,
            stated_address="東京都葛飾区亀有一丁目1番1号",
            stated_birth=person.birth,
            stated_sex="1",
            sent_at=now,
            arrived_at=now,
            decided_at=now,
            decide_by=now.date(),
        )
        submission = Submission.objects.create(
            application=application,
            sequence=0,
            statement="0" * 64,
            answers=forms.encode(procedure, {"account": account or KENTA}),
            authentication_serial="1",
            sent_at=now,
            arrived_at=now,
        )
        decision = Decision.objects.create(
            application=application,
            state=DecisionState.APPROVED,
            outcome=Outcome.GRANTED,
            by_rule=True,
            submission=submission,
            proposed_by=member("yamada"),
            proposed_at=now,
            second=member("kimura"),
            second_at=now,
        )
        row = PayoutOrder.objects.create(
            application=application,
            decision=decision,
            key=uuid4(),
            money="child_allowance",
            amount=amount,
            account=f"submission:{submission.pk}:account",
            ordered_at=now,
        )
        return Ordered(row.pk, application.reference, number, amount)


def member(username: str) -> StaffMember:
    """One of the staff. Inside `town()`."""
    return StaffMember.objects.get(username=username)


def gather(place: Place) -> TransferFile:
    """The file of all that waits."""
    with place.town():
        return gathering.gather(TOWN, payment_day(), member("yamada"), at=datetime.now(UTC))


def approve(place: Place, file: TransferFile) -> None:
    """The second person approves; the town's own process sends it."""
    with place.town():
        gathering.decide(file, member("kimura"), approve=True, at=datetime.now(UTC))


def state_of(place: Place, file: TransferFile) -> str:
    """Where a file stands at the town."""
    with place.town():
        return str(TransferFile.objects.get(pk=file.pk).state)


def transfers_of(place: Place, ordered: Ordered) -> list[Transfer]:
    """Attempts to pay an order, the first before."""
    with place.town():
        return list(Transfer.objects.filter(order=ordered.order).order_by("pk"))


def told(place: Place, ordered: Ordered) -> list[str]:
    """The steps that the town told of an application."""
    with place.town():
        application = Application.objects.get(reference=ordered.application)
        return list(application.steps.order_by("number").values_list("step", flat=True))


def standing(place: Place, ordered: Ordered) -> tuple[str, str]:
    """The application and its order as the town has them."""
    with place.town():
        row = PayoutOrder.objects.select_related("application").get(pk=ordered.order)
        return row.application.state, row.state
