"""Notices of a municipality: what waits, what was sent, what became of it. All walled by tenant."""

from __future__ import annotations

from django.db import models

from mynumber.webkit.tenancy import TenantField


class Fate(models.TextChoices):
    """What became of a notice."""

    WAITING = "waiting", "送信待ち"
    SENT = "sent", "送信済み"
    """The gateway has it."""
    ARRIVED = "arrived", "到達"
    NO_ACCOUNT = "no_account", "利用者なし"
    """Nobody at the portal: a letter has to go by post."""
    REFUSED = "refused", "送れません"
    STOPPED = "stopped", "中止"


class SentNotice(models.Model):
    """One notice to one person: the outbox, and afterwards what became of it."""

    tenant = TenantField()
    notice = models.UUIDField()
    addressee = models.CharField(max_length=40)
    """宛名番号"""
    category = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    body = models.BinaryField()
    """`protocols.notices.Notice` as JSON."""
    queued_at = models.DateTimeField()
    send_at = models.DateTimeField()
    """Not before."""
    fate = models.CharField(max_length=12, choices=Fate, default=Fate.WAITING)
    refusal = models.CharField(max_length=40, default="")
    sent_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    """到達, as the portal recorded it."""
    read_at = models.DateTimeField(null=True)
    acted_at = models.DateTimeField(null=True)
    act = models.CharField(max_length=20, default="")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["tenant", "notice"], name="notices_once"),)
        indexes = (
            models.Index(
                fields=["tenant", "send_at"], condition=models.Q(fate="waiting"), name="notices_waiting"
            ),
            models.Index(fields=["tenant", "addressee", "-queued_at"], name="notices_of_person"),
        )

    def __str__(self) -> str:
        return f"notice {self.pk}"
