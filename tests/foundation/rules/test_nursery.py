"""保育: certification by 子ども・子育て支援法 and its rule, a municipality's points, and who gets a place."""

import random
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mynumber.foundation.rules import Month, NotInForce, highest, reasons
from mynumber.foundation.rules.findings import UNASKED, Finding
from mynumber.foundation.rules.nursery import (
    Application,
    CareHours,
    Child,
    Claim,
    Class,
    Ground,
    Guardian,
    Household,
    MalformedPoints,
    Municipality,
    PointsFault,
    PointTable,
    Score,
    allocate,
    decide,
    decide_by,
    example_table,
    rank,
    score,
)
from mynumber.foundation.rules.nursery.requirement import school_starts
from tests.foundation.rules.households import told
from tests.foundation.rules.leaving_out import needed

APRIL_2026 = Month(2026, 4)
START = date(2026, 4, 1)
FIXED = {"born_on": told(date(2026, 3, 1)), "graduates_on": told(date(2027, 3, 15))}


def guardian(
    ground: Ground = Ground.WORK, hours: int = 160, key: str = "guardian-1", **facts: Any
) -> Guardian:
    return Guardian(key=key, label=key, ground=told(ground), hours=told(hours), **(FIXED | facts))


def municipality(**facts: Any) -> Municipality:
    complete: dict[str, Any] = {
        "working_hours": told(48),
        "standard_hours": told(120),
        "undivided": told(False),
        "seeking_days": told(90),
        "granted_until": told(date(2026, 12, 31)),
    }
    return Municipality(key="municipality", **(complete | facts))


def household(**facts: Any) -> Household:
    complete: dict[str, Any] = {
        name: told(False)
        for name in (
            "single_parent",
            "protected",
            "livelihood_aid",
            "lost_work",
            "returning",
            "sibling_inside",
            "child_disabled",
            "from_small_care",
            "care_worker",
            "in_arrears",
        )
    }
    return Household(key="household", **(complete | {"children": told(1), "years_resident": told(3)} | facts))


def claim(*guardians: Guardian, birth: date = date(2024, 6, 1), **facts: Any) -> Claim:
    """A child of one year; both parents work full time."""
    complete: dict[str, Any] = {
        "child": Child(key="child", birth=told(birth), enrolled=told(False)),
        "guardians": guardians or (guardian(), guardian(key="guardian-2")),
        "guardians_complete": told(True),
        "municipality": municipality(),
        "household": household(),
        "asks_short": told(False),
        "starts": told(START),
    }
    return Claim(**(complete | facts))


def class_of(case: Claim) -> Class:
    return decide(APRIL_2026, case).kind.known()


@pytest.mark.parametrize(
    ("birth", "expected"),
    [
        (date(2026, 4, 1), Class.THIRD),
        (date(2026, 4, 2), Class.NONE),
        (date(2023, 4, 3), Class.THIRD),
        (date(2023, 4, 2), Class.SECOND),  # attains three on 1 April
        (date(2020, 4, 2), Class.SECOND),
        (date(2020, 4, 1), Class.NONE),  # goes to school
    ],
)
def test_the_class_by_age(birth: date, expected: Class) -> None:
    assert class_of(claim(birth=birth)) is expected


@pytest.mark.parametrize(
    ("birth", "starts"),
    [
        (date(2020, 4, 1), date(2026, 4, 1)),
        (date(2020, 4, 2), date(2027, 4, 1)),
        (date(2020, 12, 31), date(2027, 4, 1)),
        (date(2021, 1, 1), date(2027, 4, 1)),
    ],
)
def test_school_begins_on_the_first_of_april_after_attaining_six(birth: date, starts: date) -> None:
    assert school_starts(birth) == starts


@pytest.mark.parametrize(
    ("birth", "expected"), [(date(2022, 6, 1), Class.FIRST), (date(2024, 6, 1), Class.NONE)]
)
def test_without_need_there_is_school_time_from_three_on_and_nothing_before(
    birth: date, expected: Class
) -> None:
    at_home = guardian(Ground.NONE, key="guardian-2")
    case = claim(guardian(), at_home, birth=birth)
    assert class_of(case) is expected
    assert "保育を必要とする事由がありません" in " ".join(reasons(decide(APRIL_2026, case).needs_care))


@pytest.mark.parametrize(
    ("laid_down", "hours", "needs"),
    [(48, 47, False), (48, 48, True), (64, 63, False), (64, 64, True), (40, 47, False), (80, 64, True)],
)
def test_work_counts_from_what_the_municipality_laid_down_within_48_to_64_hours(
    laid_down: int, hours: int, needs: bool
) -> None:
    case = claim(guardian(hours=hours), municipality=municipality(working_hours=told(laid_down)))
    assert decide(APRIL_2026, case).needs_care.known() is needs


@pytest.mark.parametrize(
    "ground", [each for each in Ground if each not in (Ground.NONE, Ground.LEAVE, Ground.WORK)]
)
def test_each_other_ground_suffices(ground: Ground) -> None:
    assert class_of(claim(guardian(), guardian(ground, 0, "guardian-2"))) is Class.THIRD


def test_grounds_are_the_items_of_article_1_5() -> None:
    found = {
        ground: ground.item
        for ground in (Ground.WORK, Ground.SEEKING, Ground.LEAVE, Ground.OTHER, Ground.NONE)
    }
    assert list(found.values()) == ["1", "6", "9", "10", ""]


@pytest.mark.parametrize("enrolled", [True, False])
def test_parental_leave_keeps_a_place_but_gives_none(enrolled: bool) -> None:
    child = Child(key="child", birth=told(date(2024, 6, 1)), enrolled=told(enrolled))
    case = claim(guardian(), guardian(Ground.LEAVE, 0, "guardian-2"), child=child)
    assert decide(APRIL_2026, case).needs_care.known() is enrolled


LONG, SHORT, UNDIVIDED = CareHours.STANDARD, CareHours.SHORT, CareHours.UNDIVIDED


@pytest.mark.parametrize(
    ("one", "other", "facts", "expected"),
    [
        (guardian(), guardian(hours=120), {}, LONG),
        (guardian(), guardian(hours=119), {}, SHORT),
        (guardian(), guardian(Ground.PREGNANCY, 0), {}, LONG),
        (guardian(), guardian(Ground.DISASTER, 0), {}, LONG),
        (guardian(), guardian(Ground.ABUSE, 0), {}, LONG),
        (guardian(), guardian(Ground.ABUSE, 0), {"asks_short": told(True)}, SHORT),
        (guardian(), guardian(Ground.SEEKING, 0), {}, SHORT),
        (
            guardian(),
            guardian(Ground.SEEKING, 0),
            {"municipality": municipality(undivided=told(True))},
            UNDIVIDED,
        ),
        (guardian(), guardian(Ground.STUDY, 130), {}, LONG),
        (guardian(), guardian(Ground.CARE, 60), {}, SHORT),
    ],
)
def test_how_many_hours(one: Guardian, other: Guardian, facts: dict[str, Any], expected: CareHours) -> None:
    case = claim(one, replace(other, key="guardian-2"), **facts)
    assert decide(APRIL_2026, case).hours.known() is expected


@pytest.mark.parametrize(
    ("birth", "other", "until"),
    [
        (date(2024, 6, 1), guardian(), date(2027, 5, 30)),  # the day before attaining three
        (date(2022, 6, 1), guardian(), date(2029, 3, 31)),
        (date(2022, 6, 1), guardian(Ground.NONE), date(2029, 3, 31)),
        (date(2024, 6, 1), guardian(Ground.PREGNANCY, 0), date(2026, 4, 30)),  # born on 1 March 2026
        (date(2024, 6, 1), guardian(Ground.SEEKING, 0), date(2026, 6, 30)),
        (date(2024, 6, 1), guardian(Ground.STUDY, 0), date(2027, 3, 31)),
        (date(2023, 6, 1), guardian(Ground.STUDY, 0), date(2026, 5, 30)),
        (date(2022, 6, 1), guardian(Ground.OTHER, 0), date(2026, 12, 31)),
    ],
)
def test_until_when_it_holds(birth: date, other: Guardian, until: date) -> None:
    case = claim(guardian(), replace(other, key="guardian-2"), birth=birth)
    assert decide(APRIL_2026, case).valid_until.known() == until


@pytest.mark.parametrize(
    ("days", "until"), [(30, date(2026, 4, 30)), (60, date(2026, 5, 31)), (365, date(2026, 6, 30))]
)
def test_seeking_work_counts_ninety_days_at_most(days: int, until: date) -> None:
    seeking = guardian(Ground.SEEKING, 0, "guardian-2")
    case = claim(guardian(), seeking, municipality=municipality(seeking_days=told(days)))
    assert decide(APRIL_2026, case).valid_until.known() == until


def test_the_decision_is_due_within_thirty_days() -> None:
    assert decide_by(date(2025, 12, 1)) == date(2025, 12, 31)


@pytest.mark.parametrize(
    "case",
    [
        claim(),
        claim(guardian()),
        claim(guardian(), guardian(Ground.SEEKING, 0, "guardian-2")),
        claim(guardian(), guardian(Ground.NONE, 0, "guardian-2"), birth=date(2022, 6, 1)),
        claim(guardian(hours=40), birth=date(2024, 6, 1)),
        claim(guardian(Ground.STUDY, 90), guardian(Ground.PREGNANCY, 0, "guardian-2")),
    ],
)
def test_unknown_never_becomes_no(case: Claim) -> None:
    def outcomes(less: Claim) -> tuple[Finding[Any], ...]:
        decision = decide(APRIL_2026, less)
        points = score(less, example_table())
        return (
            decision.kind,
            decision.needs_care,
            decision.hours,
            decision.valid_until,
            points.points,
            *points.ties,
        )

    assert {"child.birth", "starts"} <= needed(case, outcomes)


def test_a_claim_names_guardians_and_months_are_kept_from_2023() -> None:
    with pytest.raises(ValueError, match="guardians"):
        decide(APRIL_2026, replace(claim(), guardians=()))
    with pytest.raises(NotInForce):
        decide(Month(2023, 3), claim())
    assert decide(Month(2023, 4), claim()).needs_care.is_true


def test_the_counterfactual_says_how_few_hours_are_too_few() -> None:
    def with_hours(hours: int) -> Finding[bool]:
        return decide(APRIL_2026, claim(guardian(hours=hours))).needs_care

    assert highest(with_hours, lambda needs: needs is False, at_most=200) == 47


# Points.


def points_of(case: Claim) -> int:
    return score(case, example_table()).points.known()


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (claim(), 40),
        (claim(guardian(hours=159), guardian(hours=120, key="guardian-2")), 34),
        (claim(guardian(), guardian(Ground.SEEKING, 0, "guardian-2")), 26),
        (claim(guardian(), household=household(single_parent=told(True))), 40),
        (claim(household=household(returning=told(True), sibling_inside=told(True))), 46),
        (claim(household=household(in_arrears=told(True))), 30),
    ],
)
def test_points_of_the_example_table(case: Claim, expected: int) -> None:
    assert points_of(case) == expected


@settings(deadline=None, max_examples=40)
@given(st.integers(48, 240), st.integers(48, 240))
def test_more_hours_never_bring_fewer_points_and_guardians_may_change_places(one: int, other: int) -> None:
    low, high = sorted((one, other))

    def with_hours(first: int, second: int) -> int:
        return points_of(claim(guardian(hours=first), guardian(hours=second, key="guardian-2")))

    assert with_hours(low, low) <= with_hours(low, high) <= with_hours(high, high)
    assert with_hours(low, high) == with_hours(high, low)


def test_hours_are_asked_only_where_points_depend_on_them() -> None:
    ill = replace(guardian(Ground.ILLNESS), hours=UNASKED)
    assert points_of(claim(ill)) == 18
    assert score(claim(replace(guardian(), hours=UNASKED)), example_table()).points.is_unknown


HEAD = "part,name,at_least,points,words\n"
GROUNDS = "".join(f"guardian,{each.name.lower()},,10,甲\n" for each in Ground if each is not Ground.NONE)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("part,name\n", PointsFault.COLUMNS),
        ("", PointsFault.COLUMNS),
        (HEAD + GROUNDS + "household,single_parent,,1,乙,more\n", PointsFault.COLUMNS),
        (HEAD + GROUNDS + "household,single_parent\n", PointsFault.COLUMNS),
        (HEAD + GROUNDS + 'household,"single\n', PointsFault.COLUMNS),
        (HEAD + GROUNDS + "wish,single_parent,,1,乙\n", PointsFault.PART),
        (HEAD + GROUNDS + "household,nationality,,1,乙\n", PointsFault.NAME),
        (HEAD + GROUNDS + "household,__class__,,1,乙\n", PointsFault.NAME),
        (HEAD + GROUNDS + "household,children,,1,乙\n", PointsFault.NAME),
        (HEAD + GROUNDS + "guardian,none,,1,乙\n", PointsFault.NAME),
        (HEAD + GROUNDS + "household,single_parent,,1.5,乙\n", PointsFault.NUMBER),
        (HEAD + GROUNDS + "household,single_parent,,１,乙\n", PointsFault.NUMBER),
        (HEAD + GROUNDS + "household,single_parent,,--1,乙\n", PointsFault.NUMBER),
        (HEAD + GROUNDS + "household,single_parent,5,1,乙\n", PointsFault.NUMBER),
        (HEAD + GROUNDS + "guardian,work,-5,1,乙\n", PointsFault.NUMBER),
        (HEAD + GROUNDS + "household,single_parent,,1,\n", PointsFault.NUMBER),
        (HEAD + GROUNDS + "guardian,work,,9,乙\n", PointsFault.TWICE),
        (HEAD + "guardian,work,,9,乙\n", PointsFault.GROUND_WITHOUT_POINTS),
    ],
)
def test_a_table_that_cannot_be_used_is_refused(text: str, reason: PointsFault) -> None:
    with pytest.raises(MalformedPoints) as refusal:
        PointTable(text)
    assert refusal.value.reason is reason


def test_a_municipality_uses_its_own_table() -> None:
    own = PointTable(HEAD + GROUNDS + "household,single_parent,,7,ひとり親\n")
    case = claim(guardian(), household=household(single_parent=told(True)))
    assert score(case, own).points.known() == 17
    assert score(replace(case, household=Household(key="household")), own).points.is_unknown
    assert score(case, own).ties == ()


# Ranking.


def scored(points: int, *ties: int) -> Score:
    return Score(Finding(points, "点数"), Finding(points), tuple(Finding(tie) for tie in ties))


def applies(
    key: str, points: int, *ties: int, wishes: str = "AB", lot: int | None = None, age: int = 1
) -> Application:
    return Application(key, age, tuple(wishes), scored(points, *ties), lot)


APPLICATIONS = st.lists(
    st.builds(
        lambda points, tie, wishes, age: (points, tie, "".join(dict.fromkeys(wishes)), age),
        st.integers(0, 3),
        st.integers(0, 1),
        st.text("ABC", min_size=1, max_size=3),
        st.integers(0, 1),
    ),
    max_size=8,
)
PLACES = st.dictionaries(st.tuples(st.sampled_from("ABC"), st.integers(0, 1)), st.integers(0, 3))


def test_the_order_is_by_points_then_by_ties_then_by_lots() -> None:
    given_ones = [
        applies("d", 10, 1),
        applies("a", 20, 0),
        applies("c", 20, 1, lot=2),
        applies("b", 20, 1, lot=1),
    ]
    assert [(each.application.key, each.position, each.tied) for each in rank(given_ones)] == [
        ("b", 1, False),
        ("c", 2, False),
        ("a", 3, False),
        ("d", 4, False),
    ]


def test_equals_share_a_position_and_the_next_one_is_counted_behind_both() -> None:
    ranked = rank([applies("a", 20), applies("b", 20), applies("c", 10)])
    assert [(each.position, each.tied) for each in ranked] == [(1, True), (1, True), (3, False)]


def test_a_tie_about_the_last_place_is_left_to_people_and_nobody_after_it_overtakes() -> None:
    all_of_them = [applies("a", 30), applies("b", 20), applies("c", 20), applies("d", 10, wishes="BA")]
    outcome = allocate(all_of_them, {("A", 1): 2, ("B", 1): 5})
    assert outcome.undecided == (frozenset({"b", "c"}),)
    assert outcome.placed == {"a": "A"}
    drawn = [replace(each, lot=number) for number, each in enumerate(all_of_them)]
    assert allocate(drawn, {("A", 1): 2, ("B", 1): 5}).placed == {"a": "A", "b": "A", "c": "B", "d": "B"}


def test_a_tie_that_decides_nothing_is_none() -> None:
    outcome = allocate([applies("a", 20), applies("b", 20)], {("A", 1): 2})
    assert (outcome.undecided, outcome.placed) == ((), {"a": "A", "b": "A"})


def test_who_waits_for_what() -> None:
    outcome = allocate(
        [applies("a", 30, wishes="A"), applies("b", 20), applies("c", 10, wishes="A")],
        {("A", 1): 1, ("B", 1): 1},
    )
    assert outcome.placed == {"a": "A", "b": "B"}
    assert outcome.waiting == {("A", 1): ("b", "c")}


def test_ages_do_not_compete() -> None:
    outcome = allocate([applies("a", 10, age=0), applies("b", 30, age=1)], {("A", 0): 1})
    assert outcome.placed == {"a": "A"}


def test_an_application_with_unknown_points_is_told_apart_from_a_low_one() -> None:
    unknown = score(claim(replace(guardian(), hours=UNASKED)), example_table())
    outcome = allocate([Application("a", 1, ("A",), unknown), applies("b", 5, wishes="A")], {("A", 1): 1})
    assert {need.name for need in outcome.incomplete["a"]} == {"guardian-1.hours"}
    assert outcome.placed == {"b": "A"}
    assert outcome.waiting == {}


def test_only_who_needs_care_is_adjusted_for_and_keys_are_unique() -> None:
    both = [applies("a", 20), applies("b", 10)]
    assert allocate(both, {("A", 1): 1}, needs_care=lambda key: key == "b").placed == {"b": "A"}
    with pytest.raises(ValueError, match="one key"):
        allocate([both[0], both[0]], {})


@settings(deadline=None, max_examples=80)
@given(APPLICATIONS, PLACES, st.randoms(use_true_random=False))
def test_the_list_order_does_not_matter_and_nobody_is_passed_over(
    cases: list[tuple[int, int, str, int]], places: dict[tuple[str, int], int], chance: random.Random
) -> None:
    given_ones = [
        applies(f"k{n}", points, tie, wishes=wishes, age=age)
        for n, (points, tie, wishes, age) in enumerate(cases)
    ]
    shuffled = given_ones[:]
    chance.shuffle(shuffled)
    outcome = allocate(given_ones, places)
    assert allocate(shuffled, places) == outcome
    by_key = {each.key: each for each in given_ones}
    for key, facility in outcome.placed.items():
        assert facility in by_key[key].wishes
    for (facility, age), free in places.items():
        taken = [
            key for key, got in outcome.placed.items() if got == facility and by_key[key].age_class == age
        ]
        assert len(taken) <= free
        open_ages = {by_key[key].age_class for group in outcome.undecided for key in group}
        if len(taken) < free and age not in open_ages:
            assert outcome.waiting.get((facility, age), ()) == ()
        # Nobody with fewer points has a place that somebody with more waits for.
        for waiting in outcome.waiting.get((facility, age), ()):
            ahead = by_key[waiting].score
            for key in taken:
                behind = by_key[key].score
                assert (behind.points.known(), behind.ties[0].known()) >= (
                    ahead.points.known(),
                    ahead.ties[0].known(),
                )
