"""Words of the face as pictures (PNG), for the files of 券面事項確認AP.

Digits are drawn. Other characters would need a font, which this package does not carry: they are blank boxes, and the words stand in
the picture's text chunk (`Description`, UTF-8) as well, as PNG provides for.
"""

from __future__ import annotations

import struct
import zlib

_DIGITS = {
    "0": "01110 10001 10011 10101 11001 10001 01110",
    "1": "00100 01100 00100 00100 00100 00100 01110",
    "2": "01110 10001 00001 00110 01000 10000 11111",
    "3": "01110 10001 00001 00110 00001 10001 01110",
    "4": "00010 00110 01010 10010 11111 00010 00010",
    "5": "11111 10000 11110 00001 00001 10001 01110",
    "6": "00110 01000 10000 11110 10001 10001 01110",
    "7": "11111 00001 00010 00100 01000 01000 01000",
    "8": "01110 10001 10001 01110 10001 10001 01110",
    "9": "01110 10001 10001 01111 00001 00010 01100",
}
_BOX = "11111 10001 10001 10001 10001 10001 11111"
_SPACE = "00000 00000 00000 00000 00000 00000 00000"
_ROWS, _COLUMNS, _SCALE, _MARGIN = 7, 6, 4, 4


def picture_of(text: str) -> bytes:
    """One line of text, black on white, one bit a pixel."""
    glyphs = [_DIGITS.get(c, _SPACE if c.isspace() else _BOX).split() for c in text]
    lines = ["".join(glyph[row] + "0" for glyph in glyphs) for row in range(_ROWS)]
    width = len(text) * _COLUMNS * _SCALE + 2 * _MARGIN
    blank = [_row("", width)] * _MARGIN
    drawn = [_row(line, width) for line in lines for _ in range(_SCALE)]
    pixels = b"".join(b"\0" + row for row in [*blank, *drawn, *blank])
    header = struct.pack(">IIBBBBB", width, _ROWS * _SCALE + 2 * _MARGIN, 1, 0, 0, 0, 0)
    words = b"Description\0\0\0\0\0" + text.encode()
    chunks = ((b"IHDR", header), (b"iTXt", words), (b"IDAT", zlib.compress(pixels, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _row(line: str, width: int) -> bytes:
    """One row of pixels, 0 is black; padded to whole bytes."""
    bits = "0" * _MARGIN + "".join(bit * _SCALE for bit in line)
    white = "".join("1" if bit == "0" else "0" for bit in bits.ljust(width, "0")[:width])
    padded = white.ljust((width + 7) // 8 * 8, "0")
    return int(padded, 2).to_bytes(len(padded) // 8)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
