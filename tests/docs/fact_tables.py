"""The tables of docs/facts.md: kinds, fields, code lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mynumber.foundation.facts import CODE_LISTS, Field, Layout, Source, layouts_of
from mynumber.foundation.facts.language import (
    Code,
    Count,
    FieldType,
    Figures,
    Many,
    Special,
    Words,
    Yen,
    YesNo,
)
from mynumber.foundation.facts.layouts import ALL
from mynumber.foundation.law import InformationKind

Table = tuple[tuple[str, ...], Sequence[tuple[str, ...]]]


def kinds() -> Table:
    """Every kind of information with its layouts."""
    rows = [
        (
            f"`{kind.value}`",
            kind.label_ja,
            ", ".join(f"[`{one.id}`](#{one.id})" for one in layouts_of(kind)),
        )
        for kind in InformationKind
    ]
    return ("Kind", "日本語", "Layouts, the main one first"), rows


def codes() -> Table:
    """Every code list."""
    rows = [
        (f"`{name}`", "、".join(f"`{code}` {label}" for code, label in entries.items()))
        for name, entries in CODE_LISTS.items()
    ]
    return ("List", "Codes"), rows


def layouts() -> Iterator[tuple[list[str], Table]]:
    """Every layout: what stands before its table, and the table."""
    for layout in ALL:
        yield (
            [
                "",
                f"### {layout.id}",
                "",
                f"{layout.label}. {_source(layout)} Time: {layout.axis.label_ja}. {layout.basis}",
                "",
            ],
            (("Field", "日本語", "Type", "Must stand", "May be"), list(_fields(layout))),
        )


def _source(layout: Layout) -> str:
    return (
        "Ours."
        if layout.source is Source.OURS
        else "The items are those that the law lists; names and encoding are ours."
    )


def _fields(layout: Layout) -> Iterator[tuple[str, ...]]:
    for path, field in layout.every_field():
        special = ", ".join(Special(name).label_ja for name in field.may_be)
        yield (
            f"`{path}`",
            field.label,
            _type(field.type, field),
            "yes" if field.required else "",
            special,
        )


def _type(kind: FieldType, field: Field) -> str:
    match kind:
        case Yen():
            return "yen"
        case Count(unit=unit, least=least, most=most):
            return f"count, {least:,} to {most:,}" + (f" ({unit})" if unit else "")
        case Code(of=of):
            return f"code `{of}`"
        case Words(most=most):
            return f"words, at most {most}"
        case Figures(least=least, most=most):
            return f"{least} digits" if least == most else f"{least} to {most} digits"
        case YesNo(yes=yes, no=no):
            return f"{yes} / {no}"
        case Many(most=most):
            return f"list, at most {most:,}"
        case _:
            return (
                type(kind)
                .__name__.lower()
                .replace("fiscalyear", "fiscal year")
                .replace("calendaryear", "year")
            )
