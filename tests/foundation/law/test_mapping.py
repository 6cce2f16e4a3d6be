import pytest

from mynumber.foundation.law import InformationKind, InstitutionKind, UnmappedPhrase
from mynumber.foundation.law.basis import committed_details, committed_history
from mynumber.foundation.law.errors import BadMapping, Column
from mynumber.foundation.law.former import former_mapping
from mynumber.foundation.law.mapping import phrase_mapping, read_phrases
from mynumber.foundation.law.table import TextAffair, TextProvision, TextTable


def _phrases() -> tuple[set[str], set[str]]:
    institutions, information = set(), set()
    for affair in committed_history().affairs:
        institutions |= {version.inquirer for version in affair.versions}
        for rule in affair.provisions:
            institutions |= {version.provider for version in rule.versions}
            information |= {version.information for version in rule.versions}
    for detail in committed_details().details:
        institutions |= {version.who for version in detail.versions if version.who}
    return institutions, information


def test_the_mapping_covers_every_phrase_of_every_text_and_no_other() -> None:
    institutions, information = _phrases()
    assert set(phrase_mapping().institutions) == institutions
    assert set(phrase_mapping().information) == information


def test_every_kind_is_named_by_the_law() -> None:
    mapping = former_mapping()
    assert frozenset().union(*mapping.institutions.values()) == frozenset(InstitutionKind)
    assert frozenset().union(*mapping.information.values()) == frozenset(InformationKind)


def test_a_phrase_in_the_tables_means_the_same_as_the_label_of_its_one_kind() -> None:
    """地方税関係情報 is LOCAL_TAX because that is the label of LOCAL_TAX, for every phrase that equals a label."""
    mapping = phrase_mapping()
    for kind in InformationKind:
        if kind.label_ja in mapping.information:
            assert mapping.information[kind.label_ja] == {kind}
    for institution in InstitutionKind:
        if institution.label_ja in mapping.institutions:
            assert institution in mapping.institutions[institution.label_ja]


@pytest.mark.parametrize(
    "phrase",
    [
        "地方税",
        "地方税関係情報 ",
        "地方税関係情報、住民票関係情報",
        "地方税関係情報又は戸籍関係情報",
        "地方税関係情報又は住民票関係情報等",
        "",
    ],
)
def test_a_phrase_that_only_resembles_a_known_one_is_unmapped(phrase: str) -> None:
    with pytest.raises(UnmappedPhrase) as raised:
        phrase_mapping().information_kinds(phrase)
    assert raised.value.phrase == phrase
    assert raised.value.column is Column.INFORMATION
    assert f"「{phrase}」" in str(raised.value)


def test_all_unmapped_phrases_of_a_text_are_named_at_once() -> None:
    provisions = (
        TextProvision("火星大臣", "戸籍関係情報", "3"),
        TextProvision("法務大臣", "火星情報", "3"),
        TextProvision("火星大臣", "火星情報", "3"),
    )
    table = TextTable((TextAffair("1", "火星知事", "事務", "3", provisions),), ())
    missing = [(error.column, error.phrase) for error in phrase_mapping().unmapped(table)]
    assert missing == [
        (Column.INQUIRER, "火星知事"),
        (Column.PROVIDER, "火星大臣"),
        (Column.INFORMATION, "火星情報"),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not a table"),
        ("phrases = 3", "not a table"),
        ('[phrases]\n"a" = ["LOCAL_TAX"]\n"a" = ["LOCAL_TAX"]', "not a table"),
        ('[phrases]\n"a" = []', "no kinds"),
        ('[phrases]\n"a" = "LOCAL_TAX"', "no kinds"),
        ('[phrases]\n"a" = ["NO_SUCH_KIND"]', "no kind"),
        ('[phrases]\n"a" = ["LOCAL_TAX", "LOCAL_TAX"]', "twice"),
    ],
)
def test_a_damaged_mapping_is_refused(text: str, words: str) -> None:
    with pytest.raises(BadMapping, match=words):
        read_phrases(text, InformationKind)
