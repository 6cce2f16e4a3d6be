import pytest

from mynumber.foundation.law import InformationKind, InstitutionKind
from mynumber.foundation.law.mapping import phrase_mapping
from tests.foundation.law.official import ROOT


@pytest.mark.parametrize("kinds", [InstitutionKind, InformationKind])
def test_values_are_stable_names_and_labels_tell_members_apart(
    kinds: type[InstitutionKind] | type[InformationKind],
) -> None:
    for kind in kinds:
        assert kind.value == kind.name.lower() == str(kind)
        assert kind.label_ja
        assert kind.label_en.isascii()
    assert len({kind.label_ja for kind in kinds}) == len({kind.label_en for kind in kinds}) == len(kinds)


def test_former_kinds_are_those_that_no_text_of_the_order_names() -> None:
    order = phrase_mapping()
    institutions = frozenset().union(*order.institutions.values())
    information = frozenset().union(*order.information.values())
    assert {kind for kind in InstitutionKind if not kind.former} == institutions
    assert {kind for kind in InformationKind if not kind.former} == information


def test_a_kind_is_read_back_from_its_value() -> None:
    assert InformationKind("local_tax") is InformationKind.LOCAL_TAX
    assert InstitutionKind("pension_service").label_ja == "日本年金機構"


@pytest.mark.parametrize("kinds", [InstitutionKind, InformationKind])
def test_the_documentation_lists_every_kind(kinds: type[InstitutionKind] | type[InformationKind]) -> None:
    page = (ROOT / "docs" / "law.md").read_text("utf-8")
    for kind in kinds:
        assert f"| `{kind.name}` | {kind.label_ja} | {kind.label_en} |" in page
