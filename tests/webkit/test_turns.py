"""What a process does beside its pages goes on, whatever a turn raises."""

from __future__ import annotations

from threading import Event

from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.tenancy import NotATenant
from mynumber.webkit.turns import one_after_another, take_turns
from tests.support.waiting import PATIENCE_SECONDS

CHUO, BUNKYO, KITA, MINATO = "131024", "131059", "131172", "131032"


class Turns:
    """Counts turns; the first ones fail."""

    def __init__(self, failing: int) -> None:
        self.left, self.taken, self.good = failing, 0, Event()

    def take(self) -> None:
        self.taken += 1
        if self.taken <= self.left:
            raise ZeroDivisionError
        self.good.set()


def test_a_turn_that_fails_is_followed_by_the_next() -> None:
    turns = Turns(failing=3)
    thread = take_turns("tests", turns.take, every=0.01)
    assert turns.good.wait(PATIENCE_SECONDS)
    assert turns.taken >= 4
    assert thread.daemon
    assert thread.is_alive()


def test_a_turn_comes_sooner_when_it_is_called_for() -> None:
    turns, bell = Turns(failing=0), Event()
    take_turns("tests", turns.take, every=3600, woken=bell)
    assert not turns.good.is_set()
    bell.set()
    assert turns.good.wait(PATIENCE_SECONDS)


def test_what_was_left_is_not_kept_waiting() -> None:
    turns = Turns(failing=0)
    take_turns("tests", turns.take, every=3600, at_once=True)
    assert turns.good.wait(PATIENCE_SECONDS)


def test_the_trouble_of_one_holds_up_no_other() -> None:
    served = []

    def work(tenant: str) -> None:
        trouble = {
            CHUO: NotATenant(tenant),
            BUNKYO: Refused(Hop.PORTAL, Reason.UNREACHABLE),
            KITA: ZeroDivisionError(),
        }
        if tenant in trouble:
            raise trouble[tenant]
        served.append(tenant)

    one_after_another("tests", [CHUO, BUNKYO, KITA, MINATO], work)
    assert served == [MINATO]
