"""The outbox of letters. Walled by tenant."""

from django.db import models

from mynumber.webkit.tenancy import TenantField


class Letter(models.Model):
    """A message to another system that is sent until it is acknowledged. Its receiver does the same thing once."""

    tenant = TenantField()
    receiver = models.CharField(max_length=90)
    """System id."""
    kind = models.CharField(max_length=60)
    """Name of the message."""
    body = models.TextField()
    """JSON of its question."""
    written_at = models.DateTimeField()
    next_at = models.DateTimeField()
    """Not before; moved ahead while a process sends it."""
    tries = models.IntegerField(default=0)

    class Meta:
        db_table = "letter"
        indexes = (models.Index(fields=["tenant", "next_at"], name="letter_due"),)
