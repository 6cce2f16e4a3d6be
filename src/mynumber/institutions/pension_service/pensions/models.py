"""Tables of the pension service: the insured as it knows them, and what it pays."""

from django.db import models

from mynumber.webkit.membership import KnownPerson


class Insured(KnownPerson):
    """A person who receives a public pension. The basic pension number is the service's own; the individual number came from J-LIS."""

    basic_pension_number = models.CharField(max_length=10, primary_key=True)

    class Meta(KnownPerson.Meta):
        abstract = False
        db_table = "insured"


class Benefit(models.Model):
    """年金給付: one pension in payment."""

    pk = models.CompositePrimaryKey("insured", "name")
    insured = models.ForeignKey(Insured, on_delete=models.CASCADE, related_name="benefits")
    name = models.CharField(max_length=40)
    """遺族基礎年金 ..."""
    annual_amount = models.IntegerField()
    """Yen a year."""
    paid_since = models.DateField()

    class Meta:
        db_table = "benefit"
