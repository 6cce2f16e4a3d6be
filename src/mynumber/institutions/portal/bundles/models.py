"""A set of applications that one event of life makes due. What is answered for all of them lies sealed (`applications.kept`)."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q

from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.applications.models import Application


class Bundle(models.Model):
    """What one person does because of one event."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="bundles")
    event = models.CharField(max_length=20)
    """`LifeEvent`."""
    live = models.BooleanField(default=True)
    content = models.BinaryField()
    """Sealed: `sets.Shared`."""
    begun_at = models.DateTimeField()
    saved_at = models.DateTimeField()

    class Meta:
        db_table = "bundle"
        constraints = (
            models.UniqueConstraint(
                fields=["account", "event"], condition=Q(live=True), name="bundle_one_live"
            ),
        )

    def __str__(self) -> str:
        return f"bundle {self.pk}"


class Part(models.Model):
    """One application of a set; it stays an application of its own."""

    bundle = models.ForeignKey(Bundle, on_delete=models.CASCADE, related_name="parts")
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="bundle_parts")

    class Meta:
        db_table = "bundle_part"
        constraints = (models.UniqueConstraint(fields=["bundle", "application"], name="bundle_part_once"),)

    def __str__(self) -> str:
        return f"part {self.pk}"
