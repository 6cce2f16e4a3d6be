"""到達: an application is with the body, whatever the hour, and what is counted from it is fixed (デジタル手続法第6条第3項, 行政手続法第7条).

What is missing in it is no reason to turn it away: it is examined, and a correction is asked for. Turned away is what is not what it says: another
signature, another digest, a second one for the same right.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

import msgspec
from django.db import IntegrityError, connection
from django.db.models import Max

from mynumber.foundation.procedures.deadlines import decide_by
from mynumber.foundation.procedures.definition import Procedure
from mynumber.foundation.procedures.loading import UnknownProcedure, catalogue
from mynumber.foundation.procedures.overlays import Offered
from mynumber.institutions.municipality.applications import senders
from mynumber.institutions.municipality.applications.entitlements import entitlement_of
from mynumber.institutions.municipality.applications.finding import version_of
from mynumber.institutions.municipality.applications.identifying import identify
from mynumber.institutions.municipality.applications.models import (
    Application,
    Decision,
    Entry,
    Paper,
    Submission,
)
from mynumber.institutions.municipality.applications.telling import tell
from mynumber.institutions.municipality.applications.trust import verifier
from mynumber.institutions.municipality.applications.words import office_of
from mynumber.institutions.municipality.billing.issuing import bill_for_application
from mynumber.institutions.municipality.payouts import answering
from mynumber.institutions.municipality.representation import rights
from mynumber.protocols import applications as protocol
from mynumber.protocols.applications import Arrival, Step, statement_digest
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit import safe
from mynumber.webkit.examination import delivered
from mynumber.webkit.examination.delivered import Look
from mynumber.webkit.examination.sheets import JAPAN
from mynumber.webkit.examination.signatures import require_signature
from mynumber.webkit.examination.soundness import duplicate, malformed, require_documents, sound_answers
from mynumber.webkit.examination.states import LIVE, DecisionState, State
from mynumber.webkit.messages import this_node
from mynumber.webkit.tenancy import acting_as, current_tenant

SAFE: Final = "application-papers"


@dataclass(frozen=True, slots=True)
class _Sound:
    """A sending that is what it says."""

    procedure: Procedure
    answers: dict[str, Any]
    digest: str


@dataclass(frozen=True, slots=True)
class AtCounter:
    """It is handed in at the counter (窓口) before a clerk, and not sent."""

    by_hand: bool
    """Signed on paper."""
    note: Callable[[Submission, Arrival], None]
    """Called in the transaction of the arrival."""


def arrive(
    code: str,
    application: protocol.Application,
    *,
    sender: str,
    now: Callable[[], datetime],
    counter: AtCounter | None = None,
) -> Arrival:
    """Take a sending in, and answer with its 受付番号. The same again has the same answer.

    Asks J-LIS, and the portal about senders: call it outside a transaction. Raises Refused.
    """
    with acting_as(code):
        known = _arrived_before(application, sender)
    if known is not None:
        return known
    sound = _require_sound(code, application, counter, at=now())
    if counter is None or not counter.by_hand:
        require_signature(verifier(code), application, sound.procedure, now)
    looks = delivered.require_sound(application, sound.procedure, senders.asking(code), now=now)
    try:
        with acting_as(code):
            arrival = _take(application, sound, looks, sender=sender, at=now())
            if counter is not None:
                counter.note(_sending_of(application), arrival)
            return arrival
    except IntegrityError:
        # Two of the same at once, or two for one right: the database lets one through.
        with acting_as(code):
            known = _arrived_before(application, sender)
        if known is None:
            raise duplicate("another application for the same right is under way") from None
        return known


def _sending_of(application: protocol.Application) -> Submission:
    return Submission.objects.select_related("application").get(
        application__reference=application.application, sequence=application.sequence
    )


def _arrived_before(application: protocol.Application, sender: str) -> Arrival | None:
    row = (
        Submission.objects.filter(
            application__reference=application.application, sequence=application.sequence
        )
        .select_related("application")
        .first()
    )
    if row is None:
        return None
    if row.statement != statement_digest(application).hex() or row.application.sender != sender:
        raise duplicate("the same sequence arrived with another content")
    return _arrival(row.application, row)


def _arrival(application: Application, submission: Submission) -> Arrival:
    return Arrival(
        receipt=application.receipt,
        arrived_at=submission.arrived_at,
        digest=submission.statement,
        decide_by=application.decide_by,
    )


def _require_sound(
    code: str, application: protocol.Application, counter: AtCounter | None, *, at: datetime
) -> _Sound:
    """The form exists, the answers are its canonical answers, the documents are documents of it."""
    try:
        procedure = version_of(application.form.procedure, application.form.version)
    except UnknownProcedure:
        raise Refused(Hop.PROVIDER, Reason.UNKNOWN_RECORD, "no such form") from None
    today = at.astimezone(JAPAN).date()
    if application.sequence == 0 and not procedure.applies(today):
        raise Refused(Hop.PROVIDER, Reason.UNKNOWN_RECORD, "the form is not in force")
    offered = catalogue().local(procedure, code, today).offered
    if (
        application.sequence == 0
        and offered is not Offered.ONLINE
        and (counter is None or offered is Offered.NONE)
    ):
        raise Refused(Hop.PROVIDER, Reason.NOT_ENTITLED, "it is not offered so by this municipality")
    procedure = _as_here(procedure, application.answers, code)
    answers = sound_answers(procedure, application.answers)
    require_documents(procedure, application)
    return _Sound(procedure, answers, statement_digest(application).hex())


def _as_here(preset: Procedure, encoded: bytes, code: str) -> Procedure:
    """The form in the version that the answers name: this municipality's own, or else the national one, against which they are then read."""
    try:
        version = msgspec.json.decode(encoded)["version"]
        own = catalogue().version(preset.id, version) if f"+{code}." in version else preset
    except (msgspec.DecodeError, LookupError, TypeError, AttributeError, RecursionError):
        return preset
    return own if own.since == preset.since else preset


def _take(
    application: protocol.Application, sound: _Sound, looks: dict[int, Look], *, sender: str, at: datetime
) -> Arrival:
    _one_at_a_time()
    known = _arrived_before(application, sender)
    if known is not None:
        return known
    by, at_sending = application.representation, application.sent_at
    claim = rights.require(sound.procedure, application.applicant, application.proxy, by, at=at_sending)
    if application.sequence == 0:
        row = _first(application, sound, sender=sender, at=at)
    else:
        row = _further(application, sound, sender=sender, at=at)
    submission = Submission.objects.create(
        application=row,
        sequence=application.sequence,
        statement=sound.digest,
        answers=application.answers,
        authentication_serial=application.certificate,
        certificate=application.signature.certificate if application.signature else None,
        signature=application.signature.value if application.signature else None,
        sent_at=application.sent_at,
        arrived_at=at,
    )
    if application.proxy is not None and by is not None:
        rights.keep(submission, application.proxy, by, claim)
    for place, each in enumerate(application.documents):
        paper = Paper.objects.create(
            submission=submission,
            place=place,
            document=each.document,
            name=each.name,
            media_type=each.media_type,
            digest=sha256(each.content).hexdigest(),
            size=len(each.content),
            content=safe.seal(this_node().keyring, SAFE, each.content, about=_about(submission, place)),
        )
        if place in looks:
            senders.keep(paper, looks[place], at=at)
    if row.state not in LIVE:
        answering.take_account(row, submission, at=at)
    if application.sequence == 0 and row.applicant is not None:
        title, fee = sound.procedure.title.ja, sound.procedure.fee
        bill_for_application(current_tenant(), row.applicant, row.reference, title, fee, at=at)
    return _arrival(row, submission)


def content_of(paper: Paper) -> bytes:
    """What was uploaded. Raises safe.CannotOpen."""
    about = _about(paper.submission, paper.place)
    return safe.unseal(this_node().keyring, SAFE, bytes(paper.content), about=about)


def _about(submission: Submission, place: int) -> str:
    return f"{submission.tenant}/{submission.statement}/{place}"


def _first(application: protocol.Application, sound: _Sound, *, sender: str, at: datetime) -> Application:
    stated = application.applicant
    person = identify(stated).person
    entitlement = entitlement_of(sound.procedure, sound.answers, person, stated)
    if Application.objects.filter(entitlement=entitlement, state__in=LIVE).exists():
        raise duplicate("another application for the same right is under way")
    if Application.objects.filter(reference=application.application).exists():
        raise duplicate("the application is known")
    today = at.astimezone(JAPAN).date()
    last = Application.objects.aggregate(last=Max("number"))["last"] or 0
    row = Application.objects.create(
        reference=application.application,
        sender=sender,
        number=last + 1,
        procedure=sound.procedure.id,
        version=sound.procedure.version,
        entitlement=entitlement,
        applicant=person,
        stated_name=stated.name,
        stated_address=stated.address,
        stated_birth=stated.birth_date,
        stated_sex=stated.sex,
        is_by_proxy=application.proxy is not None,
        sent_at=application.sent_at,
        arrived_at=at,
        decide_by=decide_by(sound.procedure, today),
    )
    Entry.objects.create(application=row, at=at, by_name=_sender_words(application), act="arrived")
    tell(row, Step.ARRIVED, at=at, holder=office_of(row), expected_by=row.decide_by)
    return row


def _further(application: protocol.Application, sound: _Sound, *, sender: str, at: datetime) -> Application:
    """An amendment or the answer to a correction: of the same form, next in order; once it is decided only the account that was asked for."""
    row = (
        Application.objects.select_for_update()
        .filter(reference=application.application, sender=sender)
        .first()
    )
    if row is None:
        raise Refused(Hop.PROVIDER, Reason.UNKNOWN_RECORD, "nothing arrived before it")
    if (row.procedure, row.version) != (sound.procedure.id, sound.procedure.version):
        raise malformed("the form is another")
    if (row.stated_birth, row.stated_sex) != (application.applicant.birth_date, application.applicant.sex):
        raise malformed("the applicant is another")
    last = row.submissions.aggregate(last=Max("sequence"))["last"]
    if application.sequence != (last or 0) + 1:
        raise Refused(Hop.PROVIDER, Reason.OUT_OF_PLACE, "a sending before it has not arrived")
    if row.state not in LIVE:
        answering.require_account_alone(row, sound.answers)
        return row
    entitlement = entitlement_of(sound.procedure, sound.answers, row.applicant, application.applicant)
    others = Application.objects.filter(entitlement=entitlement, state__in=LIVE).exclude(pk=row.pk)
    if others.exists():
        raise duplicate("another application for the same right is under way")
    row.entitlement = entitlement
    if row.state == State.CORRECTING and row.asked_at is not None:
        days = (at.astimezone(JAPAN).date() - row.asked_at.astimezone(JAPAN).date()).days
        row.correcting_days += days
        arrived_on = row.arrived_at.astimezone(JAPAN).date()
        row.decide_by = decide_by(sound.procedure, arrived_on, correcting_days=row.correcting_days)
        row.corrected_at = at
        row.correct_by = None
    if row.state == State.PROPOSED:
        # What was proposed was proposed about other answers.
        Decision.objects.filter(application=row, state=DecisionState.PROPOSED).update(
            state=DecisionState.RETURNED, second_words="申請者が申請の内容を改めました。"
        )
    row.state = State.EXAMINED if row.accepted_at else State.ARRIVED
    row.save()
    Entry.objects.create(application=row, at=at, by_name=_sender_words(application), act="corrected")
    tell(row, Step.CORRECTED, at=at, holder=office_of(row), expected_by=row.decide_by)
    return row


def _sender_words(application: protocol.Application) -> str:
    return "（代理人）" if application.proxy else "（本人）"


def _one_at_a_time() -> None:
    """Numbers count up without holes or doubles; released with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('application ' || current_user))")
