"""How the tests of a run are spread over its workers: by file or by house, what takes long first."""

from __future__ import annotations

from typing import Any

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # ships no types

HOUSES = (
    "tests/system/",
    "tests/institutions/mesh/",
    "tests/institutions/blind/",
    "tests/institutions/digital_agency/",
    "tests/institutions/commission/",
    "tests/institutions/payments/",
)
"""Folders whose files share running processes: two workers would start them twice."""

BESIDE = ("tests/system/test_procedures.py", "tests/system/test_stories.py")
"""Files that are long enough to go by themselves; the platform that they share with their house is one for all workers."""

LONG = (
    HOUSES[0],
    "tests/bench/",
    "tests/institutions/portal/",
    *BESIDE,
    "tests/institutions/gateway/",
    "tests/institutions/municipality/",
    "tests/institutions/network/",
    "tests/faults/",
    *HOUSES[1:],
    "tests/institutions/",
    "tests/platform/",
    "tests/openapi/",
    "tests/wallet/",
    "tests/webkit/",
)
"""Where processes run, in the order in which they begin. What is pure comes last: its small files fill what the long ones leave."""


def workers(cores: int) -> int:
    """More than cores: a third of the time, tests of running processes wait for them."""
    return max(2, cores * 3 // 2)


def rank(file: str) -> int:
    """The place of a file among those that begin early."""
    if file.startswith(BESIDE):
        return LONG.index(BESIDE[0])
    return next((place for place, folder in enumerate(LONG) if file.startswith(folder)), len(LONG))


class ByHouse(LoadScopeScheduling):  # type: ignore[misc]  # a class without types
    """A file goes to one worker as a whole, and so does a house; in the order of the collection."""

    def __init__(self, config: Any, log: Any = None) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return next((house for house in HOUSES if file.startswith(house) and file not in BESIDE), file)
