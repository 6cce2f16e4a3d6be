"""What fits me: yes, no, or cannot tell because; never a no for want of an answer."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from mynumber.foundation.procedures.fitting import Fit, fits, next_question, questions
from mynumber.foundation.procedures.loading import catalogue

TODAY = date(2026, 5, 1)


def told(**answers: bool) -> dict[str, tuple[Fit, tuple[str, ...]]]:
    return {
        each.procedure.id: (each.fit, tuple(field.id for field in each.because))
        for each in fits(catalogue(), answers, on=TODAY)
    }


def test_without_answers_nothing_can_be_told() -> None:
    assert {fit for fit, _ in told().values()} == {Fit.CANNOT_TELL}


def test_answers_tell_and_open_questions_are_named() -> None:
    found = told(raises_child_under_19=True, lives_in_japan=True, single_parent=True)
    assert found["child_allowance_claim"] == (Fit.CANNOT_TELL, ("receives_child_allowance",))
    found = told(raises_child_under_19=True, lives_in_japan=True, receives_child_allowance=False)
    assert found["child_allowance_claim"] == (Fit.YES, ())
    found = told(raises_child_under_19=False)
    assert found["child_allowance_claim"] == (Fit.NO, ("raises_child_under_19",))


def test_questions_end_and_then_all_is_told() -> None:
    answers: dict[str, bool] = {}
    while (question := next_question(catalogue(), answers, on=TODAY)) is not None:
        assert question.id not in answers
        answers[question.id] = False
    assert {fit for fit, _ in told(**answers).values()} == {Fit.NO}
    assert len(answers) < len(questions())


@given(st.dictionaries(st.sampled_from(list(questions())), st.booleans()))
def test_what_is_told_stays_told(answers: dict[str, bool]) -> None:
    now, later = told(**answers), told(**{**dict.fromkeys(questions(), True), **answers})
    assert all(later[name][0] is fit for name, (fit, _) in now.items() if fit is not Fit.CANNOT_TELL)


def test_every_question_is_used() -> None:
    used = "\n".join(procedure.fits for procedure in catalogue().procedures)
    assert [name for name in questions() if name not in used] == []
