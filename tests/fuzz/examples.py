"""A good example of any type that a message may hold, made from the type itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from importlib import import_module
from pkgutil import iter_modules
from typing import Any
from uuid import UUID

import msgspec
from msgspec import inspect

from mynumber import protocols
from mynumber.protocols.message import Message

TEXTS = (
    "municipality.131229",
    "local_tax",
    "81-1",
    "0" * 64,
    "課",
    "13122",
    "131229",
    "12345678901",
    "123456789018",
    "2026-11",
    "2026",
    "AAAA",
    "A" * 22,
    "A" * 43,
    "1." + "A" * 43,
    *("1." + "A" * 256, "1." + "A" * 86, "A" * 171, "A" * 128),
    "a",
    "1",
    "0" * 32,
    *("0" * 23, "0" * 20),
    "0" * 15,
    "1-1",
    "text/plain",
    "/a",
    "open",
    "x@example.test",
    "http://example.test/",
    "あ",
    "ア",
    "",
)
"""Tried in turn until one fits pattern and lengths."""


def messages() -> list[Message[Any, Any]]:
    """Every kind of message of every protocol, in the order of their names."""
    found = {
        one.name: one
        for module in iter_modules(protocols.__path__)
        for one in vars(import_module(f"mynumber.protocols.{module.name}")).values()
        if isinstance(one, Message)
    }
    return [found[name] for name in sorted(found)]


def example(of: object) -> bytes:
    """JSON that reads as this type. Raises LookupError when no text of ours fits one of its patterns."""
    return msgspec.json.encode(_example(inspect.type_info(of)))


def _example(kind: inspect.Type) -> object:
    match kind:
        case inspect.StructType():
            filled = {one.encode_name: _example(one.type) for one in kind.fields}
            if kind.tag_field is not None:
                filled[kind.tag_field] = kind.tag
            return filled
        case inspect.UnionType():
            return _example(next(one for one in kind.types if not isinstance(one, inspect.NoneType)))
        case inspect.VarTupleType() | inspect.ListType() | inspect.SetType() | inspect.FrozenSetType():
            return [_example(kind.item_type)] * max(1, kind.min_length or 0)
        case inspect.TupleType():
            return [_example(one) for one in kind.item_types]
        case inspect.DictType():
            return {_example(kind.key_type): _example(kind.value_type)}
        case inspect.StrType():
            return next(_texts(kind))
        case inspect.BytesType():
            return b"a" * max(1, kind.min_length or 0)
        case inspect.EnumType():
            return next(iter(kind.cls)).value
        case inspect.LiteralType():
            return kind.values[0]
        case inspect.CustomType():
            return None
    return _plain(kind)


def _plain(kind: inspect.Type) -> object:
    match kind:
        case inspect.BoolType():
            return True
        case inspect.IntType():
            least = kind.ge if kind.ge is not None else (kind.gt + 1 if kind.gt is not None else 1)
            return int(least)
        case inspect.DateTimeType():
            return datetime(2026, 11, 22, 3, 4, 5, 678901, UTC)
        case inspect.DateType():
            return date(2026, 11, 22)
        case inspect.TimeType():
            return time(9, 30)
        case inspect.FloatType():
            return 1.5
        case inspect.TimeDeltaType():
            return timedelta(minutes=1)
        case inspect.UUIDType():
            return UUID("0b8e2e4e-6f0a-4a4b-8a52-8f0c2a9d1d11")
        case inspect.RawType() | inspect.AnyType():
            return {"a": 1}
        case inspect.NoneType():
            return None
    raise LookupError(f"no example of {kind}")


def _texts(kind: inspect.StrType) -> Iterator[str]:
    least, most = kind.min_length or 0, kind.max_length
    for text in (*TEXTS, "a" * least):
        fits = len(text) >= least and (most is None or len(text) <= most)
        if fits and (kind.pattern is None or re.search(kind.pattern, text)):
            yield text
    raise LookupError(f"no text fits {kind.pattern}")
