"""From a fact of the network to the value of a field: what stands at the path of its source, in the form of the field."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from msgspec import UNSET

from mynumber.foundation.facts import Fact, Special
from mynumber.foundation.facts.language import OnlyUnknown
from mynumber.foundation.procedures.definition import Field, FieldType, Network
from mynumber.foundation.procedures.values import Value


def from_fact(field: Field, fact: Fact) -> Value | None:
    """The value of a field whose source is the network; None if the fact does not say it, or says 不明 or 未申告. Raises TypeError.

    A path into a list ("benefits[].annual_amount") gathers: amounts and numbers are added, of days the latest counts, yes_no is whether there is any
    entry, text is joined. An unknown among them makes the whole unknown, for a part is no whole.
    """
    if not isinstance(field.source, Network):
        raise TypeError("the source of the field is not the network")
    parts = list(_at(fact, field.source.path.split(".")))
    if any(isinstance(part, Special | OnlyUnknown) for part in parts):
        return None
    if "[]" in field.source.path:
        return _gathered(field, parts)
    return _plain(field, parts[0]) if parts else None


def _at(value: Any, path: list[str]) -> Iterator[Any]:
    if value is UNSET:
        return
    if not path or isinstance(value, Special | OnlyUnknown):
        yield value
        return
    name, *rest = path
    inner = getattr(value, name.removesuffix("[]"))
    if name.endswith("[]") and isinstance(inner, tuple):
        for entry in inner:
            yield from _at(entry, rest)
    else:
        yield from _at(inner, rest)


def _gathered(field: Field, parts: list[Any]) -> Value | None:
    match field.type:
        case FieldType.YES_NO:
            return bool(parts)
        case FieldType.YEN:
            return sum(parts)
        case FieldType.COUNT:
            return sum(parts) if parts and all(type(part) is int for part in parts) else len(parts)
        case FieldType.DATE:
            return max(parts).isoformat() if parts else None
        case _:
            return "、".join(dict.fromkeys(map(str, parts))) or None


def _plain(field: Field, value: Any) -> Value:
    if isinstance(value, date):
        return value.isoformat()
    if field.type is FieldType.YES_NO and isinstance(value, str):
        return value not in ("none", "no", "ended")
    return value
