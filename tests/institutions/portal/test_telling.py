"""The words and drawings that records are told in, for every end an exchange can have."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.utils import translation

from mynumber.institutions.portal.records.telling import event_title, figure_of, steps_of, tell
from mynumber.institutions.portal.records.words import OUTCOMES, reason_words
from mynumber.protocols.exchange import Outcome
from mynumber.protocols.records import ExchangeRecord, RecordEvent
from mynumber.protocols.refusal import Hop, Reason
from mynumber.webkit.face.figures import HopState
from mynumber.webkit.face.parts import StepState

AT = datetime(2026, 11, 21, 15, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def japanese() -> Iterator[None]:
    """As the face speaks where nobody chose another language."""
    with translation.override("ja"):
        yield


def event(index: int, side: str, outcome: Outcome, **changes: object) -> RecordEvent:
    values = {"hop": None, "reason": None, "integrated": True, **changes}
    return RecordEvent(
        index=index,
        at=AT + timedelta(seconds=index),
        side=side,
        outcome=outcome,
        **values,  # type: ignore[arg-type]
    )


def record(*events: RecordEvent, **changes: str | None) -> ExchangeRecord:
    values: dict[str, str | None] = {
        "affair": "81-1",
        "provision": "81-1-3",
        "information": "local_tax",
        **changes,
    }
    return ExchangeRecord(
        request_id=UUID(int=1),
        inquirer="municipality.131229",
        inquirer_name="葛飾区",
        provider="municipality.272124",
        provider_name="八尾市",
        organisation="子育て支援課",
        events=events,
        **values,  # type: ignore[arg-type]
    )


PERMITTED = event(0, "network", Outcome.PERMITTED)


def test_an_entry_that_waits_for_the_signed_log_says_so() -> None:
    waiting = tell(record(PERMITTED, event(1, "provider", Outcome.PROVIDED, integrated=False)))
    assert waiting.waiting
    steps = steps_of(waiting)
    assert "待っています" in steps[2].text
    assert "待っています" not in steps[1].text
    assert not tell(record(PERMITTED)).waiting


def test_the_words_of_the_law_are_those_of_the_records_day() -> None:
    legal = tell(record(PERMITTED)).legal
    assert legal is not None
    assert legal.label == "第二条の表 八十一の項"
    assert legal.affair_article == "第八十三条"
    assert legal.information_words.startswith("地方税関係情報")


@pytest.mark.parametrize(
    ("changes", "at"),
    [({"affair": "999-1"}, AT), ({"provision": "999-1-1"}, AT), ({}, datetime(2010, 1, 1, tzinfo=UTC))],
    ids=["unknown affair", "unknown provision", "before the table"],
)
def test_what_the_table_does_not_know_is_shown_without_a_legal_item(
    changes: dict[str, str], at: datetime
) -> None:
    early = RecordEvent(index=0, at=at, side="network", outcome=Outcome.PERMITTED, integrated=True)
    told = tell(record(early, **changes))
    assert told.legal is None
    assert told.affair_words


def test_a_kind_of_information_that_is_not_known_any_more_keeps_its_name() -> None:
    assert tell(record(PERMITTED, information="former_kind")).information_label == "former_kind"


@pytest.mark.parametrize(
    ("events", "left", "words"),
    [
        ((PERMITTED, event(1, "provider", Outcome.PROVIDED)), True, ""),
        ((PERMITTED, event(1, "provider", Outcome.NO_DATA)), False, "あなたの情報は渡されていません。"),
        ((PERMITTED,), False, "情報が渡されたという報告は、まだありません。"),
        (
            (PERMITTED, event(1, "provider", Outcome.PROVIDED), event(2, "inquirer", Outcome.REFUSED)),
            True,
            "情報は、聞かれた機関から送り出されています。",
        ),
        ((PERMITTED, event(1, "inquirer", Outcome.ABANDONED)), False, "あなたの情報は渡されていません。"),
        ((event(0, "network", Outcome.REFUSED),), False, "あなたの情報は渡されていません。"),
    ],
)
def test_it_is_said_whether_anything_left_the_provider(
    events: tuple[RecordEvent, ...], left: bool, words: str
) -> None:
    told = tell(record(*events))
    assert (told.left_provider, told.moved_words) == (left, words)


@pytest.mark.parametrize("hop", list(Hop))
def test_the_drawing_shows_exactly_one_place_of_refusal(hop: Hop) -> None:
    stopped = event(0, "network", Outcome.REFUSED, hop=hop, reason=Reason.NOT_IN_TABLE)
    states = [station.state for station in figure_of(tell(record(stopped))).stations]
    assert states.count(HopState.REFUSED) == 1
    place = states.index(HopState.REFUSED)
    assert set(states[:place]) <= {HopState.PASSED}
    assert set(states[place + 1 :]) <= {HopState.AHEAD}


def test_the_drawing_of_a_provision_went_all_the_way() -> None:
    figure = figure_of(tell(record(PERMITTED, event(1, "provider", Outcome.PROVIDED))))
    assert {station.state for station in figure.stations} == {HopState.PASSED}
    assert figure.answer


@pytest.mark.parametrize("outcome", list(Outcome))
@pytest.mark.parametrize("side", ["network", "provider", "inquirer"])
def test_every_end_has_words(outcome: Outcome, side: str) -> None:
    told = tell(record(event(0, side, outcome)))
    assert OUTCOMES[outcome]
    assert told.chip.text == outcome.label_ja
    with translation.override("en"):
        assert told.chip.text.isascii()
        assert told.outcome_words.isascii()
    assert event_title(told.record.events[0])
    stopped = outcome in {Outcome.REFUSED, Outcome.LOST, Outcome.ABANDONED}
    assert steps_of(told)[1].state is (StepState.STOPPED if stopped else StepState.DONE)


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_a_sentence_for_the_person(reason: Reason) -> None:
    sentence = reason_words(reason)
    assert sentence.endswith("。")
    for official in ("ください", "電文の", "照会先"):
        assert official not in sentence
