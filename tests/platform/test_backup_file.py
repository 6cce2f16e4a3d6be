"""The file of a backup: what is sealed comes back, and nothing that was altered does."""

from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynumber.platform.backup_file import (
    DATABASE,
    FORMAT,
    HEAD,
    KEYS,
    MANIFEST,
    PIECE,
    BackupProblem,
    BackupUnusable,
    Head,
    PartKeys,
    new_salt,
    reading,
    seal,
    unseal,
    writing,
)

PASSPHRASE = "correct horse battery staple"
KEY = PartKeys(b"m" * 32, b"h" * 32).of("part")


class Pipe(io.BytesIO):
    """Gives less than is asked for, as a pipe does."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(size or 0, 70_001))


def sealed(content: bytes) -> bytes:
    return b"".join(seal(KEY, Pipe(content)))


def opened(content: bytes) -> bytes:
    return b"".join(unseal(KEY, Pipe(content)))


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 2 * PIECE + 7])
def test_what_is_sealed_is_opened(size: int) -> None:
    content = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    assert opened(sealed(content)) == content


@given(st.binary(max_size=300), st.data())
def test_nothing_altered_or_cut_is_opened(content: bytes, data: st.DataObject) -> None:
    box = bytearray(sealed(content))
    place = data.draw(st.integers(0, len(box) - 1))
    if data.draw(st.booleans()):
        box[place] ^= data.draw(st.integers(1, 255))
    else:
        del box[place:]
    with pytest.raises(BackupUnusable) as caught:
        opened(bytes(box))
    assert caught.value.problem is BackupProblem.NOT_OPENED


def test_pieces_cannot_be_left_out_or_change_places() -> None:
    box = sealed(b"a" * PIECE + b"b" * PIECE + b"c")
    step = PIECE + 16
    first, second, last = box[:step], box[step : 2 * step], box[2 * step :]
    for altered in (first + second, first + last, second + first + last, first, first + second + last + last):
        with pytest.raises(BackupUnusable):
            opened(altered)


def test_a_part_is_no_other_part() -> None:
    keys = PartKeys(b"m" * 32, b"h" * 32)
    box = b"".join(seal(keys.of(KEYS), io.BytesIO(b"content")))
    for other in (keys.of(DATABASE), PartKeys(b"m" * 32, b"i" * 32).of(KEYS)):
        with pytest.raises(BackupUnusable):
            b"".join(unseal(other, io.BytesIO(box)))


def head() -> Head:
    return Head(
        format=FORMAT,
        institution="network",
        taken_at=datetime(2026, 11, 22, 9, 0, tzinfo=UTC),
        server="180004",
        tables={"exchange": 2},
        keys=("log.1.secret",),
        salt=new_salt(),
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A backup with two parts."""
    path = tmp_path / "network.backup"
    with path.open("w+b") as stream, writing(stream, head(), PASSPHRASE) as writer:
        writer.add(KEYS, io.BytesIO(b'{"log.1.secret":"c2VjcmV0"}'))
        writer.add(DATABASE, io.BytesIO(b"rows of somebody" * 1000))
    return path


def problem(path: Path, passphrase: str = PASSPHRASE) -> BackupProblem:
    """What is wrong with it, as a restore finds it."""
    try:
        with reading(path) as reader:
            reader.unlock(passphrase)
            reader.key_files()
            assert b"".join(reader.part(DATABASE))
    except BackupUnusable as unusable:
        return unusable.problem
    raise AssertionError("nothing is wrong with it")


def test_a_file_says_what_it_is_and_keeps_the_rest_to_itself(file: Path) -> None:
    raw = file.read_bytes()
    assert b'"institution":"network"' in raw
    assert b"somebody" not in raw
    assert b"c2VjcmV0" not in raw
    with reading(file) as reader:
        assert reader.head.tables == {"exchange": 2}
        reader.unlock(PASSPHRASE)
        assert reader.key_files() == {"log.1.secret": b"secret"}
        assert b"".join(reader.part(DATABASE)) == b"rows of somebody" * 1000


def test_another_passphrase_opens_nothing(file: Path) -> None:
    assert problem(file, PASSPHRASE + ".") is BackupProblem.NOT_OPENED
    assert problem(file, "short") is BackupProblem.WEAK_PASSPHRASE


def test_a_flipped_bit_anywhere_is_found_without_the_passphrase_or_by_it(file: Path) -> None:
    raw = file.read_bytes()
    for place in range(0, len(raw), 97):
        altered = bytearray(raw)
        altered[place] ^= 0x40
        file.write_bytes(altered)
        try:
            with reading(file) as reader:
                found = (reader.head.institution, reader.head.tables)
        except BackupUnusable:
            continue
        assert found == ("network", {"exchange": 2}), "a bit of the zip that says nothing, such as a date"


def rewrite(file: Path, **parts: bytes | None) -> None:
    """Replace (or, with None, leave out) parts, with a manifest as somebody would make it who has no passphrase."""
    with zipfile.ZipFile(file) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    content |= {name: part for name, part in parts.items() if part is not None}
    with zipfile.ZipFile(file, "w") as archive:
        for name, part in content.items():
            if parts.get(name, b"") is not None:
                archive.writestr(name, part)


def test_a_head_that_somebody_rewrote_opens_nothing(file: Path) -> None:
    with zipfile.ZipFile(file) as archive:
        raw, manifest = archive.read(HEAD), archive.read(MANIFEST).decode()
    altered = raw.replace(b'{"exchange":2}', b'{"exchange":1}')
    manifest = manifest.replace(hashlib.sha256(raw).hexdigest(), hashlib.sha256(altered).hexdigest())
    rewrite(file, **{HEAD: altered, MANIFEST: manifest.encode()})
    assert problem(file) is BackupProblem.NOT_OPENED


@pytest.mark.parametrize("part", [HEAD, KEYS, DATABASE, MANIFEST])
def test_a_file_without_one_of_its_parts_is_no_backup(file: Path, part: str) -> None:
    rewrite(file, **{part: None})
    assert problem(file) is BackupProblem.NOT_A_BACKUP


def test_a_part_of_another_length_is_damage(file: Path) -> None:
    rewrite(file, **{DATABASE: b"nothing"})
    assert problem(file) is BackupProblem.DAMAGED


@pytest.mark.parametrize("raw", [b"", b"PK\5\6" + bytes(18), b"PGDMP", b"\0" * 4096])
def test_what_is_no_backup_is_said_to_be_none(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "other"
    path.write_bytes(raw)
    assert problem(path) is BackupProblem.NOT_A_BACKUP
