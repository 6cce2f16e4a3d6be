"""When nothing can be paid to an account: a person asks the resident for another, or orders the same once more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from mynumber.foundation.procedures.calendar import next_open
from mynumber.institutions.municipality.applications.examining import lock as lock_application
from mynumber.institutions.municipality.applications.examining import note
from mynumber.institutions.municipality.applications.models import PayoutOrder, PayoutState
from mynumber.institutions.municipality.applications.telling import tell
from mynumber.institutions.municipality.payouts.accounts import NoAccount, field_of, payee_of, words_of
from mynumber.institutions.municipality.payouts.gathering import CannotPay, No
from mynumber.institutions.municipality.payouts.models import LIVE, Hold
from mynumber.protocols.applications import MarkedField, Step
from mynumber.protocols.transfers import ReturnReason
from mynumber.webkit.examination.sheets import day
from mynumber.webkit.staff.models import StaffMember

ANSWER_WITHIN: Final = timedelta(days=14)
UNWRITABLE: Final = "届け出た口座の銀行・支店・名義を、振込で使える形にできませんでした。"
REGISTERED: Final = "公金受取口座に振り込んでほしいときは、「担当に質問する」から、そう書いて送ってください。"


def why(hold: Hold) -> str:
    """Why nothing could be paid, for the resident."""
    return ReturnReason(hold.reason).sentence_ja if hold.reason else UNWRITABLE


def ask_account(order: PayoutOrder, by: StaffMember, *, at: datetime) -> None:
    """Ask the resident for another account. Raises CannotPay: also while one can be paid to."""
    application = lock_application(order.application)
    row, hold = held(order)
    if hold is None:
        _require_unwritable(row)
        hold = Hold(order=row, since=at)
    if hold.asked_at is not None:
        raise CannotPay(No.NOT_NOW)
    hold.asked_at = at
    hold.save()
    note(application, "account_asked", staff=by, at=at)
    until = next_open(day(at) + ANSWER_WITHIN)
    tell(
        application,
        Step.PAYMENT_RETURNED,
        at=at,
        holder="申請者",
        expected_by=until,
        words=f"{why(hold)}{until.year}年{until.month}月{until.day}日までに、振込先の口座を知らせてください。{REGISTERED}",
        fields=[MarkedField(path=field_of(row), words=why(hold))],
        amount=row.amount,
        account=words_of(row),
    )


def order_again(order: PayoutOrder, by: StaffMember, *, at: datetime) -> None:
    """The same account once more: what was wrong at the bank is over. Raises CannotPay."""
    application = lock_application(order.application)
    _, hold = held(order)
    if hold is None or hold.asked_at is not None:
        raise CannotPay(No.NOT_NOW)
    hold.ended_at = at
    hold.save(update_fields=["ended_at"])
    note(application, "ordered", staff=by, at=at)


def held(order: PayoutOrder) -> tuple[PayoutOrder, Hold | None]:
    """The row, locked, and what holds it. Raises CannotPay: it is paid or being paid."""
    row = PayoutOrder.objects.select_for_update().get(pk=order.pk)
    if row.state == PayoutState.PAID or row.transfers.filter(state__in=LIVE).exists():
        raise CannotPay(No.NOT_NOW)
    return row, row.holds.filter(ended_at=None).first()


def _require_unwritable(order: PayoutOrder) -> None:
    try:
        payee_of(order)
    except NoAccount:
        return
    raise CannotPay(No.NOT_NOW)
