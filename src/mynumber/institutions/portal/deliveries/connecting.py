"""Connections and consents (つながりと同意): the resident says which sender may send what, and takes it back at once.

Each change is one row under the lock of the connection, which a delivery takes too: after a withdrawal nothing arrives any more. The provider is told the
whole standing afterwards, until it takes note.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from django.db import transaction
from django.db.models import F

from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.account.trust import SYSTEM
from mynumber.institutions.portal.deliveries.models import Connection, Consent, Provider, Sender
from mynumber.institutions.portal.identity.models import SiteLink
from mynumber.protocols import wire
from mynumber.protocols.deliveries import STANDING, SenderConsent, Standing
from mynumber.protocols.refusal import Hop, Refused
from mynumber.webkit import logs
from mynumber.webkit.messages import this_node

ADDRESS_BYTES: Final = 24
FIRST_WAIT: Final = timedelta(seconds=20)
LONGEST_WAIT: Final = timedelta(minutes=30)

_log = logs.get_logger(__name__)


class NotLinked(LookupError):
    """The resident's account at this provider is not linked."""


class NotOffered(ValueError):
    """The sender does not send this kind of document."""


def open_connection(account: Account, provider: Provider, *, now: datetime) -> Connection:
    """The living connection, or a new one on the link of the accounts. Raises NotLinked."""
    link = (
        SiteLink.objects.select_for_update()
        .filter(account=account, site=provider.site, ended_at=None)
        .first()
    )
    if link is None:
        raise NotLinked
    found = Connection.objects.filter(account=account, provider=provider, ended_at=None).first()
    return found or Connection.objects.create(
        account=account,
        provider=provider,
        link=link,
        address=secrets.token_urlsafe(ADDRESS_BYTES),
        began_at=now,
        changed_at=now,
        next_try_at=now,
    )


def consent(connection: Connection, sender: Sender, kinds: Iterable[str], *, now: datetime) -> None:
    """Let a sender send these kinds and no others; none of them is the same as `withdraw`. Raises NotOffered, Connection.DoesNotExist."""
    wanted = sorted(set(kinds))
    if sender.provider_id != connection.provider_id or not set(wanted) <= set(sender.kinds):
        raise NotOffered
    with transaction.atomic():
        held = Connection.objects.select_for_update().get(pk=connection.pk, ended_at=None)
        current = held.consents.filter(sender=sender, withdrawn_at=None).first()
        if (current.kinds if current else []) == wanted:
            return
        if current is not None:
            _withdraw(current, now)
        if wanted:
            Consent.objects.create(connection=held, sender=sender, kinds=wanted, given_at=now)
        _changed(held, now)


def withdraw(connection: Connection, sender: Sender, *, now: datetime) -> None:
    """同意を取り消す: nothing of this sender arrives any more. Raises Connection.DoesNotExist."""
    consent(connection, sender, (), now=now)


def end(connection: Connection, *, now: datetime) -> None:
    """End the connection with all its consents; documents stay."""
    with transaction.atomic():
        held = Connection.objects.select_for_update().filter(pk=connection.pk, ended_at=None).first()
        if held is None:
            return
        held.consents.filter(withdrawn_at=None).update(withdrawn_at=now)
        held.ended_at = now
        held.save(update_fields=["ended_at"])
        _changed(held, now)


def end_with_link(link: SiteLink, now: datetime) -> None:
    """The link of the accounts is over, and with it the connection on it."""
    for connection in Connection.objects.filter(link=link, ended_at=None):
        end(connection, now=now)


def allowed(connection: Connection) -> dict[int, list[str]]:
    """Kinds by sender that may come now."""
    living = connection.consents.filter(withdrawn_at=None)
    return {each.sender_id: list(each.kinds) for each in living}


def _withdraw(current: Consent, now: datetime) -> None:
    current.withdrawn_at = now
    current.save(update_fields=["withdrawn_at"])


def _changed(held: Connection, now: datetime) -> None:
    Connection.objects.filter(pk=held.pk).update(
        sequence=F("sequence") + 1, changed_at=now, tries=0, next_try_at=now
    )


# --- telling the provider ----------------------------------------------------------------------------------------


def standing_of(connection: Connection) -> Standing:
    """The whole of it, as the provider is told."""
    living = connection.consents.filter(withdrawn_at=None).select_related("sender").order_by("sender__key")
    return Standing(
        subject=connection.link.subject,
        address=connection.address,
        sequence=connection.sequence,
        is_open=connection.ended_at is None,
        is_linked=connection.link.ended_at is None,
        senders=tuple(SenderConsent(sender=each.sender.key, kinds=tuple(each.kinds)) for each in living),
        at=connection.changed_at,
    )


def tell_due(*, now: datetime, most: int = 100) -> int:
    """Tell providers what changed; how many took note. Call it outside a transaction."""
    due = Connection.objects.filter(told__lt=F("sequence"), next_try_at__lte=now)
    return sum(tell(each, now=now) for each in due.select_related("link").order_by("changed_at")[:most])


def tell(connection: Connection, *, now: datetime) -> bool:
    """Tell one provider; whether it took note."""
    with transaction.atomic():  # row and consents as they were at one moment
        held = Connection.objects.select_for_update(of=("self",)).select_related("link").get(pk=connection.pk)
        standing = standing_of(held)
    try:
        wire.call(
            this_node(),
            STANDING,
            standing,
            sender=SYSTEM,
            receiver=held.provider_id,
            hop=Hop.PORTAL,
            now=partial(datetime.now, UTC),
        )
    except Refused as refused:
        _log.info("a provider did not take note", reason=refused.reason.value)
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(held.tries, 10))
        Connection.objects.filter(pk=held.pk).update(tries=F("tries") + 1, next_try_at=now + wait)
        return False
    Connection.objects.filter(pk=held.pk, told__lt=standing.sequence).update(told=standing.sequence, tries=0)
    return True
