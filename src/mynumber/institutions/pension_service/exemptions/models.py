"""Applications for relief from premiums: what was sent, whose income counts, what was asked, found, decided and told.

What was sent, disclosed and done stays as it was: the service's own role may add to those tables and change nothing (migration 0002).
"""

from __future__ import annotations

from django.db import models

from mynumber.foundation.law import InformationKind
from mynumber.institutions.pension_service.pensions.models import Insured
from mynumber.protocols.facts import Fact, decode_fact
from mynumber.webkit.examination.states import LIVE, DecisionState, Outcome, State
from mynumber.webkit.membership import KnownPerson
from mynumber.webkit.staff.models import StaffMember


class Application(models.Model):
    """One application of one person, through all its sendings. The times of the law are apart."""

    reference = models.UUIDField(unique=True)
    """The application's id at the portal."""
    sender = models.CharField(max_length=80)
    """The system that sent it, and that is told."""
    number = models.IntegerField(unique=True)
    procedure = models.CharField(max_length=100)
    version = models.CharField(max_length=40)
    entitlement = models.CharField(max_length=64)
    """SHA-256 of the right and of whose it is."""
    state = models.CharField(max_length=12, choices=State.choices, default=State.ARRIVED)
    applicant = models.ForeignKey(Insured, null=True, on_delete=models.PROTECT, related_name="applications")
    """None: nobody or several of the insured have the four attributes; a person looks."""
    stated_name = models.CharField(max_length=1000)
    stated_address = models.CharField(max_length=1000)
    stated_birth = models.DateField()
    stated_sex = models.CharField(max_length=1)
    """基本4情報 as the certificate carries them."""
    is_by_proxy = models.BooleanField(default=False)
    sent_at = models.DateTimeField()
    """送信"""
    arrived_at = models.DateTimeField()
    """到達"""
    accepted_at = models.DateTimeField(null=True)
    """受理"""
    asked_at = models.DateTimeField(null=True)
    """補正を求めた"""
    correct_by = models.DateField(null=True)
    corrected_at = models.DateTimeField(null=True)
    correcting_days = models.IntegerField(default=0)
    returns = models.IntegerField(default=0)
    """How often a correction was asked."""
    decided_at = models.DateTimeField(null=True)
    """決定"""
    closed_at = models.DateTimeField(null=True)
    decide_by = models.DateField()
    holder = models.ForeignKey(StaffMember, null=True, on_delete=models.SET_NULL, related_name="+")
    """Who claimed it; None: in the pool."""
    claimed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["entitlement"],
                condition=models.Q(state__in=[state.value for state in LIVE]),
                name="exemptions_one_live",
            ),
        )
        indexes = (models.Index(fields=["state", "decide_by"], name="exemptions_pool"),)

    def __str__(self) -> str:
        return f"application {self.pk}"

    @property
    def receipt(self) -> str:
        """受付番号"""
        return f"{self.arrived_at.year}-PE-{self.number:06d}"

    @property
    def is_live(self) -> bool:
        """Neither decided nor withdrawn."""
        return self.state in LIVE


class Submission(models.Model):
    """One sending: the application, an amendment, the answer to a correction. Never changed."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="submissions")
    sequence = models.IntegerField()
    statement = models.CharField(max_length=64)
    """SHA-256 of what the applicant signed, hexadecimal."""
    answers = models.BinaryField()
    """As they were signed."""
    authentication_serial = models.CharField(max_length=64)
    certificate = models.BinaryField(null=True)
    signature = models.BinaryField(null=True)
    sent_at = models.DateTimeField()
    arrived_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["application", "sequence"], name="exemptions_sequence"),
        )

    def __str__(self) -> str:
        return f"submission {self.pk}"


class Paper(models.Model):
    """A document (添付書類), sealed: who has the database alone reads nothing. Never changed."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="papers")
    place = models.IntegerField()
    document = models.CharField(max_length=100)
    name = models.CharField(max_length=100)
    media_type = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)
    size = models.IntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["submission", "place"], name="exemptions_paper"),)

    def __str__(self) -> str:
        return f"paper {self.pk}"


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


class Disclosure(models.Model):
    """What was told to a person to fill a form beforehand, with their consent; refusals too. Never changed."""

    at = models.DateTimeField()
    sender = models.CharField(max_length=80)
    procedure = models.CharField(max_length=100)
    version = models.DateField()
    person = models.ForeignKey(Insured, null=True, on_delete=models.PROTECT, related_name="+")
    certificate = models.CharField(max_length=64)
    agreed_at = models.DateTimeField()
    told = models.JSONField(default=list)
    """Paths, never values."""
    withheld = models.JSONField(default=list)
    outcome = models.CharField(max_length=12)
    """found, none, several"""

    def __str__(self) -> str:
        return f"disclosure {self.pk}"


class Confirmed(models.Model):
    """A value that the case worker found or adopted (審査で確かめた事実): the newest of a path counts. Never changed."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="confirmed")
    path = models.CharField(max_length=200)
    value = models.JSONField()
    words = models.CharField(max_length=400, blank=True)
    by = models.ForeignKey(StaffMember, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=100)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"confirmed {self.pk}"


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


class Decision(models.Model):
    """起案 and 決裁: by the rule or by a person with reasons; nothing of it leaves before a second person approved."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="decisions")
    state = models.CharField(max_length=10, choices=DecisionState.choices, default=DecisionState.PROPOSED)
    outcome = models.CharField(max_length=16, choices=Outcome.choices)
    by_rule = models.BooleanField()
    kind = models.CharField(max_length=20, blank=True)
    """Name of a `national_pension.Kind`; "" where nothing is granted."""
    from_month = models.CharField(max_length=7, blank=True)
    """2026-07"""
    until_month = models.CharField(max_length=7, blank=True)
    grounds = models.JSONField(default=list)
    """Sentences with their clauses (行政手続法第8条)."""
    trace = models.JSONField(default=list)
    notice = models.JSONField(null=True)
    """What the notice says (`examination.letters.Notice`), once approved."""
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="+")
    """The sending that was decided on."""
    proposed_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    second = models.ForeignKey(StaffMember, null=True, on_delete=models.PROTECT, related_name="+")
    second_at = models.DateTimeField(null=True)
    second_words = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["application"], condition=~models.Q(state="returned"), name="exemptions_one_decision"
            ),
            models.CheckConstraint(
                condition=models.Q(second=None) | ~models.Q(second=models.F("proposed_by")),
                name="exemptions_four_eyes",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="approved") | models.Q(second__isnull=False),
                name="exemptions_approved_by",
            ),
        )

    def __str__(self) -> str:
        return f"decision {self.pk}"


class ToldStep(models.Model):
    """A step as the portal is told it, in order (`protocols.applications.Told`): the outbox. Written with what it tells, or not at all."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="steps")
    number = models.IntegerField()
    step = models.CharField(max_length=20)
    at = models.DateTimeField()
    body = models.BinaryField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["application", "number"], name="exemptions_step"),)
        indexes = (models.Index(fields=["id"], condition=models.Q(sent_at=None), name="exemptions_unsent"),)

    def __str__(self) -> str:
        return f"step {self.pk}"


class Written(models.Model):
    """A word between applicant and case worker, kept with the case. Never changed."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="words")
    letter = models.UUIDField(unique=True)
    """Id of the letter; one that comes twice is kept once."""
    by_applicant = models.BooleanField()
    kind = models.CharField(max_length=20)
    text = models.TextField(blank=True)
    by_name = models.CharField(max_length=100, blank=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"words {self.pk}"


class Entry(models.Model):
    """操作の記録: who did what to an application, and when. Never changed."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="entries")
    at = models.DateTimeField()
    by = models.ForeignKey(StaffMember, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=100)
    act = models.CharField(max_length=30)
    words = models.CharField(max_length=400, blank=True)

    def __str__(self) -> str:
        return f"entry {self.pk}"
