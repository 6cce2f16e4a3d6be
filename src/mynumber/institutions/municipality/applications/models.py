"""Applications (申請) at the body that decides: what was sent, what was found, what was decided, what was told.

What was sent (`Submission`, `Paper`), what was disclosed and what was done stays as it was: those tables take no change. All are walled by tenant.
"""

from django.db import models

from mynumber.institutions.municipality.casework.models import Case
from mynumber.institutions.municipality.register.models import Person
from mynumber.webkit.examination.states import LIVE, DecisionState, Outcome, State
from mynumber.webkit.staff.models import StaffMember
from mynumber.webkit.tenancy import TenantField


class Application(models.Model):
    """One application of one person, through all its sendings. The times of the law are apart."""

    tenant = TenantField()
    reference = models.UUIDField()
    """The application's id at the portal."""
    sender = models.CharField(max_length=80)
    """The system that sent it, and that is told."""
    number = models.IntegerField()
    """Counts up within the municipality."""
    procedure = models.CharField(max_length=100)
    version = models.CharField(max_length=40)
    entitlement = models.CharField(max_length=64)
    """SHA-256 of the right and of whose it is (`entitlements`)."""
    state = models.CharField(max_length=12, choices=State.choices, default=State.ARRIVED)
    applicant = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="applications")
    """None: nobody or several of the register have the four attributes; a person looks."""
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
        constraints = (
            models.UniqueConstraint(fields=["tenant", "reference"], name="applications_reference"),
            models.UniqueConstraint(fields=["tenant", "number"], name="applications_number"),
            models.UniqueConstraint(
                fields=["tenant", "entitlement"],
                condition=models.Q(state__in=[state.value for state in LIVE]),
                name="applications_one_live",
            ),
        )
        indexes = (models.Index(fields=["tenant", "state", "decide_by"], name="applications_pool"),)

    def __str__(self) -> str:
        return f"application {self.pk}"

    @property
    def receipt(self) -> str:
        """受付番号"""
        return f"{self.arrived_at.year}-{self.procedure_short}-{self.number:06d}"

    @property
    def procedure_short(self) -> str:
        """Letters of the procedure in its receipt: CAC for child_allowance_claim."""
        return "".join(word[0] for word in self.procedure.split("_")).upper()

    @property
    def is_live(self) -> bool:
        """Neither decided nor withdrawn."""
        return self.state in LIVE


class Submission(models.Model):
    """One sending: the application, an amendment, the answer to a correction. Never changed."""

    tenant = TenantField()
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
            models.UniqueConstraint(fields=["application", "sequence"], name="applications_sequence"),
        )

    def __str__(self) -> str:
        return f"submission {self.pk}"


class Paper(models.Model):
    """A document (添付書類), sealed: who has the database alone reads nothing."""

    tenant = TenantField()
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="papers")
    place = models.IntegerField()
    document = models.CharField(max_length=100)
    name = models.CharField(max_length=100)
    media_type = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)
    size = models.IntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["submission", "place"], name="applications_paper"),)

    def __str__(self) -> str:
        return f"paper {self.pk}"

    @property
    def newest_check(self) -> "PaperCheck | None":
        """What was seen last of a sender's signature; None for what the applicant uploaded."""
        return self.checks.order_by("-pk").first()


class PaperCheck(models.Model):
    """One look at the signature of a private sender (民間送達) on a document. Never changed: a later look is another row."""

    tenant = TenantField()
    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="checks")
    verified = models.BooleanField()
    refused = models.CharField(max_length=300, blank=True)
    """Why it does not hold; empty and not verified: it could not be decided."""
    claim = models.JSONField()
    """`protocols.applications.Delivered`"""
    sender_name = models.CharField(max_length=100, blank=True)
    corporate_number = models.CharField(max_length=13, blank=True)
    kind_name = models.CharField(max_length=100, blank=True)
    signed_at = models.DateTimeField(null=True)
    said = models.BinaryField(null=True)
    """Sealed: keys and values of the document that forms take."""
    at = models.DateTimeField()
    by_name = models.CharField(max_length=100, blank=True)
    """Who looked again; empty: when it arrived."""

    def __str__(self) -> str:
        return f"check of paper {self.paper_id}"


class PersonKey(models.Model):
    """The name by which forms speak of a person of the register: random, says nothing elsewhere."""

    tenant = TenantField()
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="form_key")
    key = models.CharField(max_length=40)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["tenant", "key"], name="applications_person_key"),)

    def __str__(self) -> str:
        return f"key of person {self.person_id}"


class Disclosure(models.Model):
    """What was told to a person to fill a form beforehand, with their consent; refusals too. Never changed."""

    tenant = TenantField()
    at = models.DateTimeField()
    sender = models.CharField(max_length=80)
    procedure = models.CharField(max_length=100)
    version = models.DateField()
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
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

    tenant = TenantField()
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="confirmed")
    path = models.CharField(max_length=200)
    value = models.JSONField()
    words = models.CharField(max_length=400, blank=True)
    """Why, where it is not the value of a register."""
    by = models.ForeignKey(StaffMember, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=100)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"confirmed {self.pk}"


class ApplicationCase(models.Model):
    """The case under which the network is asked for an application: one for each affair of its procedure."""

    tenant = TenantField()
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="cases")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["application", "case"], name="applications_case"),)

    def __str__(self) -> str:
        return f"case of application {self.application_id}"


class Decision(models.Model):
    """起案 and 決裁: by the rule or by a person with reasons; nothing of it leaves before a second person approved."""

    tenant = TenantField()
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="decisions")
    state = models.CharField(max_length=10, choices=DecisionState.choices, default=DecisionState.PROPOSED)
    outcome = models.CharField(max_length=16, choices=Outcome.choices)
    by_rule = models.BooleanField()
    amount = models.BigIntegerField(null=True)
    """Yen: of a month where paid in months, else the whole."""
    from_month = models.CharField(max_length=7, blank=True)
    """2026-06"""
    due_amount = models.BigIntegerField(null=True)
    """Yen of the first payment."""
    due_on = models.DateField(null=True)
    grounds = models.JSONField(default=list)
    """Sentences with their clauses (行政手続法第8条)."""
    trace = models.JSONField(default=list)
    """The whole reasoning, a line a finding."""
    content = models.JSONField(default=dict)
    """What the notice says (`letters.Notice`)."""
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
                fields=["application"],
                condition=~models.Q(state="returned"),
                name="applications_one_decision",
            ),
            models.CheckConstraint(
                condition=models.Q(second=None) | ~models.Q(second=models.F("proposed_by")),
                name="applications_four_eyes",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="approved") | models.Q(second__isnull=False),
                name="applications_approved_by",
            ),
        )

    def __str__(self) -> str:
        return f"decision {self.pk}"


class PayoutState(models.TextChoices):
    """支払"""

    ORDERED = "ordered", "支払指示"
    PAID = "paid", "支払済み"


class PayoutOrder(models.Model):
    """支払指示: whole yen, once for each idempotency key. That the bank has paid, the office confirms."""

    tenant = TenantField()
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="payouts")
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="payout")
    key = models.UUIDField(unique=True)
    money = models.CharField(max_length=60)
    """費目"""
    amount = models.BigIntegerField()
    account = models.CharField(max_length=200)
    """Where the account stands, never the account: `submission:PK:FIELD`."""
    due_on = models.DateField(null=True)
    state = models.CharField(max_length=10, choices=PayoutState.choices, default=PayoutState.ORDERED)
    ordered_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="applications_payout_amount"),
            models.CheckConstraint(
                condition=models.Q(state="ordered", paid_at=None)
                | models.Q(state="paid", paid_at__isnull=False),
                name="applications_payout_paid",
            ),
        )

    def __str__(self) -> str:
        return f"payout order {self.pk}"


class ToldStep(models.Model):
    """A step as the portal is told it, in order (`protocols.applications.Told`): the outbox. Written with what it tells, or not at all."""

    tenant = TenantField()
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="steps")
    number = models.IntegerField()
    step = models.CharField(max_length=20)
    at = models.DateTimeField()
    body = models.BinaryField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["application", "number"], name="applications_step"),)
        indexes = (
            models.Index(
                fields=["tenant", "id"], condition=models.Q(sent_at=None), name="applications_unsent"
            ),
        )

    def __str__(self) -> str:
        return f"step {self.pk}"


class Written(models.Model):
    """A word between applicant and case worker, kept with the case. Never changed."""

    tenant = TenantField()
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="words")
    letter = models.UUIDField()
    """Id of the letter; one that comes twice is kept once."""
    by_applicant = models.BooleanField()
    kind = models.CharField(max_length=20)
    text = models.TextField(blank=True)
    by_name = models.CharField(max_length=100, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["tenant", "letter"], name="applications_letter"),)

    def __str__(self) -> str:
        return f"words {self.pk}"


class Entry(models.Model):
    """操作の記録: who did what to an application, and when. Never changed."""

    tenant = TenantField()
    application = models.ForeignKey(Application, null=True, on_delete=models.PROTECT, related_name="entries")
    at = models.DateTimeField()
    by = models.ForeignKey(StaffMember, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=100)
    act = models.CharField(max_length=30)
    words = models.CharField(max_length=400, blank=True)

    def __str__(self) -> str:
        return f"entry {self.pk}"
