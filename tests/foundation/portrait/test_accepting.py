"""Photos from strangers: what is taken, what is left out of them, and what is refused with which reason."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mynumber.foundation.portrait import (
    LARGEST_FILE,
    PhotoReason,
    PhotoRefused,
    accept,
    draw_placeholder,
)

PORTRAIT = draw_placeholder(b"somebody")
SECRET = b"35.6895N 139.6917E"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int = 300, height: int = 400, *, pixels: bytes | None = None, extra: bytes = b"") -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = zlib.compress(pixels if pixels is not None else (b"\0" + bytes(width)) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def segment(marker: int, data: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data


def jpeg(
    width: int = 300, height: int = 400, *, extra: bytes = b"", scan: bytes = b"\x12\xff\x00\x34"
) -> bytes:
    """The structure of a JPEG; its coded data is no picture, and nothing here decodes it."""
    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"
    parts = (
        b"\xff\xd8",
        extra,
        segment(0xDB, bytes(65)),
        segment(0xC0, frame),
        segment(0xC4, bytes(20)),
        segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + scan,
        b"\xff\xd9",
    )
    return b"".join(parts)


def exif(orientation: int, order: str = ">") -> bytes:
    mark = b"MM\0*" if order == ">" else b"II*\0"
    entry = struct.pack(order + "HHIHH", 0x0112, 3, 1, orientation, 0)
    return segment(0xE1, b"Exif\0\0" + mark + struct.pack(order + "IH", 8, 1) + entry + SECRET)


def refusal_of(file: bytes) -> PhotoReason:
    with pytest.raises(PhotoRefused) as caught:
        accept(file)
    return caught.value.reason


def test_the_placeholder_is_a_photo_that_is_accepted_as_it_is() -> None:
    photo = accept(PORTRAIT)
    assert (photo.content, photo.content_type, photo.width, photo.height) == (PORTRAIT, "image/png", 480, 616)


def test_a_photo_keeps_its_picture_and_loses_what_the_camera_wrote_about_it() -> None:
    comment = segment(0xFE, SECRET)
    for file in (
        jpeg(extra=exif(1) + comment),
        jpeg() + SECRET,
        png(extra=chunk(b"tEXt", b"Comment\0" + SECRET) + chunk(b"eXIf", SECRET)),
        png() + b"<script>" + SECRET,
    ):
        cleaned = accept(file)
        assert SECRET not in cleaned.content
        assert accept(cleaned.content).content == cleaned.content, "cleaning a clean photo changes nothing"
    assert accept(jpeg(extra=exif(1))).content == jpeg()
    assert accept(png(extra=chunk(b"tIME", bytes(7)))).content == png()


def test_restart_markers_and_stuffed_bytes_belong_to_the_scan() -> None:
    scan = b"\x01\xff\x00\x02\xff\xd0\x03\xff\xd7\x04"
    assert accept(jpeg(scan=scan)).content == jpeg(scan=scan)


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (b"", PhotoReason.EMPTY),
        (PORTRAIT + bytes(LARGEST_FILE), PhotoReason.TOO_LARGE),
        (b"GIF89a" + bytes(100), PhotoReason.NOT_A_PHOTO),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", PhotoReason.NOT_A_PHOTO),
        (b"%PDF-1.7", PhotoReason.NOT_A_PHOTO),
        (b"MZ" + PORTRAIT, PhotoReason.NOT_A_PHOTO),
        (png()[:-1], PhotoReason.DAMAGED),
        (png().replace(b"IDAT", b"IDAX"), PhotoReason.DAMAGED),
        (png(extra=chunk(b"ABCD", b"")), PhotoReason.DAMAGED),
        (png(extra=chunk(b"acTL", bytes(8))), PhotoReason.ANIMATED),
        (png(pixels=b"\0" * 10), PhotoReason.DAMAGED),
        (png(pixels=bytes(20_000_000)), PhotoReason.DAMAGED),
        (png(100, 100), PhotoReason.SMALL),
        (png(400, 300), PhotoReason.LANDSCAPE),
        (png(0xFFFFFFFF, 0xFFFFFFFF, pixels=b""), PhotoReason.LARGE),
        (jpeg(60000, 60000), PhotoReason.LARGE),
        (jpeg(239, 400), PhotoReason.SMALL),
        (jpeg(400, 300), PhotoReason.LANDSCAPE),
        (jpeg(extra=exif(6)), PhotoReason.TURNED),
        (jpeg(extra=exif(8, "<")), PhotoReason.TURNED),
        (jpeg()[:-2], PhotoReason.DAMAGED),
        (jpeg(extra=segment(0xC3, bytes(9))), PhotoReason.DAMAGED),
        (jpeg(extra=segment(0xC0, bytes(9))), PhotoReason.DAMAGED),
        (b"\xff\xd8\xff\xd9", PhotoReason.DAMAGED),
        (b"\xff\xd8\xff\xe1\x00\x01", PhotoReason.DAMAGED),
        (b"\xff\xd8" + segment(0xDA, bytes(6)) + b"\x00\xff\xd9", PhotoReason.DAMAGED),
    ],
)
def test_what_is_no_photo_for_a_card_is_refused_with_the_reason(file: bytes, reason: PhotoReason) -> None:
    assert refusal_of(file) is reason
    assert reason.sentence_ja


@settings(max_examples=300)
@given(
    st.sampled_from((PORTRAIT, jpeg(extra=exif(1)), png(extra=chunk(b"tEXt", b"a\0b")))),
    st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), max_size=6),
    st.integers(0, 4000),
)
def test_mutated_photos_are_taken_or_refused_and_never_anything_else(
    file: bytes, changes: list[tuple[int, int]], cut: int
) -> None:
    mutated = bytearray(file)
    for position, value in changes:
        mutated[position % len(mutated)] = value
    try:
        photo = accept(bytes(mutated[: len(mutated) - cut % 7]))
    except PhotoRefused:
        return
    assert accept(photo.content).content == photo.content


def test_portraits_differ_and_stay_the_same_for_the_same_seed() -> None:
    assert draw_placeholder(b"a") == draw_placeholder(b"a")
    assert len({draw_placeholder(bytes([n])) for n in range(20)}) > 10
