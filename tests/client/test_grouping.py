"""Groups by load: what arrives during a call shares the next one."""

import threading
from collections.abc import Sequence

import pytest

from mynumber.client.grouping import Grouping

PATIENCE = 20


def test_what_arrives_while_a_call_is_under_way_travels_together() -> None:
    groups: list[list[int]] = []
    first_is_sent, go_on = threading.Event(), threading.Event()

    def send(group: Sequence[int]) -> Sequence[int]:
        groups.append(list(group))
        first_is_sent.set()
        assert go_on.wait(PATIENCE)
        return [10 * number for number in group]

    grouping = Grouping(send, largest=3)
    futures = grouping.submit([1])
    assert first_is_sent.wait(PATIENCE)
    for number in (2, 3, 4, 5):
        futures += grouping.submit([number])
    go_on.set()
    assert [future.result(PATIENCE) for future in futures] == [10, 20, 30, 40, 50]
    assert groups == [[1], [2, 3, 4], [5]]
    grouping.close()


def test_a_failure_reaches_all_who_asked_with_it_and_nobody_else() -> None:
    def send(group: Sequence[int]) -> Sequence[int]:
        if 0 in group:
            raise ZeroDivisionError
        return group

    grouping = Grouping(send, largest=2)
    bad, other = grouping.submit([0, 1])
    (good,) = grouping.submit([2])
    for future in (bad, other):
        with pytest.raises(ZeroDivisionError):
            future.result(PATIENCE)
    assert good.result(PATIENCE) == 2
    grouping.close()


def test_too_few_answers_are_an_error_not_a_wait_for_ever() -> None:
    grouping: Grouping[int, int] = Grouping(lambda group: group[:1], largest=5)
    for future in grouping.submit([1, 2]):
        with pytest.raises(ValueError, match="shorter"):
            future.result(PATIENCE)
    grouping.close()


def test_closing_sends_what_waits_and_takes_no_more() -> None:
    grouping: Grouping[int, int] = Grouping(list, largest=1)
    futures = grouping.submit([1, 2, 3])
    grouping.close()
    assert [future.result(0) for future in futures] == [1, 2, 3]
    with pytest.raises(RuntimeError, match="closed"):
        grouping.submit([4])
