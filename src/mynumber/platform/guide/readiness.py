"""Which processes of the platform answer now: asked when the page is made, all at once."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from mynumber.platform.probe import is_ready
from mynumber.platform.registry import Institution, Process, institutions, processes_of
from mynumber.platform.settings import Settings

PATIENCE_SECONDS = 1.0
"""How long a visitor waits for an institution that does not answer."""
SELF = "guide"


@dataclass(frozen=True, slots=True)
class Running:
    """An institution with its address, and how many of its processes are ready."""

    institution: Institution
    url: str
    ready: int
    processes: int

    @property
    def is_ready(self) -> bool:
        """Whether all of its processes answer."""
        return self.ready == self.processes


def look_around(settings: Settings) -> tuple[Running, ...]:
    """Ask every process whether it is ready. Takes at most `PATIENCE_SECONDS`."""
    there = institutions(settings)
    others = [p for i in there if i.name != SELF for p in processes_of(i.name, settings)]
    answers = asyncio.run(_ask_all(others, settings))
    return tuple(_running(i, answers, settings) for i in there)


def _running(institution: Institution, answers: dict[str, bool], settings: Settings) -> Running:
    processes = processes_of(institution.name, settings)
    ready = sum(answers.get(p.name, institution.name == SELF) for p in processes)
    return Running(institution, settings.public_url(institution.host), ready, len(processes))


async def _ask_all(processes: Iterable[Process], settings: Settings) -> dict[str, bool]:
    asked = list(processes)
    ready = await asyncio.gather(*(_ask(p.port(settings)) for p in asked))
    return {process.name: answer for process, answer in zip(asked, ready, strict=True)}


async def _ask(port: int) -> bool:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await is_ready(port)
    except TimeoutError:
        return False
