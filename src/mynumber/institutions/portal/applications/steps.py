"""What bodies tell (TELL, FOLLOW): each step once, in order, by the body that has the application and nobody else."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Final

import msgspec
from django.db import transaction

from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.applications import asking, bodies, drafts, kept
from mynumber.institutions.portal.applications.announcing import announce
from mynumber.institutions.portal.applications.models import Application, Standing, ToldStep, Writing
from mynumber.protocols.applications import Follow, Followable, LetterForm, Step, Tell, Told
from mynumber.protocols.exchange import Acknowledged
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.filling.content import dotted
from mynumber.webkit.messages import Question

DECIDED: Final = frozenset({Step.GRANTED, Step.GRANTED_IN_PART, Step.REFUSED})
_GOES_ON: Final = frozenset({Step.ARRIVED, Step.ACCEPTED, Step.CORRECTED})


def take(question: Question[Tell]) -> Acknowledged:
    """TELL. The same step again is acknowledged and changes nothing; another content under its number, or a gap, is refused."""
    return Acknowledged(count=take_steps(question.body.steps, sender=question.sender, now=question.at))


def take_steps(steps: Iterable[Told], *, sender: str, now: datetime) -> int:
    """Keep steps and follow them; how many were new. In one transaction of the caller. Raises Refused."""
    return sum(_take_one(step, sender, now) for step in steps)


def _take_one(told: Told, sender: str, now: datetime) -> bool:
    application = Application.objects.select_for_update().filter(pk=told.application, body=sender).first()
    if application is None:  # also where another body has it: nobody learns of others' applications
        raise Refused(Hop.PORTAL, Reason.UNKNOWN_RECORD)
    encoded = msgspec.json.encode(told)
    digest = hashlib.sha256(encoded).hexdigest()
    known = {step.number: step.digest for step in application.steps.only("number", "digest")}
    if told.number in known:
        if known[told.number] != digest:
            raise Refused(Hop.PORTAL, Reason.DUPLICATE_REQUEST)
        return False
    if told.number != len(known) + 1:
        raise Refused(Hop.PORTAL, Reason.OUT_OF_PLACE)
    ToldStep.objects.create(
        application=application,
        number=told.number,
        step=told.step.value,
        at=told.at,
        holder=told.holder,
        expected_by=told.expected_by,
        content=kept.seal(encoded, about=f"{application.pk}/{told.number}/step"),
        digest=digest,
        has_letter=told.letter is not None,
        told_at=now,
    )
    _follow(application, told)
    announce(application, told, now=now)
    return True


def _follow(application: Application, told: Told) -> None:
    """How the application stands after a step."""
    application.holder, application.expected_by = told.holder, told.expected_by
    over = application.standing in (Standing.DECIDED, Standing.ENDED)
    if told.step is Step.CORRECTED and application.decided_at is not None:  # the account that was asked for
        application.standing, application.editing = Standing.DECIDED, False
        _mark(application, {})
    elif told.step in _GOES_ON and not over:
        application.standing = Standing.UNDER_WAY
        if told.step is Step.ARRIVED:
            application.arrived_at = application.arrived_at or told.at
        elif told.step is Step.ACCEPTED:
            application.accepted_at = told.at
        else:
            application.corrected_at = told.at
            _mark(application, {})
    elif told.step is Step.CORRECTION_ASKED and not over:
        application.standing, application.editing = Standing.CORRECTION, True
        application.correction_asked_at = told.at
        _mark(application, {dotted(each.path) or each.path: each.words for each in told.fields})
    elif told.step is Step.PAYMENT_RETURNED:
        application.standing, application.editing = Standing.CORRECTION, True
        _mark(application, {each.path: each.words for each in told.fields})
    elif told.step in DECIDED:
        application.standing, application.editing, application.live = Standing.DECIDED, False, False
        application.decided_at = told.at
    elif told.step in (Step.WITHDRAWN, Step.CLOSED):
        application.standing, application.editing, application.live = Standing.ENDED, False, False
    application.save()


def _mark(application: Application, marks: dict[str, str]) -> None:
    content = kept.content_of(application)
    content.marks = marks
    content.seen = [each for each in content.seen if not each.startswith("!")]
    kept.put(application, content)


def told_of(step: ToldStep) -> Told:
    """The step as it was told."""
    about = f"{step.application_id}/{step.number}/step"
    return kept.unseal_json(step.content, Told, about=about)


def untold_arrival(application: Application, last: Told | None) -> Told | None:
    """The arrival of the newest sending while the body, which confirmed it, has told no step since; `last`: its newest step."""
    sending = application.sendings.filter(arrived_at__isnull=False).order_by("sequence").last()
    if sending is None or sending.arrived_at is None or (last is not None and last.at >= sending.arrived_at):
        return None
    return Told(
        application=application.pk,
        number=(last.number if last else 0) + 1,
        step=Step.CORRECTED if sending.sequence else Step.ARRIVED,
        at=sending.arrived_at,
        holder=bodies.name_of(application.body),
        expected_by=application.expected_by,
    )


def follow(account: Account, *, now: datetime) -> None:
    """Ask the bodies how this account's applications stand. Raises Refused. Call it outside a transaction."""
    by_body: dict[str, list[Followable]] = {}
    for each in Application.objects.filter(account=account, sent_at__isnull=False).exclude(
        standing=Standing.ENDED
    ):
        known = each.steps.count()
        by_body.setdefault(each.body, []).append(Followable(application=each.pk, known=known))
    for body, applications in by_body.items():
        answer = asking.follow(body, Follow(applications=tuple(applications)))
        with transaction.atomic():
            take_steps(answer.steps, sender=body, now=now)


def write(application: Application, kind: LetterForm, words: str, *, now: datetime) -> Writing:
    """Put a withdrawal or a question into the outbox. Raises NotOpen for what was never sent or is over."""
    if application.sent_at is None or application.standing == Standing.ENDED:
        raise drafts.NotOpen
    if kind is LetterForm.WITHDRAWAL:
        held = application.writings.filter(kind=kind.value, refused="").first()
        if held is not None:
            return held
        if application.decided_at is not None:
            raise drafts.NotOpen
    writing = Writing(application=application, kind=kind.value, at=now, next_try_at=now)
    writing.words = kept.seal(words.encode(), about=f"{writing.pk}/words")
    writing.save(force_insert=True)
    return writing
