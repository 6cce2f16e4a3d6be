"""One exchange, step by step: where its time goes when nothing else is asked at the same time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.report import Scale, Table

if TYPE_CHECKING:
    from bench.exchanges import Window

INQUIRERS, GATEWAY, NETWORK = "inquirers", "gateway", "network"

HOPS: tuple[tuple[str, str, str, str | None], ...] = (
    (INQUIRERS, "prepare inquiry.v1", "inquirer: seal and sign the inquiry", None),
    (GATEWAY, "receive inquiry.v1", "inquirer's gateway: verify and open the inquiry", None),
    (GATEWAY, "open_inquiries", "inquirer's gateway: open the record (commit)", None),
    (GATEWAY, "prepare permit-request.v1", "inquirer's gateway: sign the permit request", None),
    (NETWORK, "receive permit-request.v1", "network: verify the request", None),
    (NETWORK, "decide", "network: find the rule, convert the code", None),
    (NETWORK, "record_inquiries", "network: record (commit)", "make_permit"),
    (NETWORK, "make_permit", "network: seal the code and sign the permit", None),
    (NETWORK, "answer permit-request.v1", "network: sign the answer", None),
    (GATEWAY, "conclude permit-request.v1", "inquirer's gateway: verify the network's answer", None),
    (GATEWAY, "prepare presentation.v1", "inquirer's gateway: sign the presentation", None),
    (GATEWAY, "receive presentation.v1", "provider's gateway: verify the presentation", None),
    (GATEWAY, "_read_permit", "provider's gateway: verify the permit", None),
    (GATEWAY, "_open_code", "provider's gateway: open the code", None),
    (GATEWAY, "use_permits", "provider's gateway: use up the permit, find the copy, record (commit)", None),
    (GATEWAY, "_seal", "provider's gateway: seal the fact", None),
    (GATEWAY, "answer presentation.v1", "provider's gateway: sign the answer", None),
    (GATEWAY, "conclude presentation.v1", "inquirer's gateway: verify the provider's answer", None),
    (GATEWAY, "_open", "inquirer's gateway: open the fact", None),
    (GATEWAY, "close_inquiries", "inquirer's gateway: close the record (commit)", None),
    (GATEWAY, "answer inquiry.v1", "inquirer's gateway: seal and sign the result", None),
    (INQUIRERS, "conclude inquiry.v1", "inquirer: verify and open the result", None),
)
"""Process, step, what it is, and the step inside it that has a line of its own."""


def split(window: Window, scale: Scale) -> Table:
    """The table of the steps, in the order of an exchange, with what lies between them as the last line."""
    exchanges = max(1, window.result.exchanges)
    whole = 1_000_000 / window.rate if window.rate else 0.0
    table = Table(
        "One exchange split by hop: one at a time, microseconds on the clock, mean"
        + (" (quick run)" if scale.quick else ""),
        ("", "us", "% of it"),
    )
    named = 0.0
    for process, step, words, inner in HOPS:
        taken = window.steps[process]
        microseconds = (
            (_nanoseconds(taken, step) - (_nanoseconds(taken, inner) if inner else 0)) / exchanges / 1000
        )
        named += microseconds
        table.rows.append((words, microseconds, round(100 * microseconds / whole, 1)))
    between = whole - named
    table.rows.append(
        (
            "between the steps: HTTP in three calls, event loops, batching",
            between,
            round(100 * between / whole, 1),
        )
    )
    table.rows.append(("the whole", whole, 100.0))
    table.notes.append(
        "the steps are timed in the running processes by wrapping their functions (bench/served.py); without --steps nothing is wrapped"
    )
    return table


def _nanoseconds(taken: dict[str, tuple[int, int]], step: str) -> int:
    return taken.get(step, (0, 0))[1]
