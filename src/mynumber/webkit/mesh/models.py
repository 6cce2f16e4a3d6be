"""What a member announced and what it heard. No name and no number of a person but its own addressee number (宛名番号)."""

from uuid import uuid4

from django.db import models

from mynumber.webkit.tenancy import TenantField


class Announcement(models.Model):
    """A change that the member's gateway is to be told of: written with the change itself, sent until the gateway has it."""

    tenant = TenantField()
    event_id = models.UUIDField(default=uuid4, unique=True)
    addressee = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    """A name of `protocols.events.EventKind`."""
    information = models.CharField(max_length=100)
    """A name of `foundation.law.InformationKind`."""
    occurred_at = models.DateTimeField()
    announced_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    refusal = models.CharField(max_length=40, blank=True)
    """Why the gateway did not take it; empty when it did."""

    class Meta:
        indexes = (
            models.Index(
                fields=["tenant", "id"], name="announcement_waiting", condition=models.Q(sent_at__isnull=True)
            ),
        )

    def __str__(self) -> str:
        return f"announcement {self.pk}"


class HeardEvent(models.Model):
    """An event that the member received. Its place tells how far the member has come."""

    tenant = TenantField()
    sequence = models.BigIntegerField()
    publisher = models.CharField(max_length=80)
    event_id = models.UUIDField()
    addressee = models.CharField(max_length=40, blank=True)
    """Empty when the gateway holds no addressee for the code any more."""
    kind = models.CharField(max_length=40)
    information = models.CharField(max_length=100)
    affairs = models.TextField()
    """JSON: the affairs in which the member may ask, each with its provision."""
    occurred_at = models.DateTimeField()
    heard_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["tenant", "sequence"], name="an_event_is_heard_in_one_place"),
            models.UniqueConstraint(
                fields=["tenant", "publisher", "event_id"], name="an_event_is_heard_once"
            ),
        )
        indexes = (models.Index(fields=["tenant", "addressee", "-occurred_at"], name="heard_of_person"),)

    def __str__(self) -> str:
        return f"heard event {self.pk}"


class Following(models.Model):
    """About whom the member wants to hear in which affair: its core of the mesh is told of it, and again before it forgets."""

    tenant = TenantField()
    addressee = models.CharField(max_length=40)
    affair = models.CharField(max_length=40)
    provider_kind = models.CharField(max_length=100)
    information = models.CharField(max_length=100)
    wanted = models.BooleanField(default=True)
    """False until the network has been told that the case is over; then the row goes."""
    tell_from = models.DateTimeField()
    """When the network has to be told (again)."""
    refusal = models.CharField(max_length=40, blank=True)
    """Why it does not watch; empty when it does or was not asked yet."""

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["tenant", "addressee", "affair", "provider_kind", "information"],
                name="mesh_followed_once",
            ),
        )
        indexes = (models.Index(fields=["tenant", "tell_from"], name="mesh_following_due"),)

    def __str__(self) -> str:
        return f"following {self.pk}"
