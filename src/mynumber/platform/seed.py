"""What the platform does once, when its state is new: towns, residents, codes, copies, cards.

Each step is a management command of the institution that owns the data, run with that institution's environment, or
a command of the platform itself that writes neutral files. A step that has finished is noted, so that an interrupted
start goes on where it stopped.
"""

from dataclasses import dataclass
from pathlib import Path

import msgspec

from mynumber.platform.settings import Settings


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the seeding."""

    id: str
    title: str
    """What it does, for people, in Japanese."""
    institution: str | None
    """Whose management command it is; None is a command of `mynumber` itself."""
    command: tuple[str, ...]


def steps(settings: Settings) -> tuple[Step, ...]:
    """The steps in their order."""
    return ()


class Notes:
    """The steps that are done, in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def done(self) -> frozenset[str]:
        """Ids of the finished steps."""
        try:
            return frozenset(msgspec.json.decode(self._path.read_bytes(), type=list[str]))
        except FileNotFoundError:
            return frozenset()

    def add(self, step: Step) -> None:
        """Note that a step has finished."""
        draft = self._path.with_suffix(".new")
        draft.write_bytes(msgspec.json.encode(sorted({*self.done(), step.id})))
        draft.replace(self._path)


def notes(settings: Settings) -> Notes:
    return Notes(settings.run / "seeded.json")


def open_steps(settings: Settings) -> tuple[Step, ...]:
    """The steps that remain."""
    done = notes(settings).done()
    return tuple(step for step in steps(settings) if step.id not in done)
