"""People in registers: names, addresses, the basic four attributes, era dates, legal age."""

from mynumber.foundation.people.ages import (
    attains_on,
    fiscal_year,
    fiscal_year_end_after_attaining,
    has_attained,
    in_compulsory_education,
    legal_age,
    school_year,
)
from mynumber.foundation.people.attributes import Address, BasicFourAttributes, PersonName, Sex
from mynumber.foundation.people.faults import Flaw, MalformedPersonalData
from mynumber.foundation.people.partial_date import PartialDate
from mynumber.foundation.people.texts import fold, fold_address
from mynumber.foundation.people.wareki import Era, Wareki, era_of

__all__ = [
    "Address",
    "BasicFourAttributes",
    "Era",
    "Flaw",
    "MalformedPersonalData",
    "PartialDate",
    "PersonName",
    "Sex",
    "Wareki",
    "attains_on",
    "era_of",
    "fiscal_year",
    "fiscal_year_end_after_attaining",
    "fold",
    "fold_address",
    "has_attained",
    "in_compulsory_education",
    "legal_age",
    "school_year",
]
