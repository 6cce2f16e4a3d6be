"""Whether a sending is what it says: the canonical answers of its form, documents of the form and of their kind."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from mynumber.foundation.procedures import answers as forms
from mynumber.foundation.procedures.definition import Field, FieldType, Procedure
from mynumber.foundation.procedures.delivered import kinds_for
from mynumber.foundation.procedures.values import MOST_ENTRIES
from mynumber.protocols import applications as protocol
from mynumber.protocols.refusal import Hop, Reason, Refused

_MEGABYTE: Final = 1024 * 1024
_KINDS: Final = {
    "application/pdf": (b"%PDF-", "pdf"),
    "image/jpeg": (b"\xff\xd8\xff", "jpeg"),
    "image/png": (b"\x89PNG\r\n\x1a\n", "png"),
}


def duplicate(detail: str) -> Refused:
    """The same again with another content, or a second application for one right."""
    return Refused(Hop.PROVIDER, Reason.DUPLICATE_REQUEST, detail)


def malformed(detail: str) -> Refused:
    """Not what the form takes."""
    return Refused(Hop.PROVIDER, Reason.MALFORMED, detail)


def sound_answers(procedure: Procedure, encoded: bytes) -> dict[str, Any]:
    """The answers, if they are the canonical ones of the form. Raises Refused(MALFORMED)."""
    try:
        body = msgspec.json.decode(encoded, type=dict[str, Any])
        answers = body["answers"]
        same = _is_shaped(procedure.field, answers) and forms.encode(procedure, answers) == encoded
    except (msgspec.DecodeError, LookupError, TypeError, ValueError, AttributeError, RecursionError):
        same = False
    if not same:
        raise malformed("the answers are not the canonical answers of the form")
    if next(forms.contradictions(procedure, answers), None) is not None:
        raise malformed("two answers contradict each other")
    return dict(answers)


def _is_shaped(fields: tuple[Field, ...], answers: object) -> bool:
    """Whether each answer has the outward form of its field, so that nothing behind has to look again."""
    if not isinstance(answers, dict):
        return False
    by_id = {field.id: field for field in fields}
    return all(name in by_id and _has_shape(by_id[name], value) for name, value in answers.items())


def _has_shape(field: Field, value: object) -> bool:
    match field.type:
        case FieldType.GROUP:
            return (
                isinstance(value, list)
                and len(value) <= MOST_ENTRIES
                and all(_is_shaped(field.field, entry) for entry in value)
            )
        case FieldType.ADDRESS | FieldType.BANK_ACCOUNT:
            return isinstance(value, dict) and all(isinstance(part, str) for part in value.values())
        case FieldType.CHOICES:
            return isinstance(value, list) and all(isinstance(each, str) for each in value)
        case FieldType.YES_NO | FieldType.CONFIRM:
            return isinstance(value, bool)
        case FieldType.YEN | FieldType.COUNT:
            return type(value) is int
        case _:
            return isinstance(value, str)


def require_documents(procedure: Procedure, application: protocol.Application) -> None:
    """Raises Refused: MALFORMED, TOO_LARGE."""
    of_form = {document.id: document for document in procedure.document}
    if sum(len(each.content) for each in application.documents) > protocol.LARGEST_TOGETHER:
        raise Refused(Hop.PROVIDER, Reason.TOO_LARGE, "the documents together are too large")
    for each in application.documents:
        document = of_form.get(each.document)
        if document is None:
            raise malformed("a document that the form does not have")
        if len(each.content) > document.most_megabytes * _MEGABYTE:
            raise Refused(Hop.PROVIDER, Reason.TOO_LARGE, "a document is larger than the form allows")
        if each.delivered is not None and each.delivered.kind in kinds_for(document):
            continue  # `delivered` looks at it: who signed it counts, not what it is said to be
        magic, extension = _KINDS.get(each.media_type, (b"", ""))
        if extension not in document.formats or not each.content.startswith(magic):
            raise malformed("a document is not of the kind it is said to be")
