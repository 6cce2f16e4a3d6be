"""Applications for relief from premiums: what was sent, whose income counts, what was asked, found, decided and told.

What was sent, disclosed and done stays as it was: the service's own role may add to those tables and change nothing (migration 0002).
"""

from __future__ import annotations

from django.db import models

from mynumber.foundation.law import InformationKind
from mynumber.institutions.pension_service.pensions.models import Insured
from mynumber.protocols.facts import Fact, decode_fact
from mynumber.webkit.examination import models as examination
from mynumber.webkit.examination.states import LIVE
from mynumber.webkit.membership import KnownPerson
from mynumber.webkit.staff.models import StaffMember


class Application(examination.Application):
    """One application of one insured, through all its sendings."""

    desk = "国民年金の免除の担当"
    body = "日本年金機構"

    reference = models.UUIDField(unique=True)
    number = models.IntegerField(unique=True)
    applicant = models.ForeignKey(Insured, null=True, on_delete=models.PROTECT, related_name="applications")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["entitlement"],
                condition=models.Q(state__in=[state.value for state in LIVE]),
                name="exemptions_one_live",
            ),
        )
        indexes = (models.Index(fields=["state", "decide_by"], name="exemptions_pool"),)


class Submission(examination.Submission):
    """One sending. Never changed."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="submissions")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["application", "sequence"], name="exemptions_sequence"),
        )


class Paper(examination.Paper):
    """A document (添付書類), sealed. Never changed."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="papers")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["submission", "place"], name="exemptions_paper"),)


class Earner(KnownPerson):
    """世帯主 or 配偶者 whose income counts beside the applicant's (国民年金法第90条第1項ただし書), as the form names them.

    The primary key is a number of the service's own; the individual number comes from J-LIS by exactly the four attributes.
    """

    key = models.CharField(max_length=24, primary_key=True)

    class Meta(KnownPerson.Meta):
        abstract = False
        constraints = (
            models.UniqueConstraint(
                fields=["name", "birth_date", "sex", "address"], name="exemptions_earner_once"
            ),
        )


class Disclosure(examination.Disclosure):
    """What was told to a person to fill a form beforehand. Never changed."""

    person = models.ForeignKey(Insured, null=True, on_delete=models.PROTECT, related_name="+")


class Confirmed(examination.Confirmed):
    """審査で確かめた事実. Never changed."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="confirmed")


class InquiryState(models.TextChoices):
    """What this system knows of an inquiry. The row is committed as ASKING before anything is sent."""

    ASKING = "asking", "照会中"
    ENDED = "ended", "終了"


class Inquiry(models.Model):
    """One inquiry (情報照会) for an application or for an offer, by its request id the same in all records; with the fact that came back."""

    application = models.ForeignKey(
        Application, null=True, on_delete=models.PROTECT, related_name="inquiries"
    )
    """None: asked to see whom relief can be offered."""
    addressee = models.CharField(max_length=40)
    """Whom it is about: the primary key of an `Insured` or `Earner`."""
    request_id = models.UUIDField(unique=True)
    affair = models.CharField(max_length=40)
    provider = models.CharField(max_length=80)
    information = models.CharField(max_length=100)
    period = models.CharField(max_length=10, blank=True)
    """fy2026; "" for what tells the state of a day."""
    asked_by = models.ForeignKey(StaffMember, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=InquiryState.choices, default=InquiryState.ASKING)
    outcome = models.CharField(max_length=12, blank=True)
    hop = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=30, blank=True)
    fact = models.TextField(blank=True)
    """JSON in the layout of `protocols.facts`; "" unless something was provided."""
    as_of = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["addressee", "information"], name="exemptions_inquiry_about"),)

    def __str__(self) -> str:
        return f"inquiry {self.request_id}"

    def read(self) -> Fact:
        """The fact. Raises UnknownLayout or msgspec.DecodeError for one of another version."""
        return decode_fact(InformationKind.named(self.information), self.fact.encode())


class Decision(examination.Decision):
    """起案 and 決裁 of an application, with the kind of relief and its months."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="decisions")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, blank=True)
    """Name of a `national_pension.Kind`; "" where nothing is granted."""
    until_month = models.CharField(max_length=7, blank=True)
    notice = models.JSONField(null=True)
    """What the notice says (`examination.letters.Notice`), once approved."""

    class Meta:
        constraints = examination.four_eyes("exemptions")


class ToldStep(examination.ToldStep):
    """A step as the portal is told it: the outbox."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="steps")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["application", "number"], name="exemptions_step"),)
        indexes = (models.Index(fields=["id"], condition=models.Q(sent_at=None), name="exemptions_unsent"),)


class Written(examination.Written):
    """A word between applicant and case worker. Never changed."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="words")
    letter = models.UUIDField(unique=True)


class Entry(examination.Entry):
    """操作の記録. Never changed."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="entries")
