"""Addresses for people at which no browser test looks at a page, and why: what they answer is no page, or none that differs from another."""

from typing import Final

NOT_VISITED: Final[dict[str, dict[str, str]]] = {}
"""House, pattern as in urls.py, reason."""
