"""Own-use affairs by ordinance: what is equivalent, who may ask, and from when."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynumber.foundation.law import (
    InformationKind,
    InstitutionKind,
    NotEquivalent,
    OwnUseAffair,
    OwnUseFault,
    OwnUseField,
    OwnUseRule,
    ProvisionLimit,
    Status,
    UnknownAffair,
    check_equivalent,
    legal_basis,
    local_basis,
)
from mynumber.foundation.numbers.local_government import LocalGovernmentCode

WARD = LocalGovernmentCode.parse("131229")
OTHER = LocalGovernmentCode.parse("131237")
CITY = frozenset({InstitutionKind.MUNICIPALITY, InstitutionKind.CITY})
DAY = date(2026, 10, 1)
TAX = InformationKind.LOCAL_TAX

AFFAIR = OwnUseAffair(
    body=WARD,
    number=1,
    words="子ども医療費助成条例による医療費の助成に関する事務",
    executive="区長",
    field=OwnUseField.WELFARE,
    ordinance="個人番号の利用に関する条例第四条、子ども医療費助成条例",
    equivalent="17-1",
    reason="児童の福祉の増進という目的が同じで、扶養義務者の所得を確かめる内容が似ている",
    rules=(OwnUseRule("17-1-1"),),
    valid_from=date(2026, 7, 1),
    notified=date(2026, 4, 1),
    accepted=date(2026, 6, 1),
)


def _tax_affair() -> OwnUseAffair:
    """Like the child allowance (106-1): two rules, one of them with some of its items only."""
    basis = legal_basis(DAY)
    rules = basis.affair("106-1").provisions
    tax = next(rule for rule in rules if TAX in rule.information_kinds)
    items = tuple(item.id for item in basis.items_of(tax.id) if TAX in item.kinds)
    account = next(rule for rule in rules if InformationKind.RECEIVING_ACCOUNT in rule.information_kinds)
    return replace(
        AFFAIR, number=2, equivalent="106-1", rules=(OwnUseRule(tax.id, items), OwnUseRule(account.id))
    )


def test_the_body_may_ask_what_its_affair_takes_over_and_nobody_else() -> None:
    affair = _tax_affair()
    local = local_basis(DAY, [AFFAIR, affair])
    rule = local.find(CITY, affair.id, CITY, TAX, body=WARD)
    assert rule is not None
    assert (rule.id, rule.affair_id) == ("own-131229-2-1", "own-131229-2")
    assert local.provision(rule.id) is rule
    assert local.affair(affair.id).words == affair.words
    assert {item.id for item in local.items_of(rule.id)} == set(affair.rules[0].items)
    item = affair.rules[0].items[0]
    assert local.find(CITY, affair.id, CITY, TAX, body=WARD, item=item) is rule
    assert local.find(CITY, affair.id, CITY, TAX, body=WARD, item="106-1-1-99") is None
    assert local.find(CITY, affair.id, CITY, TAX, body=OTHER) is None
    assert local.find(CITY, affair.id, CITY, TAX) is None
    assert local.find(CITY, affair.id, CITY, InformationKind.RESIDENT_RECORD, body=WARD) is None
    assert [found.id for found in local.affairs_of(CITY, WARD)][-2:] == [AFFAIR.id, affair.id]
    assert local.affairs_of(CITY, OTHER) == legal_basis(DAY).affairs_of(CITY)


def test_the_table_itself_stays_as_it_is() -> None:
    local = local_basis(DAY, [AFFAIR])
    table = legal_basis(DAY)
    provider = frozenset({InstitutionKind.PENSION_SERVICE})
    asked = InformationKind.PUBLIC_PENSION_BENEFIT
    assert local.find(CITY, "81-1", provider, asked) is table.find(CITY, "81-1", provider, asked) is not None
    assert local.items_of("81-1-4") is table.items_of("81-1-4")
    with pytest.raises(UnknownAffair):
        table.affair(AFFAIR.id)


@pytest.mark.parametrize(
    ("change", "fault", "what"),
    [
        ({"words": " "}, OwnUseFault.NO_WORDS, ""),
        ({"ordinance": ""}, OwnUseFault.NO_WORDS, ""),
        ({"reason": ""}, OwnUseFault.NO_WORDS, ""),
        ({"number": 0}, OwnUseFault.NO_WORDS, ""),
        ({"valid_until": date(2026, 7, 1)}, OwnUseFault.BAD_DATES, ""),
        ({"accepted": date(2026, 3, 31)}, OwnUseFault.BEFORE_NOTICE, ""),
        ({"accepted": date(2026, 7, 2)}, OwnUseFault.BEFORE_NOTICE, ""),
        ({"equivalent": "999-1"}, OwnUseFault.UNKNOWN_AFFAIR, "999-1"),
        ({"equivalent": "own-131229-1"}, OwnUseFault.UNKNOWN_AFFAIR, "own-131229-1"),
        ({"rules": ()}, OwnUseFault.NO_RULES, ""),
        ({"rules": (OwnUseRule("17-1-1"), OwnUseRule("17-1-1"))}, OwnUseFault.TWICE, ""),
        ({"rules": (OwnUseRule("81-1-4"),)}, OwnUseFault.OUTSIDE_AFFAIR, "81-1-4"),
        ({"rules": (OwnUseRule("17-1-1", ("81-1-4-1",)),)}, OwnUseFault.OUTSIDE_RULE, "81-1-4-1"),
    ],
)
def test_what_is_not_equivalent_is_refused_and_stays_visible(
    change: dict[str, object], fault: OwnUseFault, what: str
) -> None:
    affair = replace(AFFAIR, **change)  # type: ignore[arg-type]
    with pytest.raises(NotEquivalent) as raised:
        check_equivalent(affair, legal_basis(DAY))
    assert (raised.value.fault, raised.value.what) == (fault, what)
    local = local_basis(DAY, [affair])
    assert local.refused[affair.id].fault is fault
    assert local.find(CITY, affair.id, CITY, InformationKind.CHILD_REARING_ALLOWANCE, body=WARD) is None


def test_an_affair_twice_is_an_error() -> None:
    with pytest.raises(NotEquivalent) as raised:
        local_basis(DAY, [AFFAIR, AFFAIR])
    assert raised.value.fault is OwnUseFault.TWICE


@pytest.mark.parametrize(
    ("on", "accepted", "status"),
    [
        (date(2026, 6, 30), date(2026, 6, 1), Status.NOT_YET),
        (date(2026, 7, 1), date(2026, 6, 1), Status.IN_FORCE),
        (date(2027, 3, 31), date(2026, 6, 1), Status.IN_FORCE),
        (date(2027, 4, 1), date(2026, 6, 1), Status.REPEALED),
        (date(2026, 7, 1), None, Status.NOT_YET),
        (date(2027, 4, 1), None, Status.REPEALED),
    ],
)
def test_nobody_asks_before_the_commission_accepted(on: date, accepted: date | None, status: Status) -> None:
    affair = replace(AFFAIR, accepted=accepted, valid_until=date(2027, 4, 1))
    assert affair.status(on) is status
    local = local_basis(on, [affair])
    found = local.find(CITY, affair.id, CITY, InformationKind.CHILD_REARING_ALLOWANCE, body=WARD)
    assert (found is not None) == (status is Status.IN_FORCE)
    assert local.rows[affair.id] is affair
    assert not local.refused


@given(st.dates(date(2026, 6, 14), date(2030, 1, 1)), st.integers(0, 400), st.integers(0, 400))
def test_an_affair_applies_exactly_on_its_days(begins: date, lasts: int, asked: int) -> None:
    affair = replace(
        AFFAIR,
        notified=begins,
        accepted=begins,
        valid_from=begins,
        valid_until=begins + timedelta(days=lasts + 1),
    )
    on = begins + timedelta(days=asked)
    local = local_basis(on, [affair])
    found = local.find(CITY, affair.id, CITY, InformationKind.CHILD_REARING_ALLOWANCE, body=WARD)
    assert (found is not None) == (asked <= lasts)


def test_a_provider_may_limit_what_it_gives_by_ordinance() -> None:
    affair = _tax_affair()
    limit = ProvisionLimit(OTHER, "限定条例", "106-1", frozenset({TAX}), date(2026, 9, 1))
    local = local_basis(DAY, [affair], [limit])
    assert local.find(CITY, affair.id, CITY, TAX, body=WARD, provider=OTHER) is None
    assert local.find(CITY, affair.id, CITY, TAX, body=WARD, provider=WARD) is not None
    before = local_basis(date(2026, 8, 31), [affair], [limit])
    assert before.find(CITY, affair.id, CITY, TAX, body=WARD, provider=OTHER) is not None
