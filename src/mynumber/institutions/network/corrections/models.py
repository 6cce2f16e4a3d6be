"""The table of corrections: beside the records, which say what was done and are never changed. Insert-only."""

from django.db import models


class ExchangeCorrection(models.Model):
    """A provider said that what it gave in an exchange was wrong."""

    pk = models.CompositePrimaryKey("inquirer", "request_id", "correction")
    inquirer = models.CharField(max_length=80)
    request_id = models.UUIDField()
    correction = models.UUIDField()
    reason = models.CharField(max_length=20)
    """:class:`~mynumber.protocols.corrections.CorrectionReason`."""
    corrected_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        db_table = "exchange_correction"
