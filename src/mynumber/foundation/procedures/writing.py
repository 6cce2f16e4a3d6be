"""Procedures as TOML text, in the form in which the catalogue keeps them: one line a value, fields and documents one after another."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

import msgspec

from mynumber.foundation.procedures.definition import Procedure

_BLOCKS: Final = frozenset({"field", "document", "fact"})
"""Lists whose entries are blocks [[...]]; others stand in one line each."""
_WIDE: Final = 500
"""Characters from which a table stands in lines of its own."""
_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def to_toml(data: Mapping[str, Any]) -> str:
    """Plain data of a procedure as TOML; `tomllib` reads the same data back."""
    return "\n".join(_table(data, "")).lstrip("\n") + "\n"


def inline(value: Any) -> str:
    """One value as TOML writes it in a line."""
    return _value(value)


def plain(procedure: Procedure) -> dict[str, Any]:
    """A procedure as plain data with days as days; what is at its default is left out."""
    data: dict[str, Any] = msgspec.to_builtins(procedure, builtin_types=(date,))
    return data


def _table(data: Mapping[str, Any], path: str) -> Iterator[str]:
    later: list[tuple[str, Any]] = []
    for key, value in data.items():
        if _is_block(key, value) or (isinstance(value, Mapping) and not _is_flat(value)):
            later.append((key, value))
        else:
            yield f"{_key(key)} = {_value(value)}"
    for key, value in later:
        where = f"{path}.{key}" if path else key
        if isinstance(value, Mapping):
            yield from ("", f"[{where}]", *_table(value, where))
        else:
            for each in value:
                yield from ("", f"[[{where}]]", *_table(each, where))


def _is_block(key: str, value: Any) -> bool:
    return key in _BLOCKS and isinstance(value, list | tuple)


def _is_flat(value: Mapping[str, Any]) -> bool:
    return all(isinstance(each, str | int | date) for each in value.values()) and len(_value(value)) < _WIDE


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _value(key)


def _value(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case str():
            return f'"{"".join(_escaped(each) for each in value)}"'
        case date():
            return value.isoformat()
        case Mapping():
            return (
                "{ " + ", ".join(f"{_key(key)} = {_value(each)}" for key, each in value.items()) + " }"
                if value
                else "{}"
            )
        case list() | tuple():
            return "[" + ", ".join(map(_value, value)) + "]"
    msg = f"a procedure holds no {type(value).__name__}"
    raise TypeError(msg)


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    return f"\\u{ord(character):04x}" if ord(character) < 0x20 or ord(character) == 0x7F else character
