"""What lies in the tables sealed: answers, attributes, documents. Who has the database alone reads nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from mynumber.institutions.portal.applications.models import Application
from mynumber.protocols.residents import FourAttributes
from mynumber.webkit import safe
from mynumber.webkit.messages import this_node

SAFE = "applications"
"""Name of the secret in the key ring."""

Sealed = bytes | memoryview
"""As a binary column comes back."""

T = TypeVar("T")


class Origin(msgspec.Struct, frozen=True):
    """Where a prefilled value comes from."""

    source: str
    as_of: str
    """ISO 8601."""


class Fixed(msgspec.Struct, frozen=True, kw_only=True):
    """An answer inside an entry of a group that a third party gave (the employer): what the form sends for it is ignored. It does not print itself."""

    group: str
    person: str
    """Which entry: its `person`."""
    field: str
    value: Any
    source: str
    """Who gave it and when, in words."""

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
    index, _, field = rest.partition(".")
    entries = values.get(group)
    if not (isinstance(entries, list) and index.isdigit() and int(index) < len(entries)):
        return ""
    person = entries[int(index)].get("person")
    return next(
        (
            each.source
            for each in content.fixed
            if (each.group, each.person, each.field) == (group, person, field)
        ),
        "",
    )


def seal(content: bytes, *, about: str) -> bytes:
    """Seal bytes about one thing (a row's id and what of it)."""
    return safe.seal(this_node().keyring, SAFE, content, about=about)


def unseal(sealed: Sealed, *, about: str) -> bytes:
    """What was sealed about the same thing. Raises safe.CannotOpen."""
    return safe.unseal(this_node().keyring, SAFE, bytes(sealed), about=about)


def seal_as_json(value: object, *, about: str) -> bytes:
    """Seal a value."""
    return seal(msgspec.json.encode(value), about=about)


def unseal_json(sealed: Sealed, kind: type[T], *, about: str) -> T:
    """The value that was sealed."""
    return msgspec.json.decode(unseal(sealed, about=about), type=kind)


def content_of(application: Application) -> Content:
    """The draft of an application."""
    return unseal_json(application.content, Content, about=f"{application.pk}/content")


def put(application: Application, content: Content) -> None:
    """Set the draft of an application; the caller saves the row."""
    application.content = seal_as_json(content, about=f"{application.pk}/content")


def applicant_of(application: Application) -> FourAttributes | None:
    """Who applies; None before the consent."""
    if application.applicant is None:
        return None
    return unseal_json(application.applicant, FourAttributes, about=f"{application.pk}/applicant")


def put_applicant(application: Application, applicant: FourAttributes) -> None:
    """Set who applies; the caller saves the row."""
    application.applicant = seal_as_json(applicant, about=f"{application.pk}/applicant")
