"""A form made from the layout of a kind of information, for the answer that a person types.

Plain values become one control each; a list of structs becomes :data:`GROUPS` groups of controls, of which empty ones are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec
from django import forms

from mynumber.foundation.law import InformationKind
from mynumber.protocols.facts import FACTS, LABELS_JA, decode_fact
from mynumber.webkit.face.forms import PlainForm

GROUPS = 5
"""How many entries of a list one may type; longer lists come from the member's own system as copies."""

_MISSING = {"required": "入力してください。"}


class FactForm(PlainForm):
    """Typed values of one kind. ``cleaned_data["fact"]`` is the JSON of the fact."""

    def __init__(self, information: InformationKind, *args: Any, **kwargs: Any) -> None:
        self._information = information
        self._fields = msgspec.structs.fields(FACTS[information])
        super().__init__(*args, **kwargs)
        for name, control in _controls(self._fields, "", required=True):
            self.fields[name] = control

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Controls with the heading of their group, in the order of the layout; the heading of plain values is empty."""
        groups: dict[str, list[forms.BoundField]] = {}
        for name in self.fields:
            words = name.split("__")
            heading = f"{_label(words[0])} {int(words[1]) + 1}" if len(words) > 1 else ""
            groups.setdefault(heading, []).append(self[name])
        return list(groups.items())

    def clean(self) -> dict[str, Any]:
        """Put the values together and read them as strictly as a copy."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        try:
            fact = msgspec.json.encode(_assembled(self._fields, "", cleaned))
            decode_fact(self._information, fact)
        except msgspec.ValidationError:
            raise forms.ValidationError(
                "値がこの情報の決まりに合いません。桁や日付を確かめてください。"
            ) from None
        cleaned["fact"] = fact.decode()
        return cleaned


def initial_of(fact: str) -> dict[str, Any]:
    """What a copy says, as the controls begin with."""
    values: dict[str, Any] = {}
    for name, value in msgspec.json.decode(fact).items():
        if isinstance(value, list):
            for place, entry in enumerate(value[:GROUPS]):
                values |= {f"{name}__{place}__{key}": inner for key, inner in entry.items()}
        else:
            values[name] = value
    return values


def _controls(
    fields: tuple[msgspec.structs.FieldInfo, ...], prefix: str, *, required: bool
) -> Iterator[tuple[str, forms.Field]]:
    for field in fields:
        entry = _entry_of(field.type)
        if entry is not None:
            for place in range(GROUPS):
                yield from _controls(
                    msgspec.structs.fields(entry), f"{prefix}{field.name}__{place}__", required=False
                )
            continue
        kind, label = _plain(field.type), _label(field.name)
        control: forms.Field
        if kind is int:
            control = forms.IntegerField(label=label, required=required, error_messages=_MISSING)
        elif kind is date:
            control = forms.DateField(
                label=label,
                required=required,
                input_formats=["%Y-%m-%d"],
                help_text="例：2026-04-01",
                error_messages=_MISSING,
            )
        else:
            control = forms.CharField(label=label, required=required, max_length=100, error_messages=_MISSING)
        yield prefix + field.name, control


def _assembled(
    fields: tuple[msgspec.structs.FieldInfo, ...], prefix: str, cleaned: dict[str, Any]
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field in fields:
        entry = _entry_of(field.type)
        if entry is None:
            values[field.name] = cleaned[prefix + field.name]
            continue
        inner = msgspec.structs.fields(entry)
        entries = (_assembled(inner, f"{prefix}{field.name}__{place}__", cleaned) for place in range(GROUPS))
        values[field.name] = [
            one for one in entries if any(value not in {None, ""} for value in one.values())
        ]
    return values


def _plain(annotated: Any) -> type:
    """The type under its bounds."""
    inner = getattr(annotated, "__origin__", annotated)
    return inner if isinstance(inner, type) else str


def _entry_of(annotated: Any) -> type[msgspec.Struct] | None:
    """The struct of a list of structs; None for a plain value."""
    inner = annotated
    if hasattr(inner, "__metadata__"):
        inner = inner.__origin__
    for argument in getattr(inner, "__args__", ()):
        if isinstance(argument, type) and issubclass(argument, msgspec.Struct):
            return argument
    return None


def _label(name: str) -> str:
    return LABELS_JA.get(name, name)
