"""The worker of the mesh beside the pages of a member: sends announcements, and hears of changes, for as long as the process lives."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from mynumber.protocols.refusal import Refused
from mynumber.webkit import logs
from mynumber.webkit.messages import this_node
from mynumber.webkit.tenancy import NotATenant
from mynumber.webkit.turns import take_turns

if TYPE_CHECKING:
    from mynumber.webkit.mesh.exchanging import Member

LOOK_EVERY_SECONDS: Final = 5.0
"""How long an event of another institution waits here at most, and an announcement that another process wrote."""

_woken = threading.Event()
_log = logs.get_logger(__name__)


def wake() -> None:
    """Something was announced in this process: look at once. Call it when the transaction is committed."""
    _woken.set()


def start(members: Callable[[], Iterable[Member]]) -> threading.Thread:
    """Begin to work for these members. The thread ends with the process; what it was doing is done again by the next one."""

    def turn() -> None:
        for member in members():
            work_for(member)

    return take_turns("mesh", turn, every=LOOK_EVERY_SECONDS, woken=_woken)


def work_for(member: Member) -> None:
    """One round for one member. Its trouble is in the log and holds up no other."""
    from mynumber.webkit.mesh import exchanging, following  # both wake this worker

    try:
        exchanging.send(this_node(), member)
        following.tell_network(this_node(), member, at=datetime.now(UTC))
        exchanging.hear(this_node(), member)
    except NotATenant:  # a member of the directory that lives in another database
        return
    except Refused as refused:
        _log.info("events wait", system=member.id, hop=refused.hop.value, reason=refused.reason.value)
