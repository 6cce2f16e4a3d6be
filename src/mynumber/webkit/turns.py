"""Work that a Django process does beside its pages for as long as it lives: outboxes, deadlines, queues. (`background` is the same for asyncio.)

    def start() -> Thread:
        return take_turns("deliveries", lambda: tell_due(now=datetime.now(UTC)), every=LOOK_EVERY_SECONDS)

The thread ends with the process; what a turn was doing is done again by the next one, so a turn must be fit to be done twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Event, Thread
from typing import NoReturn

from django.db import close_old_connections

from mynumber.protocols.refusal import Refused
from mynumber.webkit import logs
from mynumber.webkit.tenancy import NotATenant

_log = logs.get_logger(__name__)


def take_turns(
    name: str, turn: Callable[[], object], *, every: float, woken: Event | None = None, at_once: bool = False
) -> Thread:
    """Begin to take a turn `every` so many seconds, sooner where `woken` is set. Whatever a turn raises is logged, and the next one comes.

    at_once: the first turn does not wait; else the pages come up first.
    """
    bell = woken or Event()
    if at_once:
        bell.set()
    thread = Thread(target=_go_on, args=(name, turn, every, bell), name=name, daemon=True)
    thread.start()
    return thread


def one_after_another(name: str, tenants: Iterable[str], work: Callable[[str], object]) -> None:
    """Do the work of each of these tenants. The trouble of one is in the log and holds up no other.

    One that lives in another database is passed by; one whose work is refused somewhere has another turn.
    """
    for tenant in tenants:
        try:
            work(tenant)
        except NotATenant:
            continue
        except Refused as refused:
            _log.info(
                "work waits", action=name, tenant=tenant, hop=refused.hop.value, reason=refused.reason.value
            )
        except Exception as error:  # noqa: BLE001 - whatever it was, the next turn may succeed
            _log.error("work failed", action=name, tenant=tenant, exception=logs.outline(error))


def _go_on(name: str, turn: Callable[[], object], every: float, woken: Event) -> NoReturn:
    while True:
        woken.wait(every)
        woken.clear()
        close_old_connections()
        try:
            turn()
        except Exception as error:  # noqa: BLE001 - a worker that dies in silence is the worst of faults
            _log.error("work failed and is tried again", action=name, exception=logs.outline(error))
