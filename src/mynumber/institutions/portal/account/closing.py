"""Ending the use (利用終了): what the resident gave is deleted, what the law keeps stays without the number of the card.

A function of the portal that holds something says in its `ready` what goes: `closing.register("お知らせ", delete)`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

from django.db import transaction

from mynumber.institutions.portal.account import open_sessions
from mynumber.institutions.portal.account.models import Account, EventKind, SignInRequest
from mynumber.institutions.portal.account.signing_in import record

Delete = Callable[[Account, datetime], None]
"""(account, now), in the transaction that closes: delete what is the resident's own."""
_known: dict[str, Delete] = {}
Hindrance = Callable[[Account], str]
"""(account): why it cannot be closed now, in words for the resident; empty when nothing stands against it."""
_hindrances: dict[str, Hindrance] = {}


class CannotClose(Exception):
    """Something is under way that would be lost."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__("cannot close")
        self.reasons = reasons


def register(what: str, delete: Delete, hindrance: Hindrance | None = None) -> None:
    """This goes with an account. what: in words, for the page that asks; registered once by this name."""
    _known[what] = delete
    if hindrance is not None:
        _hindrances[what] = hindrance


def hinder(what: str, hindrance: Hindrance) -> None:
    """This can stand against the closing, and nothing of it goes. Registered once by this name."""
    _hindrances[what] = hindrance


def what_goes() -> tuple[str, ...]:
    """What is deleted, in words."""
    return tuple(_known)


def hindrances(account: Account) -> tuple[str, ...]:
    """Why the account cannot be closed now."""
    return tuple(words for each in _hindrances.values() if (words := each(account)))


def close(account: Account, *, now: datetime) -> None:
    """End the use. Raises CannotClose. Whoever comes with the same card later begins anew, with an account of its own."""
    with transaction.atomic():
        held = Account.objects.select_for_update().get(pk=account.pk)
        reasons = hindrances(held)
        if reasons:
            raise CannotClose(reasons)
        record(held, EventKind.CLOSED, now)
        # Before anything is deleted: some rows the database gives up only for an account that is closed.
        Account.objects.filter(pk=held.pk).update(closed_at=now)
        for delete in _known.values():
            delete(held, now)
        held.passkeys.all().delete()
        held.acquisitions.all().delete()
        SignInRequest.objects.filter(certificate_serial=held.certificate_serial).delete()
        SignInRequest.objects.filter(signer=held).delete()
        open_sessions.end(held, {each.ident for each in open_sessions.of_account(held, now=now)}, now=now)
        # What refers to this row (history, applications that were sent) stays for as long as the law says, and leads to nobody.
        held.certificate_serial, held.code, held.code_obtained_at = f"closed-{uuid4().hex}", None, None
        held.alerted, held.closed_at = False, now
        held.save()
