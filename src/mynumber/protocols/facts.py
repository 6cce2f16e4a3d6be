"""Facts that copies carry: one struct a kind of information, with the words a person reads.

No official layout of the data items is public, so these layouts are ours. Amounts are integer yen; years are fiscal years (年度).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec

from mynumber.foundation.law import InformationKind

Words = Annotated[str, msgspec.Meta(max_length=100)]
Year = Annotated[int, msgspec.Meta(ge=1900, le=9999)]
People = Annotated[int, msgspec.Meta(ge=0, le=1000)]
Yen = Annotated[int, msgspec.Meta(ge=-(10**15), le=10**15)]


class Fact(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of all facts about one person."""


class LocalTaxFact(Fact, frozen=True, kw_only=True):
    """地方税関係情報: income and tax that a municipality assessed for one fiscal year."""

    fiscal_year: Year
    total_income: Yen
    """総所得金額等, yen."""
    income_levy: Yen
    """市町村民税所得割額, yen."""
    dependants: People
    """扶養親族等の数."""


class PensionBenefitFact(Fact, frozen=True, kw_only=True):
    """年金給付関係情報: one public pension in payment."""

    kind: Words
    """老齢基礎年金, 遺族基礎年金, 障害基礎年金 ..."""
    annual_amount: Yen
    """年金額, yen a year."""
    paid_since: date


class PensionBenefitsFact(Fact, frozen=True, kw_only=True):
    """All public pensions of a person; empty means: none is paid."""

    benefits: Annotated[tuple[PensionBenefitFact, ...], msgspec.Meta(max_length=100)]


class ReceivingAccountFact(Fact, frozen=True, kw_only=True):
    """公的給付支給等口座登録簿関係情報: the account a person registered for public payments."""

    bank_code: Words
    branch_code: Words
    account_type: Words
    """普通, 当座 or 貯蓄."""
    account_number: Words
    holder_kana: Words
    registered_on: date


FACTS: dict[InformationKind, type[Fact]] = {
    InformationKind.LOCAL_TAX: LocalTaxFact,
    InformationKind.PENSION_BENEFIT: PensionBenefitsFact,
    InformationKind.PUBLIC_PENSION_BENEFIT: PensionBenefitsFact,
    InformationKind.RECEIVING_ACCOUNT: ReceivingAccountFact,
}
"""Layout of each kind of information that has one."""

LABELS_JA: dict[str, str] = {
    "fiscal_year": "年度",
    "total_income": "総所得金額等",
    "income_levy": "市町村民税所得割額",
    "dependants": "扶養親族等の数",
    "benefits": "公的年金給付",
    "kind": "給付の種類",
    "annual_amount": "年額",
    "paid_since": "支給開始日",
    "bank_code": "金融機関コード",
    "branch_code": "支店コード",
    "account_type": "預貯金種目",
    "account_number": "口座番号",
    "holder_kana": "口座名義（カナ）",
    "registered_on": "登録日",
}
"""Words for the fields."""


class UnknownLayout(LookupError):
    """No layout exists for this kind of information."""


def decode_fact(information: InformationKind, body: bytes) -> Fact:
    """Read a fact strictly. Raises :class:`UnknownLayout`, or ``msgspec.DecodeError`` for anything out of shape."""
    try:
        layout = FACTS[information]
    except KeyError:
        raise UnknownLayout(f"no layout for {information.value}") from None
    return msgspec.json.decode(body, type=layout)
