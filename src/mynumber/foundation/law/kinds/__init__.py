"""The two vocabularies that programs compare: kinds of institution and kinds of information.

The table of the Provision Order (令和6年デジタル庁・総務省令第9号, art. 2) names inquirers, providers and information in
words. `mapping/*.toml` turns each phrase into members of these enums; the meaning of a member is its Japanese label, and
what the phrases of the law put in one cell stays separable here.

A kind never implies another. 雇用保険法による基本手当 is part of 失業等給付関係情報 in life, yet a row that names the one
does not open the other: what the table does not name is refused.
"""

from mynumber.foundation.law.kinds.information import InformationKind
from mynumber.foundation.law.kinds.institution import InstitutionKind

__all__ = ["InformationKind", "InstitutionKind"]
