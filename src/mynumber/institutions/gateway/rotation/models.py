"""The table of former codes. Walled by tenant."""

from django.db import models

from mynumber.webkit.tenancy import TenantField


class FormerCode(models.Model):
    """A code that the member has in a newer version now. What was sent before the change is still understood by it."""

    pk = models.CompositePrimaryKey("tenant", "former")
    tenant = TenantField()
    former = models.CharField(max_length=60)
    code = models.CharField(max_length=60)
    """Its code for the same person in the newest version."""
    at = models.DateTimeField(null=True)
    """When the network said that the version of the former code is closed; until then it may still name people by it."""

    class Meta:
        db_table = "former_code"
        indexes = (models.Index(fields=["tenant", "code"], name="former_code_of_code"),)
