"""Which messages were acted upon."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class SeenMessage(models.Model):
    """A message that had its effect; it is written in the same transaction and forgotten when the message could not be accepted any more."""

    sender = models.CharField("送り手", max_length=80)
    message_id = models.CharField("電文番号", max_length=128)
    expires_at = models.DateTimeField("電文の有効期限")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sender", "message_id"], name="jlis_message_seen_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["expires_at"], name="jlis_message_expiry")]

    def __str__(self) -> str:
        return f"SeenMessage({self.pk})"
