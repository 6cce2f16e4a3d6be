"""One card for a whole set: the consent for all its drafts, and the signing of several applications in one go. Each is sent as its own application."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from mynumber.foundation.procedures.definition import Signature
from mynumber.institutions.portal.account import signing_documents, signing_in
from mynumber.institutions.portal.account.going_on import CannotGoOn, Onward
from mynumber.institutions.portal.account.pages import device_url
from mynumber.institutions.portal.account.sessions import browser_secret, current_visit
from mynumber.institutions.portal.account.signing_in import Proof
from mynumber.institutions.portal.applications import bodies, drafts
from mynumber.institutions.portal.applications.committing import (
    NotReady,
    agree,
    assembled,
    commit,
    with_signature,
)
from mynumber.institutions.portal.bundles import sets
from mynumber.institutions.portal.bundles.models import Bundle
from mynumber.institutions.portal.bundles.sets import Member
from mynumber.protocols import applications as messages
from mynumber.protocols.sign_in import Attribute
from mynumber.protocols.signing import MAXIMUM_DOCUMENTS, Document
from mynumber.webkit.environment import origin
from mynumber.webkit.filling.showing import summary

CONSENT: Final = "bundle-consent"
SEND: Final = "bundle-send"
_DIGEST_CHARACTERS: Final = 24
"""Of the digest of all statements in the name of the proof: a set that changed since does not use it."""

Sendable = tuple[Member, messages.Application]


def ask_consent(request: HttpRequest, bundle: Bundle, *, title: str, now: datetime) -> str:
    """Where the browser goes so that the applicant hands the four attributes over, once for all drafts."""
    asked = signing_in.begin(
        browser=browser_secret(request.session),
        portal=origin(settings.PUBLIC_URL),
        next_path=reverse("bundle", args=[bundle.pk]),
        now=now,
        purpose=f"氏名などを使い、役所が持つ情報を下書きに入れる：{title}"[:100],
        attributes=tuple(Attribute),
        proof_of=f"{CONSENT}:{bundle.pk.hex}",
    )
    return device_url(asked)


def on_consent(request: HttpRequest, what: str, proof: Proof, now: datetime) -> Onward | None:
    """Keep who applies in each draft. Raises CannotGoOn."""
    bundle = _own(request, what, proof, now)
    for member in sets.open_members(sets.members(bundle, now=now, lock=True)):
        agree(member.application, proof, now=now)
    return Onward(reverse("bundle", args=[bundle.pk]), "")


def _own(request: HttpRequest, what: str, proof: Proof, now: datetime) -> Bundle:
    """The set of the proof, locked, if visit, card and set are of one account. Raises CannotGoOn."""
    visit = current_visit(request, now=now)
    if visit is None or visit.account != proof.account:
        raise CannotGoOn
    bundle = (
        Bundle.objects.select_for_update()
        .filter(pk=UUID(what.partition(":")[0]), account=proof.account)
        .first()
    )
    if bundle is None:
        raise CannotGoOn
    return bundle


def sendable(bundle: Bundle, *, now: datetime) -> list[Sendable]:
    """The drafts that go together, in a fixed order, and what each sends; one whose right is applied for already stays behind.

    The caller is in a transaction. At most as many as a card signs in one go: the others follow with a second tap.
    """
    found: list[Sendable] = []
    for member, reading in sets.ready(sets.members(bundle, now=now, lock=True), now=now)[:MAXIMUM_DOCUMENTS]:
        if drafts.claim_entitlement(member.application, reading):
            found.append((member, assembled(member.application, reading, now=now)))
    return found


def _digest(chosen: list[Sendable]) -> str:
    whole = b"".join(messages.statement_digest(content) for _, content in chosen)
    return hashlib.sha256(whole).hexdigest()[:_DIGEST_CHARACTERS]


def _signs(member: Member) -> bool:
    return member.procedure.signature is Signature.SIGNATURE


def ask_to_commit(request: HttpRequest, bundle: Bundle, *, now: datetime) -> str:
    """Where the browser goes so that the applicant signs them all, or shows the same card again. Raises NotReady."""
    chosen = sendable(bundle, now=now)
    if not chosen:
        raise NotReady
    account = bundle.account
    back = reverse("bundle", args=[bundle.pk]) + "?back=1"
    proof_of = f"{SEND}:{bundle.pk.hex}:{_digest(chosen)}"
    portal = origin(settings.PUBLIC_URL)
    signed = [(member, content) for member, content in chosen if _signs(member)]
    if not signed:
        asked = signing_in.begin(
            browser=browser_secret(request.session),
            portal=portal,
            next_path=back,
            now=now,
            purpose=f"{len(chosen)}件の申請を送る",
            proof_of=proof_of,
        )
        return device_url(asked)
    to_sign = signing_documents.begin(
        browser=browser_secret(request.session),
        portal=portal,
        next_path=back,
        relying_party=bodies.name_of(chosen[0][0].application.body)[:60],
        purpose=f"{len(chosen)}件の申請に電子署名して送る",
        documents=[
            Document(
                name=member.procedure.title.ja[:90],
                digest=messages.statement_digest(content),
                summary=summary(member.reading, member.content)[:4000],
                content=messages.statement(content),
            )
            for member, content in signed
        ],
        signer=account,
        proof_of=proof_of,
        now=now,
    )
    return device_url(to_sign)


def on_send(request: HttpRequest, what: str, proof: Proof, now: datetime) -> Onward | None:
    """Put each application into the outbox, in the one transaction that uses the card's proof up. Raises CannotGoOn."""
    bundle = _own(request, what, proof, now)
    chosen = sendable(bundle, now=proof.at)
    if not chosen or what.partition(":")[2] != _digest(chosen):
        raise CannotGoOn
    serial = proof.account.certificate_serial
    if any(member.application.certificate_serial != serial for member, _ in chosen):
        raise CannotGoOn
    signatures = iter(proof.signed.signatures if proof.signed else ())
    for member, content in chosen:
        if _signs(member):
            value = next(signatures, None)
            if proof.signed is None or value is None:
                raise CannotGoOn
            commit(member.application, with_signature(content, proof.signed.certificate, value), now=now)
        else:
            commit(member.application, content, now=now)
    if next(signatures, None) is not None:
        raise CannotGoOn
    return Onward(reverse("bundle", args=[bundle.pk]) + "?sent=1", "")


__all__ = ["CONSENT", "SEND", "ask_consent", "ask_to_commit", "on_consent", "on_send", "sendable"]
