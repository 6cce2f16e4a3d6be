"""The messages that had their effect."""

from django.db import models

from mynumber.webkit.tenancy import TenantField


class SeenMessage(models.Model):
    """Written in the transaction of the message's effect; forgotten when the message could not be accepted any more."""

    tenant = TenantField()
    sender = models.CharField(max_length=80)
    message_id = models.CharField(max_length=128)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["tenant", "sender", "message_id"], name="inbox_message_seen_once"
            ),
        )
        indexes = (models.Index(fields=["expires_at"], name="inbox_message_expiry"),)

    def __str__(self) -> str:
        return f"seen message {self.pk}"
