"""Runs the open steps of the seeding: each as soon as those it needs are done, institutions side by side.

Each institution's steps run in a process of their own (`command_worker`) with its settings, its role and its key ring, and
nobody else's. A finished step is noted at once. When one fails, those under way come to their end and no other begins.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager

from mynumber.platform import seed
from mynumber.platform.commanding import command_worker, run_command
from mynumber.platform.environment import base_environment
from mynumber.platform.seed import Step
from mynumber.platform.settings import Settings


class Seeding:
    """The seeding of one start."""

    def __init__(
        self,
        settings: Settings,
        environment: Callable[[str], dict[str, str]],
        show: Callable[[str], AbstractContextManager[None]],
    ) -> None:
        """environment: what an institution's commands get, by its name. show: tells the title of what is done in a block."""
        self._settings, self._environment, self._show = settings, environment, show
        self._open = seed.open_steps(settings)
        self._missing = {*seed.Milestone, *(step.id for step in self._open)}
        self._failed = False
        self._news = asyncio.Condition()

    async def run(self) -> None:
        """Run all open steps. Raises StartFailed for the first that failed."""
        alone = (self._alone(step) for step in self._open if step.institution is None)
        names = dict.fromkeys(step.institution for step in self._open if step.institution)
        works = (*alone, *(self._institution(name) for name in names))
        for error in await asyncio.gather(*works, return_exceptions=True):
            if error is not None:
                raise error

    async def reach(self, place: str) -> None:
        """A step or a milestone is done: what waited for it may begin."""
        async with self._news:
            self._missing.discard(place)
            self._news.notify_all()

    async def _alone(self, step: Step) -> None:
        """A command of `mynumber` itself."""
        if await self._next([step]):
            command = [sys.executable, "-m", "mynumber.platform.cli", *step.command]
            log = self._settings.logs / "seed.log"
            await self._carry_out(step, run_command(log, command, base_environment(self._settings)))

    async def _institution(self, name: str) -> None:
        """The steps of one institution, one at a time; of those that may begin, the first of the list."""
        todo = [step for step in self._open if step.institution == name]
        if await self._next(todo) is None:
            return
        log = self._settings.logs / f"{name}-seed.log"
        async with command_worker(log, self._environment(name)) as worker:
            while step := await self._next(todo):
                await self._carry_out(step, worker.run(step.command, step.stdin))
                todo.remove(step)

    async def _carry_out(self, step: Step, work: Awaitable[None]) -> None:
        with self._show(step.title):
            try:
                await work
            except BaseException:
                self._failed = True
                await self.reach(step.id)
                raise
        seed.notes(self._settings).add(step)
        await self.reach(step.id)

    async def _next(self, steps: Sequence[Step]) -> Step | None:
        """The first of these steps that may begin, once there is one; None when nothing is left or the seeding has failed."""

        def found() -> Step | None:
            return next((step for step in steps if self._missing.isdisjoint(step.after)), None)

        async with self._news:
            await self._news.wait_for(lambda: self._failed or not steps or found())
        return None if self._failed else found()
