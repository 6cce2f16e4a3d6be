"""The legal-basis table of the Provision Order: inquirer x affair x provider x information, with its versions in time.

行政手続における特定の個人を識別するための番号の利用等に関する法律第十九条第八号に基づく利用特定個人情報の提供に関する命令
(令和六年デジタル庁・総務省令第九号), art. 2. See docs/law.md.
"""

from mynumber.foundation.law.basis import LegalBasis, legal_basis
from mynumber.foundation.law.clauses import Place
from mynumber.foundation.law.differences import Change, changes
from mynumber.foundation.law.errors import (
    LawError,
    MalformedText,
    NotInForce,
    UnknownAffair,
    UnknownItem,
    UnmappedPhrase,
)
from mynumber.foundation.law.in_force import DatedRow, Status, dated_rows, not_yet, status
from mynumber.foundation.law.items import DetailedAffair, Item
from mynumber.foundation.law.kinds import InformationKind, InstitutionKind
from mynumber.foundation.law.own_use import (
    LocalBasis,
    NotEquivalent,
    NoticeKind,
    OwnUseAffair,
    OwnUseFault,
    OwnUseField,
    OwnUseNotice,
    OwnUseRule,
    ProvisionLimit,
    check_equivalent,
    local_basis,
)
from mynumber.foundation.law.provisions import Affair, Provision
from mynumber.foundation.law.special import Occasion, SpecialCase, SpecialKind, special_basis, special_cases

__all__ = [
    "Affair",
    "Change",
    "DatedRow",
    "DetailedAffair",
    "InformationKind",
    "InstitutionKind",
    "Item",
    "LawError",
    "LegalBasis",
    "LocalBasis",
    "MalformedText",
    "NotEquivalent",
    "NotInForce",
    "NoticeKind",
    "Occasion",
    "OwnUseAffair",
    "OwnUseFault",
    "OwnUseField",
    "OwnUseNotice",
    "OwnUseRule",
    "Place",
    "Provision",
    "ProvisionLimit",
    "SpecialCase",
    "SpecialKind",
    "Status",
    "UnknownAffair",
    "UnknownItem",
    "UnmappedPhrase",
    "changes",
    "check_equivalent",
    "dated_rows",
    "legal_basis",
    "local_basis",
    "not_yet",
    "special_basis",
    "special_cases",
    "status",
]
