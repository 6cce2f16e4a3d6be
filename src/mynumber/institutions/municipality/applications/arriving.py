"""到達 at a municipality: what it offers, who applies and for which right, what is kept beside the sending; also handed in at the counter (窓口)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from mynumber.foundation.procedures.definition import Procedure
from mynumber.foundation.procedures.loading import catalogue
from mynumber.foundation.procedures.overlays import Offered
from mynumber.institutions.municipality.applications import senders
from mynumber.institutions.municipality.applications.entitlements import entitlement_of
from mynumber.institutions.municipality.applications.identifying import identify
from mynumber.institutions.municipality.applications.models import Application, Submission
from mynumber.institutions.municipality.applications.trust import verifier
from mynumber.institutions.municipality.billing.issuing import bill_for_application
from mynumber.institutions.municipality.payouts import answering
from mynumber.institutions.municipality.register.models import Person
from mynumber.institutions.municipality.representation import rights
from mynumber.institutions.municipality.representation.models import Claim
from mynumber.protocols import applications as protocol
from mynumber.protocols.applications import Arrival
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.protocols.residents import FourAttributes
from mynumber.webkit.examination import arriving, delivered
from mynumber.webkit.examination.arriving import Sound
from mynumber.webkit.examination.delivered import Look
from mynumber.webkit.examination.sheets import day
from mynumber.webkit.examination.states import LIVE
from mynumber.webkit.examination.trust import Verifier
from mynumber.webkit.tenancy import acting_as, current_tenant


@dataclass(frozen=True, slots=True)
class AtCounter:
    """It is handed in at the counter (窓口) before a clerk, and not sent."""

    by_hand: bool
    """Signed on paper."""
    note: Callable[[Submission, Arrival], None]
    """Called in the transaction of the arrival."""


@dataclass
class Arriving(arriving.Arriving):
    """A municipality as it takes one sending in. Asks the portal about senders of documents too."""

    code: str
    counter: AtCounter | None = None
    looks: dict[int, Look] = field(default_factory=dict)
    claim: Claim | None = None

    applications = Application
    submissions = Submission

    def at_work(self) -> AbstractContextManager[None]:
        """Behind the municipality's wall."""
        return acting_as(self.code)

    def verifier(self) -> Verifier:
        """The municipality's own."""
        return verifier(self.code)

    def form_here(
        self, application: protocol.Application, procedure: Procedure, *, at: datetime
    ) -> Procedure:
        """Raises Refused: the municipality does not offer it so."""
        offered = catalogue().local(procedure, self.code, day(at)).offered
        if (
            application.sequence == 0
            and offered is not Offered.ONLINE
            and (self.counter is None or offered is Offered.NONE)
        ):
            raise Refused(Hop.PROVIDER, Reason.NOT_ENTITLED, "it is not offered so by this municipality")
        return _as_here(procedure, application.answers, self.code)

    def person_of(self, stated: FourAttributes) -> Person | None:
        """The one resident with these attributes."""
        return identify(stated).person

    def entitlement_of(self, sound: Sound, person: Person | None, stated: FourAttributes) -> str:
        """The right that the procedure names, of whom it names."""
        return entitlement_of(sound.procedure, sound.answers, person, stated)

    def look_at(self, application: protocol.Application, sound: Sound, now: Callable[[], datetime]) -> None:
        """Whose card signed it, unless a hand did; and who signed documents of private senders (民間送達)."""
        if self.counter is None or not self.counter.by_hand:
            super().look_at(application, sound, now)
        asking = senders.asking(self.code)
        self.looks = delivered.require_sound(application, sound.procedure, asking, now=now)

    def require_right(self, application: protocol.Application, sound: Sound) -> None:
        """A proxy's right (代理権) is looked at again."""
        by, at_sending = application.representation, application.sent_at
        self.claim = rights.require(
            sound.procedure, application.applicant, application.proxy, by, at=at_sending
        )

    def require_open(self, row: Any, sound: Sound) -> None:
        """Once it is decided, only the account that was asked for is taken."""
        answering.require_account_alone(row, sound.answers)

    def take(self, application: protocol.Application, sound: Sound, *, at: datetime) -> Arrival:
        """The clerk's note stands with it."""
        arrival = super().take(application, sound, at=at)
        if self.counter is not None:
            self.counter.note(self.sending_of(application).get(), arrival)
        return arrival

    def keep(
        self,
        application: protocol.Application,
        sound: Sound,
        submission: Any,
        papers: list[Any],
        at: datetime,
    ) -> None:
        """By what right a proxy sent it, what was seen of senders' signatures, the account that was asked for, the bill of a fee."""
        row = submission.application
        if application.proxy is not None and application.representation is not None:
            rights.keep(submission, application.proxy, application.representation, self.claim)
        for place, look in self.looks.items():
            senders.keep(papers[place], look, at=at)
        if row.state not in LIVE:
            answering.take_account(row, submission, at=at)
        if application.sequence == 0 and row.applicant is not None:
            title, fee = sound.procedure.title.ja, sound.procedure.fee
            bill_for_application(current_tenant(), row.applicant, row.reference, title, fee, at=at)


def arrive(
    code: str,
    application: protocol.Application,
    *,
    sender: str,
    now: Callable[[], datetime],
    counter: AtCounter | None = None,
) -> Arrival:
    """Take a sending in at a municipality. Asks J-LIS and the portal: call it outside a transaction. Raises Refused."""
    return Arriving(sender, code, counter).arrive(application, now=now)


def _as_here(preset: Procedure, encoded: bytes, code: str) -> Procedure:
    """The form in the version that the answers name: this municipality's own, or else the national one, against which they are then read."""
    try:
        version = msgspec.json.decode(encoded)["version"]
        own = catalogue().version(preset.id, version) if f"+{code}." in version else preset
    except (msgspec.DecodeError, LookupError, TypeError, AttributeError, RecursionError):
        return preset
    return own if own.since == preset.since else preset
