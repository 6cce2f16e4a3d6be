"""Alerts: an e-mail that says that there is something new, and nothing else, for who wants one (通知の合図).

`ping` is one statement and asks nobody: whether the resident wants it, is reached at all and has not been told a moment ago, the statement itself sees.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from mynumber.institutions.portal.account.models import Account, EventKind
from mynumber.institutions.portal.contacts.models import Alert
from mynumber.webkit.prepared import ask

MOST_A_DAY: Final = 20
"""Alerts to one account: whoever makes things happen fills nobody's mailbox."""

OF_EVENTS: Final[dict[str, Alert]] = {
    EventKind.SIGNED_IN: Alert.SIGN_IN,
    EventKind.PASSKEY_SIGNED_IN: Alert.SIGN_IN,
    EventKind.REFUSED: Alert.SIGN_IN,
    EventKind.PASSKEY_ADDED: Alert.CHANGE,
    EventKind.PASSKEY_REMOVED: Alert.CHANGE,
    EventKind.PROXY_CHANGED: Alert.CHANGE,
}
"""Events of the account (account/signing_in.record) that are told."""

_PING: Final = """
    INSERT INTO contact_mail (id, account_id, purpose, alert, address, digest, language, at, next_try_at, tries, reason)
    SELECT $1, account_id, 'ping', $2, address, digest, language, $3, $3, 0, ''
    FROM contact
    WHERE account_id = $4 AND address IS NOT NULL AND bounced_at IS NULL AND {column}
      AND NOT EXISTS (SELECT FROM contact_mail WHERE account_id = $4 AND purpose = 'ping' AND sent_at IS NULL AND failed_at IS NULL)
      AND (SELECT count(*) FROM contact_mail WHERE account_id = $4 AND purpose = 'ping' AND at > $5) < $6
"""
_STATEMENTS: Final = {alert: _PING.format(column=f"alert_{alert.value}") for alert in Alert}


def ping(account: Account, kind: Alert | str, now: datetime) -> bool:
    """Queue an e-mail without content, in the caller's transaction; whether one will be sent for it.

    kind: a value of `Alert`. An alert that still waits to be sent stands for those after it.
    """
    alert = Alert(kind)
    since = now - timedelta(days=1)
    _, queued = ask(_STATEMENTS[alert], [uuid4(), alert.value, now, account.pk, since, MOST_A_DAY])
    return bool(queued)


def after_event(account: Account, kind: str, now: datetime) -> None:
    """Tell of a line in the history of sign-ins, where this account wants that."""
    alert = OF_EVENTS.get(kind)
    if account.alerted and alert is not None:
        ping(account, alert, now)
