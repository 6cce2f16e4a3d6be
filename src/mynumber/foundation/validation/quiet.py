"""The libraries write parts of a document into their log lines; no log may hold them."""

from __future__ import annotations

import logging


def silence(*names: str) -> None:
    """Let these loggers say nothing, whatever level the program asks for."""
    for name in names:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
