"""Tables of corrections. Walled by tenant."""

from django.db import models

from mynumber.webkit.tenancy import TenantField


class Correction(models.Model):
    """A correction that the member made as a provider. Letters go to everybody who received the wrong value."""

    pk = models.CompositePrimaryKey("tenant", "correction")
    tenant = TenantField()
    correction = models.UUIDField()
    addressee = models.CharField(max_length=40)
    information = models.CharField(max_length=100)
    reason = models.CharField(max_length=20)
    """:class:`~mynumber.protocols.corrections.CorrectionReason`."""
    given_since = models.DateTimeField(null=True)
    given_until = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=100)
    exchanges = models.IntegerField(null=True)
    """Provisions that were wrong; None while the letters are not yet written."""
    inquirers = models.IntegerField(null=True)

    class Meta:
        db_table = "correction"
        indexes = (
            models.Index(fields=["tenant", "-made_at"], name="correction_latest"),
            models.Index(fields=["tenant"], condition=models.Q(exchanges=None), name="correction_to_be_told"),
        )


class GoneCopy(models.Model):
    """The trace of a copy that was taken away: when, by which file or correction, and why. Another copy may be there since."""

    pk = models.CompositePrimaryKey("tenant", "code", "information", "period")
    tenant = TenantField()
    code = models.CharField(max_length=60)
    information = models.CharField(max_length=100)
    period = models.CharField(max_length=7)
    gone_at = models.DateTimeField()
    as_of = models.DateTimeField(null=True)
    """``as_of`` of the line that took it away, or when the correction was made: a line of a file of before is older. None: gone before this was kept."""
    file = models.UUIDField(null=True)
    """The member's file with the line that took it away."""
    correction = models.UUIDField(null=True)
    reason = models.CharField(max_length=20, null=True)
    """Of a correction: :class:`~mynumber.protocols.corrections.CorrectionReason`."""
    is_told = models.BooleanField()
    """Whether an inquirer is told since when nothing is held: not of what belonged to somebody else and never was this person's."""

    class Meta:
        db_table = "gone_copy"


class ReceivedCorrection(models.Model):
    """A correction of a fact that the member received as an inquirer."""

    pk = models.CompositePrimaryKey("tenant", "provider", "correction", "request_id")
    tenant = TenantField()
    provider = models.CharField(max_length=80)
    correction = models.UUIDField()
    request_id = models.UUIDField()
    addressee = models.CharField(max_length=40)
    affair = models.CharField(max_length=40)
    information = models.CharField(max_length=100)
    organisation = models.CharField(max_length=100)
    reason = models.CharField(max_length=20)
    corrected_at = models.DateTimeField()
    received_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    """When the member's own system took it."""
    seen_at = models.DateTimeField(null=True)
    seen_by = models.CharField(max_length=100, null=True)
    """Who confirmed on the page that the case was looked at again."""

    class Meta:
        db_table = "received_correction"
        indexes = (
            models.Index(fields=["tenant", "-received_at"], name="received_correction_latest"),
            models.Index(
                fields=["tenant", "received_at"],
                condition=models.Q(taken_at=None),
                name="received_correction_untaken",
            ),
        )
