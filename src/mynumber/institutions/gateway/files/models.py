"""Tables of files: how far each is, what its parts did, which lines were refused, and inquiries that are being asked. Walled by tenant."""

from django.db import models

from mynumber.webkit.tenancy import TenantField


class MemberFile(models.Model):
    """A file of the member, from its first part on."""

    pk = models.CompositePrimaryKey("tenant", "file")
    tenant = TenantField()
    file = models.UUIDField()
    purpose = models.CharField(max_length=10)
    """:class:`~mynumber.protocols.files.Purpose`."""
    size = models.BigIntegerField()
    digest = models.BinaryField()
    received = models.BigIntegerField(default=0)
    lines = models.BigIntegerField(default=0)
    accepted = models.BigIntegerField(default=0)
    deleted = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    answered = models.BigIntegerField(default=0)
    began_at = models.DateTimeField()
    last_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "member_file"
        indexes = (models.Index(fields=["tenant", "-began_at"], name="member_file_latest"),)


class FilePart(models.Model):
    """A part that was carried out, so that it is never carried out again."""

    pk = models.CompositePrimaryKey("tenant", "file", "offset")
    tenant = TenantField()
    file = models.UUIDField()
    offset = models.BigIntegerField()
    digest = models.BinaryField()
    first_line = models.BigIntegerField()
    lines = models.IntegerField()

    class Meta:
        db_table = "file_part"


class FileRefusal(models.Model):
    """A line that was not carried out."""

    pk = models.CompositePrimaryKey("tenant", "file", "line")
    tenant = TenantField()
    file = models.UUIDField()
    line = models.BigIntegerField()
    reason = models.CharField(max_length=40)

    class Meta:
        db_table = "file_refusal"


class FileInquiry(models.Model):
    """An inquiry of a file, asked by the gateway at its own pace. The result is kept until the member has had time to fetch it."""

    pk = models.CompositePrimaryKey("tenant", "file", "line")
    tenant = TenantField()
    file = models.UUIDField()
    line = models.BigIntegerField()
    request_id = models.UUIDField()
    inquiry = models.TextField()
    """JSON of :class:`~mynumber.protocols.exchange.Inquiry`."""
    next_at = models.DateTimeField()
    """Not before; a process that takes it in hand moves it ahead, so that nobody else does while it works."""
    result = models.TextField(null=True)
    """JSON of :class:`~mynumber.protocols.exchange.InquiryResult`; None while it has not ended."""
    number = models.BigIntegerField(null=True)
    """In which place of its file it ended, from 1."""

    class Meta:
        db_table = "file_inquiry"
        constraints = (
            # of what has ended alone: while a file has only begun, this index would otherwise tempt the planner to go through all its lines
            models.UniqueConstraint(
                fields=["tenant", "file", "number"],
                condition=models.Q(number__isnull=False),
                name="results_of_a_file_in_order",
            ),
            models.UniqueConstraint(fields=["tenant", "request_id"], name="a_request_in_one_file"),
        )
        indexes = (
            models.Index(
                fields=["tenant", "next_at", "line"],
                condition=models.Q(result=None),
                name="file_inquiry_due",
            ),
        )
