"""Who may publish and who may hear: the table and the codes alone, without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mynumber.foundation.codes import BadCode, CodeKeys
from mynumber.foundation.law import InformationKind, InstitutionKind, legal_basis
from mynumber.institutions.network.core.code_ring import CodeRing
from mynumber.institutions.network.core.decision import kinds_of
from mynumber.institutions.network.core.records import RECORD_DOMAIN
from mynumber.institutions.network.mesh.deciding import (
    codes_of,
    entitling,
    judge,
    live_code,
    persons_of,
    provides,
)
from mynumber.protocols.events import CodedEvent, EventKind, EventRefusal, Topic
from tests.support.directory import make_systems
from tests.support.exchange import CITY, KINDS, PENSION, resident_code

BASIS = legal_basis(date(2026, 6, 14))
KEYS = CodeKeys.generate()


def ring_of(keys: CodeKeys, *closed: int) -> CodeRing:
    """As the core reads it, with some versions closed."""
    live = tuple(version for version in reversed(keys.versions) if version not in closed)
    return CodeRing(keys, frozenset(closed), live, ((), ()))


RING = ring_of(KEYS)
SERVICE = frozenset(map(InstitutionKind.named, KINDS[PENSION]))
CODE = KEYS.issue(PENSION, resident_code()).to_text()


def _event(**changes: object) -> CodedEvent:
    said: dict[str, object] = {
        "event_id": uuid4(),
        "code": CODE,
        "kind": EventKind.BENEFIT_AWARDED,
        "information": "public_pension_benefit",
        "occurred_at": datetime(2026, 11, 22, tzinfo=UTC),
    }
    return CodedEvent(**(said | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({}, None),
        ({"information": "no_such_information"}, EventRefusal.NOT_A_PROVIDER),
        ({"information": "resident_record", "kind": EventKind.DEATH}, EventRefusal.NOT_A_PROVIDER),
        ({"kind": EventKind.TAX_ASSESSED}, EventRefusal.NOT_ABOUT),
        ({"code": "1." + "A" * 43}, EventRefusal.UNKNOWN_CODE),  # the identity: nobody's code
        ({"code": "9" + CODE[1:]}, EventRefusal.UNKNOWN_CODE),  # a key that there is not
        ({"code": "x" * 45}, EventRefusal.UNKNOWN_CODE),
        # the rule comes before the person
        ({"code": "x" * 45, "information": "family_register"}, EventRefusal.NOT_A_PROVIDER),
    ],
    # the keys are new in each process, and so would be a name made of them
    ids=[
        *("all is well", "no such information", "not a provider", "not about it"),
        *("nobody's code", "no such key", "no code", "the rule first"),
    ],
)
def test_what_a_publisher_may_say(changes: dict[str, object], refusal: EventRefusal | None) -> None:
    judged = judge(_event(**changes), publisher=PENSION, kinds=SERVICE, basis=BASIS, ring=RING)
    assert judged.refusal is refusal
    assert bool(judged.persons) is (refusal is None)


def test_who_is_no_member_any_more_publishes_and_hears_nothing() -> None:
    judged = judge(_event(), publisher=PENSION, kinds=frozenset(), basis=BASIS, ring=RING)
    assert judged.refusal is EventRefusal.NOT_A_PROVIDER
    topic = Topic(affair="81-1", provider_kind="pension_service", information="public_pension_benefit")
    assert entitling(BASIS, frozenset(), topic) is None


@settings(deadline=None, max_examples=200)
@given(
    st.sampled_from([affair.id for affair in BASIS.affairs]),
    st.sampled_from(InstitutionKind),
    st.sampled_from(InstitutionKind),
    st.sampled_from(InformationKind),
)
def test_a_topic_is_allowed_exactly_when_the_same_inquiry_would_be(
    affair: str, subscriber: InstitutionKind, provider: InstitutionKind, information: InformationKind
) -> None:
    topic = Topic(affair=affair, provider_kind=provider.value, information=information.value)
    rule = BASIS.find(frozenset({subscriber}), affair, frozenset({provider}), information)
    assert entitling(BASIS, frozenset({subscriber}), topic) == (rule.id if rule else None)
    if rule:
        assert provides(BASIS, frozenset({provider}), information)


def test_the_pension_service_cannot_hear_of_deaths_from_municipalities() -> None:
    """No row lets it ask them for anything, on any day that is known; it hears of deaths from J-LIS."""
    for day in (date(2024, 5, 27), date(2026, 6, 14)):
        basis = legal_basis(day)
        for affair in basis.affairs:
            for provider in (InstitutionKind.MUNICIPALITY, InstitutionKind.CITY):
                topic = Topic(affair=affair.id, provider_kind=provider.value, information="resident_record")
                assert entitling(basis, frozenset({InstitutionKind.PENSION_SERVICE}), topic) is None


def test_a_person_stays_the_same_through_a_rotation_of_the_keys() -> None:
    person = resident_code()
    rotated = KEYS.with_new_domains()
    old = KEYS.issue(PENSION, person).to_text()
    new = rotated.issue(PENSION, person).to_text()
    watched = persons_of(KEYS, KEYS.issue(CITY, person).to_text(), CITY)[0]
    for code in (old, new):
        persons = persons_of(rotated, code, PENSION)
        assert watched in persons
        held = codes_of(ring_of(rotated), persons[0], CITY)
        # the oldest first: of the new one nobody knows yet whether the gateway has it
        assert held == (KEYS.issue(CITY, person).to_text(), rotated.issue(CITY, person).to_text())
        assert codes_of(ring_of(rotated, 1), persons[0], CITY) == (rotated.issue(CITY, person).to_text(),)
    assert codes_of(RING, "not a code", CITY) == ()


def test_a_code_of_a_closed_version_is_none_any_more() -> None:
    rotated = KEYS.with_new_domains()
    for ring, refusal in (
        (ring_of(rotated), None),
        (ring_of(rotated, 1), EventRefusal.UNKNOWN_CODE),
    ):
        judged = judge(_event(), publisher=PENSION, kinds=SERVICE, basis=BASIS, ring=ring)
        assert judged.refusal is refusal
    with pytest.raises(BadCode):
        live_code(ring_of(rotated, 1), CODE)
    assert live_code(ring_of(rotated), CODE) == CODE


def test_another_root_ends_what_is_known_of_a_person() -> None:
    person = resident_code()
    other = KEYS.with_new_root()
    watched = persons_of(KEYS, KEYS.issue(CITY, person).to_text(), CITY)[0]
    assert watched not in persons_of(other, other.issue(PENSION, person).to_text(), PENSION)
    assert persons_of(other, KEYS.issue(PENSION, person).to_text(), PENSION) == (
        KEYS.convert(KEYS.issue(PENSION, person), PENSION, RECORD_DOMAIN).to_text(),
    )


def test_the_kinds_of_a_member_are_one_definition_and_none_for_who_left_the_directory(tmp_path: Path) -> None:
    directory = make_systems(tmp_path, CITY, kinds=KINDS).node("municipality").directory
    assert kinds_of(directory, CITY) == frozenset(map(InstitutionKind.named, KINDS[CITY]))
    assert kinds_of(directory, PENSION) == frozenset()
