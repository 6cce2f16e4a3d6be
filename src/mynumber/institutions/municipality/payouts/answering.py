"""The account that a resident was asked for: it arrives as one more sending of the application, signed with the card like the first.

Only the account may change: what was decided stays decided on what it was decided on.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mynumber.institutions.municipality.applications.models import Application, Entry, Submission
from mynumber.institutions.municipality.applications.telling import tell
from mynumber.institutions.municipality.applications.words import office_of
from mynumber.institutions.municipality.payouts.accounts import field_of, words_of
from mynumber.institutions.municipality.payouts.models import Hold
from mynumber.protocols.applications import Step
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.examination.sheets import answers_in


def _asked(application: Application) -> Hold | None:
    return Hold.objects.filter(order__application=application, asked_at__isnull=False, ended_at=None).first()


def require_account_alone(application: Application, answers: Mapping[str, Any]) -> None:
    """A sending about what is decided brings the account that was asked for and changes nothing else. Raises Refused."""
    hold = _asked(application)
    if hold is None:
        raise Refused(Hop.PROVIDER, Reason.NOT_ENTITLED, "it is decided or withdrawn")
    name = field_of(hold.order)
    before = answers_in(bytes(application.submissions.order_by("-sequence")[0].answers))
    if {**before, name: None} != {**answers, name: None}:
        raise Refused(Hop.PROVIDER, Reason.NOT_ENTITLED, "it is decided; only the account can be changed")


def take_account(application: Application, submission: Submission, *, at: datetime) -> None:
    """The order waits for the next file, with the account of this sending. The caller holds the application's row."""
    hold = _asked(application)
    assert hold is not None  # noqa: S101 - `require_account_alone` in the same transaction
    order = hold.order
    order.account = f"submission:{submission.pk}:{field_of(order)}"
    order.save(update_fields=["account"])
    hold.ended_at = at
    hold.save(update_fields=["ended_at"])
    Entry.objects.create(application=application, at=at, by_name="（本人）", act="account_given")
    tell(
        application,
        Step.CORRECTED,
        at=at,
        holder=office_of(application),
        amount=order.amount,
        account=words_of(order),
    )
