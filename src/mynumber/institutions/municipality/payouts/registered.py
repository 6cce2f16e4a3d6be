"""公金受取口座: the account that the resident registered with the state, asked of the registry through the network where the resident wants to be paid to it
(公的給付の支給等の迅速かつ確実な実施のための預貯金口座の登録等に関する法律第9条; 番号法第19条第8号)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from mynumber.foundation.law import InformationKind
from mynumber.institutions.municipality.applications.asking import ask_for_account
from mynumber.institutions.municipality.applications.examining import lock as lock_application
from mynumber.institutions.municipality.applications.examining import note
from mynumber.institutions.municipality.applications.models import PayoutOrder
from mynumber.institutions.municipality.applications.telling import tell
from mynumber.institutions.municipality.applications.words import office_of
from mynumber.institutions.municipality.casework.models import ReceivedFact
from mynumber.institutions.municipality.payouts.accounts import NoAccount, Payee, field_of, payee_in
from mynumber.institutions.municipality.payouts.asking import held
from mynumber.institutions.municipality.payouts.gathering import CannotPay, No
from mynumber.protocols.applications import Step
from mynumber.webkit.staff.models import StaffMember


def ask(order: PayoutOrder, by: StaffMember, *, code: str, now: Callable[[], datetime]) -> None:
    """Ask the registry. Raises CannotPay, CannotDo."""
    held(order)
    ask_for_account(order.application, by, code=code, now=now)


def found(order: PayoutOrder) -> tuple[ReceivedFact, Payee] | None:
    """The newest answer of the registry about the applicant, if one can be paid to it."""
    fact = (
        ReceivedFact.objects.filter(
            inquiry__case__in=order.application.cases.values("case"),
            inquiry__case__applicant=order.application.applicant_id,
            inquiry__information=InformationKind.RECEIVING_ACCOUNT.value,
        )
        .select_related("inquiry")
        .order_by("-received_at", "-pk")
        .first()
    )
    try:
        return None if fact is None else (fact, payee_in(fact))
    except NoAccount:
        return None


def use(order: PayoutOrder, by: StaffMember, *, at: datetime) -> None:
    """Pay to it from now on. Raises CannotPay: none is known, or the order is being paid."""
    application = lock_application(order.application)
    row, hold = held(order)
    known = found(row)
    if known is None:
        raise CannotPay(No.NOT_NOW)
    fact, payee = known
    row.account = f"fact:{fact.pk}:{field_of(row)}"
    row.save(update_fields=["account"])
    if hold is not None:
        hold.ended_at = at
        hold.save(update_fields=["ended_at"])
    note(application, "registered_used", staff=by, at=at)
    tell(
        application,
        Step.CORRECTED,
        at=at,
        holder=office_of(application),
        amount=row.amount,
        account=payee.words,
    )
