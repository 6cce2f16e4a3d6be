"""The catalogue as a whole: the 26 procedures, scores, writing, bundles, overlays, facts of the network."""

import json
import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from mynumber.foundation.facts import LAYOUTS, edges, fact_of, sample
from mynumber.foundation.procedures.answers import is_shown, missing, read, visible
from mynumber.foundation.procedures.bundles import due_on, merged, of_life_event, spread
from mynumber.foundation.procedures.deciding import decide, decider
from mynumber.foundation.procedures.definition import Event, FieldType, How, LifeEvent, Network, Procedure
from mynumber.foundation.procedures.gathering import from_fact
from mynumber.foundation.procedures.loading import (
    Catalogue,
    MalformedProcedure,
    UnknownProcedure,
    catalogue,
    convert,
    read_overlay,
)
from mynumber.foundation.procedures.once_only import asked_because, score, table
from mynumber.foundation.procedures.overlays import Offered, laid_on
from mynumber.foundation.procedures.presets import NotAllowed, adopt, check_overlays, switches
from mynumber.foundation.procedures.writing import plain, to_toml
from mynumber.foundation.rules import Month

TODAY = date(2026, 5, 1)
OFFICIAL = Path(__file__).parents[4] / "shared" / "data" / "procedures" / "26-procedures.json"
EACH = pytest.mark.parametrize("procedure", catalogue().procedures, ids=lambda each: each.id)
DEEP = (
    "child_allowance_claim",
    "child_allowance_annual_report",
    "child_rearing_allowance_claim",
    "child_rearing_allowance_annual_report",
    "pension_exemption",
    "sickness_allowance_claim",
    "nursery_application",
    "pregnancy_support_benefit",
)


def test_all_26_procedures_are_there_once() -> None:
    places = [(each.list, each.number) for procedure in catalogue().on(TODAY) for each in procedure.official]
    assert sorted(places) == [("kaigo", at) for at in range(1, 12)] + [
        ("kosodate", at) for at in range(1, 16)
    ]


@pytest.mark.skipif(not OFFICIAL.exists(), reason="the list is not at hand")
def test_the_26_bear_their_official_names() -> None:
    listed = json.loads(OFFICIAL.read_text(encoding="utf-8"))
    names = {(kind, each["no"]): each["name"] for kind in ("kosodate", "kaigo") for each in listed[kind]}
    ours = {
        (each.list, each.number): procedure.title.ja
        for procedure in catalogue().on(TODAY)
        for each in procedure.official
    }
    assert set(ours) == set(names)
    assert {place: name for place, name in names.items() if name not in ours[place]} == {}


@pytest.mark.parametrize("name", DEEP)
def test_the_eight_have_a_rule_that_takes_what_the_form_gives(name: str) -> None:
    procedure = catalogue().get(name, TODAY)
    assert procedure.rule is not None
    assert decider(procedure.rule.decision).outputs


@EACH
def test_what_is_asked_has_a_reason_and_is_scored(procedure: Procedure) -> None:
    asked = {path for path, field in procedure.every_field() if field.how is How.ASK}
    assert set(asked_because(procedure)) == asked
    found = score(procedure)
    assert found.replaced <= found.documents
    assert 0 <= found.percent <= 100


@EACH
def test_a_procedure_written_is_read_back(procedure: Procedure) -> None:
    assert convert(tomllib.loads(to_toml(plain(procedure))), "test") == procedure


@EACH
def test_an_empty_form_is_read_and_names_what_is_missing(procedure: Procedure) -> None:
    empty = read(procedure, {}, today=TODAY)
    assert empty.problems == ()
    assert set(empty.missing) <= {path for path, _ in procedure.every_field()}
    assert not empty.is_complete
    assert visible(procedure, {})


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("pension_exemption", "kind"),
        ("pregnancy_support_benefit", "certified"),
        ("child_rearing_allowance_annual_report", "payable"),
    ],
)
def test_what_is_not_known_is_open_and_no_refusal(name: str, outcome: str) -> None:
    procedure = catalogue().get(name, TODAY)
    children = [{"birth": "2020-06-01"}]
    decision = decide(procedure, {"lives_in_japan": True, "children": children}, Month(2026, 5))
    assert getattr(decision, outcome).is_unknown


def test_facts_of_the_network_become_values_of_fields() -> None:
    for procedure in catalogue().procedures:
        for path, field in procedure.every_field():
            if not isinstance(field.source, Network):
                continue
            layout = LAYOUTS[field.source.layout]
            bodies = [sample(layout, seed) for seed in range(2)] + list(edges(layout).values())
            for body in bodies:
                value = from_fact(field, fact_of(layout, body))
                expected = {FieldType.YES_NO: bool, FieldType.YEN: int, FieldType.COUNT: int}.get(
                    field.type, str
                )
                assert value is None or type(value) is expected, (procedure.id, path)


def test_an_amount_of_which_a_part_is_unknown_is_unknown() -> None:
    field = catalogue().get("child_rearing_allowance_claim", TODAY).at("pension")
    layout = LAYOUTS["pension_benefits"]
    benefit = {"kind": "遺族厚生年金", "annual_amount": 500_000, "paid_since": "2024-01-01"}
    assert from_fact(field, fact_of(layout, {"benefits": [benefit, benefit]})) == 1_000_000
    assert from_fact(field, fact_of(layout, {"benefits": []})) == 0
    unknown = {**benefit, "annual_amount": {"special": "unknown"}}
    assert from_fact(field, fact_of(layout, {"benefits": [benefit, unknown]})) is None


def test_a_bundle_asks_shared_questions_once() -> None:
    moving = of_life_event(catalogue(), LifeEvent.MOVING, on=TODAY)
    questions = merged(moving)
    names = [question for question in questions if question.field.shared == "applicant_name"]
    assert len(names) == 1
    assert len(names[0].takers) == sum(
        1 for each in moving if any(f.shared == "applicant_name" for f in each.field)
    )
    answers = {f"{names[0].takers[0][0]}:applicant_name": "模型 花子"}
    given_to = [name for name, each in spread(questions, answers).items() if each.get("applicant_name")]
    assert len(given_to) == len(names[0].takers)


@pytest.mark.parametrize(
    "event", [Event.BIRTH, Event.DEATH, Event.MOVED_IN, Event.YEARLY, Event.PREGNANCY_NOTIFIED]
)
def test_events_create_offers(event: Event) -> None:
    assert due_on(catalogue(), event, on=TODAY)


OVERLAY = """
procedure = "nursery_application"
version = "2026-04"
municipality = "131016"
ordinance = "架空市保育の実施に関する条例"
off = ["allergy_question"]
processing_days = 45
office = { ja = "架空市こども課", easy = "架空市 こども課", en = "Children's section" }

[[field]]
id = "local_grandparents"
section = "family"
type = "yes_no"
how = "ask"
source = { from = "person", because = "life" }
label = { ja = "祖父母が市内に住んでいる", easy = "おじいさん・おばあさんが 市に いる", en = "Grandparents live in the city" }
"""


def test_a_municipality_adopts_a_preset() -> None:
    preset = catalogue().version("nursery_application", "2026-04")
    assert "allergy_question" in switches(preset)
    own = adopt(catalogue(), read_overlay(OVERLAY))
    assert own.at("local_grandparents").local
    assert "allergy" not in {field.id for field in own.field}
    assert (own.deadlines.processing.days, own.competent.office.ja) == (45, "架空市こども課")
    assert len(own.field) == len(preset.field)
    assert own.version == "2026-04+131016.20260401"


def test_overlays_of_the_catalogue_do_nothing_they_may_not() -> None:
    assert len(catalogue().adopted) >= 3
    assert check_overlays(catalogue()) == ()


def test_a_form_is_found_again_under_the_version_of_its_municipality() -> None:
    preset, today = catalogue().version("pregnancy_notification", "2026-04"), date(2026, 11, 22)
    katsushika = catalogue().local(preset, "131229", today)
    assert katsushika.offered is Offered.ONLINE
    assert [field.id for field in katsushika.own_fields] == ["local_interpreter"]
    assert catalogue().version(preset.id, katsushika.procedure.version) is katsushika.procedure
    elsewhere = catalogue().local(preset, "131016", today)
    assert (elsewhere.procedure, elsewhere.overlay) == (preset, None)
    assert catalogue().local(preset, "131229", date(2026, 3, 31)).procedure is preset
    yao = catalogue().local(preset, "272124", today)
    assert yao.offered is Offered.COUNTER
    assert yao.instead is not None
    with pytest.raises(UnknownProcedure):
        catalogue().version(preset.id, "2026-04+131016.20260401")


def test_overlays_of_one_town_do_not_overlap_and_say_whom_to_ask() -> None:
    overlay = read_overlay(OVERLAY)
    preset = catalogue().version(overlay.procedure, overlay.version)
    later = replace(overlay, since=date(2026, 9, 1))
    both = Catalogue(
        catalogue().procedures, tuple((each, laid_on(preset, each)) for each in (overlay, later))
    )
    assert [each.where for each in check_overlays(both)] == ["since"]
    ended = replace(overlay, until=date(2026, 8, 31))
    apart = Catalogue(catalogue().procedures, tuple((each, laid_on(preset, each)) for each in (ended, later)))
    assert check_overlays(apart) == ()
    with pytest.raises(NotAllowed, match="どこに聞けばよいか"):
        adopt(catalogue(), replace(overlay, offered=Offered.COUNTER))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (('"allergy_question"', '"guardians"'), "法令が求める項目は外せません"),
        (("131016", "131017"), "全国地方公共団体コード"),
        (("local_grandparents", "grandparents"), "local_ で始めて"),
        (("架空市保育の実施に関する条例", " "), "根拠の条例"),
        (('"nursery_application"', '"nursery_certification"'), "法定の30日より長くはできません"),
        (("45", "0"), "1日以上"),
        (('section = "family"', 'section = "nowhere"'), "section nowhere"),
        (
            (
                'how = "ask"\nsource = { from = "person", because = "life" }',
                'how = "never_asked"\nsource = { from = "network", kind = "local_tax", layout = "local_tax", path = "disabled", year = "fiscal_year" }',
            ),
            "情報連携などは使えません",
        ),
    ],
)
def test_an_overlay_cannot_do_what_the_law_forbids(change: tuple[str, str], expected: str) -> None:
    with pytest.raises(NotAllowed, match=expected):
        adopt(catalogue(), read_overlay(OVERLAY.replace(*change)))


def test_an_overlay_out_of_shape_is_refused() -> None:
    with pytest.raises(MalformedProcedure, match="unknown field"):
        read_overlay(OVERLAY.replace("off =", "drop ="))


@settings(max_examples=40)
@given(st.sampled_from(catalogue().procedures), st.data())
def test_random_choices_never_break_a_form(procedure: Procedure, data: st.DataObject) -> None:
    """Fill the visible yes/no and choice fields until nothing new appears; what is missing is always visible."""
    typed: dict[str, object] = {}
    for field in procedure.field:
        if field.type is FieldType.YES_NO:
            typed[field.id] = data.draw(st.sampled_from(["yes", "no"]))
        elif field.type is FieldType.CHOICE:
            typed[field.id] = data.draw(st.sampled_from([choice.value for choice in field.choices]))
    found = read(procedure, typed, today=TODAY)
    shown = {field.id for field in procedure.field if is_shown(field, found.values)}
    assert {path.split(".")[0] for path in missing(procedure, found.values)} <= shown
    assert set(found.values) <= shown


def test_the_page_has_the_scores_of_today() -> None:
    page = (Path(__file__).parents[3] / "docs" / "catalogue.md").read_text(encoding="utf-8")
    written = page.partition("<!-- scores -->\n")[2].partition("<!-- /scores -->")[0]
    assert written.splitlines() == table(catalogue().on(TODAY))


@EACH
def test_an_amount_whose_absence_leaves_the_rule_open_says_what_to_write_where_there_is_none(
    procedure: Procedure,
) -> None:
    read_by_rule = (
        {name for fact in procedure.rule.fact for name in (fact.field, *fact.sum)}
        if procedure.rule
        else set()
    )
    silent = [
        path
        for path, field in procedure.every_field()
        if path in read_by_rule
        and field.type is FieldType.YEN
        and not field.required
        and field.how is not How.NEVER_ASKED
        if field.help is None
        or not all("0" in text for text in (field.help.ja, field.help.easy, field.help.en))
    ]
    assert silent == []
