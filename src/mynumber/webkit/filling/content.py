"""A draft as it is filled: what the person gave, what sources gave, what they could not give. Where it lies sealed is its keeper's matter."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from mynumber.foundation.procedures import answers
from mynumber.foundation.procedures.answers import Reading
from mynumber.foundation.procedures.definition import Procedure
from mynumber.foundation.procedures.values import MOST_ENTRIES
from mynumber.protocols.applications import Prefilled
from mynumber.webkit.face.language import say

JAPAN: Final = ZoneInfo("Asia/Tokyo")
_STEP: Final = re.compile(r"([a-z][a-z0-9_]*)(?:\[([0-9]{1,3})\])?")


class Origin(msgspec.Struct, frozen=True):
    """Where a prefilled value comes from."""

    source: str
    as_of: str
    """ISO 8601."""


class Fixed(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that somebody else gave (the employer, the sender of a signed document): what the form sends for it is ignored. It does not print itself."""

    group: str
    """"" for a field of the form's top level."""
    person: str
    """Which entry: its `person`."""
    field: str
    value: Any
    source: str
    """Who gave it and when, in words; with `as_of` the name of who signed the document."""
    paper: str = ""
    """The document that says it, by the id of the paper."""
    as_of: str = ""
    """When the document came, ISO 8601."""

    @property
    def words(self) -> str:
        """Whose word it is, and of when."""
        if not self.as_of:
            return self.source
        at = datetime.fromisoformat(self.as_of).astimezone(JAPAN)
        return say(
            f"{self.source}が署名した書類から（{at.year}年{at.month}月{at.day}日に届きました）",
            f"From a document signed by {self.source}, arrived on {at:%Y-%m-%d}",
            f"{self.source}の 書類に ある とおり",
        )

    def __repr__(self) -> str:
        return f"Fixed({self.group}.{self.field})"


class Content(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A draft: what the person gave, what sources gave, what they could not give. It does not print itself."""

    typed: dict[str, Any] = {}
    known: dict[str, Any] = {}
    origins: dict[str, Origin] = {}
    """By numbered path: "children.0.birth"."""
    unknown: dict[str, str] = {}
    """Reason by path."""
    seen: list[str] = []
    """Sections that the person went through."""
    marks: dict[str, str] = {}
    """What has to be corrected, by numbered path, in words."""
    offer: str = ""
    """Id of the notice that offered it; its sender is told once it is sent."""
    fixed: list[Fixed] = []
    """What somebody else said, and the person cannot change."""

    def __repr__(self) -> str:
        return "Content(...)"


def with_fixed(content: Content) -> dict[str, Any]:
    """What was typed, with what others said in its place. Entries are found by their `person`; one that is gone takes its fixed answers along."""
    if not content.fixed:
        return content.typed
    typed = {**content.typed}
    for each in content.fixed:
        if not each.group:
            typed[each.field] = each.value
            continue
        entries = typed.get(each.group)
        if entries is None:
            known = content.known.get(each.group) or []
            entries = [{"person": entry["person"]} for entry in known if "person" in entry]
        if isinstance(entries, list):
            typed[each.group] = [
                {**entry, each.field: each.value}
                if isinstance(entry, dict) and entry.get("person") == each.person
                else entry
                for entry in entries
            ]
    return typed


def fixed_source(content: Content, values: Mapping[str, Any], path: str) -> str:
    """Who said the answer at a numbered path, where the person cannot change it; "" for every other."""
    if not content.fixed:
        return ""
    group, _, rest = path.partition(".")
    if not rest:
        return next((each.words for each in content.fixed if (each.group, each.field) == ("", path)), "")
    index, _, field = rest.partition(".")
    entries = values.get(group)
    if not (isinstance(entries, list) and index.isdigit() and int(index) < len(entries)):
        return ""
    person = entries[int(index)].get("person")
    return next(
        (
            each.words
            for each in content.fixed
            if (each.group, each.person, each.field) == (group, person, field)
        ),
        "",
    )


def read(procedure: Procedure, content: Content, *, today: date) -> Reading:
    """The form as it is filled so far."""
    return answers.read(procedure, with_fixed(content), today=today, known={**content.known})


def take_prefilled(content: Content, answer: Prefilled) -> None:
    """Put what a body told into a draft. What cannot be read is as unknown; what the person typed stays."""
    content.known, content.origins, content.unknown = {}, {}, {}
    for field in answer.known:
        path = dotted(field.path)
        try:
            value = msgspec.json.decode(field.value)
        except msgspec.DecodeError:
            continue
        if path and _put_at(content.known, path.split("."), value):
            content.origins[path] = Origin(field.source, field.as_of.isoformat())
    content.known = {name: _filled(value) for name, value in content.known.items()}
    content.unknown = {dotted(each.path) or each.path: each.reason for each in answer.unknown}


def dotted(path: str) -> str:
    """`children[0].birth` as the form names it: `children.0.birth`; "" for what is no path."""
    parts: list[str] = []
    for step in path.split("."):
        match = _STEP.fullmatch(step)
        if match is None:
            return path if re.fullmatch(r"[a-z0-9_.]{1,200}", path) else ""
        parts += [part for part in match.groups() if part is not None]
    return ".".join(parts)


def _put_at(tree: Any, parts: list[str], value: Any) -> bool:
    """Set a value at a path, making lists and entries on the way."""
    for part, following in zip(parts, [*parts[1:], ""], strict=True):
        if isinstance(tree, list):
            if not part.isdigit() or int(part) >= MOST_ENTRIES:
                return False
            tree.extend({} for _ in range(int(part) + 1 - len(tree)))
            if following == "":
                tree[int(part)] = value
            tree = tree[int(part)]
        elif isinstance(tree, dict):
            if following == "":
                tree[part] = value
            else:
                tree = tree.setdefault(part, [] if following.isdigit() else {})
        else:
            return False
    return True


def _filled(value: Any) -> Any:
    """Entries that nothing was told about close up."""
    return [each for each in value if each != {}] if isinstance(value, list) else value
