"""The portal's records as the inquirer on behalf of a person (Act art. 23(1)), and the cases that the person opened. No value is kept here."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from mynumber.institutions.portal.account.models import Account


class OwnInquiry(models.Model):
    """One thing that a person asked about themself: of whom, what, how it ended. What came back was shown and not kept."""

    request_id = models.UUIDField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="own_inquiries")
    visit = models.CharField(max_length=64)
    """:func:`~mynumber.protocols.information.visit_mark` of the sign-in that it rests on."""
    core = models.CharField(max_length=80)
    provider = models.CharField(max_length=80)
    information = models.CharField(max_length=100)
    periods = ArrayField(models.CharField(max_length=7), default=list)
    given = ArrayField(models.CharField(max_length=7), default=list)
    outcome = models.CharField(max_length=20)
    """:class:`~mynumber.protocols.exchange.Outcome`."""
    hop = models.CharField(max_length=20, null=True)
    reason = models.CharField(max_length=40, null=True)
    permit_digest = models.BinaryField(null=True)
    sheet = models.TextField(null=True)
    """Of what waits for a person at the provider: the permit to present again. Holds no value; codes in it are sealed for the provider."""
    place = models.IntegerField(null=True)
    """Which permit of that sheet."""
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    deadline = models.DateTimeField(null=True)
    """Of what waits: until when. Of a closed provider: when it opens."""
    told_at = models.DateTimeField(null=True)
    """When the core knew how it ended."""
    corrected_at = models.DateTimeField(null=True)
    """When the provider said that what it gave was wrong."""

    class Meta:
        db_table = "own_inquiry"
        indexes = (
            models.Index(fields=["account", "-asked_at"], name="own_inquiry_latest"),
            models.Index(
                fields=["asked_at"],
                condition=models.Q(permit_digest__isnull=False, told_at=None) | models.Q(outcome="open"),
                name="own_inquiry_untold",
            ),
        )

    def __str__(self) -> str:
        return f"own inquiry {self.pk}"


class OwnCase(models.Model):
    """訂正の申出, 「これは私のことではない」, or a question about an exchange: sent to the institution until it has arrived."""

    id = models.UUIDField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="own_cases")
    kind = models.CharField(max_length=10)
    """:class:`~mynumber.protocols.information.CaseKind`."""
    institution = models.CharField(max_length=80)
    """The member whose desk it is for."""
    inquirer = models.CharField(max_length=80)
    request_id = models.UUIDField()
    """The exchange that it is about."""
    information = models.CharField(max_length=100)
    period = models.CharField(max_length=7, null=True)
    words = models.BinaryField()
    """Sealed: the resident's words."""
    written_at = models.DateTimeField()
    arrived_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, default="")
    """:class:`~mynumber.protocols.information.CaseState`; empty while it is on its way."""
    state_at = models.DateTimeField()
    refused = models.CharField(max_length=40, default="")
    """Why the institution does not take it, if it does not."""
    tries = models.IntegerField(default=0)
    next_try_at = models.DateTimeField()

    class Meta:
        db_table = "own_case"
        constraints = (
            models.UniqueConstraint(
                fields=["account", "kind", "inquirer", "request_id", "period"],
                condition=~models.Q(state__in=["corrected", "kept", "answered"]) & models.Q(refused=""),
                nulls_distinct=False,
                name="one_open_case_of_a_kind",
            ),
        )
        indexes = (
            models.Index(fields=["account", "-written_at"], name="own_case_latest"),
            models.Index(
                fields=["next_try_at"], condition=models.Q(arrived_at=None, refused=""), name="own_case_due"
            ),
        )

    def __str__(self) -> str:
        return f"own case {self.pk}"


class OwnCaseStep(models.Model):
    """What the institution told about a case. Insert-only."""

    case = models.ForeignKey(OwnCase, on_delete=models.PROTECT, related_name="steps")
    sequence = models.IntegerField()
    state = models.CharField(max_length=10)
    words = models.BinaryField()
    """Sealed."""
    office = models.CharField(max_length=100)
    at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        db_table = "own_case_step"
        constraints = (models.UniqueConstraint(fields=["case", "sequence"], name="one_step_a_number"),)
