"""The table for programs: the same rows as the pages, as JSON with stable ids (docs/table.md).

A field may be added; none is renamed or removed, and an id never comes to mean something else.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any

import msgspec

from mynumber.foundation import law
from mynumber.foundation.facts import UnmappedItem, json_schema, layout_named, layout_of_item
from mynumber.foundation.law import InformationKind, InstitutionKind, Item
from mynumber.institutions.network.table.rows import TableRow, row_of, rows_on, text_day

FORMAT = "mynumber.table.v1"
KEPT_DAYS = 4
"""Tables that a process keeps as bytes, of some two megabytes each."""


@lru_cache(maxsize=KEPT_DAYS)
def table_json(text: date) -> bytes:
    """Every known rule with its status and items, as on any day of the text that applies from that day."""
    basis = law.legal_basis(text)
    kinds = {
        "institutions": [_kind(kind) for kind in InstitutionKind],
        "information": [_kind(kind) for kind in InformationKind],
    }
    return msgspec.json.encode(
        {
            "format": FORMAT,
            "text_of": basis.text_of,
            "former": basis.is_former,
            "kinds": kinds,
            "rows": [row_json(row) for row in rows_on(text)],
        }
    )


def row_bytes(provision_id: str, on: date) -> bytes | None:
    """One rule. Raises NotInForce."""
    row = row_of(provision_id, on)
    if row is None:
        return None
    return msgspec.json.encode({"format": FORMAT, "text_of": row.basis.text_of, "row": row_json(row)})


def row_json(row: TableRow) -> dict[str, Any]:
    """A rule with its affair and items. Days are ISO 8601; ``until`` is the first day it no longer applies."""
    provision, affair = row.provision, row.affair
    return {
        "id": provision.id,
        "status": row.status.value,
        "since": row.since,
        "until": row.until,
        "article": provision.article_label,
        "affair": {
            "id": affair.id,
            "words": affair.words,
            "inquirer": affair.inquirer_words,
            "inquirer_kinds": _names(affair.inquirer_kinds),
        },
        "provider": provision.provider_words,
        "provider_kinds": _names(provision.provider_kinds),
        "information": provision.information_words,
        "information_kinds": _names(provision.information_kinds),
        "wording_since": provision.valid_from,
        "items": [_item(item) for item in row.items],
    }


def _item(item: Item) -> dict[str, Any]:
    try:
        layout = layout_of_item(item.information).id
    except UnmappedItem:
        layout = None
    return {
        "id": item.id,
        "exact_affair": item.detail_id,
        "place": item.place.label,
        "via": item.via.label if item.via else None,
        "subject": item.subject,
        "information": item.information,
        "limit": item.limit,
        "kinds": _names(item.kinds),
        "layout": layout,
        "since": item.valid_from,
        "until": item.valid_until,
    }


def _names(kinds: Iterable[InstitutionKind | InformationKind]) -> list[str]:
    return sorted(kind.value for kind in kinds)


def _kind(kind: InstitutionKind | InformationKind) -> dict[str, Any]:
    return {"id": kind.value, "ja": kind.label_ja, "en": kind.label_en, "former": kind.former}


def schema_bytes(layout_id: str) -> bytes:
    """The JSON Schema of a layout. Raises UnknownLayout."""
    return msgspec.json.encode(json_schema(layout_named(layout_id)))


def table_on(on: date) -> bytes:
    """The table that applies on a day. Raises NotInForce."""
    return table_json(text_day(on))
