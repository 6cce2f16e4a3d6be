"""Cases that residents open about what the member holds or asked (本人からの申出). Walled by tenant."""

from django.db import models

from mynumber.webkit.tenancy import TenantField


class OwnCase(models.Model):
    """A resident's words about one exchange, at the member's desk. The person is the addressee number of the member's own record."""

    pk = models.CompositePrimaryKey("tenant", "case")
    tenant = TenantField()
    case = models.UUIDField()
    kind = models.CharField(max_length=10)
    """:class:`~mynumber.protocols.information.CaseKind`."""
    inquirer = models.CharField(max_length=80)
    request_id = models.UUIDField()
    affair = models.CharField(max_length=40)
    information = models.CharField(max_length=100)
    period = models.CharField(max_length=7, null=True)
    addressee = models.CharField(max_length=40, null=True)
    words = models.TextField()
    written_at = models.DateTimeField()
    arrived_at = models.DateTimeField()
    state = models.CharField(max_length=10)
    """:class:`~mynumber.protocols.information.CaseState`."""
    steps = models.IntegerField(default=0)
    """How many steps the resident was told."""
    correction = models.UUIDField(null=True)
    """The correction that it led to."""

    class Meta:
        db_table = "own_case"
        indexes = (models.Index(fields=["tenant", "-arrived_at"], name="own_case_latest"),)


class OwnCaseStep(models.Model):
    """What was done, by whom, and what the resident was told. Insert-only."""

    pk = models.CompositePrimaryKey("tenant", "case", "sequence")
    tenant = TenantField()
    case = models.UUIDField()
    sequence = models.IntegerField()
    state = models.CharField(max_length=10)
    words = models.TextField()
    at = models.DateTimeField()
    who = models.CharField(max_length=100)

    class Meta:
        db_table = "own_case_step"
