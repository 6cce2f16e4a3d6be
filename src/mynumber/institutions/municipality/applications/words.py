"""Words for people about applications of a municipality: what all bodies say, and its name."""

from __future__ import annotations

from mynumber.foundation.numbers import find
from mynumber.webkit.examination.words import office_of, title_of

__all__ = ["office_of", "title_of", "town"]


def town(tenant: str) -> str:
    """東京都葛飾区"""
    return find(tenant).full_name
