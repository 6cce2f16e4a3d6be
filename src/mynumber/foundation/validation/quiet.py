"""The libraries write parts of a document into their log lines; no log may hold them."""

from __future__ import annotations

import logging


def silence(*names: str) -> None:
    """Keep what these loggers say from every handler."""
    for name in names:
        logger = logging.getLogger(name)
        logger.addHandler(logging.NullHandler())
        logger.propagate = False
