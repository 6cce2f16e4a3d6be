"""Applications (申請) at the body that decides: what was sent, what was found, what was decided, what was told, what was paid.

What was sent (`Submission`, `Paper`), what was disclosed and what was done stays as it was: those tables take no change. All are walled by tenant.
"""

from typing import Any

from django.db import models

from mynumber.foundation.numbers import find
from mynumber.institutions.municipality.casework.models import Case
from mynumber.institutions.municipality.register.models import Person
from mynumber.webkit.examination import models as examination
from mynumber.webkit.examination.states import LIVE
from mynumber.webkit.tenancy import TenantField


class Application(examination.Application):
    """One application of one person, through all its sendings."""

    desk = "申請の担当"

    tenant = TenantField()
    reference = models.UUIDField()
    number = models.IntegerField()
    applicant = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="applications")

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

    @property
    def body(self) -> str:
        """東京都葛飾区"""
        return find(self.tenant).full_name


class Submission(examination.Submission):
    """One sending. Never changed."""

    tenant = TenantField()
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="submissions")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["application", "sequence"], name="applications_sequence"),
        )

    @property
    def seal(self) -> str:
        """Bound to the municipality as well."""
        return f"{self.tenant}/{self.statement}"


class Paper(examination.Paper):
    """A document (添付書類), sealed. Never changed."""

    tenant = TenantField()
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="papers")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["submission", "place"], name="applications_paper"),)

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


class Disclosure(examination.Disclosure):
    """What was told to a person to fill a form beforehand. Never changed."""

    tenant = TenantField()
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")


class Confirmed(examination.Confirmed):
    """審査で確かめた事実. Never changed."""

    tenant = TenantField()
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="confirmed")


class ApplicationCase(models.Model):
    """The case under which the network is asked for an application: one for each affair of its procedure."""

    tenant = TenantField()
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="cases")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["application", "case"], name="applications_case"),)

    def __str__(self) -> str:
        return f"case of application {self.application_id}"


class Decision(examination.Decision):
    """起案 and 決裁 of an application, with what is paid."""

    tenant = TenantField()
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="decisions")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="+")
    amount = models.BigIntegerField(null=True)
    """Yen: of a month where paid in months, else the whole."""
    due_amount = models.BigIntegerField(null=True)
    """Yen of the first payment."""
    due_on = models.DateField(null=True)
    content = models.JSONField(default=dict)
    """What the notice says (`examination.letters.Notice`), and what is granted where it is no amount."""

    class Meta:
        constraints = examination.four_eyes("applications")

    @property
    def notice(self) -> Any:
        """What the notice says; None until it is approved."""
        return self.content.get("notice")

    @notice.setter
    def notice(self, kept: dict[str, Any]) -> None:
        self.content = {**self.content, "notice": kept}


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


class ToldStep(examination.ToldStep):
    """A step as the portal is told it: the outbox."""

    tenant = TenantField()
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="steps")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["application", "number"], name="applications_step"),)
        indexes = (
            models.Index(
                fields=["tenant", "id"], condition=models.Q(sent_at=None), name="applications_unsent"
            ),
        )


class Written(examination.Written):
    """A word between applicant and case worker. Never changed."""

    tenant = TenantField()
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="words")
    letter = models.UUIDField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["tenant", "letter"], name="applications_letter"),)


class Entry(examination.Entry):
    """操作の記録. None: of a draft at the counter. Never changed."""

    tenant = TenantField()
    application = models.ForeignKey(Application, null=True, on_delete=models.PROTECT, related_name="entries")
