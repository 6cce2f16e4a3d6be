"""Offers (プッシュ型の案内): lists that a second person releases, and what was offered to whom."""

from __future__ import annotations

from django.db import models

from mynumber.institutions.pension_service.pensions.models import Insured
from mynumber.webkit.staff.models import StaffMember


class BatchState(models.TextChoices):
    """Four eyes: a list that one proposes another releases."""

    PROPOSED = "proposed", "決裁待ち"
    RELEASED = "released", "送信済み"
    DISCARDED = "discarded", "取りやめ"


class Batch(models.Model):
    """A list of people who owe premiums, as it was when it was drawn up, and about whom the towns were asked."""

    year = models.SmallIntegerField()
    """The year of application that begins in July of this year (施行規則第77条第1項)."""
    state = models.CharField(max_length=10, choices=BatchState.choices, default=BatchState.PROPOSED)
    proposed_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    second = models.ForeignKey(StaffMember, null=True, on_delete=models.PROTECT, related_name="+")
    second_at = models.DateTimeField(null=True)
    sent = models.IntegerField(default=0)
    """How many offers it became; for the others the facts did not suffice, or they had applied meanwhile."""

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["state"], condition=models.Q(state="proposed"), name="offers_one_proposed"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="released")
                | (models.Q(second__isnull=False) & ~models.Q(second=models.F("proposed_by"))),
                name="pension_offers_four_eyes",
            ),
        )

    def __str__(self) -> str:
        return f"batch {self.pk}"


class BatchLine(models.Model):
    """One person of a list."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="lines")
    insured = models.ForeignKey(Insured, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["batch", "insured"], name="pension_offers_line"),)

    def __str__(self) -> str:
        return f"line {self.pk}"


class Fate(models.TextChoices):
    """What became of an offer on its way."""

    WAITING = "waiting", "送信待ち"
    SENT = "sent", "送信済み"
    REFUSED = "refused", "送れませんでした"


class MadeOffer(models.Model):
    """An offer that was made: the outbox, and its record afterwards. One for a person and a year."""

    insured = models.ForeignKey(Insured, on_delete=models.PROTECT, related_name="offers")
    year = models.SmallIntegerField()
    notice = models.UUIDField(unique=True)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="offers")
    made_at = models.DateTimeField()
    body = models.BinaryField()
    """The notice, as JSON."""
    fate = models.CharField(max_length=8, choices=Fate.choices, default=Fate.WAITING)
    refusal = models.CharField(max_length=40, blank=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["insured", "year"], name="pension_offers_once"),)
        indexes = (
            models.Index(fields=["id"], condition=models.Q(fate="waiting"), name="pension_offers_waiting"),
        )

    def __str__(self) -> str:
        return f"offer {self.pk}"
