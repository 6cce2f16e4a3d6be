"""What the validation service keeps: what J-LIS gave, and how many documents were checked. Never a document."""

from django.db import models


class VerifierTrust(models.Model):
    """Roots and revocation lists of signature certificates that J-LIS gave last: one row."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    trust = models.BinaryField()
    """`protocols.certification.Trust` as JSON."""
    fetched_at = models.DateTimeField()

    class Meta:
        db_table = "validation_trust"
        constraints = (models.CheckConstraint(condition=models.Q(id=1), name="validation_trust_one_row"),)


class ValidationCount(models.Model):
    """Documents checked on a day (in Japan), by kind of file and conclusion."""

    day = models.DateField()
    kind = models.CharField(max_length=10)
    conclusion = models.CharField(max_length=20)
    count = models.PositiveBigIntegerField(default=0)

    class Meta:
        db_table = "validation_count"
        constraints = (
            models.UniqueConstraint(fields=["day", "kind", "conclusion"], name="validation_count_once"),
        )
