"""The table of successors that persons decided (`mapping/successors.toml`); likeness decides the rest."""

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib import resources

import msgspec

from mynumber.foundation.law.errors import BadMapping


class _Successor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    on: date
    id: str
    place: str


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    successor: list[_Successor]


def read_successors(text: str) -> dict[date, dict[str, str]]:
    """For each text: label of the place in it -> id of the exact affair that goes on there. Raises BadMapping."""
    try:
        entries = msgspec.convert(tomllib.loads(text), _File).successor
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadMapping(f"not a table of successors: {error}") from None
    result: dict[date, dict[str, str]] = {}
    for entry in entries:
        places = result.setdefault(entry.on, {})
        if entry.place in places or entry.id in places.values():
            raise BadMapping(f"two successors on {entry.on.isoformat()}: {entry.id} in {entry.place}")
        places[entry.place] = entry.id
    return result


@cache
def successors() -> Mapping[date, Mapping[str, str]]:
    """The committed table. Raises BadMapping."""
    folder = resources.files("mynumber.foundation.law") / "mapping"
    return read_successors((folder / "successors.toml").read_text("utf-8"))
