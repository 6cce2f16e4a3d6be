"""Tables of the mesh at the core. :mod:`.store` reads and writes them (asyncpg); Django owns their shape.

A person is ``person``, the code of the records' own domain. No subscriber's code is kept: it is computed when an event is fetched, so no
table here leads from one institution's code to another's.
"""

from django.db import models


class EventSubscription(models.Model):
    """What a subscriber may hear of: it asked for it and the table entitles it."""

    pk = models.CompositePrimaryKey("subscriber", "affair", "provider_kind", "information")
    subscriber = models.CharField(max_length=80)
    affair = models.CharField(max_length=40)
    provider_kind = models.CharField(max_length=100)
    information = models.CharField(max_length=100)
    provision = models.CharField(max_length=40)
    since = models.DateTimeField()

    class Meta:
        db_table = "event_subscription"


class EventWatch(models.Model):
    """About whom: the subscriber has a case of this affair about the person. Lapses when nobody renews it."""

    pk = models.CompositePrimaryKey("person", "subscriber", "affair", "provider_kind", "information")
    person = models.CharField(max_length=60)
    subscriber = models.CharField(max_length=80)
    affair = models.CharField(max_length=40)
    provider_kind = models.CharField(max_length=100)
    information = models.CharField(max_length=100)
    since = models.DateTimeField()
    until = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "event_watch"
        indexes = (
            models.Index(
                fields=["subscriber", "affair", "provider_kind", "information"],
                name="event_watch_of_subscription",
            ),
        )


class PublishedEvent(models.Model):
    """What a publisher said. It names nobody: about whom is in the entries of those who heard of it. Insert-only."""

    pk = models.CompositePrimaryKey("publisher", "event_id")
    publisher = models.CharField(max_length=80)
    event_id = models.UUIDField()
    digest = models.BinaryField()
    """SHA-256 of what was said: the same id with other content is refused."""
    received_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "published_event"


class EventEntry(models.Model):
    """One event in the row of one subscriber, and the record of its disclosure (Act art. 23(3)). Insert-only; ``index`` is its leaf in the log."""

    pk = models.CompositePrimaryKey("subscriber", "sequence")
    subscriber = models.CharField(max_length=80)
    sequence = models.BigIntegerField()
    """1, 2, 3 ... without gaps, in the order of commits."""
    publisher = models.CharField(max_length=80)
    event_id = models.UUIDField()
    person = models.CharField(max_length=60)
    kind = models.CharField(max_length=40)
    information = models.CharField(max_length=100)
    occurred_at = models.DateTimeField()
    grounds = models.TextField()
    """JSON: affairs and provisions that entitled the subscriber at that moment."""
    disclosed_at = models.DateTimeField()
    subscriber_name = models.CharField(max_length=200)
    publisher_name = models.CharField(max_length=200)
    index = models.BigIntegerField(unique=True)
    salt = models.BinaryField()
    """32 random bytes; deleted with the record after 7 years, the leaf stays and tells nothing."""

    class Meta:
        db_table = "event_entry"
        constraints = (
            models.UniqueConstraint(
                fields=["publisher", "event_id", "subscriber"], name="an_event_is_told_once"
            ),
        )
        indexes = (
            models.Index(fields=["subscriber", "disclosed_at", "sequence"], name="event_entry_kept"),
            models.Index(fields=["person", "-disclosed_at"], name="event_entry_of_person"),
        )


class EventQueue(models.Model):
    """How far a subscriber's row goes. Its lock while places are given out keeps the row dense and in the order of commits."""

    subscriber = models.CharField(max_length=80, primary_key=True)
    latest = models.BigIntegerField()
    acknowledged = models.BigIntegerField()
    """Up to where the subscriber's gateway said that it has everything."""
    published = models.BigIntegerField()
    """Up to where it was handed to NATS, where that is in use."""

    class Meta:
        db_table = "event_queue"


class EventAcknowledgement(models.Model):
    """When a subscriber's gateway had which entries. Insert-only."""

    pk = models.CompositePrimaryKey("subscriber", "last")
    subscriber = models.CharField(max_length=80)
    last = models.BigIntegerField()
    """This one and those before it down to the acknowledgement before."""
    at = models.DateTimeField()

    class Meta:
        db_table = "event_acknowledgement"
