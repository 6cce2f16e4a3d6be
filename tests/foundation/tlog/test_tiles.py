"""Tiles: the worked example of the specification, growth in any steps, and reading through tiles alone."""

import random
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mynumber.foundation.tlog.merkle import (
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_hash,
    verify_consistency,
    verify_inclusion,
)
from mynumber.foundation.tlog.tiles import (
    FULL_TILE_BYTES,
    HIGHEST_LEVEL,
    MalformedPath,
    Tile,
    TileId,
    entry_bundle,
    extend,
    hash_reader,
    index_path,
    overlay,
    tile_width,
    tiles_of,
)
from tests.foundation.tlog import trees


class Store:
    """Tiles as a log keeps them: the newest state of each, and a note of what was read."""

    def __init__(self) -> None:
        self.tiles: dict[tuple[int, int], bytes] = {}
        self.read_tiles: list[TileId] = []
        self.size = 0

    def read(self, level: int, index: int, width: int) -> bytes:
        self.read_tiles.append(TileId(level, index, width))
        return self.tiles[(level, index)]

    def add(self, hashes: list[bytes]) -> list[Tile]:
        tiles = extend(self.size, self.read, hashes)
        for tile in tiles:
            before = self.tiles.get((tile.id.level, tile.id.index), b"")
            assert tile.hashes.startswith(before), "a tile never changes a hash it has"
            self.tiles[(tile.id.level, tile.id.index)] = tile.hashes
        self.size += len(hashes)
        return tiles


def hashes_of(count: int, start: int = 0) -> list[bytes]:
    return [leaf_hash(b"entry %d" % number) for number in range(start, start + count)]


def test_the_worked_example_of_the_specification() -> None:
    tiles = tiles_of(70_000)
    level_0 = [tile for tile in tiles if tile.level == 0]
    assert len(level_0) == 274
    assert [tile.width for tile in level_0] == [256] * 273 + [112]
    assert [(tile.index, tile.width) for tile in tiles if tile.level == 1] == [(0, 256), (1, 17)]
    assert [(tile.index, tile.width) for tile in tiles if tile.level == 2] == [(0, 1)]
    assert max(tile.level for tile in tiles) == 2


def test_a_tree_of_256_has_a_full_tile_and_one_of_width_1() -> None:
    assert tiles_of(256) == [TileId(0, 0), TileId(1, 0, 1)]
    assert tiles_of(0) == []
    assert tiles_of(1) == [TileId(0, 0, 1)]


def test_70_000_leaves_make_exactly_these_tiles() -> None:
    store = Store()
    store.add(hashes_of(70_000))
    assert {(level, index): len(hashes) // 32 for (level, index), hashes in store.tiles.items()} == {
        (tile.level, tile.index): tile.width for tile in tiles_of(70_000)
    }
    assert len(store.tiles[(0, 0)]) == FULL_TILE_BYTES == 8192
    # one level up stands the root over each full tile
    first = [store.tiles[(0, 0)][start : start + 32] for start in range(0, 8192, 32)]
    while len(first) > 1:
        first = [node(first[i], first[i + 1]) for i in range(0, len(first), 2)]
    assert store.tiles[(1, 0)][:32] == first[0]


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (TileId(0, 1_234_067), "tile/0/x001/x234/067"),
        (TileId(0, 0), "tile/0/000"),
        (TileId(0, 999), "tile/0/999"),
        (TileId(0, 1000), "tile/0/x001/000"),
        (TileId(2, 0, 1), "tile/2/000.p/1"),
        (TileId(0, 273, 112), "tile/0/273.p/112"),
        (TileId(63, 5, 255), "tile/63/005.p/255"),
        (TileId(1, 1_000_000), "tile/1/x001/x000/000"),
    ],
)
def test_paths_are_those_of_the_specification(tile: TileId, path: str) -> None:
    assert tile.path() == path
    assert TileId.parse(path) == tile


def test_an_entry_bundle_has_lengths_of_two_bytes() -> None:
    assert entry_bundle([b"", b"abc", bytes(256)]) == b"\0\0" + b"\0\3abc" + b"\1\0" + bytes(256)
    assert index_path(1_234_067) == "x001/x234/067"


@given(st.integers(0, HIGHEST_LEVEL), st.integers(0, 1 << 55), st.integers(1, 256))
def test_a_path_comes_back(level: int, index: int, width: int) -> None:
    tile = TileId(level, index, width)
    assert TileId.parse(tile.path()) == tile


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile",
        "tile/0",
        "tile/0/",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/00/000",
        "tile/64/000",
        "tile/100/000",
        "tile/-1/000",
        "tile/+1/000",
        "tile/0/x000/000",
        "tile/0/x000/x001/000",
        "tile/0/x001",
        "tile/0/001/000",
        "tile/0/x001/x067",
        "tile/0/X001/067",
        "tile/0/x1/067",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000.p/999",
        "tile/0/000.p/",
        "tile/0/000.p",
        "tile/0/000.p/1/",
        "tile/0/000.p/1\n",
        "/tile/0/000",
        "tile/0/000/",
        "tile//000",
        "tile/0/../000",
        "tile/0/٠٠٠",
        "tile/٠/000",
        "tile/entries/000",
        "tile/0/000?x",
    ],
)
def test_other_spellings_of_paths_are_refused(path: str) -> None:
    with pytest.raises(MalformedPath):
        TileId.parse(path)


@given(st.text("tile/x0123456789.p", max_size=30))
def test_a_path_that_is_read_is_written_the_same(path: str) -> None:
    try:
        tile = TileId.parse(path)
    except MalformedPath:
        return
    assert tile.path() == path


@given(steps=st.lists(st.integers(0, 300), max_size=6))
@settings(max_examples=30, deadline=None)
def test_a_tree_that_grows_in_any_steps_has_the_tiles_and_root_of_its_size(steps: list[int]) -> None:
    store = Store()
    for step in steps:
        store.add(hashes_of(step, store.size))
    at_once = Store()
    at_once.add(hashes_of(store.size))
    assert store.tiles == at_once.tiles
    assert {(level, index): len(hashes) // 32 for (level, index), hashes in store.tiles.items()} == {
        (tile.level, tile.index): tile.width for tile in tiles_of(store.size)
    }
    assert root_hash(store.size, hash_reader(store.size, store.read)) == trees.root(trees.entries(store.size))


@given(st.data(), st.integers(1, 1200))
@settings(max_examples=40, deadline=None)
def test_proofs_are_made_from_tiles_alone(data: st.DataObject, size: int) -> None:
    store = Store()
    store.add(hashes_of(size))
    read = hash_reader(size, store.read)
    root = root_hash(size, read)
    index = data.draw(st.integers(0, size - 1))
    verify_inclusion(leaf_hash(b"entry %d" % index), index, size, inclusion_proof(index, size, read), root)
    old = data.draw(st.integers(0, size))
    proof = consistency_proof(old, size, read)
    verify_consistency(old, size, trees.root(trees.entries(old)), root, proof)
    assert set(store.read_tiles) <= set(tiles_of(size)), "only tiles of this size are asked for"
    assert len(store.read_tiles) == len(set(store.read_tiles)), "each of them once"


def test_a_later_and_wider_tile_serves_an_earlier_size() -> None:
    store = Store()
    store.add(hashes_of(600))
    for size in (1, 255, 256, 257, 300, 511, 512, 599):
        assert root_hash(size, hash_reader(size, store.read)) == trees.root(trees.entries(size))


def test_growing_reads_the_right_edge_only() -> None:
    store = Store()
    store.add(hashes_of(70_000))
    store.read_tiles.clear()
    tiles = store.add(hashes_of(10, 70_000))
    assert store.read_tiles == [TileId(0, 273, 112)]
    assert [tile.id for tile in tiles] == [TileId(0, 273, 122)]
    store.read_tiles.clear()
    tiles = store.add(hashes_of(200, 70_010))
    assert store.read_tiles == [TileId(0, 273, 122), TileId(1, 1, 17)]
    assert [tile.id for tile in tiles] == [TileId(0, 273), TileId(0, 274, 66), TileId(1, 1, 18)]


def test_nothing_added_is_nothing_to_store() -> None:
    store = Store()
    store.add(hashes_of(300))
    store.read_tiles.clear()
    assert store.add([]) == []
    assert store.read_tiles == []


def test_a_full_edge_needs_no_reading() -> None:
    store = Store()
    store.add(hashes_of(256 * 256))
    store.read_tiles.clear()
    store.add(hashes_of(1, 256 * 256))
    assert store.read_tiles == []


def test_tiles_not_yet_stored_are_seen_through_an_overlay() -> None:
    store = Store()
    store.add(hashes_of(500))
    tiles = extend(500, store.read, hashes_of(100, 500))
    root = root_hash(600, hash_reader(600, overlay(tiles, store.read)))
    assert root == trees.root(trees.entries(600))
    assert root_hash(500, hash_reader(500, store.read)) == trees.root(trees.entries(500))


def test_a_tile_that_is_too_short_is_not_taken() -> None:
    store = Store()
    store.add(hashes_of(300))
    store.tiles[(0, 1)] = store.tiles[(0, 1)][:-1]
    with pytest.raises(ValueError, match=r"tile/0/001\.p/44 is shorter"):
        root_hash(300, hash_reader(300, store.read))
    with pytest.raises(ValueError, match=r"tile/0/001\.p/44 is shorter"):
        extend(300, store.read, hashes_of(1))
    with pytest.raises(ValueError, match="not in a tree of this size"):
        hash_reader(200, store.read)([(0, 200)])


def test_an_altered_tile_changes_the_root() -> None:
    store = Store()
    store.add(hashes_of(1000))
    root = root_hash(1000, hash_reader(1000, store.read))
    generator = random.Random(1)
    for _ in range(50):
        level, index = 0, generator.randrange(4)
        good = store.tiles[(level, index)]
        position = generator.randrange(len(good) * 8)
        changed = bytearray(good)
        changed[position // 8] ^= 1 << position % 8
        store.tiles[(level, index)] = bytes(changed)
        # full tiles are covered by the level above, so compare what is built from the leaves
        rebuilt = Store()
        leaves = b"".join(store.tiles[(0, number)] for number in range(4))
        rebuilt.add([leaves[start : start + 32] for start in range(0, len(leaves), 32)])
        assert root_hash(1000, hash_reader(1000, rebuilt.read)) != root
        store.tiles[(level, index)] = good


@given(st.integers(0, 1 << 40), st.integers(0, 5), st.integers(0, 1 << 30))
def test_the_width_of_a_tile_is_that_of_the_specification(size: int, level: int, index: int) -> None:
    count = size // 256**level
    width = tile_width(size, level, index)
    if index < count // 256:
        assert width == 256
    elif index == count // 256:
        assert width == count % 256
    else:
        assert width == 0
