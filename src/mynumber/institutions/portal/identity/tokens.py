"""Codes and access tokens: made once, redeemed once, revoked together, forgotten when over."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from mynumber.institutions.portal.account import vault
from mynumber.institutions.portal.account.housekeeping import NowAndThen
from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.account.vault import digest
from mynumber.institutions.portal.identity.models import (
    Assertion,
    Authorization,
    Client,
    Interaction,
    PushedRequest,
    SignTransaction,
    Token,
)
from mynumber.webkit.prepared import Prepared, given, insert, store

ACCESS_VALIDITY = timedelta(minutes=10)
"""Of an access token, and of the attributes it opens."""
FORGET_AT_ONCE = 500

_OF_CODE = Prepared(
    lambda: (
        Authorization.objects.select_for_update(of=("self",))
        .select_related("account")
        .filter(code=given("code"), client_id=given("client"))
    )
)

forgetting = NowAndThen()


def save_code(
    code: str,
    *,
    client: Client,
    approval_account: Account,
    scope: str,
    redirect_uri: str,
    code_challenge: str,
    nonce: str,
    authenticated_at: datetime,
    level: str,
    attributes: bytes | None,
    now: datetime,
    expires_at: datetime,
) -> None:
    """Keep a code that was just made."""
    insert(
        Authorization(
            client=client,
            account=approval_account,
            scope=scope,
            redirect_uri=redirect_uri,
            code=digest(code),
            code_challenge=code_challenge,
            code_expires_at=expires_at,
            nonce=nonce,
            authenticated_at=authenticated_at,
            level=level,
            attributes=None if attributes is None else vault.seal(attributes, code.encode()),
            ends_at=expires_at + ACCESS_VALIDITY,
        ),
        wait=False,
    )


def spend_code(code: str, client: Client, *, now: datetime) -> Authorization | None:
    """The authorization of a code that this client presents for the first time, in time. A second presentation revokes its tokens.

    Whoever comes first holds the row until its transaction ends, so of two at once one is second. A code is spent by its first
    presentation whatever comes of it; another client's attempt changes nothing.
    """
    row = _OF_CODE.first(code=digest(code), client=client.pk)
    if row is None:
        return None
    if row.redeemed_at is not None:
        end_authorization(row, now=now)
        return None
    row.redeemed_at = now
    store(row, "redeemed_at", wait=False)
    return row if now < row.code_expires_at else None


def save(
    token: str,
    *,
    client: Client,
    scope: str,
    authorization: Authorization | None,
    code: str | None,
    now: datetime,
) -> None:
    """Keep a token that was just made; the attributes of its authorization are sealed to it from now on."""
    expires_at = now + ACCESS_VALIDITY
    if authorization is not None and authorization.attributes is not None and code is not None:
        plain = vault.unseal(bytes(authorization.attributes), code.encode())
        authorization.attributes = vault.seal(plain, token.encode())
        authorization.save(update_fields=["attributes"])
    insert(
        Token(
            digest=digest(token),
            client=client,
            authorization=authorization,
            scope=scope,
            issued_at=now,
            expires_at=expires_at,
        ),
        wait=False,
    )


def find(token: str) -> Token | None:
    """The token whatever its state."""
    return (
        Token.objects.select_related("client", "authorization__account").filter(digest=digest(token)).first()
    )


def living(token: str, *, now: datetime) -> Token | None:
    """The token if it still opens something."""
    found = find(token)
    return found if found and found.revoked_at is None and now < found.expires_at else None


def revoke(token: Token, *, now: datetime) -> None:
    """End one token, and with it the attributes it opened."""
    if token.authorization is not None:
        end_authorization(token.authorization, now=now)
    else:
        Token.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=now)


def end_authorization(authorization: Authorization, *, now: datetime) -> None:
    """Revoke every token of an authorization, spend its code, delete its attributes."""
    authorization.tokens.filter(revoked_at__isnull=True).update(revoked_at=now)
    Authorization.objects.filter(pk=authorization.pk, redeemed_at__isnull=True).update(redeemed_at=now)
    Authorization.objects.filter(pk=authorization.pk).update(attributes=None)


def end_linkage(account: Account, client: Client, *, now: datetime) -> None:
    """Everything that a client holds of an account."""
    for authorization in Authorization.objects.select_for_update().filter(account=account, client=client):
        end_authorization(authorization, now=now)


def with_parameters(uri: str, more: dict[str, str]) -> str:
    """`uri` with parameters added to its query."""
    parts = urlsplit(uri)
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *more.items()])
    return urlunsplit(parts._replace(query=query))


def forget(now: datetime) -> None:
    """Delete some of what is over: attributes go with their rows."""
    for model, column in (
        (Token, "expires_at"),
        (Authorization, "ends_at"),
        (PushedRequest, "expires_at"),
        (Interaction, "expires_at"),
        (Assertion, "expires_at"),
        (SignTransaction, "expires_at"),
    ):
        rows: Any = model._default_manager
        over = rows.select_for_update(skip_locked=True).filter(**{f"{column}__lt": now})
        keys = list(over.values_list("pk", flat=True)[:FORGET_AT_ONCE])
        if keys:
            rows.filter(pk__in=keys).delete()


def forget_now_and_then(now: datetime) -> None:
    """`forget`, now and then: requests call it on their way."""
    if forgetting.is_due():
        forget(now)
