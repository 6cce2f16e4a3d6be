"""個人住民税: what the municipality assessed for each fiscal year, kept also for those who have left since."""

from django.db import models

from mynumber.institutions.municipality.register.models import Person
from mynumber.protocols.facts import LocalTaxFact
from mynumber.webkit.tenancy import TenantField


class Assessment(models.Model):
    """個人市町村民税 of one person for one fiscal year (年度), on the income of the year before. Amounts in integer yen."""

    tenant = TenantField()
    # As for a person's household: taken in by a join, not checked row by row.
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="assessments", db_constraint=False, db_index=False
    )
    fiscal_year = models.SmallIntegerField()
    income_year = models.SmallIntegerField()
    salary_revenue = models.BigIntegerField()
    """給与収入"""
    pension_revenue = models.BigIntegerField()
    """公的年金等収入"""
    total_income = models.BigIntegerField()
    """総所得金額等"""
    social_insurance_deduction = models.BigIntegerField()
    """社会保険料控除"""
    taxable_income = models.BigIntegerField()
    """課税総所得金額"""
    income_levy = models.BigIntegerField()
    """所得割額"""
    per_capita_levy = models.BigIntegerField()
    """均等割額"""
    dependants = models.SmallIntegerField()
    """扶養親族等の数"""
    dependants_under_16 = models.SmallIntegerField()
    dependants_16_to_18 = models.SmallIntegerField()
    specific_dependants = models.SmallIntegerField()
    """特定扶養親族"""
    elderly_dependants = models.SmallIntegerField()
    """老人扶養親族"""
    single_parent = models.BooleanField()
    """ひとり親控除"""
    disabled = models.BooleanField()
    """障害者控除"""

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["person", "fiscal_year"], name="tax_assessment_person_year"),
        )

    def __str__(self) -> str:
        return f"assessment {self.pk}"

    def fact(self) -> LocalTaxFact:
        """地方税関係情報 as it goes to others."""
        return LocalTaxFact(
            fiscal_year=self.fiscal_year,
            total_income=self.total_income,
            income_levy=self.income_levy,
            dependants=self.dependants,
        )
