"""The money of an application as its office told it last: how much, when, to which account (last digits only), and how it stands."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.urls import reverse

from mynumber.foundation.procedures.definition import Field
from mynumber.institutions.portal.account.sessions import JAPAN
from mynumber.institutions.portal.applications.drafts import procedure_of
from mynumber.institutions.portal.applications.models import Application, Standing
from mynumber.institutions.portal.applications.steps import told_of
from mynumber.protocols.applications import Step
from mynumber.webkit.face.journey import Task
from mynumber.webkit.face.language import say
from mynumber.webkit.face.parts import Chip, Kind

_TOLD: Final = (
    Step.PAYMENT_ORDERED,
    Step.TRANSFER_SENT,
    Step.PAID,
    Step.PAYMENT_RETURNED,
    Step.CORRECTED,
)


@dataclass(frozen=True, slots=True)
class Payment:
    """What is or will be paid."""

    chip: Chip
    amount: int | None
    """Yen."""
    on: date | None
    """The day on which it was or will be paid."""
    account: str


def payment_of(application: Application) -> Payment | None:
    """The payment as it stands; None as long as nothing is ordered."""
    if application.decided_at is None:
        return None
    rows = application.steps.filter(step__in=[each.value for each in _TOLD]).order_by("-number")
    for row in rows:
        told = told_of(row)
        if told.step is Step.CORRECTED and told.amount is None:
            continue  # of the application itself, not of its payment
        on = told.at.astimezone(JAPAN).date() if told.step is Step.PAID else told.expected_by
        return Payment(
            _chip(told.step), told.amount, None if told.step is Step.PAYMENT_RETURNED else on, told.account
        )
    return None


def is_account_asked(application: Application) -> bool:
    """Whether only another account is asked for: everything else is decided."""
    return application.decided_at is not None and application.standing == Standing.CORRECTION


def _chip(step: Step) -> Chip:
    match step:
        case Step.PAID:
            return Chip(say("支払いました", "Paid", "おくりました"), Kind.SUCCESS)
        case Step.TRANSFER_SENT:
            return Chip(say("銀行に頼みました", "With the bank", "ぎんこうに たのみました"), Kind.INFO)
        case Step.PAYMENT_RETURNED:
            return Chip(say("振り込めませんでした", "Could not be paid", "おくれませんでした"), Kind.ERROR)
        case _:
            return Chip(say("支払いの準備中", "Being prepared", "じゅんびして います"), Kind.INFO)


def is_open(application: Application, marks: Collection[str], fields: Iterable[Field]) -> bool:
    """Whether a page of the form with these fields may be changed."""
    return not is_account_asked(application) or any(field.id in marks for field in fields)


def narrowed(application: Application, marks: Collection[str], tasks: list[Task]) -> list[Task]:
    """What is to be done: where only another account is asked for, its page of the form and the sending."""
    if not is_account_asked(application):
        return tasks
    sections = {field.section for field in procedure_of(application).field if field.id in marks}
    addresses = {
        reverse("application-check", args=[application.pk]),
        *(reverse("application-section", args=[application.pk, section]) for section in sections),
    }
    return [task for task in tasks if task.url in addresses]
