"""Tables of the gateway. Every row belongs to one member and row-level security walls it; the hot path is in :mod:`.store`.

A person is the member's addressee number (宛名番号) and the member's code (符号): no individual number, no name.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from mynumber.protocols.directory import FIRST_CORE
from mynumber.webkit.tenancy import TenantField


class AddresseeCode(models.Model):
    """The member's code for one of its addressees (Cabinet Order art. 27(4))."""

    pk = models.CompositePrimaryKey("tenant", "addressee")
    tenant = TenantField()
    addressee = models.CharField(max_length=40)
    code = models.CharField(max_length=60)
    obtained_at = models.DateTimeField()

    class Meta:
        db_table = "addressee_code"
        indexes = (models.Index(fields=["tenant", "code"], name="addressee_of_code"),)


class Acquisition(models.Model):
    """An acquisition under way: forgotten as soon as the code arrives (Act art. 21-2(4))."""

    pk = models.CompositePrimaryKey("tenant", "number")
    tenant = TenantField()
    number = models.CharField(max_length=64)
    addressee = models.CharField(max_length=40)
    opened_at = models.DateTimeField()

    class Meta:
        db_table = "acquisition"


class Copy(models.Model):
    """副本: what the member answers automatically about the holder of a code, of each period by itself."""

    pk = models.CompositePrimaryKey("tenant", "code", "information", "period")
    tenant = TenantField()
    code = models.CharField(max_length=60)
    information = models.CharField(max_length=100)
    period = models.CharField(max_length=7, db_default="")
    """:attr:`~mynumber.foundation.facts.Period.text` of the fact; empty for the state of its day. The newest sorts last."""
    as_of = models.DateTimeField()
    registered_at = models.DateTimeField()
    upload = models.UUIDField(null=True)
    """The file it came in; None when it came by a message of its own."""
    fact = models.TextField()
    """JSON in the layout of :mod:`mynumber.protocols.facts`."""

    class Meta:
        db_table = "copy"


class SideRecord(models.Model):
    """The member's own record of an exchange, as inquirer or as provider (Act art. 23(1)-(2))."""

    pk = models.CompositePrimaryKey("tenant", "side", "inquirer", "request_id")
    tenant = TenantField()
    side = models.CharField(max_length=10)
    inquirer = models.CharField(max_length=80)
    request_id = models.UUIDField()
    provider = models.CharField(max_length=80)
    addressee = models.CharField(max_length=40, null=True)
    affair = models.CharField(max_length=40)
    provision = models.CharField(max_length=40, null=True)
    information = models.CharField(max_length=100)
    organisation = models.CharField(max_length=100)
    periods = ArrayField(models.CharField(max_length=7), null=True)
    """Periods that were asked; None: the newest."""
    given = ArrayField(models.CharField(max_length=7), null=True)
    """Those of which a fact was provided."""
    non_disclosure = models.BooleanField()
    outcome = models.CharField(max_length=20)
    hop = models.CharField(max_length=20, null=True)
    reason = models.CharField(max_length=40, null=True)
    permit_digest = models.BinaryField(null=True)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    permitted_at = models.DateTimeField(null=True)
    provided_at = models.DateTimeField(null=True)
    as_of = models.DateTimeField(null=True)
    """When the copy that was provided had been registered."""
    deadline = models.DateTimeField(null=True)
    """Until when an answer that waits for a person is due."""
    instance = models.UUIDField(null=True)
    """Of an open inquiry: the process that has it in hand."""

    class Meta:
        db_table = "side_record"
        constraints = (
            models.UniqueConstraint(
                fields=["tenant", "inquirer", "permit_digest"],
                condition=models.Q(side="provider"),
                name="a_permit_is_used_once",
            ),
        )
        indexes = (
            models.Index(fields=["tenant", "-asked_at"], name="side_record_latest"),
            models.Index(
                fields=["tenant", "addressee"],
                name="side_record_given",
                condition=models.Q(side="provider", outcome="provided"),
            ),
            models.Index(
                fields=["tenant", "asked_at"],
                name="side_record_open",
                condition=models.Q(side="inquirer", outcome="open"),
            ),
        )


class KeptFact(models.Model):
    """What was handed to the member's own system, for the day in which it may ask for the same answer again."""

    pk = models.CompositePrimaryKey("tenant", "ended_at", "request_id")
    tenant = TenantField()
    ended_at = models.DateTimeField()
    """That of the record."""
    request_id = models.UUIDField()
    registered_at = models.DateTimeField(null=True)
    upload = models.UUIDField(null=True)
    """The source of the fact, as the provider's gateway said."""
    fact = models.TextField()
    """A fact; of an inquiry that named periods a list of :class:`~mynumber.protocols.exchange.PeriodFact`."""

    class Meta:
        db_table = "kept_fact"


class WaitingSheet(models.Model):
    """A permit sheet about which a provider answers by hand: presented again until its answers are there."""

    pk = models.CompositePrimaryKey("tenant", "sheet_digest")
    tenant = TenantField()
    sheet_digest = models.BinaryField()
    provider = models.CharField(max_length=80)
    sheet = models.TextField()
    """The token: signed, and the codes in it sealed for the provider."""
    request_ids = ArrayField(models.UUIDField())
    """In the order of the permits in the sheet."""
    ask_at = models.DateTimeField()
    """When to ask again."""

    class Meta:
        db_table = "waiting_sheet"
        indexes = (models.Index(fields=["tenant", "ask_at"], name="waiting_sheet_due"),)


class Instance(models.Model):
    """A process of the gateway. One that was not seen for a while is dead, and what it had in hand is settled by another."""

    id = models.UUIDField(primary_key=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        db_table = "gateway_instance"


class Notice(models.Model):
    """Outbox: what the core has still to be told. Deleted when the core has acknowledged it."""

    id = models.BigAutoField(primary_key=True)
    tenant = TenantField()
    core = models.CharField(max_length=80, db_default=FIRST_CORE)
    """The core that gave the permit and keeps the record."""
    side = models.CharField(max_length=10)
    request_id = models.UUIDField()
    outcome = models.CharField(max_length=20)
    permit_digest = models.BinaryField()
    at = models.DateTimeField()
    hop = models.CharField(max_length=20, null=True)
    reason = models.CharField(max_length=40, null=True)

    class Meta:
        db_table = "notice"
        indexes = (models.Index(fields=["tenant", "core", "id"], name="notice_of_tenant"),)


class SeenMessage(models.Model):
    """Message ids that arrived, until they would be refused as expired anyway."""

    pk = models.CompositePrimaryKey("tenant", "sender", "message_id")
    tenant = TenantField()
    sender = models.CharField(max_length=80)
    message_id = models.CharField(max_length=128)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "seen_message"


class RefusedMessage(models.Model):
    """Messages refused before they became exchanges, counted by the hour."""

    pk = models.CompositePrimaryKey("tenant", "hour", "kind", "sender", "reason")
    tenant = TenantField()
    hour = models.DateTimeField()
    kind = models.CharField(max_length=60)
    sender = models.CharField(max_length=80)
    reason = models.CharField(max_length=40)
    count = models.BigIntegerField()

    class Meta:
        db_table = "refused_message"
