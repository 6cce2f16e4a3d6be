"""What a browser says it is, in the few words by which its owner knows it: no version, nothing that tells two alike apart."""

from __future__ import annotations

from typing import Final

_SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "Chromebook"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)
_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
"""In this order: later names stand in the texts of earlier browsers too."""


def device_words(user_agent: str) -> str:
    """「Windows・Chrome」; empty where it says neither."""
    said = user_agent[:400]
    known = [next((words for sign, words in signs if sign in said), "") for signs in (_SYSTEMS, _BROWSERS)]
    return "・".join(word for word in known if word)
