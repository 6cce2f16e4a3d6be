"""One exchange, step by step: where the CPU goes, alone and in groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bench.report import Cell, Scale, Table

if TYPE_CHECKING:
    from bench.exchanges import Window

INQUIRERS, GATEWAY, NETWORK = "inquirers", "gateway", "network"

HOPS: tuple[tuple[str, str, str], ...] = (
    (INQUIRERS, "prepare inquiries.v2", "inquirer: seal and sign the inquiries"),
    (GATEWAY, "receive inquiries.v2", "inquirer's gateway: verify, open and parse them"),
    (GATEWAY, "prepare permit-requests.v2", "inquirer's gateway: sign the permit requests"),
    (NETWORK, "receive permit-requests.v2", "network: verify and parse the requests"),
    (NETWORK, "judge", "network: find the rules, convert the codes"),
    (NETWORK, "make_sheet", "network: seal the codes and sign the sheets"),
    (NETWORK, "answer permit-requests.v2", "network: sign the decisions"),
    (GATEWAY, "conclude permit-requests.v2", "inquirer's gateway: verify and parse the decisions"),
    (GATEWAY, "prepare presentation.v2", "inquirer's gateway: sign the presentation"),
    (GATEWAY, "receive presentation.v2", "provider's gateway: verify the presentation"),
    (GATEWAY, "read_sheet", "provider's gateway: verify and parse the sheet"),
    (GATEWAY, "open_codes", "provider's gateway: open the codes"),
    (GATEWAY, "seal_facts", "provider's gateway: seal the facts"),
    (GATEWAY, "answer presentation.v2", "provider's gateway: sign the answer"),
    (GATEWAY, "conclude presentation.v2", "inquirer's gateway: verify and parse the answer"),
    (GATEWAY, "open_answer", "inquirer's gateway: open the facts"),
    (GATEWAY, "answer inquiries.v2", "inquirer's gateway: seal and sign the results"),
    (INQUIRERS, "conclude inquiries.v2", "inquirer: verify, open and parse the results"),
)
"""Process, step, what it is."""

COMMITS: tuple[tuple[str, str, str], ...] = (
    (GATEWAY, "open_inquiries", "inquirer's gateway: open the records"),
    (NETWORK, "record_requests", "network: record"),
    (GATEWAY, "use_permits", "provider's gateway: use up the permits, find the copies, record"),
    (GATEWAY, "close_inquiries", "inquirer's gateway: close the records"),
)


def split(windows: Mapping[int, Window], scale: Scale) -> Table:
    """CPU of each step in the order of an exchange, then what is left of each process; below, how long the commits take on the clock."""
    table = Table(
        "One exchange split by hop, microseconds of CPU an exchange"
        + (" (quick run)" if scale.quick else ""),
        ("", *(f"{in_flight} in flight" for in_flight in windows)),
    )
    for process, step, words in HOPS:
        table.rows.append((words, *(_cell(_each(window, process, step)) for window in windows.values())))
    for process in (NETWORK, GATEWAY, INQUIRERS):
        named = [step for of, step, _ in HOPS if of == process]
        table.rows.append(
            (
                f"{process}: HTTP, event loop, the client's side of SQL, what runs behind",
                *(
                    _cell(window.cpu_each(process) - sum(_each(window, process, step) for step in named))
                    for window in windows.values()
                ),
            )
        )
    table.rows.append(("PostgreSQL", *(_cell(window.cpu_each("postgres")) for window in windows.values())))
    table.rows.append(
        (
            "the whole",
            *(
                _cell(sum(window.cpu.values()) / max(1, window.result.exchanges))
                for window in windows.values()
            ),
        )
    )
    for process, step, words in COMMITS:
        table.rows.append(
            (
                f"on the clock, ms a commit: {words}",
                *(_clock(window, process, step) for window in windows.values()),
            )
        )
    table.notes.append(
        "the steps are timed in the running processes by wrapping their functions (bench/served.py); without --steps nothing is wrapped"
    )
    return table


def _each(window: Window, process: str, step: str) -> float:
    nanoseconds = window.steps[process].get(step, (0, 0))[1]
    return nanoseconds / 1000 / max(1, window.result.exchanges)


def _cell(microseconds: float) -> Cell:
    return round(microseconds, 1)


def _clock(window: Window, process: str, step: str) -> Cell:
    calls, nanoseconds = window.steps[process].get(step, (0, 0))
    return round(nanoseconds / 1_000_000 / calls, 2) if calls else None
