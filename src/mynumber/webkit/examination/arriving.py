"""到達: an application is with the body, whatever the hour, and what is counted from it is fixed (デジタル手続法第6条第3項, 行政手続法第7条).

What is missing in it is no reason to turn it away: it is examined, and a correction is asked for. Turned away is what is not what it says: another
signature, another digest, a second one for the same right.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, ClassVar, Final

from django.db import IntegrityError, connection, transaction
from django.db.models import Max

from mynumber.foundation.procedures.deadlines import decide_by
from mynumber.foundation.procedures.definition import Procedure
from mynumber.foundation.procedures.loading import UnknownProcedure
from mynumber.protocols import applications as protocol
from mynumber.protocols.applications import Arrival, Step, statement_digest
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.protocols.residents import FourAttributes
from mynumber.webkit import safe
from mynumber.webkit.examination.chasing import count_correction
from mynumber.webkit.examination.examining import BY_APPLICANT, drop_proposal, live_for
from mynumber.webkit.examination.filed import version_of
from mynumber.webkit.examination.models import Application, Paper, Submission, rows_of
from mynumber.webkit.examination.sheets import day
from mynumber.webkit.examination.signatures import require_signature
from mynumber.webkit.examination.soundness import duplicate, malformed, require_documents, sound_answers
from mynumber.webkit.examination.states import LIVE, State
from mynumber.webkit.examination.telling import tell
from mynumber.webkit.examination.trust import Verifier
from mynumber.webkit.messages import this_node

SAFE: Final = "application-papers"


@dataclass(frozen=True, slots=True)
class Sound:
    """A sending that is what it says."""

    procedure: Procedure
    answers: dict[str, Any]
    digest: str


@dataclass
class Arriving(ABC):
    """A body as it takes a sending in. What is a body's own, each says for itself."""

    sender: str
    """The system that sent it."""

    applications: ClassVar[type[Application]]
    submissions: ClassVar[type[Submission]]

    def arrive(self, application: protocol.Application, *, now: Callable[[], datetime]) -> Arrival:
        """Take a sending in, and answer with its 受付番号. The same again has the same answer.

        Asks J-LIS: call it outside a transaction. Raises Refused.
        """
        with self.at_work():
            known = self._arrived_before(application)
        if known is not None:
            return known
        sound = self._require_sound(application, at=now())
        self.look_at(application, sound, now)
        try:
            with self.at_work():
                return self.take(application, sound, at=now())
        except IntegrityError:
            # Two of the same at once, or two for one right: the database lets one through.
            with self.at_work():
                known = self._arrived_before(application)
            if known is None:
                raise duplicate("another application for the same right is under way") from None
            return known

    # --- what is a body's own -------------------------------------------------------------------------------------

    def at_work(self) -> AbstractContextManager[None]:
        """A transaction in which the body sees its rows."""
        return transaction.atomic()

    @abstractmethod
    def verifier(self) -> Verifier:
        """The body as a registered verifier of signatures."""

    @abstractmethod
    def form_here(
        self, application: protocol.Application, procedure: Procedure, *, at: datetime
    ) -> Procedure:
        """The form as this body takes it now. Raises Refused: it does not."""

    @abstractmethod
    def person_of(self, stated: FourAttributes) -> Any:
        """The one person of the body's with these attributes; None: nobody or several."""

    @abstractmethod
    def entitlement_of(self, sound: Sound, person: Any, stated: FourAttributes) -> str:
        """SHA-256 (hex) of the right and of whose it is."""

    def look_at(self, application: protocol.Application, sound: Sound, now: Callable[[], datetime]) -> None:
        """Look at what is signed, outside any transaction. Raises Refused."""
        require_signature(self.verifier(), application, sound.procedure, now)

    def require_right(  # noqa: B027 - a body may have nothing more to ask
        self, application: protocol.Application, sound: Sound
    ) -> None:
        """Raise Refused unless who sends it may. In the transaction of the arrival."""

    def require_open(self, row: Application, sound: Sound) -> None:
        """Raise Refused unless something can still be sent about what is decided or withdrawn."""
        raise Refused(Hop.PROVIDER, Reason.NOT_ENTITLED, "it is decided or withdrawn")

    def keep(  # noqa: B027 - nor anything more to keep
        self,
        application: protocol.Application,
        sound: Sound,
        submission: Any,
        papers: list[Any],
        at: datetime,
    ) -> None:
        """Keep what the body keeps beside the sending. In the transaction of the arrival."""

    # --- the arrival ----------------------------------------------------------------------------------------------

    def _arrived_before(self, application: protocol.Application) -> Arrival | None:
        row = self.sending_of(application).first()
        if row is None:
            return None
        if row.statement != statement_digest(application).hex() or row.application.sender != self.sender:
            raise duplicate("the same sequence arrived with another content")
        return _arrival(row)

    def sending_of(self, application: protocol.Application) -> Any:
        """The rows of a sending: one, or none before it arrived."""
        return (
            rows_of(self.submissions)
            .filter(application__reference=application.application, sequence=application.sequence)
            .select_related("application")
        )

    def _require_sound(self, application: protocol.Application, *, at: datetime) -> Sound:
        """The form exists, the answers are its canonical answers, the documents are documents of it."""
        try:
            procedure = version_of(application.form.procedure, application.form.version)
        except UnknownProcedure:
            raise Refused(Hop.PROVIDER, Reason.UNKNOWN_RECORD, "no such form") from None
        if application.sequence == 0 and not procedure.applies(day(at)):
            raise Refused(Hop.PROVIDER, Reason.UNKNOWN_RECORD, "the form is not in force")
        procedure = self.form_here(application, procedure, at=at)
        answers = sound_answers(procedure, application.answers)
        require_documents(procedure, application)
        return Sound(procedure, answers, statement_digest(application).hex())

    def take(self, application: protocol.Application, sound: Sound, *, at: datetime) -> Arrival:
        """Write it down. In a transaction of the body. Raises Refused, IntegrityError."""
        _one_at_a_time()
        known = self._arrived_before(application)
        if known is not None:
            return known
        self.require_right(application, sound)
        if application.sequence == 0:
            row = self._first(application, sound, at=at)
        else:
            row = self._further(application, sound, at=at)
        submission = row.submissions.create(
            sequence=application.sequence,
            statement=sound.digest,
            answers=application.answers,
            authentication_serial=application.certificate,
            certificate=application.signature.certificate if application.signature else None,
            signature=application.signature.value if application.signature else None,
            sent_at=application.sent_at,
            arrived_at=at,
        )
        papers = [
            submission.papers.create(
                place=place,
                document=each.document,
                name=each.name,
                media_type=each.media_type,
                digest=sha256(each.content).hexdigest(),
                size=len(each.content),
                content=safe.seal(
                    this_node().keyring, SAFE, each.content, about=f"{submission.seal}/{place}"
                ),
            )
            for place, each in enumerate(application.documents)
        ]
        self.keep(application, sound, submission, papers, at)
        return _arrival(submission)

    def _first(self, application: protocol.Application, sound: Sound, *, at: datetime) -> Application:
        stated = application.applicant
        person = self.person_of(stated)
        entitlement = self.entitlement_of(sound, person, stated)
        rows = rows_of(self.applications)
        if rows.filter(entitlement=entitlement, state__in=LIVE).exists():
            raise duplicate("another application for the same right is under way")
        if rows.filter(reference=application.application).exists():
            raise duplicate("the application is known")
        last = rows.aggregate(last=Max("number"))["last"] or 0
        row: Application = rows.create(
            reference=application.application,
            sender=self.sender,
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
        row.entries.create(at=at, by_name=_sender_words(application), act="arrived")
        tell(row, Step.ARRIVED, at=at, expected_by=row.decide_by)
        return row

    def _further(self, application: protocol.Application, sound: Sound, *, at: datetime) -> Application:
        """An amendment or the answer to a correction: of the same form, next in order."""
        rows = rows_of(self.applications).select_for_update()
        row: Application | None = rows.filter(reference=application.application, sender=self.sender).first()
        if row is None:
            raise Refused(Hop.PROVIDER, Reason.UNKNOWN_RECORD, "nothing arrived before it")
        if (row.procedure, row.version) != (sound.procedure.id, sound.procedure.version):
            raise malformed("the form is another")
        stated = application.applicant
        if (row.stated_birth, row.stated_sex) != (stated.birth_date, stated.sex):
            raise malformed("the applicant is another")
        last = row.submissions.aggregate(last=Max("sequence"))["last"]
        if application.sequence != (last or 0) + 1:
            raise Refused(Hop.PROVIDER, Reason.OUT_OF_PLACE, "a sending before it has not arrived")
        if row.state not in LIVE:
            self.require_open(row, sound)
            return row
        entitlement = self.entitlement_of(sound, row.applicant, stated)
        if live_for(row, entitlement).exists():
            raise duplicate("another application for the same right is under way")
        row.entitlement = entitlement
        if row.state == State.CORRECTING:
            count_correction(row, at)
            row.corrected_at, row.correct_by = at, None
        if row.state == State.PROPOSED:
            drop_proposal(row, "申請者が申請の内容を改めました。")
        row.state = State.EXAMINED if row.accepted_at else State.ARRIVED
        row.save()
        row.entries.create(at=at, by_name=_sender_words(application), act="corrected")
        tell(row, Step.CORRECTED, at=at, expected_by=row.decide_by)
        return row


def content_of(paper: Paper) -> bytes:
    """What was uploaded. Raises safe.CannotOpen."""
    about = f"{paper.submission.seal}/{paper.place}"
    return safe.unseal(this_node().keyring, SAFE, bytes(paper.content), about=about)


def _arrival(submission: Submission) -> Arrival:
    application = submission.application
    return Arrival(
        receipt=application.receipt,
        arrived_at=submission.arrived_at,
        digest=submission.statement,
        decide_by=application.decide_by,
    )


def _sender_words(application: protocol.Application) -> str:
    return "（代理人）" if application.proxy else BY_APPLICANT


def _one_at_a_time() -> None:
    """Numbers count up without holes or doubles; released with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('application ' || current_user))")
