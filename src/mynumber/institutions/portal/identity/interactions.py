"""One browser's way through an authorization request: the card, what is handed over, the code.

An interaction belongs to the browser session it began in and is answered once. The card is asked for in each of them: that somebody is
signed in to the portal signs nobody in elsewhere.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from authlib.oauth2.rfc6749 import OAuth2Error
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from mynumber.institutions.portal.account import signing_documents, vault
from mynumber.institutions.portal.account.attributes import HandedAttributes
from mynumber.institutions.portal.account.going_on import CannotGoOn, Onward
from mynumber.institutions.portal.account.sessions import Level
from mynumber.institutions.portal.account.signing_in import Proof
from mynumber.institutions.portal.identity import keys, linkages, requests, sign_transactions
from mynumber.institutions.portal.identity.claims import claims_of
from mynumber.institutions.portal.identity.engine import Approval, known_client, server
from mynumber.institutions.portal.identity.models import Client, Interaction, SignTransaction
from mynumber.institutions.portal.identity.requests import Asked
from mynumber.protocols.signing import SigningRequest
from mynumber.webkit.prepared import Prepared, given, insert, store

VALIDITY = timedelta(minutes=10)
AT_ONCE = 5
"""Interactions that one browser session keeps open: the oldest gives way."""

SIGN = "sign"
PROOF = "interaction"
_OPEN = "interactions"


def _open_one() -> QuerySet[Interaction]:
    return Interaction.objects.select_related("client", "account").filter(
        pk=given("id"), finished_at__isnull=True, expires_at__gt=given("now")
    )


_SEEN = Prepared(_open_one)
_HELD = Prepared(lambda: _open_one().select_for_update(of=("self",)))


@dataclass(frozen=True, slots=True)
class Answered:
    """What the browser takes back to the service."""

    response: HttpResponse
    client: Client


def begin(asked: Asked, session: SessionBase, *, now: datetime) -> Interaction:
    """Open one for this browser."""
    interaction = insert(
        Interaction(
            interaction_id=secrets.token_urlsafe(16),
            client=asked.client,
            parameters=asked.parameters,
            expires_at=now + VALIDITY,
        ),
        wait=False,
    )
    session[_OPEN] = [*session.get(_OPEN, []), interaction.interaction_id][-AT_ONCE:]
    return interaction


def of_browser(interaction_id: str, session: SessionBase, *, now: datetime) -> Interaction | None:
    """The open interaction of this very browser, held until the transaction ends."""
    if interaction_id not in session.get(_OPEN, []):
        return None
    return _HELD.first(id=interaction_id, now=now)


def seen_by_browser(interaction_id: str, session: SessionBase, *, now: datetime) -> Interaction | None:
    """The same, for somebody who only reads it."""
    if interaction_id not in session.get(_OPEN, []):
        return None
    return _SEEN.first(id=interaction_id, now=now)


def go_on(request: HttpRequest, interaction_id: str, proof: Proof, now: datetime) -> Onward | None:
    """The card was proven: straight back to the service, where all of it was agreed to before. Raises CannotGoOn."""
    interaction = of_browser(interaction_id, request.session, now=now)
    if interaction is None or interaction.account is not None:
        return None
    authenticate(interaction, proof)
    if not is_remembered(interaction, now=now):
        return None
    try:
        answered = agree(interaction, scopes_of(interaction), remember=None, now=now)
    except OAuth2Error as error:
        raise CannotGoOn from error
    return Onward(answered.response["Location"], answered.client.name)


def proof_name(interaction: Interaction) -> str:
    """What the card is asked for."""
    return f"{PROOF}:{interaction.interaction_id}"


def authenticate(interaction: Interaction, proof: Proof) -> None:
    """The card was proven for this interaction. Not stored yet: `keep` or an answer does."""
    interaction.account = proof.account
    interaction.authenticated_at = proof.at
    interaction.level = Level.CARD
    interaction.attributes = (
        None if proof.attributes is None else vault.seal(proof.attributes.to_json(), vault.own_key())
    )


def keep(interaction: Interaction) -> None:
    """Store that the card was proven, while the resident decides."""
    interaction.save(update_fields=["account", "authenticated_at", "level", "attributes"])


def scopes_of(interaction: Interaction) -> tuple[str, ...]:
    """What the service asks for, in its order, once each."""
    return tuple(dict.fromkeys(str(interaction.parameters["scope"]).split()))


def is_remembered(interaction: Interaction, *, now: datetime) -> bool:
    """Whether the resident has agreed to all of it before, and the service does not want them asked again."""
    scopes = set(scopes_of(interaction))
    if "consent" in str(interaction.parameters.get("prompt", "")).split() or interaction.account is None:
        return False
    if SIGN in scopes:  # each document is a matter of its own
        return False
    return scopes <= linkages.remembered(interaction.account, interaction.client, now=now)


def hold(interaction: Interaction, scopes: tuple[str, ...], *, remember: bool) -> None:
    """Keep what the resident agreed to until the documents are signed."""
    interaction.agreed, interaction.remember = " ".join(scopes), remember
    interaction.save(update_fields=["agreed", "remember"])


def ask_to_sign(
    interaction: Interaction, *, browser: str, portal: str, page: str, now: datetime
) -> SigningRequest:
    """Ask for the signature key of the person whose card was proven."""
    found = transaction_of(interaction, now=now)
    if found is None or interaction.account is None:
        raise ValueError("documents are signed after the card was proven, while the transaction lives")
    return signing_documents.begin(
        browser=browser,
        portal=portal,
        next_path=page,
        relying_party=interaction.client.name,
        purpose=f"{interaction.client.name}に書類の電子署名を渡す",
        documents=sign_transactions.documents_of(found),
        signer=interaction.account,
        proof_of=signing_proof_name(interaction),
        now=now,
    )


def signing_proof_name(interaction: Interaction) -> str:
    """What the signature key is asked for."""
    return f"signatures:{interaction.interaction_id}"


def transaction_of(interaction: Interaction, *, now: datetime) -> SignTransaction | None:
    """The documents that the service wants signed."""
    wanted = interaction.parameters.get("sign_transaction_id")
    return sign_transactions.of_client(str(wanted), interaction.client, now=now) if wanted else None


def agree(
    interaction: Interaction,
    scopes: tuple[str, ...],
    *,
    remember: bool | None,
    now: datetime,
    signed: Proof | None = None,
) -> Answered:
    """The resident hands these over: the code goes back. remember: None leaves what was remembered as it is.

    signed: the signatures, when the scope sign is among them.
    """
    account, authenticated_at = interaction.account, interaction.authenticated_at
    if account is None or authenticated_at is None:
        raise ValueError("an interaction is answered after the card was proven")
    asked = requests.check(interaction.parameters, interaction.client)
    claims = claims_of(attributes_of(interaction), scopes)
    approval = Approval(
        account=account,
        scopes=scopes,
        attributes=msgspec.json.encode(claims) if claims else None,
        authenticated_at=authenticated_at,
        level=interaction.level,
        at=now,
    )
    with known_client(interaction.client):
        response = server().create_authorization_response(
            asked.request, grant_user=approval, grant=asked.grant
        )
    found = transaction_of(interaction, now=now)
    if found is not None and SIGN in scopes and signed is not None:
        subject = keys.subject_of(account, interaction.client.sector)
        sign_transactions.complete(found, signed, subject=subject)
    elif found is not None:
        sign_transactions.decline(found)
    linkages.note(account, interaction.client, scopes, remember=remember, now=now)
    _finish(interaction, now)
    return Answered(response, interaction.client)


def decline(interaction: Interaction, *, now: datetime) -> Answered:
    """The resident says no: access_denied goes back, and nothing else."""
    asked = requests.check(interaction.parameters, interaction.client)
    with known_client(interaction.client):
        response = server().create_authorization_response(asked.request, grant_user=None, grant=asked.grant)
    found = transaction_of(interaction, now=now)
    if found is not None:
        sign_transactions.decline(found)
    _finish(interaction, now)
    return Answered(response, interaction.client)


def attributes_of(interaction: Interaction) -> HandedAttributes:
    """What the card handed over for this interaction; empty when nothing was asked for."""
    if interaction.attributes is None:
        return HandedAttributes()
    return HandedAttributes.from_json(vault.unseal(bytes(interaction.attributes), vault.own_key()))


def _finish(interaction: Interaction, now: datetime) -> None:
    interaction.finished_at = now
    interaction.attributes = None
    store(interaction, "finished_at", "attributes", "account", "authenticated_at", "level", wait=False)
