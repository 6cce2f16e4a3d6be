"""What a process counts of its own work, for Prometheus: ``GET /metrics`` on the process's own port. No Django here.

The front and every public load balancer refuse the address. No label takes a value from outside: kinds of messages, routes, outcomes and names of writers are
all words of this program, so nobody can fill the memory, and no person is ever in a metric.

A process with several workers (Granian) shares its figures through the folder ``PROMETHEUS_MULTIPROC_DIR``, which whoever starts it sets and empties.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client import generate_latest as _text
from prometheus_client.multiprocess import MultiProcessCollector

SHARED_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
PATH: Final = "/metrics"

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_ITEMS = (1, 2, 4, 8, 16, 32, 64, 128, 256)

MESSAGES: Final = Histogram(
    "mynumber_message_seconds",
    "Signed messages answered, until the answer was ready.",
    ("kind", "outcome"),
    buckets=_SECONDS,
)
"""outcome: ``answered``, or the reason of the refusal."""
ITEMS: Final = Counter(
    "mynumber_items_total",
    "Items of messages by how each ended (inquiries, permits, answers).",
    ("kind", "outcome"),
)
REQUESTS: Final = Histogram(
    "mynumber_request_seconds",
    "Requests to pages and addresses, by the route that served them.",
    ("route", "method", "status"),
    buckets=_SECONDS,
)
BATCHES: Final = Histogram(
    "mynumber_batch_items", "Items that one durable commit had.", ("writer",), buckets=_ITEMS
)
BATCH_SECONDS: Final = Histogram(
    "mynumber_batch_seconds", "How long one durable commit took.", ("writer",), buckets=_SECONDS
)


def level(name: str, what: str, read: Callable[[], float]) -> Gauge:
    """A figure that is read when somebody asks, such as how many wait. name: snake case, without the prefix ``mynumber_``."""
    gauge = Gauge(f"mynumber_{name}", what, multiprocess_mode="livesum")
    gauge.set_function(read)
    return gauge


def set_level(name: str, what: str) -> Gauge:
    """A figure that this process sets now and then."""
    return Gauge(f"mynumber_{name}", what, multiprocess_mode="livemostrecent")


def exposition() -> tuple[bytes, str]:
    """All figures of the process, of all its workers: body and content type."""
    if SHARED_FOLDER not in os.environ:
        return _text(REGISTRY), CONTENT_TYPE_LATEST
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return _text(together), CONTENT_TYPE_LATEST
