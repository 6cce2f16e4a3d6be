"""Nothing in a message is without a bound: a text or a list that may grow for ever is somebody else's memory."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from datetime import datetime
from importlib import import_module

import msgspec
import pytest
from msgspec import inspect

from mynumber.protocols.exchange import (
    Inquiry,
    Notice,
    Notices,
    StatusQuery,
)
from mynumber.protocols.message import LONGEST_LIST, Message

MODULES = (
    "acquisition",
    "certification",
    "copies",
    "events",
    "exchange",
    "notices",
    "payments",
    "records",
    "residents",
    "transfers",
)
MESSAGES = {
    message.name: message
    for name in MODULES
    for message in vars(import_module(f"mynumber.protocols.{name}")).values()
    if isinstance(message, Message)
}


def _unbounded(kind: inspect.Type, place: str) -> Iterator[str]:
    match kind:
        case inspect.StructType():
            for field in kind.fields:
                yield from _unbounded(field.type, f"{place}.{field.name}")
        case inspect.UnionType():
            for one in kind.types:
                yield from _unbounded(one, place)
        case inspect.VarTupleType() | inspect.ListType():
            if kind.max_length is None:
                yield place
            yield from _unbounded(kind.item_type, f"{place}[]")
        case inspect.StrType() | inspect.BytesType():
            if kind.max_length is None and getattr(kind, "pattern", None) is None:
                yield place
        case inspect.DateTimeType():
            if kind.tz is not True:
                yield place


def _parts(message: Message[typing.Any, typing.Any]) -> Iterator[str]:
    yield from _unbounded(inspect.type_info(message.question), message.question.__name__)


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_every_text_and_list_of_a_question_has_a_bound_and_every_time_its_zone(name: str) -> None:
    assert list(_parts(MESSAGES[name])) == []


def _inquiry(**changes: object) -> bytes:
    plain: dict[str, object] = {
        "request_id": "0b8e2e4e-6f0a-4a4b-8a52-8f0c2a9d1d11",
        "addressee": "1",
        "affair": "81-1",
        "provider": "pension_service",
        "information": "local_tax",
        "organisation": "子育て支援課",
    }
    return msgspec.json.encode(plain | changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"organisation": "課\0"},
        {"organisation": "課\n"},
        {"organisation": "課\x7f"},
        {"organisation": "課" * 101},
        {"addressee": "1\n"},
        {"affair": "81-1\n"},
        {"provider": "pension_service\n"},
        {"information": "local_tax\n"},
    ],
    ids=repr,
)
def test_a_text_that_a_database_or_a_reader_would_stumble_over_is_not_read(
    changes: dict[str, object],
) -> None:
    msgspec.json.decode(_inquiry(), type=Inquiry)
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(_inquiry(**changes), type=Inquiry)


def test_a_time_without_its_zone_is_not_read() -> None:
    notice = {
        "request_id": "0b8e2e4e-6f0a-4a4b-8a52-8f0c2a9d1d11",
        "side": "inquirer",
        "outcome": "provided",
        "permit_digest": "0" * 64,
        "at": datetime(2026, 11, 22).isoformat(),  # noqa: DTZ001 - the very thing
    }
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(msgspec.json.encode({"notices": [notice]}), type=Notices)
    aware = msgspec.json.encode({"notices": [notice | {"at": "2026-11-22T00:00:00Z"}]})
    read: Notice = msgspec.json.decode(aware, type=Notices).notices[0]
    assert read.at.tzinfo is not None


def test_a_list_ends_somewhere() -> None:
    ids = ["0b8e2e4e-6f0a-4a4b-8a52-8f0c2a9d1d11"] * (LONGEST_LIST + 1)
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(msgspec.json.encode({"request_ids": ids}), type=StatusQuery)
