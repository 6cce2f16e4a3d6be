"""Cases (給付の審査), what was asked of other institutions for each, and the facts that came back with their source.

The fact is kept apart from the inquiry: the inquiry is a record for years, the fact is the case's and goes with it.
"""

from typing import Final

import msgspec
from django.db import models

from mynumber.foundation.law import InformationKind
from mynumber.institutions.municipality.register.models import Person
from mynumber.protocols.exchange import Outcome
from mynumber.protocols.facts import Fact, decode_fact
from mynumber.protocols.refusal import Hop, Reason
from mynumber.webkit.staff.models import StaffMember
from mynumber.webkit.tenancy import TenantField

ALLOWANCE_AFFAIR: Final = "81-1"
"""児童扶養手当の支給に関する事務 in the table of the Provision Order."""


class CaseStatus(models.TextChoices):
    """Where a case stands."""

    OPEN = "open", "審査中"
    DECIDED = "decided", "決定済み"


class Case(models.Model):
    """A case: one resident, one affair of the table of the law. For the child-rearing allowance also the children."""

    tenant = TenantField()
    number = models.IntegerField()
    """Counts up within the municipality."""
    applicant = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="cases")
    children = models.ManyToManyField(Person, through="CaseChild", related_name="+")
    affair = models.CharField(max_length=40)
    """Affair id of the legal-basis table, such as `81-1`."""
    received_on = models.DateField()
    """受付日"""
    status = models.CharField(max_length=10, choices=CaseStatus.choices, default=CaseStatus.OPEN)
    organisation = models.CharField(max_length=100)
    """担当課"""
    opened_by = models.ForeignKey(StaffMember, null=True, on_delete=models.SET_NULL, related_name="+")
    opened_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["tenant", "number"], name="casework_case_number"),)

    def __str__(self) -> str:
        return f"case {self.number}"

    @property
    def label(self) -> str:
        """受付番号 as people say it, such as 2026-0012."""
        return f"{self.received_on.year}-{self.number:04d}"


class CaseChild(models.Model):
    """対象児童 of a case."""

    tenant = TenantField()
    case = models.ForeignKey(Case, on_delete=models.CASCADE)
    person = models.ForeignKey(Person, on_delete=models.PROTECT)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["case", "person"], name="casework_child_once"),)

    def __str__(self) -> str:
        return f"child of case {self.case_id}"


class InquiryState(models.TextChoices):
    """What this system knows of an inquiry. The row is committed as ASKING before anything is sent."""

    ASKING = "asking", "照会中"
    ENDED = "ended", "終了"
    INTERRUPTED = "interrupted", "中断"
    """This system stopped while it waited: what happened on the way is in the gateway's record."""


class CaseInquiry(models.Model):
    """One inquiry for a case, by its request id the same in all records."""

    tenant = TenantField()
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="inquiries")
    request_id = models.UUIDField(unique=True)
    affair = models.CharField(max_length=40)
    provider = models.CharField(max_length=80)
    """Member id."""
    information = models.CharField(max_length=100)
    """Name of an InformationKind."""
    organisation = models.CharField(max_length=100)
    non_disclosure = models.BooleanField(default=False)
    """不開示 (Order 85 art. 40(2))"""
    by_hand = models.BooleanField(default=False)
    """Tried beside the table, to see it refused."""
    again_of = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+")
    """The inquiry that this one repeats."""
    asked_by = models.ForeignKey(StaffMember, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_by_name = models.CharField(max_length=100)
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=InquiryState.choices, default=InquiryState.ASKING)
    outcome = models.CharField(max_length=12, blank=True)
    hop = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=30, blank=True)
    provision = models.CharField(max_length=40, blank=True)
    """Rule of the table that allowed it."""
    permitted_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=["case", "asked_at"], name="casework_inquiry_case"),)

    def __str__(self) -> str:
        return f"inquiry {self.request_id}"

    @property
    def result(self) -> Outcome | None:
        """How it ended; None while it has not."""
        return Outcome(self.outcome) if self.outcome else None

    @property
    def refused_at(self) -> Hop | None:
        """The hop that refused it."""
        return Hop(self.hop) if self.hop else None

    @property
    def refused_why(self) -> Reason | None:
        """Why."""
        return Reason(self.reason) if self.reason else None


class ReceivedFact(models.Model):
    """A fact that was provided for a case; the paper document counts as submitted (Act art. 22(2))."""

    tenant = TenantField()
    inquiry = models.OneToOneField(CaseInquiry, on_delete=models.CASCADE, related_name="received")
    fact = models.TextField()
    """JSON in the layout of `protocols.facts`."""
    as_of = models.DateTimeField()
    """When the provider registered the copy."""
    provided_at = models.DateTimeField()
    received_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"fact of inquiry {self.inquiry_id}"

    def read(self) -> Fact:
        """The fact. Raises UnknownLayout or msgspec.DecodeError for one of another version."""
        return decode_fact(InformationKind.named(self.inquiry.information), self.fact.encode())

    @staticmethod
    def text_of(fact: msgspec.Raw) -> str:
        """The fact as it is kept."""
        return bytes(fact).decode()
