"""Bytes at rest: only the key ring opens them, and only as what they are about."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynumber.foundation.keyring import KeyRing
from mynumber.webkit import safe


@pytest.fixture(scope="module")
def ring(tmp_path_factory: pytest.TempPathFactory) -> KeyRing:
    return KeyRing.create(tmp_path_factory.mktemp("rings") / "ring")


@given(st.binary(max_size=2000), st.text(max_size=40))
def test_what_is_sealed_comes_back_and_does_not_show(ring: KeyRing, content: bytes, about: str) -> None:
    sealed = safe.seal(ring, "cards", content, about=about)
    assert safe.unseal(ring, "cards", sealed, about=about) == content
    assert len(content) < 8 or content not in sealed
    assert sealed != safe.seal(ring, "cards", content, about=about), "never the same twice"


def test_nothing_opens_it_as_something_else(ring: KeyRing, tmp_path: Path) -> None:
    sealed = safe.seal(ring, "cards", b"a card", about="1")
    safe.seal(ring, "photos", b"a photo", about="1")
    other = KeyRing.create(tmp_path / "other")
    other.add_secret("cards")
    for keys, name, text, about in (
        (ring, "cards", sealed, "2"),
        (ring, "photos", sealed, "1"),
        (ring, "missing", sealed, "1"),
        (other, "cards", sealed, "1"),
        (ring, "cards", b"", "1"),
    ):
        with pytest.raises(safe.CannotOpen):
            safe.unseal(keys, name, text, about=about)
    for position in range(len(sealed)):
        damaged = bytearray(sealed)
        damaged[position] ^= 1
        with pytest.raises(safe.CannotOpen):
            safe.unseal(ring, "cards", bytes(damaged), about="1")


def test_after_a_new_secret_the_old_ones_still_open(ring: KeyRing) -> None:
    before = safe.seal(ring, "rolled", b"old", about="1")
    ring.add_secret("rolled")
    after = safe.seal(ring, "rolled", b"new", about="1")
    assert before[:2] != after[:2]
    assert safe.unseal(ring, "rolled", before, about="1") == b"old"
    assert safe.unseal(ring, "rolled", after, about="1") == b"new"
