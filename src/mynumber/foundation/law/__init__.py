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
from mynumber.foundation.law.items import DetailedAffair, Item
from mynumber.foundation.law.kinds import InformationKind, InstitutionKind
from mynumber.foundation.law.provisions import Affair, Provision

__all__ = [
    "Affair",
    "Change",
    "DetailedAffair",
    "InformationKind",
    "InstitutionKind",
    "Item",
    "LawError",
    "LegalBasis",
    "MalformedText",
    "NotInForce",
    "Place",
    "Provision",
    "UnknownAffair",
    "UnknownItem",
    "UnmappedPhrase",
    "changes",
    "legal_basis",
]
