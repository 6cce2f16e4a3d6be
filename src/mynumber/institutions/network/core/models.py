"""Tables of the core. The hot path reads and writes them through :mod:`.store` (asyncpg); Django owns their shape.

No individual number, no resident code, no name of a person is ever stored here: people are codes (符号).
"""

from django.db import models


class IssuedCode(models.Model):
    """Which institution holds which code (Cabinet Order art. 26(6)). Insert-only."""

    pk = models.CompositePrimaryKey("member", "code")
    member = models.CharField(max_length=80)
    code = models.CharField(max_length=60)
    """Text form, which carries the key version."""
    issued_at = models.DateTimeField()

    class Meta:
        db_table = "issued_code"


class DeliveredVersion(models.Model):
    """A member's gateway has taken all its codes in this version of the keys. Taken back when a delivery begins again."""

    pk = models.CompositePrimaryKey("member", "version")
    member = models.CharField(max_length=80)
    version = models.IntegerField()
    at = models.DateTimeField()

    class Meta:
        db_table = "delivered_version"


class Exchange(models.Model):
    """What was asked (Act art. 23(3)); the person is ``record_code``, a code of the records' own domain. Insert-only."""

    pk = models.CompositePrimaryKey("inquirer", "request_id")
    inquirer = models.CharField(max_length=80)
    request_id = models.UUIDField()
    inquirer_name = models.CharField(max_length=200)
    provider = models.CharField(max_length=80)
    provider_name = models.CharField(max_length=200)
    organisation = models.CharField(max_length=100)
    affair = models.CharField(max_length=40)
    provision = models.CharField(max_length=40, null=True)
    """Row of the legal-basis table that allowed it; null when none did."""
    information = models.CharField(max_length=100)
    non_disclosure = models.BooleanField()
    requested_at = models.DateTimeField()
    request_digest = models.BinaryField()
    permit_digest = models.BinaryField(null=True, unique=True)
    record_code = models.CharField(max_length=60, null=True)
    """Null when the code asked with denotes nobody to this institution."""

    class Meta:
        db_table = "exchange"
        indexes = (
            models.Index(fields=["record_code", "-requested_at"], name="exchange_of_person"),
            models.Index(fields=["requested_at", "inquirer", "request_id"], name="exchange_by_time"),
        )


class ExchangeEvent(models.Model):
    """One entry of the log: what happened to an exchange. Insert-only; ``index`` is its leaf."""

    index = models.BigIntegerField(primary_key=True)
    inquirer = models.CharField(max_length=80)
    request_id = models.UUIDField()
    at = models.DateTimeField()
    side = models.CharField(max_length=10)
    """``network``, ``provider`` or ``inquirer``: who reported it."""
    outcome = models.CharField(max_length=20)
    hop = models.CharField(max_length=20, null=True)
    reason = models.CharField(max_length=40, null=True)
    salt = models.BinaryField()
    """32 random bytes; deleted with the record after 7 years, the leaf stays and tells nothing."""

    class Meta:
        db_table = "exchange_event"
        constraints = (
            models.UniqueConstraint(fields=["inquirer", "request_id", "side"], name="one_event_a_side"),
        )
        indexes = (models.Index(fields=["side", "at"], name="event_by_time"),)


class SeenMessage(models.Model):
    """Message ids that arrived, until they would be refused as expired anyway."""

    pk = models.CompositePrimaryKey("sender", "message_id")
    sender = models.CharField(max_length=80)
    message_id = models.CharField(max_length=128)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "seen_message"


class RefusedMessage(models.Model):
    """Messages refused before they became exchanges, counted by the hour so that a flood cannot fill the disk."""

    pk = models.CompositePrimaryKey("hour", "kind", "sender", "reason")
    hour = models.DateTimeField()
    kind = models.CharField(max_length=60)
    sender = models.CharField(max_length=80)
    """Empty when the sender could not be proven."""
    reason = models.CharField(max_length=40)
    count = models.BigIntegerField()

    class Meta:
        db_table = "refused_message"


class RetentionRun(models.Model):
    """Records that were deleted after seven years (Cabinet Order art. 30), by the function ``forget_records``. Insert-only."""

    at = models.DateTimeField(primary_key=True)
    before = models.DateTimeField()
    """Exchanges asked and ended before this moment were deleted."""
    covered = models.BigIntegerField()
    """All deleted entries have a smaller index."""
    exchanges = models.BigIntegerField()
    entries = models.BigIntegerField()

    class Meta:
        db_table = "retention_run"


class LogState(models.Model):
    """The next index of the log: a row that is locked while indices are given out, so there is never a gap."""

    id = models.SmallIntegerField(primary_key=True)
    next_index = models.BigIntegerField()

    class Meta:
        db_table = "log_state"


class LogTile(models.Model):
    """The widest tile of each place in the tree (C2SP tlog-tiles); narrower ones are its prefixes."""

    pk = models.CompositePrimaryKey("level", "index")
    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    hashes = models.BinaryField()

    class Meta:
        db_table = "log_tile"


class Checkpoint(models.Model):
    """Every checkpoint ever signed. Insert-only."""

    size = models.BigIntegerField(primary_key=True)
    note = models.TextField()
    signed_at = models.DateTimeField()

    class Meta:
        db_table = "checkpoint"
