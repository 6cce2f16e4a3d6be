"""Layouts as JSON Schema (draft 2020-12), for vendors of institutions' systems.

Two promises a JSON Schema cannot express stay with the reader: check digits (``x-check-digit``) and the order of a period's days.
"""

from __future__ import annotations

from typing import Any, Final

from mynumber.foundation.facts.codes import CODE_LISTS
from mynumber.foundation.facts.language import (
    CalendarYear,
    Code,
    Count,
    Day,
    Field,
    FieldType,
    FiscalYear,
    Layout,
    Many,
    Period,
    Words,
    Yen,
    YesNo,
)
from mynumber.foundation.facts.types import CHECKED, FIRST_YEAR, LAST_YEAR, text_form

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_DAY: Final = {
    "type": "string",
    "format": "date",
    "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
}
_SPECIAL_JA: Final = {"unknown": "不明", "not_declared": "未申告"}


def json_schema(layout: Layout) -> dict[str, Any]:
    """The JSON Schema of a layout, complete in itself."""
    return {
        "$schema": DIALECT,
        "$id": f"urn:mynumber:fact:{layout.id}",
        "title": layout.label,
        "description": layout.basis,
        "x-time": layout.axis.value,
        "x-source": layout.source.value,
        "x-information": [kind.value for kind in layout.kinds],
        **_record(layout.fields),
        "$defs": {name: _special(name, label) for name, label in _SPECIAL_JA.items()},
    }


def _special(name: str, label: str) -> dict[str, Any]:
    return {
        "title": label,
        "type": "object",
        "properties": {"special": {"const": name}},
        "required": ["special"],
        "additionalProperties": False,
    }


def _record(fields: tuple[Field, ...]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {field.name: _field(field) for field in fields},
        "required": [field.name for field in fields if field.required],
        "additionalProperties": False,
    }


def _field(field: Field) -> dict[str, Any]:
    plain = _plain(field.type)
    if not field.may_be:
        return {"title": field.label, **plain}
    return {"title": field.label, "anyOf": [plain, *({"$ref": f"#/$defs/{name}"} for name in field.may_be)]}


def _plain(kind: FieldType) -> dict[str, Any]:
    match kind:
        case Yen(least=least, most=most):
            return {"type": "integer", "minimum": least, "maximum": most, "x-unit": "円"}
        case Count(unit=unit, least=least, most=most):
            return {"type": "integer", "minimum": least, "maximum": most, "x-unit": unit}
        case FiscalYear():
            return {"type": "integer", "minimum": FIRST_YEAR, "maximum": LAST_YEAR, "x-unit": "年度"}
        case CalendarYear():
            return {"type": "integer", "minimum": FIRST_YEAR, "maximum": LAST_YEAR, "x-unit": "年"}
        case Day():
            return dict(_DAY)
        case YesNo(yes=yes, no=no):
            return {"type": "boolean", "x-labels": {"true": yes, "false": no}}
        case Code(of=of):
            return {"enum": list(CODE_LISTS[of]), "x-labels": CODE_LISTS[of]}
        case Period():
            return _span()
        case Many(fields=fields, most=most):
            return {"type": "array", "items": _record(fields), "maxItems": most}
        case _:
            return _text(kind)


def _text(kind: FieldType) -> dict[str, Any]:
    form, most = text_form(kind)
    text: dict[str, Any] = {"type": "string", "pattern": f"^(?:{form})$", "maxLength": most}
    if type(kind) in CHECKED:
        text["x-check-digit"] = True
    if isinstance(kind, Words) and kind.examples:
        text["examples"] = list(kind.examples)
    return text


def _span() -> dict[str, Any]:
    edge = {"anyOf": [_DAY, {"$ref": "#/$defs/unknown"}]}
    return {
        "type": "object",
        "properties": {
            "since": {"title": "開始（初日を含む）", **edge},
            "until": {"title": "終了（末日を含む）", **edge},
        },
        "required": ["since"],
        "additionalProperties": False,
    }
