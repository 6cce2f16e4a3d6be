"""個人住民税: what the municipality assessed for each fiscal year, kept also for those who have left since."""

from typing import Final

from django.db import models

from mynumber.foundation.facts import Fact, fact_type, layout_named
from mynumber.institutions.municipality.register.models import Person
from mynumber.webkit.tenancy import TenantField

_LAYOUT: Final = fact_type(layout_named("local_tax"))
_NONE: Final = (
    *("business_income", "real_estate_income", "dividend_income"),
    *("separate_long_transfer_income", "separate_short_transfer_income"),
    *("small_business_deduction", "medical_deduction", "casualty_deduction", "disabled_dependants"),
)
"""Income and deductions that no assessment of this register has."""
_NOT: Final = ("specially_disabled", "widowed", "working_student")


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

    def fact(self) -> Fact:
        """地方税関係情報 as it goes to others. The register knows salary and pensions: who had both has no split of the income; all other kinds are none."""
        both = self.salary_revenue and self.pension_revenue
        split: dict[str, int] = {} if both else {"salary_income": 0, "pension_income": 0}
        if not both and self.total_income:
            split["salary_income" if self.salary_revenue else "pension_income"] = self.total_income
        no_spouse = {"spouse_deduction": 0} if self.single_parent else {}
        return _LAYOUT(
            fiscal_year=self.fiscal_year,
            total_income=self.total_income,
            income_levy=self.income_levy,
            dependants=self.dependants,
            aggregate_income=self.total_income,
            salary_revenue=self.salary_revenue,
            pension_revenue=self.pension_revenue,
            taxable_income=self.taxable_income,
            per_capita_levy=self.per_capita_levy,
            social_insurance_deduction=self.social_insurance_deduction,
            dependants_under_16=self.dependants_under_16,
            dependants_16_to_18=self.dependants_16_to_18,
            specific_dependants=self.specific_dependants,
            elderly_dependants=self.elderly_dependants,
            single_parent=self.single_parent,
            disabled=self.disabled,
            **dict.fromkeys(_NONE, 0),
            **dict.fromkeys(_NOT, False),
            **split,
            **no_spouse,
        )
