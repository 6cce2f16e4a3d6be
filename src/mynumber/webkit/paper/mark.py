"""Whose a paper is, and of what: what it says of itself in its metadata and on each page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Final
from uuid import UUID

_TITLE: Final = "mynumber paper v1"
_SUBJECT: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Mark:
    """The paper `about` (an application, a request) of the person `subject`."""

    about: UUID
    subject: str
    """`subject_of`: names nobody, and is another for each `about`."""

    def __post_init__(self) -> None:
        if _SUBJECT.fullmatch(self.subject) is None:
            raise ValueError("a subject is 64 hexadecimal digits")

    @property
    def text(self) -> str:
        """As it stands in the metadata."""
        return f"{_TITLE} {self.about} {self.subject}"


def subject_of(about: UUID, *, name: str, birth: date, sex: str) -> str:
    """The digest of a person for the papers of `about`: both institutions that know the person compute the same.

    The address is not in it: it changes while an application is under way.
    """
    lines = (_TITLE, str(about), name, birth.isoformat(), sex)
    return sha256("\n".join((*lines, "")).encode()).hexdigest()
