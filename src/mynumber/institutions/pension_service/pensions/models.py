"""Tables of the pension service: the insured as it knows them, what they owe, and what it pays."""

from django.db import models

from mynumber.foundation.rules.national_pension.facts import Kind
from mynumber.webkit.membership import KnownPerson


class Insured(KnownPerson):
    """Somebody with a basic pension number, which is the service's own; the individual number came from J-LIS."""

    basic_pension_number = models.CharField(max_length=10, primary_key=True)

    class Meta(KnownPerson.Meta):
        abstract = False
        db_table = "insured"


class Enrolment(models.Model):
    """第1号被保険者の資格 (国民年金法第7条第1項第1号): since when somebody owes premiums themselves, and until when."""

    insured = models.ForeignKey(Insured, on_delete=models.PROTECT, related_name="enrolments")
    since = models.DateField()
    until = models.DateField(null=True)
    """資格喪失日; None while it lasts."""

    class Meta:
        db_table = "enrolment"
        constraints = (models.UniqueConstraint(fields=["insured", "since"], name="enrolment_once"),)

    def __str__(self) -> str:
        return f"enrolment {self.pk}"


class PremiumState(models.TextChoices):
    """What became of the premium of a month."""

    UNPAID = "unpaid", "未納"
    MATERNITY = Kind.MATERNITY.name.lower(), Kind.MATERNITY.japanese
    STATUTORY = Kind.STATUTORY.name.lower(), Kind.STATUTORY.japanese
    FULL = Kind.FULL.name.lower(), Kind.FULL.japanese
    POSTPONED = Kind.POSTPONED.name.lower(), Kind.POSTPONED.japanese
    THREE_QUARTERS = Kind.THREE_QUARTERS.name.lower(), Kind.THREE_QUARTERS.japanese
    HALF = Kind.HALF.name.lower(), Kind.HALF.japanese
    QUARTER = Kind.QUARTER.name.lower(), Kind.QUARTER.japanese
    STUDENT = Kind.STUDENT.name.lower(), Kind.STUDENT.japanese


class PremiumMonth(models.Model):
    """保険料の記録 of a month that was not paid: unpaid, or the relief that was granted for it. A month without a row was paid or is not due yet."""

    insured = models.ForeignKey(Insured, on_delete=models.PROTECT, related_name="premiums")
    month = models.CharField(max_length=7)
    """2026-07"""
    state = models.CharField(max_length=16, choices=PremiumState.choices)
    since = models.DateTimeField(null=True)
    """When it became so; None: as the record was taken over."""

    class Meta:
        db_table = "premium_month"
        constraints = (models.UniqueConstraint(fields=["insured", "month"], name="premium_month_once"),)

    def __str__(self) -> str:
        return f"premium {self.pk}"


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
