"""到達: an application is with the service, whatever the hour, and what is counted from it is fixed (デジタル手続法第6条第3項, 行政手続法第7条)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from django.db import IntegrityError, connection, transaction
from django.db.models import Max

from mynumber.foundation.people import fold
from mynumber.foundation.procedures.deadlines import decide_by
from mynumber.foundation.procedures.definition import Procedure
from mynumber.foundation.procedures.loading import UnknownProcedure
from mynumber.institutions.pension_service.exemptions.models import (
    Application,
    Decision,
    Entry,
    Paper,
    Submission,
)
from mynumber.institutions.pension_service.exemptions.people import identify
from mynumber.institutions.pension_service.exemptions.sheets import version_of
from mynumber.institutions.pension_service.exemptions.telling import tell
from mynumber.institutions.pension_service.exemptions.words import office_of
from mynumber.institutions.pension_service.pensions.models import Insured
from mynumber.institutions.pension_service.systems import verifier
from mynumber.protocols import applications as protocol
from mynumber.protocols.applications import Arrival, Step, statement_digest
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.protocols.residents import FourAttributes
from mynumber.webkit import safe
from mynumber.webkit.examination.representation import require_scope
from mynumber.webkit.examination.sheets import day
from mynumber.webkit.examination.signatures import require_signature
from mynumber.webkit.examination.soundness import duplicate, malformed, require_documents, sound_answers
from mynumber.webkit.examination.states import LIVE, DecisionState, State
from mynumber.webkit.messages import this_node

SAFE: Final = "application-papers"
PROCEDURES: Final = frozenset({"pension_exemption"})
"""What the service decides."""


@dataclass(frozen=True, slots=True)
class _Sound:
    """A sending that is what it says."""

    procedure: Procedure
    answers: dict[str, Any]
    digest: str


def arrive(application: protocol.Application, *, sender: str, now: Callable[[], datetime]) -> Arrival:
    """Take a sending in, and answer with its 受付番号. The same again has the same answer.

    Asks J-LIS: call it outside a transaction. Raises Refused.
    """
    known = _arrived_before(application, sender)
    if known is not None:
        return known
    sound = _require_sound(application, at=now())
    require_signature(verifier(), application, sound.procedure, now)
    try:
        with transaction.atomic():
            return _take(application, sound, sender=sender, at=now())
    except IntegrityError:
        # Two of the same at once, or two for one right: the database lets one through.
        known = _arrived_before(application, sender)
        if known is None:
            raise duplicate("another application for the same right is under way") from None
        return known


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


def _require_sound(application: protocol.Application, *, at: datetime) -> _Sound:
    """The form exists and is decided here, the answers are its canonical answers, the documents are documents of it."""
    try:
        procedure = version_of(application.form.procedure, application.form.version)
    except UnknownProcedure:
        raise Refused(Hop.PROVIDER, Reason.UNKNOWN_RECORD, "no such form") from None
    if procedure.id not in PROCEDURES:
        raise Refused(Hop.PROVIDER, Reason.UNKNOWN_RECORD, "the form is not decided here")
    if application.sequence == 0 and not procedure.applies(day(at)):
        raise Refused(Hop.PROVIDER, Reason.UNKNOWN_RECORD, "the form is not in force")
    require_scope(procedure, application.proxy, application.representation, at=application.sent_at)
    answers = sound_answers(procedure, application.answers)
    require_documents(procedure, application)
    return _Sound(procedure, answers, statement_digest(application).hex())


def _take(application: protocol.Application, sound: _Sound, *, sender: str, at: datetime) -> Arrival:
    _one_at_a_time()
    known = _arrived_before(application, sender)
    if known is not None:
        return known
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
    for place, each in enumerate(application.documents):
        Paper.objects.create(
            submission=submission,
            place=place,
            document=each.document,
            name=each.name,
            media_type=each.media_type,
            digest=sha256(each.content).hexdigest(),
            size=len(each.content),
            content=safe.seal(
                this_node().keyring, SAFE, each.content, about=f"{submission.statement}/{place}"
            ),
        )
    return _arrival(row, submission)


def content_of(paper: Paper) -> bytes:
    """What was uploaded. Raises safe.CannotOpen."""
    about = f"{paper.submission.statement}/{paper.place}"
    return safe.unseal(this_node().keyring, SAFE, bytes(paper.content), about=about)


def entitlement_of(procedure: Procedure, person: Insured | None, stated: FourAttributes) -> str:
    """SHA-256 (hex) of the right and of whose it is. While the person is not identified, of the attributes they stated."""
    if person is not None:
        who = f"insured:{person.pk}"
    else:
        who = f"stated:{fold(stated.name)}:{stated.birth_date.isoformat()}:{stated.sex}"
    return sha256(f"{procedure.entitlement.key}\n{who}".encode()).hexdigest()


def _first(application: protocol.Application, sound: _Sound, *, sender: str, at: datetime) -> Application:
    stated = application.applicant
    person = identify(stated).person
    entitlement = entitlement_of(sound.procedure, person, stated)
    if Application.objects.filter(entitlement=entitlement, state__in=LIVE).exists():
        raise duplicate("another application for the same right is under way")
    if Application.objects.filter(reference=application.application).exists():
        raise duplicate("the application is known")
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
        decide_by=decide_by(sound.procedure, day(at)),
    )
    Entry.objects.create(application=row, at=at, by_name="（本人）", act="arrived")
    tell(row, Step.ARRIVED, at=at, holder=office_of(row), expected_by=row.decide_by)
    return row


def _further(application: protocol.Application, sound: _Sound, *, sender: str, at: datetime) -> Application:
    """An amendment or the answer to a correction: of the same form, next in order, and only while nothing is decided."""
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
        raise Refused(Hop.PROVIDER, Reason.NOT_ENTITLED, "it is decided or withdrawn")
    if row.state == State.CORRECTING and row.asked_at is not None:
        row.correcting_days += (day(at) - day(row.asked_at)).days
        row.decide_by = decide_by(sound.procedure, day(row.arrived_at), correcting_days=row.correcting_days)
        row.corrected_at, row.correct_by = at, None
    if row.state == State.PROPOSED:
        # What was proposed was proposed about other answers.
        Decision.objects.filter(application=row, state=DecisionState.PROPOSED).update(
            state=DecisionState.RETURNED, second_words="申請者が申請の内容を改めました。"
        )
    row.state = State.EXAMINED if row.accepted_at else State.ARRIVED
    row.save()
    Entry.objects.create(application=row, at=at, by_name="（本人）", act="corrected")
    tell(row, Step.CORRECTED, at=at, holder=office_of(row), expected_by=row.decide_by)
    return row


def _one_at_a_time() -> None:
    """Numbers count up without holes or doubles; released with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('exemption application'))")
