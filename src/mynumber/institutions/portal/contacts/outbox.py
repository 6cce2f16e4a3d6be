"""The outbox of e-mails: each is sent until a mail server took it, at least once, or until it is clear that none will."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Final

from django.conf import settings
from django.db import transaction

from mynumber.institutions.portal.contacts import addresses, kept
from mynumber.institutions.portal.contacts.models import Mail, Purpose
from mynumber.institutions.portal.contacts.posting import Failure, NotTaken, Post, post_of
from mynumber.institutions.portal.contacts.writing import letter
from mynumber.webkit import logs
from mynumber.webkit.environment import origin
from mynumber.webkit.turns import take_turns

FIRST_WAIT: Final = timedelta(seconds=30)
LONGEST_WAIT: Final = timedelta(hours=1)
GIVE_UP_AFTER: Final = timedelta(days=2)
KEPT_FOR: Final = timedelta(days=30)
"""How long it is known that an e-mail was sent: a bounce may come back days later."""
LOOK_EVERY_SECONDS: Final = 5.0

_log = logs.get_logger(__name__)


def deliver_due(post: Post, *, now: datetime, most: int = 100) -> int:
    """Send what is due, oldest first; how many a mail server took. Call it outside a transaction.

    Several processes may do so at once: each row is locked while it is sent.
    """
    sent = 0
    try:
        for _ in range(most):
            with transaction.atomic():
                mail = (
                    Mail.objects.select_for_update(skip_locked=True)
                    .filter(sent_at=None, failed_at=None, next_try_at__lte=now)
                    .order_by("next_try_at")
                    .first()
                )
                if mail is None:
                    break
                outcome = _send(mail, post, now)
            if outcome is None:
                sent += 1
            elif outcome is Failure.NOBODY_THERE:
                addresses.bounced(bytes(mail.digest), now=now)
            elif outcome is Failure.AWAY:
                break  # the others would fare no better
    finally:
        post.close()
    return sent


def _send(mail: Mail, post: Post, now: datetime) -> Failure | None:
    """Try one, whose row is locked, and write down how it went."""
    if mail.address is None:
        raise ValueError("an e-mail that is over is not sent")
    if mail.purpose == Purpose.VERIFICATION and now >= mail.at + addresses.VALID_FOR:
        return _over(mail, now, Failure.TOO_LONG)
    to = kept.unseal(mail.address, mail.account_id, addresses.ADDRESS)
    secret = addresses.secret_of(mail) if mail.secret is not None else None
    site = origin(settings.PUBLIC_URL)
    try:
        post.send(letter(mail, to, secret, site=site, simulation=settings.SIMULATION, now=now), to)
    except NotTaken as refused:
        if refused.failure is not Failure.AWAY:
            return _over(mail, now, refused.failure)
        if now >= mail.at + GIVE_UP_AFTER:
            _over(mail, now, Failure.TOO_LONG)
            return Failure.AWAY
        mail.tries += 1
        mail.next_try_at = now + min(LONGEST_WAIT, FIRST_WAIT * int(2 ** min(mail.tries - 1, 10)))
        mail.save(update_fields=["tries", "next_try_at"])
        return Failure.AWAY
    mail.sent_at, mail.address, mail.secret = now, None, None
    mail.save(update_fields=["sent_at", "address", "secret"])
    return None


def _over(mail: Mail, now: datetime, failure: Failure) -> Failure:
    _log.warning("an e-mail is not sent", reason=failure.value)
    mail.failed_at, mail.reason, mail.address, mail.secret = now, failure.value, None, None
    mail.save(update_fields=["failed_at", "reason", "address", "secret"])
    return failure


def forget(*, now: datetime, most: int = 1000) -> int:
    """Delete what was over long ago; how many."""
    over = (
        Mail.objects.filter(at__lt=now - KEPT_FOR).exclude(sent_at=None, failed_at=None).values("pk")[:most]
    )
    deleted, _ = Mail.objects.filter(pk__in=over).delete()
    return deleted


def start() -> Thread | None:
    """Send as long as the process lives; None where neither a mail server nor a folder is named."""
    post = post_of(os.environ)
    if post is None:
        return None

    def turn() -> None:
        now = datetime.now(UTC)
        deliver_due(post, now=now)
        forget(now=now)

    return take_turns("e-mails", turn, every=LOOK_EVERY_SECONDS)
