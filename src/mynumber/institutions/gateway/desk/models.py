"""Tables of the desk: which items wait for a person, the items that wait, and who did what. Walled by tenant."""

from django.db import models

from mynumber.webkit.tenancy import TenantField


class DeskState(models.TextChoices):
    """How far an item of the desk is. All but ``open`` are final."""

    OPEN = "open", "回答待ち"
    PROVIDED = "provided", "回答済み"
    NO_DATA = "no_data", "該当情報なし"
    REFUSED = "refused", "提供しない"


class AnswerHold(models.Model):
    """自動応答不可: an item of a person, of a kind, or both, that is not answered from the copies by itself."""

    tenant = TenantField()
    code = models.CharField(max_length=60, null=True)
    """None: of every person."""
    addressee = models.CharField(max_length=40, null=True)
    """The same person as the member's staff knows it."""
    information = models.CharField(max_length=100, null=True)
    """None: every kind of information."""
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
                fields=["tenant", "code", "information", "reason"],
                nulls_distinct=False,
                name="one_hold_a_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(code__isnull=False) | models.Q(information__isnull=False),
                name="a_hold_names_something",
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
    reason = models.CharField(max_length=40)
    put_at = models.DateTimeField()
    deadline = models.DateTimeField()
    state = models.CharField(max_length=10, default=DeskState.OPEN)
    fact = models.TextField(null=True)
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
        )


class DeskEvent(models.Model):
    """Who did what at the desk. Insert-only."""

    tenant = TenantField()
    at = models.DateTimeField()
    who = models.CharField(max_length=100)
    what = models.CharField(max_length=20)
    """``hold_set``, ``hold_lifted``, ``provided``, ``no_data`` or ``refused``."""
    addressee = models.CharField(max_length=40, null=True)
    information = models.CharField(max_length=100, null=True)
    reason = models.CharField(max_length=40, null=True)
    permit_digest = models.BinaryField(null=True)

    class Meta:
        db_table = "desk_event"
        indexes = (models.Index(fields=["tenant", "-at"], name="desk_event_latest"),)
