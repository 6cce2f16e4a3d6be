"""Handing in at the counter: the applicant reads the form on paper or on the screen, signs it with the card or by hand, and it arrives.

送信 is when they signed, 到達 when it is taken in: two times here as well. Signed by hand needs the reason, and how the clerk identified them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import msgspec
from cryptography import x509

from mynumber.foundation.pki.lifetime import serial_text
from mynumber.foundation.procedures import answers
from mynumber.foundation.procedures.definition import Signature
from mynumber.institutions.municipality.applications import arriving
from mynumber.institutions.municipality.applications.arriving import AtCounter
from mynumber.institutions.municipality.applications.examining import note
from mynumber.institutions.municipality.applications.models import Application, Submission
from mynumber.institutions.municipality.counter import sessions
from mynumber.institutions.municipality.counter.models import ProcedureKind, ReaderSession
from mynumber.institutions.municipality.counter.procedures import Signed, Wanted
from mynumber.institutions.municipality.desk import drafting, kept
from mynumber.institutions.municipality.desk.drafting import (
    CannotDo,
    Why,
    attachments,
    procedure_of,
    reading_of,
)
from mynumber.institutions.municipality.desk.models import CounterFiling, DeskDraft, DeskState, HandReason
from mynumber.protocols import applications as protocol
from mynumber.protocols.applications import Arrival, CardSignature, Form, statement_digest
from mynumber.protocols.card_life import IdentityCheck
from mynumber.protocols.counter_drafts import HandedIn
from mynumber.webkit.staff.models import StaffMember
from mynumber.webkit.tenancy import current_tenant


@dataclass(frozen=True, slots=True)
class Hand:
    """Signed by hand: why, and how the clerk knows who it is."""

    reason: HandReason
    check: IdentityCheck
    words: str = ""


class NotSigned(Exception):
    """No signature is there, or it is of other answers."""


def assembled(draft: DeskDraft, *, at: datetime) -> protocol.Application:
    """What is handed in, without a signature. Raises CannotDo while something is missing."""
    reading = reading_of(draft, kept.content_of(draft), at=at)
    if not reading.is_complete or drafting.missing_papers(draft, reading):
        raise CannotDo(Why.NOT_READY)
    procedure = reading.procedure
    return protocol.Application(
        application=draft.reference,
        sequence=draft.sequence,
        form=Form(procedure=procedure.id, version=procedure.since),
        applicant=kept.applicant_of(draft),
        certificate="",
        answers=answers.encode(procedure, reading.values),
        documents=attachments(draft),
        sent_at=at,
    )


def needs_signature(draft: DeskDraft) -> bool:
    """Whether the form is signed; else the card only confirms, and the counter has seen who it is."""
    return procedure_of(draft).signature is Signature.SIGNATURE


def ask_to_sign(draft: DeskDraft, staff: StaffMember, *, at: datetime) -> ReaderSession:
    """Open a reader session in which the card signs the form as it is now. The caller holds the row. Raises CannotDo, sessions.AlreadyOpen."""
    digest = statement_digest(assembled(draft, at=at))
    wanted = Wanted(digest=digest, document=procedure_of(draft).title.ja[:60])
    opened = sessions.open_session(ProcedureKind.SIGN, wanted, person=draft.person, clerk=staff, at=at)
    draft.session = opened.session.ticket
    draft.save(update_fields=["session"])
    return opened.session


def hand_in_with_card(draft: DeskDraft, staff: StaffMember, *, now: Callable[[], datetime]) -> Arrival:
    """Take in what the card has signed, if it is still what the form says. The caller holds the row. Raises NotSigned, CannotDo, Refused."""
    session = ReaderSession.objects.filter(
        ticket=draft.session or draft.ident, kind=ProcedureKind.SIGN
    ).first()
    signed = sessions.signed_in(session) if session is not None else None
    if session is None or signed is None or session.ended_at is None:
        raise NotSigned
    content = assembled(draft, at=now())
    if sessions.wanted_of(session).digest != statement_digest(content):
        raise NotSigned
    content = msgspec.structs.replace(
        content,
        certificate=_serial_of(signed),
        signature=CardSignature(certificate=signed.certificate, value=signed.signature),
        sent_at=session.ended_at,
    )
    return _arrive(draft, content, None, staff, now)


def hand_in_by_hand(
    draft: DeskDraft, hand: Hand, staff: StaffMember, *, now: Callable[[], datetime]
) -> Arrival:
    """Take in what the applicant signed on paper. The caller holds the row. Raises CannotDo, Refused."""
    return _arrive(draft, assembled(draft, at=now()), hand, staff, now)


def _arrive(
    draft: DeskDraft,
    content: protocol.Application,
    hand: Hand | None,
    staff: StaffMember,
    now: Callable[[], datetime],
) -> Arrival:
    before = Application.objects.filter(reference=draft.reference).first()
    return arriving.arrive(
        current_tenant(),
        content,
        sender=before.sender if before else "",
        now=now,
        counter=AtCounter(by_hand=hand is not None, note=partial(_note, draft, content, hand, staff)),
    )


def _note(
    draft: DeskDraft,
    content: protocol.Application,
    hand: Hand | None,
    staff: StaffMember,
    submission: Submission,
    arrival: Arrival,
) -> None:
    """In the transaction of the arrival: who took it in and how it was signed, what the portal is to be told, and the end of the draft."""
    filing = CounterFiling(
        submission=submission,
        clerk=staff,
        clerk_name=staff.display_name,
        check_kind=hand.check.value if hand else draft.check_kind,
        by_hand=hand is not None,
        reason=hand.reason if hand else "",
        words=hand.words if hand else "",
    )
    if draft.taking is not None or content.certificate:
        kept.put_message(
            filing,
            HandedIn(
                application=content.application,
                sequence=content.sequence,
                form=content.form,
                taking=draft.taking,
                certificate=content.certificate,
                applicant=content.applicant,
                answers=content.answers,
                documents=attachments(draft, came_along=False),
                sent_at=content.sent_at,
                arrival=arrival,
                clerk=drafting.clerk_words(staff),
            ),
        )
    filing.save()
    note(submission.application, "handed_in", staff=staff, at=submission.arrived_at)
    drafting.end(draft, DeskState.HANDED_IN, at=submission.arrived_at)


def _serial_of(signed: Signed) -> str:
    return serial_text(x509.load_der_x509_certificate(signed.authentication).serial_number)
