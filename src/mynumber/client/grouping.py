"""Groups by load: what arrives while a call is under way goes together into the next one, so nobody waits for a timer."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")


class Grouping(Generic[Q, A]):
    """Hands questions of any number of threads to one ``send`` at a time, at most ``largest`` together."""

    def __init__(self, send: Callable[[Sequence[Q]], Sequence[A]], *, largest: int) -> None:
        """``send`` gives one answer for each question in their order; what it raises is raised to all who asked with it."""
        self._send = send
        self._largest = largest
        self._waiting: deque[tuple[Q, Future[A]]] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._thread: threading.Thread | None = None

    def submit(self, questions: Iterable[Q]) -> list[Future[A]]:
        """Queue questions; a future for each, in their order. Raises RuntimeError after :meth:`close`."""
        items = [(question, Future[A]()) for question in questions]
        with self._changed:
            if self._closed:
                raise RuntimeError("the client is closed")
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="mynumber-client", daemon=True)
                self._thread.start()
            self._waiting.extend(items)
            self._changed.notify()
        return [future for _, future in items]

    def close(self) -> None:
        """Send what waits, then end."""
        with self._changed:
            self._closed = True
            self._changed.notify()
            thread = self._thread
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        while group := self._next():
            try:
                answers = self._send([question for question, _ in group])
                pairs = list(zip(group, answers, strict=True))
            except BaseException as error:  # noqa: BLE001 - whoever asked must hear of it, and the others still wait
                for _, future in group:
                    future.set_exception(error)
                continue
            for (_, future), answer in pairs:
                future.set_result(answer)

    def _next(self) -> list[tuple[Q, Future[A]]]:
        with self._changed:
            while not self._waiting and not self._closed:
                self._changed.wait()
            count = min(len(self._waiting), self._largest)
            return [self._waiting.popleft() for _ in range(count)]
