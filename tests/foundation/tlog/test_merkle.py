"""The tree against published vectors, against the definition, and against every small change of a proof."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynumber.foundation.tlog.merkle import (
    EMPTY_ROOT,
    NodeId,
    ProofReason,
    ProofRefused,
    ReadHashes,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_hash,
    verify_consistency,
    verify_inclusion,
)
from tests.foundation.tlog import trees

# The eight leaves and roots by which implementations of RFC 6962 are compared.
VECTOR_LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
VECTOR_ROOTS = [
    bytes.fromhex(text)
    for text in (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    )
]


def reader(entries: Sequence[bytes]) -> ReadHashes:
    def read(nodes: Sequence[NodeId]) -> list[bytes]:
        hashes = []
        for level, index in nodes:
            part = entries[index << level : (index + 1) << level]
            assert len(part) == 1 << level, "only complete subtrees are asked for"
            hashes.append(trees.root(part))
        return hashes

    return read


@pytest.mark.parametrize("size", range(9))
def test_roots_of_the_published_vectors(size: int) -> None:
    leaves = VECTOR_LEAVES[:size]
    assert root_hash(size, reader(leaves)) == VECTOR_ROOTS[size] == trees.root(leaves)


def test_an_inclusion_proof_of_the_published_vectors() -> None:
    proof = inclusion_proof(0, 8, reader(VECTOR_LEAVES))
    assert [one.hex() for one in proof] == [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]


@given(st.integers(0, 140))
def test_a_root_is_that_of_the_definition(size: int) -> None:
    entries = trees.entries(size)
    assert root_hash(size, reader(entries)) == trees.root(entries)


@given(st.data(), st.integers(1, 140))
def test_an_inclusion_proof_is_that_of_the_definition_and_verifies(data: st.DataObject, size: int) -> None:
    entries = trees.entries(size)
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index, size, reader(entries))
    assert proof == trees.path(index, entries)
    verify_inclusion(leaf_hash(entries[index]), index, size, proof, trees.root(entries))


@given(st.data(), st.integers(0, 140))
def test_a_consistency_proof_is_that_of_the_definition_and_verifies(data: st.DataObject, new: int) -> None:
    entries = trees.entries(new)
    old = data.draw(st.integers(0, new))
    proof = consistency_proof(old, new, reader(entries))
    if 0 < old < new:
        assert proof == trees.consistency(old, entries)
    else:
        assert proof == []
    verify_consistency(old, new, trees.root(entries[:old]), trees.root(entries), proof)


def test_every_small_tree_proves_every_leaf_and_no_other() -> None:
    for size in range(1, 18):
        entries = trees.entries(size)
        root = trees.root(entries)
        for index in range(size):
            proof = inclusion_proof(index, size, reader(entries))
            for claimed in range(size):
                if claimed == index:
                    verify_inclusion(leaf_hash(entries[index]), index, size, proof, root)
                    continue
                with pytest.raises(ProofRefused):
                    verify_inclusion(leaf_hash(entries[index]), claimed, size, proof, root)
                with pytest.raises(ProofRefused):
                    verify_inclusion(leaf_hash(entries[claimed]), index, size, proof, root)


def test_every_small_tree_is_consistent_with_its_beginnings_and_with_no_other() -> None:
    for new in range(1, 18):
        entries = trees.entries(new)
        for old in range(1, new):
            proof = consistency_proof(old, new, reader(entries))
            old_root, new_root = trees.root(entries[:old]), trees.root(entries)
            verify_consistency(old, new, old_root, new_root, proof)
            forked = trees.root([*entries[: old - 1], b"altered"])
            with pytest.raises(ProofRefused) as caught:
                verify_consistency(old, new, forked, new_root, proof)
            assert caught.value.reason in {ProofReason.WRONG_OLD_ROOT, ProofReason.WRONG_ROOT}
            with pytest.raises(ProofRefused):
                verify_consistency(old, new, old_root, forked, proof)


@given(st.data(), st.integers(2, 140))
def test_a_changed_inclusion_proof_fails(data: st.DataObject, size: int) -> None:
    entries = trees.entries(size)
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index, size, reader(entries))
    leaf, root = leaf_hash(entries[index]), trees.root(entries)
    which, bit = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 255))
    flipped = (int.from_bytes(proof[which]) ^ 1 << bit).to_bytes(32)
    expectations = [
        ([*proof[:which], flipped, *proof[which + 1 :]], ProofReason.WRONG_ROOT),
        (proof[:-1], ProofReason.WRONG_LENGTH),
        ([*proof, bytes(32)], ProofReason.WRONG_LENGTH),
        ([*proof[:which], proof[which][:31], *proof[which + 1 :]], ProofReason.WRONG_LENGTH),
    ]
    for changed, reason in expectations:
        with pytest.raises(ProofRefused) as caught:
            verify_inclusion(leaf, index, size, changed, root)
        assert caught.value.reason is reason


@given(st.data(), st.integers(3, 140))
def test_a_changed_consistency_proof_fails(data: st.DataObject, new: int) -> None:
    entries = trees.entries(new)
    old = data.draw(st.integers(1, new - 1))
    proof = consistency_proof(old, new, reader(entries))
    which, bit = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 255))
    flipped = (int.from_bytes(proof[which]) ^ 1 << bit).to_bytes(32)
    for changed in (
        [*proof[:which], flipped, *proof[which + 1 :]],
        proof[:-1],
        [*proof, bytes(32)],
        [*proof[:which], proof[which] + b"\0", *proof[which + 1 :]],
        [],
    ):
        with pytest.raises(ProofRefused):
            verify_consistency(old, new, trees.root(entries[:old]), trees.root(entries), changed)


@pytest.mark.parametrize(
    ("index", "size"), [(0, 0), (1, 1), (-1, 1), (5, 5), (6, 5), (0, -1), (1 << 70, 1 << 64)]
)
def test_leaves_outside_the_tree_have_no_proof(index: int, size: int) -> None:
    for call in (
        lambda: inclusion_proof(index, size, reader([])),
        lambda: verify_inclusion(bytes(32), index, size, [], bytes(32)),
    ):
        with pytest.raises(ProofRefused) as caught:
            call()
        assert caught.value.reason is ProofReason.OUT_OF_RANGE


@pytest.mark.parametrize(
    ("old", "new", "old_root", "new_root", "proof", "reason"),
    [
        (2, 1, b"a", b"b", [], ProofReason.OUT_OF_RANGE),
        (-1, 1, b"a", b"b", [], ProofReason.OUT_OF_RANGE),
        (0, 1, bytes(32), bytes(32), [], ProofReason.WRONG_OLD_ROOT),
        (0, 1, EMPTY_ROOT, bytes(32), [bytes(32)], ProofReason.WRONG_LENGTH),
        (0, 0, EMPTY_ROOT, bytes(32), [], ProofReason.WRONG_ROOT),
        (3, 3, bytes(32), b"\1" * 32, [], ProofReason.WRONG_ROOT),
        (3, 3, bytes(32), bytes(32), [bytes(32)], ProofReason.WRONG_LENGTH),
        (3, 4, bytes(32), bytes(32), [], ProofReason.WRONG_LENGTH),
        (4, 8, bytes(32), bytes(32), [], ProofReason.WRONG_LENGTH),
        (4, 8, bytes(32), bytes(32), [bytes(31)], ProofReason.WRONG_LENGTH),
        (1, 2, bytes(32), bytes(32), [bytes(32)] * 90, ProofReason.WRONG_LENGTH),
    ],
)
def test_hostile_consistency_claims_are_refused(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: list[bytes], reason: ProofReason
) -> None:
    with pytest.raises(ProofRefused) as caught:
        verify_consistency(old, new, old_root, new_root, proof)
    assert caught.value.reason is reason


def test_a_tree_only_grows() -> None:
    for old, new in ((2, 1), (-1, 4)):
        with pytest.raises(ProofRefused):
            consistency_proof(old, new, reader(trees.entries(4)))
    with pytest.raises(ProofRefused):
        root_hash(-1, reader([]))


def test_a_proof_asks_its_reader_once() -> None:
    entries = trees.entries(100)
    calls: list[int] = []

    def counting(nodes: Sequence[NodeId]) -> Sequence[bytes]:
        calls.append(len(nodes))
        return reader(entries)(nodes)

    inclusion_proof(37, 100, counting)
    consistency_proof(37, 100, counting)
    root_hash(100, counting)
    assert len(calls) == 3
