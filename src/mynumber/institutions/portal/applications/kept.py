"""What lies in the tables sealed: answers, attributes, documents. Who has the database alone reads nothing."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from mynumber.institutions.portal.applications.models import Application
from mynumber.protocols.residents import FourAttributes
from mynumber.webkit import safe
from mynumber.webkit.filling.content import Content
from mynumber.webkit.messages import this_node

SAFE = "applications"
"""Name of the secret in the key ring."""

Sealed = bytes | memoryview
"""As a binary column comes back."""

T = TypeVar("T")


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
