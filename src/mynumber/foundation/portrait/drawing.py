"""A drawn head and shoulders for people who do not exist: a face would look like somebody."""

from __future__ import annotations

import hashlib
import math
import struct
import zlib
from typing import Final

WIDTH, HEIGHT = 480, 616
"""The proportions of 35 by 45 mm."""
_BACKGROUND, _SKIN, _HAIR, _CLOTHES = range(4)
_BACKGROUNDS: Final = ((223, 232, 240), (232, 232, 226), (226, 236, 229), (236, 230, 236))
_SKINS: Final = ((240, 208, 180), (228, 190, 156), (214, 172, 136), (188, 143, 108))
_HAIRS: Final = ((38, 34, 34), (66, 48, 38), (104, 92, 86), (158, 154, 150))
_CLOTHES_COLOURS: Final = ((52, 73, 110), (96, 60, 84), (48, 96, 84), (84, 84, 92))


def draw_placeholder(seed: bytes) -> bytes:
    """A portrait as PNG, the same for the same seed. The seed should be no attribute of a person: colours are all that follows from it."""
    chosen = hashlib.sha256(b"placeholder portrait\n" + seed).digest()
    palette = bytes(
        part
        for colours, byte in zip((_BACKGROUNDS, _SKINS, _HAIRS, _CLOTHES_COLOURS), chosen, strict=False)
        for part in colours[byte % len(colours)]
    )
    rows = b"".join(b"\0" + _row(y) for y in range(HEIGHT))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 3, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"PLTE", palette), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _row(y: int) -> bytes:
    row = bytearray([_BACKGROUND]) * WIDTH
    _ellipse(row, y, 248, 132, 156, _HAIR)
    _ellipse(row, y, 640, 214, 206, _CLOTHES)
    _rectangle(row, y, 370, 470, 44, _SKIN)
    _ellipse(row, y, 276, 106, 136, _SKIN)
    return bytes(row)


def _ellipse(row: bytearray, y: int, centre: int, half_width: int, half_height: int, colour: int) -> None:
    distance = abs(y - centre)
    if distance < half_height:
        half = round(half_width * math.sqrt(1 - (distance / half_height) ** 2))
        _span(row, half, colour)


def _rectangle(row: bytearray, y: int, top: int, bottom: int, half: int, colour: int) -> None:
    if top <= y < bottom:
        _span(row, half, colour)


def _span(row: bytearray, half: int, colour: int) -> None:
    row[WIDTH // 2 - half : WIDTH // 2 + half] = bytes([colour]) * (2 * half)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
