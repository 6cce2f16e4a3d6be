"""What institutions write is of the layouts, and what is read may be shown."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynumber.foundation.facts import LAYOUTS, edges, layouts_of, sample, write_fact
from mynumber.foundation.law import InformationKind
from mynumber.protocols.facts import (
    FACTS,
    HELD,
    LocalTaxFact,
    MalformedFact,
    PensionBenefitFact,
    PensionBenefitsFact,
    ReceivingAccountFact,
    UnknownLayout,
    decode_fact,
)

DAYS = st.dates(date(1926, 12, 25), date(2100, 1, 1))
WRITTEN = {
    InformationKind.LOCAL_TAX: st.builds(
        LocalTaxFact,
        fiscal_year=st.integers(1900, 9999),
        total_income=st.integers(0, 10**13),
        income_levy=st.integers(0, 10**13),
        dependants=st.integers(0, 1000),
    ),
    InformationKind.PUBLIC_PENSION_BENEFIT: st.builds(
        PensionBenefitsFact,
        benefits=st.lists(
            st.builds(
                PensionBenefitFact,
                kind=st.sampled_from(["老齢基礎年金", "遺族厚生年金"]),
                annual_amount=st.integers(0, 10**7),
                paid_since=DAYS,
            ),
            max_size=3,
        ).map(tuple),
    ),
    InformationKind.RECEIVING_ACCOUNT: st.builds(
        ReceivingAccountFact,
        bank_code=st.from_regex("[0-9]{4}", fullmatch=True, alphabet="0123456789"),
        branch_code=st.from_regex("[0-9]{3}", fullmatch=True, alphabet="0123456789"),
        account_type=st.sampled_from(["普通", "当座", "貯蓄"]),
        account_number=st.from_regex("[0-9]{7}", fullmatch=True, alphabet="0123456789"),
        holder_kana=st.sampled_from(["ﾓｷﾞ ﾀﾛｳ", "ミホン ハナコ"]),
        registered_on=DAYS,
    ),
}


@pytest.mark.parametrize("kind", WRITTEN, ids=lambda kind: kind.value)
@given(data=st.data())
def test_what_is_written_is_read_as_its_kind(kind: InformationKind, data: st.DataObject) -> None:
    text = msgspec.json.encode(data.draw(WRITTEN[kind]))
    assert kind in HELD
    assert write_fact(decode_fact(kind, text)) == text


def test_every_kind_is_read_in_its_main_layout_and_in_each_other_by_name() -> None:
    assert set(FACTS) == set(InformationKind)
    for kind in InformationKind:
        main, *others = layouts_of(kind)
        text = msgspec.json.encode(sample(main))
        assert isinstance(decode_fact(kind, text), FACTS[kind])
        for other in others:
            full = msgspec.json.encode(edges(other)["full"])
            assert decode_fact(kind, full, other).layout is other


def test_a_kind_is_not_read_in_the_layout_of_another() -> None:
    text = msgspec.json.encode(sample(LAYOUTS["child_allowance"]))
    with pytest.raises(UnknownLayout):
        decode_fact(InformationKind.LOCAL_TAX, text, LAYOUTS["child_allowance"])


def test_a_malformed_fact_is_what_callers_catch() -> None:
    with pytest.raises(msgspec.DecodeError) as refused:
        decode_fact(InformationKind.LOCAL_TAX, b'{"fiscal_year":2026}')
    error: Any = refused.value
    assert isinstance(error, MalformedFact)
    assert isinstance(error, ValueError)
    assert [fault.path for fault in error.faults] == ["total_income", "income_levy", "dependants"]
