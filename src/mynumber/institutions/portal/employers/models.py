"""Invitations of employers. What an employer says, and for whom, lies sealed (`applications.kept`)."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q

from mynumber.institutions.portal.applications.models import Application, Paper


class Invitation(models.Model):
    """A request to one employer about one person of one application: a link and a code, used once."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="invitations")
    group = models.CharField(max_length=64)
    person = models.CharField(max_length=80)
    """The entry of the form that it is about."""
    field = models.CharField(max_length=64)
    """Where the certificate's number goes."""
    code = models.BinaryField()
    """SHA-256 of the code."""
    worker = models.BinaryField()
    """Sealed: the name as the applicant typed it, all that the employer sees."""
    made_at = models.DateTimeField()
    until = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    """Wrong codes."""
    corporate_number = models.CharField(max_length=13, default="")
    """法人番号 (public); empty before, and for a sole proprietor."""
    content = models.BinaryField(null=True)
    """Sealed: what the employer filled so far, then what was sent."""
    opened_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    joined_at = models.DateTimeField(null=True)
    """When it went into the application."""
    closed_at = models.DateTimeField(null=True)
    """When the applicant took it back or asked anew."""
    paper = models.ForeignKey(Paper, null=True, on_delete=models.SET_NULL, related_name="invitations")

    class Meta:
        db_table = "employer_invitation"
        constraints = (
            models.UniqueConstraint(
                fields=["application", "group", "person"],
                condition=Q(closed_at=None),
                name="employer_invitation_one_live",
            ),
        )

    def __str__(self) -> str:
        return f"invitation {self.pk}"

    @property
    def number(self) -> str:
        """The number of the certificate, for people and in the form."""
        return f"EC-{self.pk.hex[:12].upper()}"
