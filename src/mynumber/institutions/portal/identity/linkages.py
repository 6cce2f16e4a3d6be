"""What a resident has agreed to with each service, and what went out: for how long it is remembered, and how it ends."""

from __future__ import annotations

from datetime import datetime, timedelta

from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.identity import tokens
from mynumber.institutions.portal.identity.claims import SCOPES
from mynumber.institutions.portal.identity.models import Client, Disclosure, Linkage
from mynumber.webkit.prepared import Prepared, PreparedUpdate, given, insert

REMEMBERED_FOR = timedelta(days=180)
"""After so long without asking the resident is asked again."""
_REMEMBERED = Prepared(
    lambda: Linkage.objects.filter(
        account_id=given("account"), client_id=given("client"), remembered_until__gt=given("now")
    )
)
_USE = PreparedUpdate(
    lambda: Linkage.objects.filter(account_id=given("account"), client_id=given("client")),
    used_at=given("now"),
)


def remembered(account: Account, client: Client, *, now: datetime) -> frozenset[str]:
    """Scopes that need no asking."""
    found = _REMEMBERED.first(account=account.pk, client=client.pk, now=now)
    return frozenset(found.scopes.split()) if found else frozenset()


def given_to(account: Account) -> dict[str, str]:
    """Every scope that was ever handed over, by client, in the order of pages."""
    gone = Disclosure.objects.filter(account=account).values_list("client_id", "scopes").distinct()
    scopes: dict[str, set[str]] = {}
    for client, words in gone:
        scopes.setdefault(client, set()).update(words.split())
    return {client: " ".join(one for one in SCOPES if one in words) for client, words in scopes.items()}


def note(
    account: Account, client: Client, scopes: tuple[str, ...], *, remember: bool | None, now: datetime
) -> None:
    """Write down what is handed over, and what is to be remembered (None: as it was)."""
    kept: dict[str, object] = {"used_at": now}
    if remember is None:
        linked = _USE(account=account.pk, client=client.pk, now=now)
    else:
        kept["scopes"] = " ".join(scope for scope in scopes if scope != "sign") if remember else ""
        kept["remembered_until"] = now + REMEMBERED_FOR if remember else now
        linked = Linkage.objects.filter(account=account, client=client).update(**kept)
    if not linked:
        first = {"scopes": "", "began_at": now, "remembered_until": now, **kept}
        Linkage.objects.get_or_create(account=account, client=client, defaults=first)
    insert(
        Disclosure(
            account=account,
            client_name=client.name,
            client_id=client.client_id,
            scopes=" ".join(scopes),
            at=now,
        ),
        wait=False,
    )


def close(account: Account, now: datetime) -> None:
    """The account ends: so does every linkage."""
    for linkage in Linkage.objects.filter(account=account).select_related("client"):
        end(account, linkage.client, now=now)


def end(account: Account, client: Client, *, now: datetime) -> None:
    """The resident ends the linkage: nothing is remembered, codes and tokens are dead, attributes deleted."""
    tokens.end_linkage(account, client, now=now)
    Linkage.objects.filter(account=account, client=client).delete()
