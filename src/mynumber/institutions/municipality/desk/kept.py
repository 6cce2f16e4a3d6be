"""What lies sealed in the drafts of the counter: who has the database alone reads nothing."""

from __future__ import annotations

from typing import Final, TypeVar

import msgspec

from mynumber.institutions.municipality.desk.models import CounterFiling, DeskDraft, DeskPaper
from mynumber.protocols.applications import Attachment
from mynumber.protocols.counter_drafts import HandedIn
from mynumber.protocols.residents import FourAttributes
from mynumber.webkit import safe
from mynumber.webkit.filling.content import Content
from mynumber.webkit.messages import this_node

SAFE: Final = "desk-drafts"
"""Name of the secret in the key ring."""

T = TypeVar("T")


def _seal(value: object, about: str) -> bytes:
    return safe.seal(this_node().keyring, SAFE, msgspec.json.encode(value), about=about)


def _unseal(sealed: bytes | memoryview, kind: type[T], about: str) -> T:
    content = safe.unseal(this_node().keyring, SAFE, bytes(sealed), about=about)
    return msgspec.json.decode(content, type=kind)


def content_of(draft: DeskDraft) -> Content:
    """What is filled so far."""
    return _unseal(draft.content, Content, f"{draft.ident}/content")


def put(draft: DeskDraft, content: Content) -> None:
    """Set it; the caller saves the row."""
    draft.content = _seal(content, f"{draft.ident}/content")


def applicant_of(draft: DeskDraft) -> FourAttributes:
    """Who applies."""
    return _unseal(draft.applicant, FourAttributes, f"{draft.ident}/applicant")


def put_applicant(draft: DeskDraft, applicant: FourAttributes) -> None:
    """Set it; the caller saves the row."""
    draft.applicant = _seal(applicant, f"{draft.ident}/applicant")


def attachment_of(paper: DeskPaper) -> Attachment:
    """A paper as it goes along."""
    return _unseal(paper.sealed, Attachment, f"{paper.ident}/paper")


def put_attachment(paper: DeskPaper, attachment: Attachment) -> None:
    """Set it; the caller saves the row."""
    paper.sealed = _seal(attachment, f"{paper.ident}/paper")


def message_of(filing: CounterFiling) -> HandedIn:
    """What the portal is told."""
    return _unseal(filing.message or b"", HandedIn, f"filing {filing.submission_id}")


def put_message(filing: CounterFiling, message: HandedIn) -> None:
    """Set it; the caller saves the row."""
    filing.message = _seal(message, f"filing {filing.submission_id}")
