"""A receipt with one bit changed."""

from datetime import UTC, datetime

import pytest

from mynumber.foundation import tlog
from mynumber.foundation.tlog import (
    AddCheckpoint,
    Note,
    Policy,
    ReceiptInvalid,
    ReceiptReason,
    WitnessSigner,
    verify_receipt,
)
from mynumber.foundation.tlog.witness import authenticate
from mynumber.platform.demo.receipts import change_every_bit, change_one_bit_of_the_record

SIGNER = tlog.LogSigner.generate("example.test/records")
WITNESS = WitnessSigner.generate("witness.test/w")
POLICY = Policy.of_keys([SIGNER.verifier_key], [WITNESS.verifier_key])


def _nothing(*_: object) -> bytes:
    raise AssertionError("all tiles are at hand")


def receipt() -> str:
    entries = [
        tlog.canonical_record({"information": kind, "index": place})
        for place, kind in enumerate(("local_tax", "vaccination", "receiving_account"))
    ]
    salts = [tlog.new_salt() for _ in entries]
    leaves = [
        tlog.leaf_hash(tlog.commitment(entry, salt)) for entry, salt in zip(entries, salts, strict=True)
    ]
    tiles = tlog.extend(0, _nothing, leaves)
    hashes = tlog.hash_reader(3, tlog.overlay(tiles, _nothing))
    signed = authenticate(
        AddCheckpoint(
            0, (), SIGNER.sign_checkpoint(tlog.Checkpoint(SIGNER.origin, 3, tlog.root_hash(3, hashes)))
        ),
        POLICY,
    )
    cosignature = WITNESS.cosign(signed, datetime(2026, 11, 22, tzinfo=UTC))
    note = Note(signed.text, (*signed.signatures, cosignature)).to_text()
    return tlog.Receipt(entries[0], salts[0], 0, tuple(tlog.inclusion_proof(0, 3, hashes)), note).to_text()


def test_one_bit_of_the_record_makes_another_record_that_the_log_does_not_hold() -> None:
    text = receipt()
    altered = change_one_bit_of_the_record(text)
    before, after = tlog.Receipt.parse(text).record, tlog.Receipt.parse(altered).record
    assert sum((a ^ b).bit_count() for a, b in zip(before, after, strict=True)) == 1
    with pytest.raises(ReceiptInvalid) as refused:
        verify_receipt(altered, SIGNER.vkey)
    assert refused.value.reason is ReceiptReason.NOT_INCLUDED


def test_every_bit_of_the_file_counts() -> None:
    text = receipt()
    reasons = change_every_bit(text, POLICY)
    assert reasons[""] == 0
    assert reasons.total() == 8 * len(text.encode())
