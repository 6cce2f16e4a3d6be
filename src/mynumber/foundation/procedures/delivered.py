"""What a signed document of private delivery (民間送達) says for the fields of a form that take it (source "delivery").

The portal fills a draft with it and the body reads it again out of the document that arrived: one function, so both understand the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from mynumber.foundation.procedures.definition import Delivery, Document, Field, FieldType, How, Procedure
from mynumber.foundation.procedures.values import Flawed, Value, normalise


def kinds_for(document: Document) -> frozenset[str]:
    """Kinds of private delivery that serve as a document of a form: its own id, and what `replaced_by` names as electronic."""
    return frozenset({document.id, *(each.electronic for each in document.replaced_by if each.electronic)})


def takes(procedure: Procedure, kind: str) -> tuple[Field, ...]:
    """The fields at the form's top level that a document of this kind fills and fixes."""
    return tuple(
        field
        for field in procedure.field
        if field.how is How.PREFILLED_LOCKED
        and isinstance(field.source, Delivery)
        and field.source.document == kind
        and field.type is not FieldType.GROUP
    )


def values(procedure: Procedure, kind: str, said: Mapping[str, str], *, today: date) -> dict[str, Value]:
    """What a document with these texts by key says, by field; what does not fit a field is left out, and the person is asked."""
    found: dict[str, Value] = {}
    for field in takes(procedure, kind):
        text = said.get(field.source.path) if isinstance(field.source, Delivery) else None
        if text is None:
            continue
        try:
            value = normalise(field, text, today=today)
        except Flawed:
            continue
        if value is not None:
            found[field.id] = value
    return found
