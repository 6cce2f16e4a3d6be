"""What stands on a page as a file: JSON with a schema, and PDF. The page itself carries it back, sealed; the portal keeps nothing in between."""

from __future__ import annotations

import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec

from mynumber.foundation.facts import Group, has_layout, json_schema, layout_of
from mynumber.foundation.law import InformationKind
from mynumber.institutions.portal.information.looking import Seen, Value
from mynumber.institutions.portal.information.showing import show
from mynumber.institutions.portal.information.subjects import label_of
from mynumber.protocols.exchange import Outcome
from mynumber.protocols.information import GROUND_JA
from mynumber.protocols.refusal import Reason
from mynumber.webkit import safe
from mynumber.webkit.face.words import moment
from mynumber.webkit.messages import this_node
from mynumber.webkit.paper import Facts, Heading, Mark, Paper, Words, release, write

FORMAT: Final = "mynumber-own-information.v1"
LARGEST: Final = 700 * 1024
"""Characters of the sealed page that a form carries: what a request of this site may have, with room to spare."""
UNFOLDED: Final = 8 * 1024 * 1024
_SAFE: Final = "information-pages"


class NotThisPage(Exception):
    """What was sent is no page of this visit."""


class TooLarge(Exception):
    """More than a form can carry."""


def _no_fact() -> msgspec.Raw:
    return msgspec.Raw(b"null")


class ExportedValue(msgspec.Struct, frozen=True, kw_only=True):
    """One period."""

    period: str | None
    as_of: datetime | None
    registered_at: datetime | None
    fact: msgspec.Raw = msgspec.field(default_factory=_no_fact)

    def __repr__(self) -> str:
        return "ExportedValue()"


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """One answer."""

    request_id: UUID
    provider: str
    provider_name: str
    information: str
    label: str
    outcome: Outcome
    reason: Reason | None
    values: tuple[ExportedValue, ...]


class Document(msgspec.Struct, frozen=True, kw_only=True, rename={"schema": "$schema"}):
    """The file."""

    schema: str
    format: str
    ground: str
    made_at: Annotated[datetime, msgspec.Meta(tz=True)]
    items: tuple[Exported, ...]


def document(seen: Sequence[Seen], names: Mapping[str, str], *, schema: str, now: datetime) -> Document:
    """What a page shows, as data."""
    return Document(
        schema=schema,
        format=FORMAT,
        ground=GROUND_JA,
        made_at=now,
        items=tuple(
            Exported(
                request_id=one.request_id,
                provider=one.provider,
                provider_name=names.get(one.provider, one.provider),
                information=one.information,
                label=label_of(one.information),
                outcome=one.outcome,
                reason=one.reason,
                values=tuple(
                    ExportedValue(
                        period=value.period,
                        as_of=value.as_of,
                        registered_at=value.registered_at,
                        fact=msgspec.Raw(value.fact if value.fact is not None else b"null"),
                    )
                    for value in one.values
                ),
            )
            for one in seen
        ),
    )


def carry(page: Document, *, visit: str) -> str:
    """A page for its own form to send back: packed, and sealed to the visit. Raises TooLarge."""
    packed = zlib.compress(msgspec.json.encode(page))
    sealed = safe.seal(this_node().keyring, _SAFE, packed, about=visit)
    text = urlsafe_b64encode(sealed).decode()
    if len(text) > LARGEST:
        raise TooLarge
    return text


def carried(text: str, *, visit: str) -> Document:
    """The page again. Raises NotThisPage for anything that this visit was not shown."""
    try:
        sealed = urlsafe_b64decode(text.encode("ascii"))
        packed = safe.unseal(this_node().keyring, _SAFE, sealed, about=visit)
        unfolding = zlib.decompressobj()
        content = unfolding.decompress(packed, UNFOLDED)
        return msgspec.json.decode(content, type=Document)
    except (ValueError, safe.CannotOpen, zlib.error):
        raise NotThisPage from None


def as_json(page: Document) -> bytes:
    """The file in JSON, as :func:`schema` describes it."""
    return msgspec.json.format(msgspec.json.encode(page), indent=2)


def as_pdf(page: Document, *, about: UUID, person: str) -> bytes:
    """The file in PDF; looked at once more before it leaves. ``person``: the code that the paper is bound to; it stands in no word of it.

    Raises WrongPaper.
    """
    subject = sha256(f"mynumber own information v1\n{about}\n{person}\n".encode()).hexdigest()
    mark = Mark(about, subject)
    blocks: list[Facts | Heading | Words] = [
        Words(
            "あなたの求めにより、マイナポータルが各機関から取り寄せたものです。証明書ではありません。"
            "このサイトは、この内容を保存していません。"
        )
    ]
    for number, item in enumerate(page.items, start=1):
        blocks += _blocks(number, item, page.made_at)
    paper = Paper(
        title="わたしの情報",
        mark=mark,
        blocks=tuple(blocks),
        on=moment(page.made_at).words,
        sender="マイナポータル",
    )
    return release(write(paper), expected=mark)


def _blocks(number: int, item: Exported, now: datetime) -> list[Facts | Heading | Words]:
    seen = Seen(
        item.request_id,
        item.provider,
        item.information,
        item.outcome,
        tuple(Value(value.period, value.as_of, value.registered_at, _fact(value)) for value in item.values),
        reason=item.reason,
    )
    shown = show(seen, number, institution=item.provider_name, now=now)
    blocks: list[Facts | Heading | Words] = [Heading(f"{number}　{shown.label}")]
    head = [("持っている機関", item.provider_name), ("照会番号", str(item.request_id))]
    blocks.append(Facts(tuple(head)))
    if shown.why:
        blocks.append(Words(shown.why))
    for value in shown.values:
        facts = [("期間", value.period)] if value.period else []
        if value.as_of:
            facts.append(("基準日", moment(value.as_of).words))
        if not value.is_held:
            facts.append(("内容", "登録はありません"))
        if value.unreadable:
            facts.append(("内容", "形が決まりに合わないため、表示できません"))
        facts += [row for group in value.groups for row in _rows(group)]
        blocks.append(Facts(tuple(facts)))
    return blocks


def _fact(value: ExportedValue) -> bytes | None:
    fact = bytes(value.fact)
    return None if fact == b"null" else fact


def _rows(group: Group) -> list[tuple[str, str]]:
    return [(f"{group.title}：{row.label}" if group.title else row.label, row.value) for row in group.rows]


@cache
def schema(address: str) -> bytes:
    """The JSON Schema (draft 2020-12) of :func:`as_json`, with the layout of every kind of information."""
    kinds = [kind for kind in InformationKind if has_layout(kind)]
    layouts = {layout_of(kind).id: json_schema(layout_of(kind)) for kind in kinds}
    when: dict[str, Any] = {"type": ["string", "null"], "format": "date-time"}
    value: dict[str, Any] = {
        "type": "object",
        "properties": {
            "period": {"type": ["string", "null"], "title": "年度・年・月"},
            "as_of": {**when, "title": "基準日"},
            "registered_at": {**when, "title": "副本が登録された日時"},
            "fact": {"title": "内容。null：登録がない"},
        },
        "required": ["period", "as_of", "registered_at", "fact"],
        "additionalProperties": False,
    }
    item: dict[str, Any] = {
        "type": "object",
        "properties": {
            "request_id": {"type": "string", "format": "uuid", "title": "照会番号"},
            "provider": {"type": "string"},
            "provider_name": {"type": "string", "title": "持っている機関"},
            "information": {"type": "string", "title": "情報の種類"},
            "label": {"type": "string"},
            "outcome": {"enum": [outcome.value for outcome in Outcome]},
            "reason": {"type": ["string", "null"]},
            "values": {"type": "array", "items": value},
        },
        "required": [
            "request_id",
            "provider",
            "provider_name",
            "information",
            "label",
            "outcome",
            "reason",
            "values",
        ],
        "additionalProperties": False,
        "allOf": [
            {
                "if": {"properties": {"information": {"const": kind.value}}},
                "then": {
                    "properties": {
                        "values": {
                            "items": {
                                "properties": {
                                    "fact": {
                                        "anyOf": [
                                            {"type": "null"},
                                            {"$ref": f"urn:mynumber:fact:{layout_of(kind).id}"},
                                        ]
                                    }
                                }
                            }
                        }
                    }
                },
            }
            for kind in kinds
        ],
    }
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": address,
        "title": "わたしの情報",
        "type": "object",
        "properties": {
            "$schema": {"const": address},
            "format": {"const": FORMAT},
            "ground": {"type": "string"},
            "made_at": {"type": "string", "format": "date-time"},
            "items": {"type": "array", "items": {"$ref": "#/$defs/item"}},
        },
        "required": ["$schema", "format", "ground", "made_at", "items"],
        "additionalProperties": False,
        "$defs": {"item": item, **layouts},
    }
    return msgspec.json.encode(whole)
