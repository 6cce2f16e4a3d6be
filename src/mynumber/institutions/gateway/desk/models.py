"""Tables of the desk: which items wait for a person, the items that wait, and who did what. Walled by tenant."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from mynumber.webkit.tenancy import TenantField


class DeskState(models.TextChoices):
    """How far an item of the desk is. All but ``open`` are final."""

    OPEN = "open", "回答待ち"
    PROVIDED = "provided", "回答済み"
    NO_DATA = "no_data", "該当情報なし"
    REFUSED = "refused", "提供しない"
    WITHDRAWN = "withdrawn", "取り下げられた"
    """The inquirer gave the permit up before anybody answered."""


class AnswerHold(models.Model):
    """自動応答不可: an item of a person, of a kind, or both, that is not answered from the copies by itself."""

    tenant = TenantField()
    code = models.CharField(max_length=60, null=True)
    """None: of every person."""
    addressee = models.CharField(max_length=40, null=True)
    """The same person as the member's staff knows it."""
    information = models.CharField(max_length=100, null=True)
    """None: every kind of information."""
    period = models.CharField(max_length=7, null=True)
    """Of a kind of information; None: every period."""
    reason = models.CharField(max_length=40)
    """:class:`~mynumber.protocols.holds.HoldReason`."""
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    """None: until it is lifted."""
    set_at = models.DateTimeField()
    set_by = models.CharField(max_length=100)
    """Display name of the staff member, or the system that sent the message."""

    class Meta:
        db_table = "answer_hold"
        constraints = (
            models.UniqueConstraint(
                fields=["tenant", "code", "information", "period", "reason"],
                nulls_distinct=False,
                name="one_hold_a_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(code__isnull=False) | models.Q(information__isnull=False),
                name="a_hold_names_something",
            ),
            models.CheckConstraint(
                condition=models.Q(information__isnull=False) | models.Q(period=None),
                name="a_period_of_a_kind",
            ),
        )


class DeskItem(models.Model):
    """A permit that met a hold: answered by a person until ``deadline``, or not at all."""

    pk = models.CompositePrimaryKey("tenant", "permit_digest")
    tenant = TenantField()
    permit_digest = models.BinaryField()
    inquirer = models.CharField(max_length=80)
    request_id = models.UUIDField()
    code = models.CharField(max_length=60)
    information = models.CharField(max_length=100)
    affair = models.CharField(max_length=40)
    provision = models.CharField(max_length=40)
    organisation = models.CharField(max_length=100)
    periods = ArrayField(models.CharField(max_length=7), null=True)
    """Periods that are asked; None: the newest."""
    reason = models.CharField(max_length=40)
    put_at = models.DateTimeField()
    deadline = models.DateTimeField()
    state = models.CharField(max_length=10, default=DeskState.OPEN)
    fact = models.TextField(null=True)
    """A fact; of an item with periods a list of :class:`~mynumber.protocols.exchange.PeriodFact`. Forgotten when the answer is recorded, or a day after the
    deadline if nobody came for it.
    """
    as_of = models.DateTimeField(null=True)
    refusal = models.CharField(max_length=40, null=True)
    """:class:`~mynumber.protocols.refusal.Reason`."""
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=100, null=True)

    class Meta:
        db_table = "desk_item"
        indexes = (
            models.Index(
                fields=["tenant", "deadline"], condition=models.Q(state="open"), name="desk_item_open"
            ),
            models.Index(
                fields=["tenant", "deadline"],
                condition=models.Q(fact__isnull=False),
                name="desk_item_with_fact",
            ),
        )


class DeskEvent(models.Model):
    """Who did what at the desk. Insert-only."""

    tenant = TenantField()
    at = models.DateTimeField()
    who = models.CharField(max_length=100)
    what = models.CharField(max_length=20)
    """``hold_set``, ``hold_lifted``, ``provided``, ``no_data``, ``refused``, ``withdrawn`` or ``copies_looked_at``."""
    addressee = models.CharField(max_length=40, null=True)
    information = models.CharField(max_length=100, null=True)
    period = models.CharField(max_length=7, null=True)
    reason = models.CharField(max_length=40, null=True)
    permit_digest = models.BinaryField(null=True)

    class Meta:
        db_table = "desk_event"
        indexes = (models.Index(fields=["tenant", "-at"], name="desk_event_latest"),)


class HolderQuestion(models.Model):
    """Who asked which institutions hold a code for whom."""

    tenant = TenantField()
    at = models.DateTimeField()
    addressee = models.CharField(max_length=40)
    affair = models.CharField(max_length=40)
    information = models.CharField(max_length=100, null=True)
    organisation = models.CharField(max_length=100)
    found = models.IntegerField(null=True)
    """Institutions named in the answer; None: asked, and no answer came."""

    class Meta:
        db_table = "holder_question"
        indexes = (models.Index(fields=["tenant", "-at"], name="holder_question_latest"),)


class ObtainRequest(models.Model):
    """An inquirer asks this member to obtain a code for a person whom only the member's own system can read."""

    pk = models.CompositePrimaryKey("tenant", "inquirer", "request_id")
    tenant = TenantField()
    inquirer = models.CharField(max_length=80)
    request_id = models.UUIDField()
    affair = models.CharField(max_length=40)
    information = models.CharField(max_length=100)
    organisation = models.CharField(max_length=100)
    sealed_person = models.TextField(null=True)
    """Forgotten with the answer."""
    received_at = models.DateTimeField()
    state = models.CharField(max_length=10, default="open")
    """:class:`~mynumber.protocols.holders.ObtainState`."""
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=100, null=True)
    told = models.BooleanField(default=False)
    """Whether the letter to the inquirer is written."""

    class Meta:
        db_table = "obtain_request"
        indexes = (
            models.Index(
                fields=["tenant", "received_at"], condition=models.Q(state="open"), name="obtain_request_open"
            ),
        )


class SentObtain(models.Model):
    """What this member, as an inquirer, asked a provider to obtain."""

    pk = models.CompositePrimaryKey("tenant", "request_id")
    tenant = TenantField()
    request_id = models.UUIDField()
    provider = models.CharField(max_length=80)
    sent_at = models.DateTimeField()
    state = models.CharField(max_length=10, default="open")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "sent_obtain"


class OpeningHours(models.Model):
    """When the member's gateway answers. A member without any answers at all times."""

    tenant = TenantField()
    weekday = models.SmallIntegerField()
    """0 is Monday; in Japan's time."""
    opens = models.TimeField()
    closes = models.TimeField()
    """Later than ``opens``; 00:00 is the end of the day."""

    class Meta:
        db_table = "opening_hours"
        constraints = (
            models.UniqueConstraint(fields=["tenant", "weekday", "opens"], name="opens_once_at_a_time"),
        )


class Closure(models.Model):
    """A time when the member's gateway does not answer, whatever the hours say (maintenance, a change of systems)."""

    tenant = TenantField()
    begins = models.DateTimeField()
    ends = models.DateTimeField()
    why = models.CharField(max_length=100)

    class Meta:
        db_table = "closure"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(ends__gt=models.F("begins")), name="a_closure_ends_after_it_begins"
            ),
        )


class PaperDocument(models.Model):
    """The document that stands in for a kind of information while the member does not answer."""

    pk = models.CompositePrimaryKey("tenant", "information")
    tenant = TenantField()
    information = models.CharField(max_length=100)
    name = models.CharField(max_length=100)
    where = models.CharField(max_length=200)
    """Where a person gets it."""

    class Meta:
        db_table = "paper_document"
