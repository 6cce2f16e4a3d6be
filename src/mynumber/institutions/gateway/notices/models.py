"""Tables of notices at a gateway. Every row belongs to one member and row-level security walls it; the SQL is in :mod:`.store`."""

from django.db import models

from mynumber.webkit.tenancy import TenantField


class OutgoingNotice(models.Model):
    """A notice of the member: the outbox while ``settled_at`` is null, its record afterwards. What it says is sealed for the portal."""

    id = models.BigAutoField(primary_key=True)
    tenant = TenantField()
    notice = models.UUIDField()
    addressee = models.CharField(max_length=40)
    sealed = models.TextField(null=True)
    """Gone once it is settled."""
    size = models.IntegerField()
    """Characters of it."""
    digest = models.CharField(max_length=64)
    received_at = models.DateTimeField()
    try_at = models.DateTimeField()
    tries = models.IntegerField(default=0)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "outgoing_notice"
        constraints = (models.UniqueConstraint(fields=["tenant", "notice"], name="a_notice_is_sent_once"),)
        indexes = (
            models.Index(
                fields=["tenant", "id"],
                name="outgoing_notice_waiting",
                condition=models.Q(settled_at__isnull=True),
            ),
        )


class NoticeReport(models.Model):
    """What became of a notice, in the order in which the member is told."""

    pk = models.CompositePrimaryKey("tenant", "place")
    tenant = TenantField()
    place = models.BigIntegerField()
    """1, 2, 3 ... without gaps, in the order of commits."""
    notice = models.UUIDField()
    happening = models.CharField(max_length=20)
    at = models.DateTimeField()
    reason = models.CharField(max_length=40, null=True)

    class Meta:
        db_table = "notice_report"
        constraints = (
            models.UniqueConstraint(
                fields=["tenant", "notice", "happening"], name="a_notice_is_reported_once"
            ),
        )
