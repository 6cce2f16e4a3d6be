"""Whether a file may be the photo of a card, and the same photo without anything that is no picture.

A photo comes from strangers and ends on every reader that opens the card. It is read by structure and written anew from the parts that a
decoder needs: place and time of the shot, thumbnails, colour profiles, comments and whatever hangs behind the picture stay out.
Pixels of JPEG are not decoded here. Measures follow what J-LIS asks of applications on the net (portrait format, 480 to 6,000 pixels a
side); the bound of the file is this project's.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

LARGEST_FILE: Final = 512 * 1024
SHORTEST_SIDE: Final = 240
LONGEST_SIDE: Final = 6000
_LARGEST_PICTURE: Final = 24_000_000
"""Pixels; keeps a small file from growing to gigabytes in somebody's decoder."""


class PhotoReason(StrEnum):
    """What is wrong with a photo."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOT_A_PHOTO = "not_a_photo"
    """Neither JPEG nor PNG."""
    DAMAGED = "damaged"
    """Begins like one and does not go on like one."""
    ANIMATED = "animated"
    SMALL = "small"
    """A side has too few pixels."""
    LARGE = "large"
    """A side has too many pixels."""
    LANDSCAPE = "landscape"
    """Wider than high."""
    TURNED = "turned"
    """The camera noted that it was held sideways: without that note the photo would lie."""

    @property
    def sentence_ja(self) -> str:
        """What to do, for whoever sent it."""
        return _SENTENCES[self]


_SENTENCES: Final = {
    PhotoReason.EMPTY: "写真のファイルが空です。もう一度選んでください。",
    PhotoReason.TOO_LARGE: f"写真のファイルが大きすぎます。{LARGEST_FILE // 1024}KB以下にしてください。",
    PhotoReason.NOT_A_PHOTO: "写真として読めません。JPEGかPNGのファイルを選んでください。",
    PhotoReason.DAMAGED: "写真のファイルが壊れています。撮り直すか、保存し直してください。",
    PhotoReason.ANIMATED: "動く画像は使えません。1枚の写真を選んでください。",
    PhotoReason.SMALL: f"写真が小さすぎます。縦も横も{SHORTEST_SIDE}ピクセル以上の写真を選んでください。",
    PhotoReason.LARGE: f"写真が大きすぎます。縦も横も{LONGEST_SIDE}ピクセル以下にしてください。",
    PhotoReason.LANDSCAPE: "横長の写真は使えません。縦長（縦4.5cm・横3.5cmの割合）に切り取ってください。",
    PhotoReason.TURNED: "写真の向きが横になっています。写真アプリで縦に直して、保存し直してください。",
}


class PhotoRefused(Exception):
    """A photo cannot be taken. Never quotes the file."""

    def __init__(self, reason: PhotoReason) -> None:
        super().__init__(f"photo refused: {reason.value}")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class AcceptedPhoto:
    """A cleaned photo. Sides in pixels."""

    content: bytes = field(repr=False)
    content_type: str
    """`image/jpeg` or `image/png`."""
    width: int
    height: int


def accept(file: bytes) -> AcceptedPhoto:
    """Read and clean a photo. Raises PhotoRefused."""
    if not file:
        raise PhotoRefused(PhotoReason.EMPTY)
    if len(file) > LARGEST_FILE:
        raise PhotoRefused(PhotoReason.TOO_LARGE)
    if file.startswith(b"\xff\xd8\xff"):
        return _measured(*_clean_jpeg(file), "image/jpeg")
    if file.startswith(_PNG_SIGNATURE):
        return _measured(*_clean_png(file), "image/png")
    raise PhotoRefused(PhotoReason.NOT_A_PHOTO)


def _measured(content: bytes, width: int, height: int, content_type: str) -> AcceptedPhoto:
    if min(width, height) < SHORTEST_SIDE:
        raise PhotoRefused(PhotoReason.SMALL)
    if max(width, height) > LONGEST_SIDE or width * height > _LARGEST_PICTURE:
        raise PhotoRefused(PhotoReason.LARGE)
    if width > height:
        raise PhotoRefused(PhotoReason.LANDSCAPE)
    return AcceptedPhoto(content, content_type, width, height)


# --- JPEG (ITU-T T.81, annex B) -----------------------------------------------------------------------------------

_START, _END, _SCAN, _APPLICATION_1 = 0xD8, 0xD9, 0xDA, 0xE1
_FRAMES: Final = frozenset({0xC0, 0xC1, 0xC2})
"""Baseline, extended and progressive frames with Huffman coding: what decoders everywhere read."""
_KEPT: Final = _FRAMES | {0xC4, 0xDB, 0xDD}
"""Frames, Huffman tables, quantisation tables, restart interval."""
_DROPPED: Final = frozenset({*range(0xE0, 0xF0), 0xFE})
"""Application data and comments."""


def _clean_jpeg(file: bytes) -> tuple[bytes, int, int]:
    kept = [b"\xff\xd8"]
    size: tuple[int, int] | None = None
    position = 2
    while True:
        marker, position = _next_marker(file, position)
        if marker == _END:
            break
        length = int.from_bytes(_slice(file, position, 2))
        segment = _slice(file, position, length)
        if length < 2:
            raise PhotoRefused(PhotoReason.DAMAGED)
        position += length
        if marker in _FRAMES:
            if size is not None or length < 8:
                raise PhotoRefused(PhotoReason.DAMAGED)
            height, width = struct.unpack(">HH", segment[3:7])
            size = (width, height)
        if marker == _APPLICATION_1 and _is_turned(segment[2:]):
            raise PhotoRefused(PhotoReason.TURNED)
        if marker == _SCAN:
            if size is None:
                raise PhotoRefused(PhotoReason.DAMAGED)
            end = _end_of_scan(file, position)
            kept.append(b"\xff\xda" + segment + file[position:end])
            position = end
        elif marker in _KEPT:
            kept.append(bytes((0xFF, marker)) + segment)
        elif marker not in _DROPPED:
            raise PhotoRefused(PhotoReason.DAMAGED)
    if size is None or not any(part.startswith(b"\xff\xda") for part in kept):
        raise PhotoRefused(PhotoReason.DAMAGED)
    return b"".join([*kept, b"\xff\xd9"]), *size


def _next_marker(file: bytes, position: int) -> tuple[int, int]:
    if _slice(file, position, 1) != b"\xff":
        raise PhotoRefused(PhotoReason.DAMAGED)
    while _slice(file, position, 1) == b"\xff":
        position += 1
    return file[position], position + 1


def _end_of_scan(file: bytes, position: int) -> int:
    """Where the coded data ends: at a marker that is neither a stuffed byte nor a restart."""
    while True:
        position = file.find(b"\xff", position)
        if position < 0 or position + 1 >= len(file):
            raise PhotoRefused(PhotoReason.DAMAGED)
        following = file[position + 1]
        if following == 0 or 0xD0 <= following <= 0xD7:
            position += 2
        elif following == 0xFF:
            position += 1
        else:
            return position


def _is_turned(segment: bytes) -> bool:
    """Whether Exif says that the picture has to be turned or mirrored (tag 0x0112 is not 1)."""
    if not segment.startswith(b"Exif\0\0"):
        return False
    tiff = segment[6:]
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 8:
        return False
    offset = struct.unpack_from(order + "I", tiff, 4)[0]
    if offset + 2 > len(tiff):
        return False
    count = min(struct.unpack_from(order + "H", tiff, offset)[0], (len(tiff) - offset - 2) // 12)
    for entry in range(offset + 2, offset + 2 + 12 * count, 12):
        tag, _, _, value = struct.unpack_from(order + "HHIH", tiff, entry)
        if tag == 0x0112:
            return bool(value not in (0, 1))
    return False


# --- PNG (ISO/IEC 15948) --------------------------------------------------------------------------------------------

_PNG_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_SAMPLES: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Samples a pixel, by colour type."""
_DEPTHS: Final = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_KEPT_CHUNKS: Final = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})


def _clean_png(file: bytes) -> tuple[bytes, int, int]:
    chunks: list[tuple[bytes, bytes]] = []
    position = len(_PNG_SIGNATURE)
    while not chunks or chunks[-1][0] != b"IEND":
        length = int.from_bytes(_slice(file, position, 4))
        kind, data = _slice(file, position + 4, 4), _slice(file, position + 8, length)
        checksum = int.from_bytes(_slice(file, position + 8 + length, 4))
        if zlib.crc32(kind + data) != checksum:
            raise PhotoRefused(PhotoReason.DAMAGED)
        if kind == b"acTL":
            raise PhotoRefused(PhotoReason.ANIMATED)
        if kind in _KEPT_CHUNKS:
            chunks.append((kind, data))
        elif not kind[0] & 0x20:
            # A critical chunk that this reader does not know changes what the picture is.
            raise PhotoRefused(PhotoReason.DAMAGED)
        position += 12 + length
    width, height = _check_png(chunks)
    return _PNG_SIGNATURE + b"".join(_chunk(*chunk) for chunk in chunks), width, height


def _check_png(chunks: list[tuple[bytes, bytes]]) -> tuple[int, int]:
    """Header first and once, and data of exactly the size that it announces."""
    kinds = [kind for kind, _ in chunks]
    if kinds[0] != b"IHDR" or kinds.count(b"IHDR") != 1 or len(chunks[0][1]) != 13:
        raise PhotoRefused(PhotoReason.DAMAGED)
    width, height, depth, colour, compression, filtering, interlace = struct.unpack(">IIBBBBB", chunks[0][1])
    if depth not in _DEPTHS.get(colour, ()) or (compression, filtering) != (0, 0) or interlace > 1:
        raise PhotoRefused(PhotoReason.DAMAGED)
    if width * height > _LARGEST_PICTURE or max(width, height) > LONGEST_SIDE:
        raise PhotoRefused(PhotoReason.LARGE)
    if min(width, height) < SHORTEST_SIDE:
        raise PhotoRefused(PhotoReason.SMALL)
    if colour == 3 and kinds.count(b"PLTE") != 1:
        raise PhotoRefused(PhotoReason.DAMAGED)
    expected = _bytes_of(width, height, depth * _SAMPLES[colour], interlaced=interlace == 1)
    decoder = zlib.decompressobj()
    try:
        pixels = decoder.decompress(b"".join(data for kind, data in chunks if kind == b"IDAT"), expected + 1)
    except zlib.error:
        raise PhotoRefused(PhotoReason.DAMAGED) from None
    if len(pixels) != expected or not decoder.eof:
        raise PhotoRefused(PhotoReason.DAMAGED)
    return width, height


_PASSES: Final = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)
"""Adam7: first column, first row, step of columns, step of rows."""


def _bytes_of(width: int, height: int, bits: int, *, interlaced: bool) -> int:
    passes = _PASSES if interlaced else ((0, 0, 1, 1),)
    total = 0
    for left, top, across, down in passes:
        columns, rows = -(-(width - left) // across), -(-(height - top) // down)
        total += rows * (1 + (columns * bits + 7) // 8) if columns > 0 and rows > 0 else 0
    return total


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _slice(file: bytes, start: int, length: int) -> bytes:
    part = file[start : start + length]
    if len(part) != length:
        raise PhotoRefused(PhotoReason.DAMAGED)
    return part
