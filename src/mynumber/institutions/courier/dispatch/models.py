"""Tables of dispatch. Documents are sealed."""

from __future__ import annotations

from uuid import uuid4

from django.db import models

from mynumber.institutions.courier.customers.models import Customer


class Recipient(models.Model):
    """A delivery address (送達先) of the portal, for a customer, and what its resident lets senders send: the newest standing."""

    address = models.CharField(max_length=32, unique=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="recipients")
    sequence = models.PositiveIntegerField()
    is_open = models.BooleanField()
    consents = models.JSONField()
    """Kinds by sender."""
    at = models.DateTimeField()

    class Meta:
        db_table = "recipient"


class SenderCertificate(models.Model):
    """A certificate that this firm's CA issued to a sender; its key is in the key ring."""

    sender = models.CharField(max_length=100)
    serial = models.CharField(max_length=64, unique=True)
    der = models.BinaryField()
    issued_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "sender_certificate"


class TrustTold(models.Model):
    """When the portal was last told certificates and revocations. One row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    told_at = models.DateTimeField()

    class Meta:
        db_table = "trust_told"


class Dispatch(models.Model):
    """Outbox: a signed document on its way, until the portal says what became of it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    recipient = models.ForeignKey(Recipient, on_delete=models.PROTECT, related_name="dispatches")
    sender = models.CharField(max_length=100)
    kind = models.CharField(max_length=100)
    title = models.CharField(max_length=100)
    content = models.BinaryField(null=True)
    """Sealed; emptied once it was answered."""
    made_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField()
    outcome = models.CharField(max_length=20, default="")
    detail = models.CharField(max_length=60, default="")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "dispatch"
        indexes = (
            models.Index(fields=["next_try_at"], condition=models.Q(answered_at=None), name="dispatch_due"),
        )

    def __str__(self) -> str:
        return f"dispatch {self.pk}"
