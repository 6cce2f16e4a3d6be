"""The numbers of the system as value types: parsed strictly, never normalised, masked where they are personal."""

from mynumber.foundation.numbers.corporate import CorporateNumber
from mynumber.foundation.numbers.faults import Fault, MalformedNumber
from mynumber.foundation.numbers.health_insurance import InsurerNumber, MedicalInstitutionCode
from mynumber.foundation.numbers.local_government import (
    LocalGovernment,
    LocalGovernmentCode,
    LocalGovernmentKind,
    UnknownLocalGovernment,
    find,
    local_governments,
)
from mynumber.foundation.numbers.personal import IndividualNumber, ResidentCode

__all__ = [
    "CorporateNumber",
    "Fault",
    "IndividualNumber",
    "InsurerNumber",
    "LocalGovernment",
    "LocalGovernmentCode",
    "LocalGovernmentKind",
    "MalformedNumber",
    "MedicalInstitutionCode",
    "ResidentCode",
    "UnknownLocalGovernment",
    "find",
    "local_governments",
]
