"""Certificates of applicants, as each municipality may have them checked."""

from __future__ import annotations

from functools import cache
from typing import TypeVar

import msgspec

from mynumber.institutions.municipality.systems import ask_jlis
from mynumber.protocols.message import Message
from mynumber.webkit.examination.trust import Verifier

Q = TypeVar("Q", bound=msgspec.Struct)
A = TypeVar("A", bound=msgspec.Struct)


@cache
def verifier(code: str) -> Verifier:
    """The municipality as a verifier: each asks as itself, and each use is counted."""

    def ask(message: Message[Q, A], question: Q) -> A:
        return ask_jlis(code, message, question)

    return Verifier(ask)
