"""The shared facts of the former appended table 2, as a table: an affair each, without the tail that leaves details to an ordinance."""

import json
from typing import Any

from mynumber.foundation.law.phrases import plain_words
from mynumber.foundation.law.table import TextAffair, TextProvision, TextTable
from tests.foundation.law.official import SHARED

FILE = SHARED / "bango_old_beppyo2_20240401.json"
_TAIL = "であって主務省令で定めるもの"


def former_table() -> TextTable:
    """All rows of the file; two items say 削除."""
    entries: list[dict[str, Any]] = json.loads(FILE.read_text("utf-8"))["items"]
    affairs: list[TextAffair] = []
    deleted: list[str] = []
    for entry in entries:
        item = entry["item"].replace("-", "_")
        if entry["inquirer"] == "削除":
            deleted.append(item)
            continue
        for task in entry["tasks"]:
            rows = tuple(
                TextProvision(plain_words(row["provider"]), _without_tail(row["information"]), "")
                for row in task["provisions"]
            )
            affairs.append(
                TextAffair(item, plain_words(entry["inquirer"]), _without_tail(task["affairs"]), "", rows)
            )
    return TextTable(tuple(affairs), tuple(deleted))


def _without_tail(cell: str) -> str:
    words = plain_words(cell)
    assert words.endswith(_TAIL)
    return words.removesuffix(_TAIL)
