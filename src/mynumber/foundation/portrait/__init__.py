"""Photos for cards (顔写真): what is accepted and how it is cleaned, and a drawn placeholder for people who do not exist."""

from mynumber.foundation.portrait.accepting import (
    LARGEST_FILE,
    LONGEST_SIDE,
    SHORTEST_SIDE,
    AcceptedPhoto,
    PhotoReason,
    PhotoRefused,
    accept,
)
from mynumber.foundation.portrait.drawing import draw_placeholder

__all__ = [
    "LARGEST_FILE",
    "LONGEST_SIDE",
    "SHORTEST_SIDE",
    "AcceptedPhoto",
    "PhotoReason",
    "PhotoRefused",
    "accept",
    "draw_placeholder",
]
