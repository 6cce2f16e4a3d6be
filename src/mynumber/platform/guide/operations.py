"""What the processes of the platform do now, from their own `/metrics`: asked when the page is made, all at once.

Figures that grow are compared with those of the last time somebody looked; nothing is kept longer than `KEPT` looks.
"""

import http.client
import time
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from threading import Lock

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from mynumber.platform.guide.readiness import SELF
from mynumber.platform.registry import Process, processes
from mynumber.platform.settings import Settings

PATIENCE_SECONDS = 2.0
"""How long a visitor waits for a process that does not answer."""
KEPT = 40
LEAST_SECONDS = 2.0
"""Two looks closer to each other than this count as one: a rate over less says nothing."""
LARGEST_ANSWER = 4 * 1024 * 1024
ANSWERED = "answered"
_SECONDS = "mynumber_message_seconds"


@dataclass(frozen=True, slots=True)
class Seen:
    """A process, and whether it answered."""

    name: str
    institution: str
    is_up: bool


@dataclass(slots=True)
class KindFigures:
    """Messages of one kind, by what came of them, and how long they took: count by upper end of the bucket (seconds), cumulative."""

    outcomes: Counter[str] = field(default_factory=Counter)
    buckets: Counter[float] = field(default_factory=Counter)

    @property
    def count(self) -> int:
        return self.outcomes.total()

    @property
    def refused(self) -> int:
        return self.count - self.outcomes[ANSWERED]

    def quantile_ms(self, part: float) -> int | None:
        """Milliseconds within which this part was done: the upper end of its bucket; None when it took longer than all buckets, or there is nothing."""
        wanted = self.count * part
        ends = (end for end in sorted(self.buckets) if self.count and self.buckets[end] >= wanted)
        first = next(ends, float("inf"))
        return None if first == float("inf") else max(1, round(first * 1000))


@dataclass(frozen=True, slots=True)
class Look:
    """All processes at one moment."""

    at: float
    """Seconds of a clock that only goes forward."""
    processes: tuple[Seen, ...]
    kinds: Mapping[str, KindFigures]
    requests: int
    """Pages and addresses served since the processes started."""
    batches: Mapping[str, tuple[int, float, float]]
    """By writer: durable commits, their items, their seconds."""

    @property
    def messages(self) -> int:
        return sum(kind.count for kind in self.kinds.values())

    def refusals(self) -> Counter[str]:
        """Refused messages by reason."""
        total: Counter[str] = Counter()
        for kind in self.kinds.values():
            total.update({reason: n for reason, n in kind.outcomes.items() if reason != ANSWERED})
        return total


class Watcher:
    """Looks, and remembers the last looks."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._looks: deque[Look] = deque(maxlen=KEPT)

    def look(self, settings: Settings) -> Look:
        """Ask every process. Takes at most about `PATIENCE_SECONDS`."""
        asked = processes(settings)
        with ThreadPoolExecutor(len(asked)) as threads:
            texts = list(threads.map(lambda process: _ask(process, settings), asked))
        now = read(zip(asked, texts, strict=True), at=time.monotonic())
        with self._lock:
            if not self._looks or now.at - self._looks[-1].at >= LEAST_SECONDS:
                self._looks.append(now)
        return now

    def rates(self) -> tuple[tuple[float, int], ...]:
        """Between one look and the next: seconds before the last look, and messages a second."""
        with self._lock:
            looks = tuple(self._looks)
        return tuple(
            # a process that was started again counts from nothing
            (
                looks[-1].at - later.at,
                max(0, round((later.messages - earlier.messages) / (later.at - earlier.at))),
            )
            for earlier, later in pairwise(looks)
        )


def read(answers: Iterable[tuple[Process, str | None]], *, at: float) -> Look:
    """One look of what the processes told; None is a process that told nothing."""
    seen: list[Seen] = []
    kinds: dict[str, KindFigures] = {}
    batches: dict[str, list[float]] = {}
    requests = 0.0
    for process, text in answers:
        seen.append(Seen(process.name, process.institution, text is not None))
        for sample in _samples(text or ""):
            labels, value = sample.labels, sample.value
            if sample.name == f"{_SECONDS}_count":
                kinds.setdefault(labels["kind"], KindFigures()).outcomes[labels["outcome"]] += round(value)
            elif sample.name == f"{_SECONDS}_bucket":
                kinds.setdefault(labels["kind"], KindFigures()).buckets[float(labels["le"])] += round(value)
            elif sample.name == "mynumber_request_seconds_count":
                requests += value
            elif sample.name in _BATCH:
                batches.setdefault(labels["writer"], [0.0, 0.0, 0.0])[_BATCH[sample.name]] += value
    told = {writer: (round(count), items, seconds) for writer, (count, items, seconds) in batches.items()}
    return Look(at, tuple(seen), kinds, round(requests), told)


_BATCH = {"mynumber_batch_items_count": 0, "mynumber_batch_items_sum": 1, "mynumber_batch_seconds_sum": 2}


def _samples(text: str) -> list[Sample]:
    try:
        return [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    except ValueError:  # not in Prometheus' form
        return []


def _ask(process: Process, settings: Settings) -> str | None:
    if process.name == SELF:
        return ""  # it makes this page; to ask itself it would need a second thread
    connection = http.client.HTTPConnection("127.0.0.1", process.port(settings), timeout=PATIENCE_SECONDS)
    try:
        connection.request("GET", "/metrics")
        answer = connection.getresponse()
        body = answer.read(LARGEST_ANSWER)
        return body.decode("utf-8", "replace") if answer.status == 200 else ""
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
