"""Values of the components of a procedure."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from mynumber.webkit.face.journey import (
    Answer,
    Assurance,
    Attached,
    Course,
    Identity,
    Leg,
    Task,
    TaskList,
    TaskState,
)


@pytest.fixture(scope="module", autouse=True)
def japanese() -> Iterator[None]:
    with translation.override("ja"):
        yield


def test_what_cannot_start_has_no_link() -> None:
    assert Task("署名", "/sign", TaskState.LOCKED).link == ""
    assert Task("署名", "/sign", TaskState.TODO).link == "/sign"


@given(st.lists(st.sampled_from(TaskState), max_size=20))
def test_progress_counts_what_is_done(states: list[TaskState]) -> None:
    listed = TaskList.of("すること", [Task("x", "/", state) for state in states])
    done = states.count(TaskState.DONE)
    assert listed.progress == f"{len(states)}件のうち{done}件が済みました"
    with translation.override("en"):
        assert listed.progress == f"{done} of {len(states)} done"


@given(st.integers(1, 9), st.data())
def test_a_course_has_one_page_open(count: int, data: st.DataObject) -> None:
    current = data.draw(st.integers(1, count))
    drawn = Course.at(current, [Leg(str(number)) for number in range(count)]).drawn
    assert [one.state for one in drawn] == ["done"] * (current - 1) + ["now"] + ["ahead"] * (count - current)


@pytest.mark.parametrize("current", [0, 4, -1])
def test_a_page_outside_the_course_is_an_error(current: int) -> None:
    with pytest.raises(ValueError, match="none of the course"):
        Course.at(current, [Leg("a"), Leg("b"), Leg("c")])


def test_an_empty_answer_is_a_dash() -> None:
    assert Answer("勤め先", "").lines == (None,)
    assert Answer("住所", ("一行目", "")).lines == ("一行目", None)
    assert Answer("子どもの数", 0).lines == (0,)


@pytest.mark.parametrize(("size", "words"), [(1, "1 KB"), (348_160, "340 KB"), (1_572_864, "1.5 MB")])
def test_a_size_is_said_in_words(size: int, words: str) -> None:
    assert Attached("a.pdf", size, datetime(2026, 1, 1, tzinfo=UTC)).size_words == words


def test_nobody_is_printed() -> None:
    assert "花子" not in repr(Identity("架空 花子", Assurance.CARD, "/out"))
    assert "花子" not in repr(Answer("氏名", "架空 花子"))
    assert "花子" not in repr(Attached("花子の書類.pdf", 1, datetime(2026, 1, 1, tzinfo=UTC)))
