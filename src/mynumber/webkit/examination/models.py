"""What a body keeps of an application (申請): what was sent, what was found, what was decided, what was told.

All abstract: each body has these tables as its own, with its own links, keys, walls and rights. What was sent, disclosed, found and done stays as it was.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from mynumber.webkit.examination.states import LIVE, DecisionState, Outcome, State
from mynumber.webkit.staff.models import StaffMember


def rows_of(table: type[models.Model]) -> Any:
    """The rows of a body's table that this work sees. (`Any`: links and keys are the body's own.)"""
    return table._default_manager


class Application(models.Model):
    """One application of one person, through all its sendings. The times of the law are apart."""

    reference: Any
    """The application's id at the portal."""
    number: Any
    """Counts up within the body."""
    applicant: Any
    """None: nobody or several of the body's people have the four attributes; a person looks."""
    submissions: Any
    confirmed: Any
    decisions: Any
    steps: Any
    words: Any
    entries: Any
    desk: ClassVar[str]
    """Who has it while nobody holds it."""

    sender = models.CharField(max_length=80)
    """The system that sent it, and that is told."""
    procedure = models.CharField(max_length=100)
    version = models.CharField(max_length=40)
    entitlement = models.CharField(max_length=64)
    """SHA-256 of the right and of whose it is."""
    state = models.CharField(max_length=12, choices=State.choices, default=State.ARRIVED)
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
    """Days the applicant took to correct: they do not count for the office."""
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
        abstract = True

    def __str__(self) -> str:
        return f"application {self.pk}"

    @property
    def receipt(self) -> str:
        """受付番号, with letters of the procedure: CAC for child_allowance_claim."""
        short = "".join(word[0] for word in self.procedure.split("_")).upper()
        return f"{self.arrived_at.year}-{short}-{self.number:06d}"

    @property
    def is_live(self) -> bool:
        """Neither decided nor withdrawn."""
        return self.state in LIVE

    @property
    def body(self) -> str:
        """The body in words."""
        raise NotImplementedError


class Submission(models.Model):
    """One sending: the application, an amendment, the answer to a correction. Never changed."""

    application: Any
    papers: Any
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
        abstract = True

    def __str__(self) -> str:
        return f"submission {self.pk}"

    @property
    def seal(self) -> str:
        """To what the seals of its papers are bound."""
        return self.statement


class Paper(models.Model):
    """A document (添付書類), sealed: who has the database alone reads nothing. Never changed."""

    submission: Any
    place = models.IntegerField()
    document = models.CharField(max_length=100)
    name = models.CharField(max_length=100)
    media_type = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)
    size = models.IntegerField()
    content = models.BinaryField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"paper {self.pk}"


class Disclosure(models.Model):
    """What was told to a person to fill a form beforehand, with their consent; refusals too. Never changed."""

    person: Any
    at = models.DateTimeField()
    sender = models.CharField(max_length=80)
    procedure = models.CharField(max_length=100)
    version = models.DateField()
    certificate = models.CharField(max_length=64)
    agreed_at = models.DateTimeField()
    told = models.JSONField(default=list)
    """Paths, never values."""
    withheld = models.JSONField(default=list)
    outcome = models.CharField(max_length=12)
    """found, none, several"""

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"disclosure {self.pk}"


class Confirmed(models.Model):
    """A value that the case worker found or adopted (審査で確かめた事実): the newest of a path counts. Never changed."""

    application: Any
    path = models.CharField(max_length=200)
    value = models.JSONField()
    words = models.CharField(max_length=400, blank=True)
    """Why, where it is not the value of a register."""
    by = models.ForeignKey(StaffMember, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"confirmed {self.pk}"


class Decision(models.Model):
    """起案 and 決裁: by the rule or by a person with reasons; nothing of it leaves before a second person approved."""

    application: Any
    submission: Any
    """The sending that was decided on."""
    notice: Any
    """What the notice says, as `examination.letters` keeps it; None until it is approved."""
    state = models.CharField(max_length=10, choices=DecisionState.choices, default=DecisionState.PROPOSED)
    outcome = models.CharField(max_length=16, choices=Outcome.choices)
    by_rule = models.BooleanField()
    from_month = models.CharField(max_length=7, blank=True)
    """2026-06"""
    grounds = models.JSONField(default=list)
    """Sentences with their clauses (行政手続法第8条)."""
    trace = models.JSONField(default=list)
    """The whole reasoning, a line a finding."""
    proposed_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    second = models.ForeignKey(StaffMember, null=True, on_delete=models.PROTECT, related_name="+")
    second_at = models.DateTimeField(null=True)
    second_words = models.CharField(max_length=1000, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"decision {self.pk}"


def four_eyes(prefix: str) -> tuple[models.BaseConstraint, ...]:
    """What a table of decisions holds to: one that counts for an application, and a second person who is another."""
    return (
        models.UniqueConstraint(
            fields=["application"], condition=~models.Q(state="returned"), name=f"{prefix}_one_decision"
        ),
        models.CheckConstraint(
            condition=models.Q(second=None) | ~models.Q(second=models.F("proposed_by")),
            name=f"{prefix}_four_eyes",
        ),
        models.CheckConstraint(
            condition=~models.Q(state="approved") | models.Q(second__isnull=False),
            name=f"{prefix}_approved_by",
        ),
    )


class ToldStep(models.Model):
    """A step as the portal is told it, in order (`protocols.applications.Told`): the outbox. Written with what it tells, or not at all."""

    application: Any
    application_id: Any
    number = models.IntegerField()
    step = models.CharField(max_length=20)
    at = models.DateTimeField()
    body = models.BinaryField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"step {self.pk}"


class Written(models.Model):
    """A word between applicant and case worker, kept with the case. Never changed."""

    application: Any
    letter: Any
    """Id of the letter; one that comes twice is kept once."""
    by_applicant = models.BooleanField()
    kind = models.CharField(max_length=20)
    text = models.TextField(blank=True)
    by_name = models.CharField(max_length=100, blank=True)
    at = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"words {self.pk}"


class Entry(models.Model):
    """操作の記録: who did what to an application, and when. Never changed."""

    application: Any
    at = models.DateTimeField()
    by = models.ForeignKey(StaffMember, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=100)
    act = models.CharField(max_length=30)
    words = models.CharField(max_length=400, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"entry {self.pk}"
