"""Offers (プッシュ型の案内): what was offered to whom because of what, and lists that a second person releases. Walled by tenant."""

from __future__ import annotations

from django.db import models

from mynumber.institutions.municipality.register.models import Person
from mynumber.webkit.staff.models import StaffMember
from mynumber.webkit.tenancy import TenantField


class BatchState(models.TextChoices):
    """Four eyes: a list that one proposes another releases."""

    PROPOSED = "proposed", "決裁待ち"
    RELEASED = "released", "送信済み"
    DISCARDED = "discarded", "取りやめ"


class Batch(models.Model):
    """A list of offers of one cause, as it was when it was proposed."""

    tenant = TenantField()
    cause = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=BatchState.choices, default=BatchState.PROPOSED)
    proposed_by = models.ForeignKey(StaffMember, null=True, on_delete=models.PROTECT, related_name="+")
    """None: the daily run."""
    proposed_at = models.DateTimeField()
    second = models.ForeignKey(StaffMember, null=True, on_delete=models.PROTECT, related_name="+")
    second_at = models.DateTimeField(null=True)
    sent = models.IntegerField(default=0)
    """How many offers it became; the rest had one already, or no longer fitted."""

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["tenant", "cause"],
                condition=models.Q(state="proposed"),
                name="offers_one_proposed_batch",
            ),
            models.CheckConstraint(
                condition=models.Q(second=None)
                | models.Q(proposed_by=None)
                | ~models.Q(second=models.F("proposed_by")),
                name="offers_four_eyes",
            ),
        )

    def __str__(self) -> str:
        return f"batch {self.pk}"


class BatchLine(models.Model):
    """One person of a list."""

    tenant = TenantField()
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="lines")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=120)
    """`causes.Candidate.key`"""

    class Meta:
        constraints = (models.UniqueConstraint(fields=["batch", "person", "key"], name="offers_line_once"),)

    def __str__(self) -> str:
        return f"line {self.pk}"


class MadeOffer(models.Model):
    """An offer that was made. One live offer per person and cause."""

    tenant = TenantField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="offers")
    key = models.CharField(max_length=120)
    """What it is for: cause, procedure, and the child or year."""
    cause = models.CharField(max_length=40)
    procedure = models.CharField(max_length=100)
    notice = models.UUIDField()
    batch = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT, related_name="offers")
    made_at = models.DateTimeField()
    until = models.DateField(null=True)
    """The last day to apply."""
    live = models.BooleanField(default=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["tenant", "person", "key"], condition=models.Q(live=True), name="offers_one_live"
            ),
            models.UniqueConstraint(fields=["tenant", "notice"], name="offers_notice"),
        )
        indexes = (models.Index(fields=["tenant", "cause", "-made_at"], name="offers_of_cause"),)

    def __str__(self) -> str:
        return f"offer {self.pk}"
