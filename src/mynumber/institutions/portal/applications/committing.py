"""The card at both ends (PORTAL.md A1): the consent that begins a draft, and the sending, signed or confirmed, by the same person.

What the card gave is used in the transaction that takes it (`account.going_on`): a draft is sent once, or it stays a draft.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse

from mynumber.foundation.procedures import answers
from mynumber.foundation.procedures.answers import Reading
from mynumber.foundation.procedures.definition import Signature
from mynumber.foundation.procedures.overlays import Offered
from mynumber.institutions.portal.account import signing_documents, signing_in
from mynumber.institutions.portal.account.going_on import CannotGoOn, Onward
from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.account.pages import device_url
from mynumber.institutions.portal.account.sessions import browser_secret, current_visit, resident_of
from mynumber.institutions.portal.account.signing_in import Proof
from mynumber.institutions.portal.applications import announcing, bodies, drafts, kept, received, towns
from mynumber.institutions.portal.applications.bodies import NoBody
from mynumber.institutions.portal.applications.models import (
    Application,
    HappeningKind,
    Sending,
    Standing,
)
from mynumber.institutions.portal.notices import inbox
from mynumber.institutions.portal.proxies import filing
from mynumber.protocols import applications as messages
from mynumber.protocols.notices import Happening
from mynumber.protocols.sign_in import Attribute
from mynumber.protocols.signing import Document
from mynumber.webkit.environment import origin

CONSENT = "application-consent"
SEND = "application-send"
_DIGEST_CHARACTERS = 24
"""Of the statement's digest in the name of the proof: a draft that changed since does not use it."""


class NotReady(Exception):
    """The draft is not complete, or another application has the entitlement."""


# --- consent -----------------------------------------------------------------------------------------------------


def ask_consent(request: HttpRequest, application: Application, *, title: str, now: datetime) -> str:
    """Where the browser goes so that the applicant, or who applies for them, hands their own four attributes over."""
    for_another = filing.of(application) is not None
    purpose = (
        "氏名などを使い、代理人として申請する"
        if for_another
        else "氏名などを使い、役所が持つ情報を下書きに入れる"
    )
    asked = signing_in.begin(
        browser=browser_secret(request.session),
        portal=origin(settings.PUBLIC_URL),
        next_path=reverse("application-consent", args=[application.pk]),
        now=now,
        purpose=f"{purpose}：{title}"[:100],
        attributes=tuple(Attribute),
        proof_of=f"{CONSENT}:{application.pk.hex}",
    )
    return device_url(asked)


def on_consent(request: HttpRequest, what: str, proof: Proof, now: datetime) -> Onward | None:
    """Keep who applies, and find the body. Raises CannotGoOn."""
    application = _own(request, what, proof, now)
    agree(application, proof, now=now)
    # Who takes up an offer is led to the first question that it left open.
    straight = "?on=1" if kept.content_of(application).offer else ""
    return Onward(reverse("application", args=[application.pk]) + straight, "")


def agree(application: Application, proof: Proof, *, now: datetime) -> None:
    """Take who applies from the card, and find the body. The caller holds the row's lock. Raises CannotGoOn.

    A proxy's card says who the proxy is; who applies was said by the applicant's own card, or by the office that confirmed the proxy.
    """
    handed = proof.attributes.four_attributes() if proof.attributes else None
    if handed is None or not application.editing or not _is_maker(application, proof.account):
        raise CannotGoOn
    applicant = filing.agree(application, handed)
    if applicant is None:
        raise CannotGoOn
    local = towns.locally(drafts.preset_of(application), applicant.address, on=drafts.today_of(now))
    try:
        body = bodies.body_for(local.procedure, applicant.address)
        if local.offered is not Offered.ONLINE:
            raise NoBody
    except NoBody:
        # Told on the page: the draft stays, with who applies and without anybody to send it to.
        body = ""
    kept.put_applicant(application, applicant)
    application.certificate_serial = proof.account.certificate_serial
    # What a proxy was not entrusted with is not asked for.
    prefilled = None if filing.may_prefill(application, now=now) else now
    application.agreed_at, application.prefilled_at = now, prefilled
    if not application.sequence:
        application.body = body
        application.form = local.procedure.version if local.overlay and body else ""
    application.save(
        update_fields=["applicant", "certificate_serial", "agreed_at", "prefilled_at", "body", "form"]
    )
    drafts.note(application, HappeningKind.AGREED, now, bodies.name_of(body) if body else "")


def _is_maker(application: Application, holder: Account) -> bool:
    """Whether the card is of who makes this application: the applicant, or the proxy who applies for them."""
    held = filing.of(application)
    return holder.pk == (application.account_id if held is None else held.grant.proxy_id)


def _own(request: HttpRequest, what: str, proof: Proof, now: datetime) -> Application:
    """The application of the proof, locked, if this browser's visit, the card and who makes the application are one. Raises CannotGoOn, PageRefused."""
    ident = UUID(what.partition(":")[0])
    visit = current_visit(request, now=now)
    if visit is None or visit.holder != proof.account:
        raise CannotGoOn
    # A proxy is asked once more for whom they act: it may be over, or another person by now.
    application = filing.find(request, visit, ident, now=now, lock=True)
    if application is None or not _is_maker(application, proof.account):
        raise CannotGoOn
    return application


# --- sending -----------------------------------------------------------------------------------------------------


def complete_reading(application: Application, *, now: datetime) -> Reading:
    """The form, ready to be sent. Raises NotReady."""
    reading = drafts.reading_of(application, kept.content_of(application), now=now)
    if (
        not application.editing
        or not application.body
        or application.applicant is None
        or not reading.is_complete
        or drafts.missing_papers(application, reading)
    ):
        raise NotReady
    return reading


def assembled(application: Application, reading: Reading, *, now: datetime) -> messages.Application:
    """What will be sent, without a signature."""
    applicant, proxy = kept.applicant_of(application), filing.standing(application)
    if applicant is None or (proxy is None and filing.of(application) is not None):
        raise NotReady
    return messages.Application(
        application=application.pk,
        sequence=application.sequence,
        form=messages.Form(procedure=application.procedure, version=application.version),
        applicant=applicant,
        certificate=application.certificate_serial,
        proxy=proxy.proxy if proxy else None,
        representation=proxy.representation if proxy else None,
        answers=answers.encode(reading.procedure, reading.values),
        documents=attachments(application),
        sent_at=now,
    )


def attachments(application: Application) -> tuple[messages.Attachment, ...]:
    """The papers of a draft, the oldest first; those of private senders with where they came from."""
    claims = received.claims(application)
    return tuple(
        messages.Attachment(
            document=paper.document,
            name=drafts.paper_name(paper)[:100],
            media_type=paper.media_type,
            content=drafts.paper_content(paper),
            delivered=claims.get(paper.pk),
        )
        for paper in application.papers.order_by("uploaded_at", "pk")
    )


def ask_to_commit(request: HttpRequest, application: Application, *, summary: str, now: datetime) -> str:
    """Where the browser goes so that the applicant signs, or shows the same card again. Raises NotReady."""
    reading = complete_reading(application, now=now)
    visit = resident_of(request)
    content = assembled(application, reading, now=now)
    digest = messages.statement_digest(content)
    for_another = f"{visit.proxy_for}の代理人として、" if content.proxy else ""
    title = reading.procedure.title.ja
    back = reverse("application-check", args=[application.pk]) + "?back=1"
    proof_of = f"{SEND}:{application.pk.hex}:{digest.hex()[:_DIGEST_CHARACTERS]}"
    if reading.procedure.signature is Signature.SIGNATURE:
        signed = signing_documents.begin(
            browser=browser_secret(request.session),
            portal=origin(settings.PUBLIC_URL),
            next_path=back,
            relying_party=bodies.name_of(application.body)[:60],
            purpose=f"{for_another}申請に電子署名して送る",
            documents=[
                Document(
                    name=title[:90],
                    digest=digest,
                    summary=summary[:4000],
                    content=messages.statement(content),
                )
            ],
            signer=visit.holder,
            proof_of=proof_of,
            now=now,
        )
        return device_url(signed)
    asked = signing_in.begin(
        browser=browser_secret(request.session),
        portal=origin(settings.PUBLIC_URL),
        next_path=back,
        now=now,
        purpose=f"{for_another}申請を送る：{title}"[:100],
        proof_of=proof_of,
    )
    return device_url(asked)


def on_send(request: HttpRequest, what: str, proof: Proof, now: datetime) -> Onward | None:
    """Put the application into the outbox, in the transaction that uses the card's proof up. Raises CannotGoOn."""
    application = _own(request, what, proof, now)
    if application.certificate_serial != proof.account.certificate_serial:
        raise CannotGoOn
    try:
        reading = complete_reading(application, now=now)
        content = assembled(application, reading, now=proof.at)
    except NotReady:
        raise CannotGoOn from None
    digest = messages.statement_digest(content)
    if what.partition(":")[2] != digest.hex()[:_DIGEST_CHARACTERS]:
        raise CannotGoOn
    if reading.procedure.signature is Signature.SIGNATURE:
        if proof.signed is None or len(proof.signed.signatures) != 1:
            raise CannotGoOn
        content = with_signature(content, proof.signed.certificate, proof.signed.signatures[0])
    if not drafts.claim_entitlement(application, reading):
        raise CannotGoOn
    commit(application, content, now=now)
    return Onward(reverse("application", args=[application.pk]) + "?sent=1", "")


def with_signature(content: messages.Application, certificate: bytes, value: bytes) -> messages.Application:
    """The same with the card's signature over its statement."""
    return msgspec.structs.replace(
        content, signature=messages.CardSignature(certificate=certificate, value=value)
    )


def commit(application: Application, content: messages.Application, *, now: datetime) -> Sending:
    """Write the sending into the outbox and close the draft. The caller holds the row's lock in a transaction."""
    with transaction.atomic():
        sending = Sending.objects.create(
            application=application,
            sequence=content.sequence,
            content=kept.seal_as_json(content, about=f"{application.pk}/{content.sequence}/sending"),
            digest=messages.statement_digest(content).hex(),
            sent_at=content.sent_at,
            next_try_at=now,
        )
        application.sequence = content.sequence + 1
        application.editing = False
        application.counter_code = application.counter_code_until = None
        application.sent_at = application.sent_at or content.sent_at
        if application.standing == Standing.DRAFT:
            application.standing = Standing.SENDING
        elif application.standing == Standing.CORRECTION:
            announcing.answered(application, now=now)
        application.save(
            update_fields=[
                *("sequence", "editing", "counter_code", "counter_code_until", "sent_at", "standing")
            ]
        )
        drafts.note(application, HappeningKind.COMMITTED, now, "代理人" if content.proxy else "")
        filing.committed(application, now=now)
        acted_on_offer(application, now=now)
    return sending


def acted_on_offer(application: Application, *, now: datetime) -> None:
    """Tell whoever offered it that it was applied for."""
    offer = kept.content_of(application).offer
    if offer:
        inbox.note_act(application.account, UUID(offer), Happening.APPLIED, now=now)
