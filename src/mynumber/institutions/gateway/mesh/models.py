"""Tables of the mesh at a gateway. Every row belongs to one member and row-level security walls it; the SQL is in :mod:`.store`."""

from django.db import models

from mynumber.webkit.tenancy import TenantField


class OutgoingEvent(models.Model):
    """What the member published: the outbox while ``settled_at`` is null, its record of provisions afterwards (Act art. 23(2))."""

    id = models.BigAutoField(primary_key=True)
    tenant = TenantField()
    event_id = models.UUIDField()
    addressee = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    information = models.CharField(max_length=100)
    occurred_at = models.DateTimeField()
    digest = models.BinaryField()
    """SHA-256 of what was said: the same id with other content is refused."""
    published_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    refusal = models.CharField(max_length=40, null=True)
    receivers = models.TextField(null=True)
    """JSON: to whom the core disclosed it, and in which affairs."""

    class Meta:
        db_table = "outgoing_event"
        constraints = (
            models.UniqueConstraint(fields=["tenant", "event_id"], name="an_event_is_published_once"),
        )
        indexes = (
            models.Index(
                fields=["tenant", "id"],
                name="outgoing_event_waiting",
                condition=models.Q(settled_at__isnull=True),
            ),
        )


class EventTopic(models.Model):
    """A subscription of the member, as the core last listed it."""

    pk = models.CompositePrimaryKey("tenant", "affair", "provider_kind", "information")
    tenant = TenantField()
    affair = models.CharField(max_length=40)
    provider_kind = models.CharField(max_length=100)
    information = models.CharField(max_length=100)

    class Meta:
        db_table = "event_topic"


class EventPosition(models.Model):
    """How far the member's row of events has come."""

    tenant = TenantField(primary_key=True)
    fetched = models.BigIntegerField()
    """Up to here everything is stored here."""
    acknowledged = models.BigIntegerField()
    """Up to here the member's own system has everything."""

    class Meta:
        db_table = "event_position"


class IncomingEvent(models.Model):
    """An event that the member received: its record of what was disclosed to it (Act art. 23(1)), and what its system fetches."""

    pk = models.CompositePrimaryKey("tenant", "sequence")
    tenant = TenantField()
    sequence = models.BigIntegerField()
    publisher = models.CharField(max_length=80)
    event_id = models.UUIDField()
    addressee = models.CharField(max_length=40, null=True)
    kind = models.CharField(max_length=40)
    information = models.CharField(max_length=100)
    occurred_at = models.DateTimeField()
    grounds = models.TextField()
    received_at = models.DateTimeField()

    class Meta:
        db_table = "incoming_event"
        constraints = (
            models.UniqueConstraint(
                fields=["tenant", "publisher", "event_id"], name="an_event_is_received_once"
            ),
        )
        indexes = (models.Index(fields=["tenant", "received_at", "sequence"], name="incoming_event_kept"),)
