"""Receipts: they verify, every changed bit is noticed, and what fails is named without repeating the record."""

import base64
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mynumber.foundation.tlog import (
    Checkpoint,
    LogProof,
    LogSigner,
    Receipt,
    ReceiptInvalid,
    ReceiptReason,
    canonical_record,
    commitment,
    extend,
    hash_reader,
    inclusion_proof,
    leaf_hash,
    new_salt,
    root_hash,
    verify_receipt,
)
from mynumber.foundation.tlog.commitment import read_record
from mynumber.foundation.tlog.proof import MalformedProof

SIGNER = LogSigner.generate("network.example/log")


class Log:
    """A log of records as the network keeps it, in memory."""

    def __init__(self, records: list[dict[str, object]]) -> None:
        self.records = [canonical_record(record) for record in records]
        self.salts = [new_salt() for _ in records]
        leaves = [
            leaf_hash(commitment(record, salt)) for record, salt in zip(self.records, self.salts, strict=True)
        ]
        tiles = {(tile.id.level, tile.id.index): tile.hashes for tile in extend(0, lambda *_: b"", leaves)}
        self.read = hash_reader(len(leaves), lambda level, index, width: tiles[(level, index)])
        self.size = len(leaves)
        self.checkpoint = SIGNER.sign_checkpoint(
            Checkpoint(SIGNER.origin, self.size, root_hash(self.size, self.read))
        )

    def receipt(self, index: int) -> Receipt:
        hashes = tuple(inclusion_proof(index, self.size, self.read))
        return Receipt(self.records[index], self.salts[index], index, hashes, self.checkpoint)


def record_of(number: int) -> dict[str, object]:
    return {
        "request_id": f"00000000-0000-4000-8000-{number:012d}",
        "inquirer_name": "東京都葛飾区",
        "items": ["地方税関係情報"],
        "outcome": "provided",
        "secret": "SECRET",
    }


LOG = Log([record_of(number) for number in range(300)])
GOOD = LOG.receipt(77).to_text()


def reason_of(text: str, key: str = SIGNER.vkey) -> ReceiptReason:
    with pytest.raises(ReceiptInvalid) as caught:
        verify_receipt(text, key)
    assert "SECRET" not in str(caught.value)
    return caught.value.reason


def test_receipts_of_1000_records_verify() -> None:
    log = Log([record_of(number) for number in range(1000)])
    for index in range(1000):
        verified = verify_receipt(log.receipt(index).to_text(), SIGNER.vkey)
        assert (verified.index, verified.size, verified.origin) == (index, 1000, SIGNER.origin)
        assert verified.record == record_of(index)


def test_a_receipt_is_a_tlog_proof_of_the_specification() -> None:
    lines = GOOD.split("\n")
    assert lines[0] == "c2sp.org/tlog-proof@v1"
    assert lines[1].startswith("extra ")
    assert lines[2] == "index 77"
    assert lines[3 : 3 + 9] == [base64.b64encode(one).decode() for one in LOG.receipt(77).hashes]
    assert GOOD.endswith("\n\n" + LOG.checkpoint)
    extra = json.loads(base64.b64decode(lines[1].removeprefix("extra ")))
    assert extra["format"] == "mynumber-receipt.v1"
    assert extra["record"] == record_of(77)


def test_a_receipt_comes_back_from_its_text() -> None:
    assert Receipt.parse(GOOD) == LOG.receipt(77)
    assert Receipt.parse(GOOD).to_text() == GOOD


def test_a_receipt_does_not_print_its_record() -> None:
    assert "SECRET" not in repr(LOG.receipt(77))
    assert "SECRET" not in repr(verify_receipt(GOOD, SIGNER.vkey))
    assert LOG.salts[77].hex()[:8] not in repr(LOG.receipt(77))


def test_a_log_of_one_record_has_a_receipt_without_hashes() -> None:
    log = Log([record_of(0)])
    assert verify_receipt(log.receipt(0).to_text(), SIGNER.vkey).size == 1


def test_every_bit_of_a_receipt_counts() -> None:
    """Each of the bits of the file in turn: none can be changed unnoticed."""
    good = GOOD.encode()
    reasons = set()
    for position in range(len(good) * 8):
        changed = bytearray(good)
        changed[position // 8] ^= 1 << position % 8
        try:
            text = changed.decode()
        except UnicodeDecodeError:
            continue
        with pytest.raises(ReceiptInvalid) as caught:
            verify_receipt(text, SIGNER.vkey)
        reasons.add(caught.value.reason)
    assert {
        ReceiptReason.MALFORMED,
        ReceiptReason.MALFORMED_RECORD,
        ReceiptReason.MALFORMED_CHECKPOINT,
        ReceiptReason.UNKNOWN_KEY,
        ReceiptReason.BAD_SIGNATURE,
        ReceiptReason.NOT_INCLUDED,
    } <= reasons


@given(st.data())
@settings(max_examples=100)
def test_a_receipt_cut_or_extended_anywhere_fails(data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(GOOD) - 1))
    with pytest.raises(ReceiptInvalid):
        verify_receipt(GOOD[:position], SIGNER.vkey)
    noise = data.draw(st.text(min_size=1, max_size=5))
    if noise in GOOD[position:] and GOOD[:position] + noise + GOOD[position:] == GOOD:
        return
    with pytest.raises(ReceiptInvalid):
        verify_receipt(GOOD[:position] + noise + GOOD[position:], SIGNER.vkey)


# --- hostile receipts ------------------------------------------------------------------------------------------------------


def with_extra(extra: bytes | str) -> str:
    raw = extra.encode() if isinstance(extra, str) else extra
    receipt = LOG.receipt(77)
    return LogProof(receipt.index, receipt.hashes, receipt.checkpoint, raw).to_text()


EXTRA = base64.b64decode(GOOD.split("\n")[1].removeprefix("extra ")).decode()
SALT = msgspec.json.decode(EXTRA)["salt"]
OTHER_LOG = LogSigner.generate("other.example/log")
M, R = ReceiptReason.MALFORMED, ReceiptReason.MALFORMED_RECORD


def line_changed(number: int, text: str | None) -> str:
    lines = GOOD.split("\n")
    lines[number : number + 1] = [] if text is None else [text]
    return "\n".join(lines)


HOSTILE: dict[str, tuple[str, ReceiptReason]] = {
    "empty": ("", M),
    "too long": (GOOD + "x" * 300_000, M),
    "another format": (GOOD.replace("@v1", "@v2", 1), M),
    "byte order mark": ("\ufeff" + GOOD, M),
    "carriage returns": (GOOD.replace("\n", "\r\n"), M),
    "no record": (line_changed(1, None), M),
    "extra in capitals": (GOOD.replace("extra", "Extra", 1), M),
    "extra twice": (line_changed(1, GOOD.split("\n")[1] + "\n" + GOOD.split("\n")[1]), M),
    "extra without padding": (line_changed(1, with_extra(EXTRA + " " * 2).split("\n")[1].rstrip("=")), M),
    "extra of the URL alphabet": (line_changed(1, "extra " + "-_-_"), M),
    "no index": (line_changed(2, None), M),
    "index with a leading zero": (line_changed(2, "index 077"), M),
    "index with a sign": (line_changed(2, "index +77"), M),
    "negative index": (line_changed(2, "index -77"), M),
    "index in full-width digits": (line_changed(2, "index ７７"), M),
    "index with two spaces": (line_changed(2, "index  77"), M),
    "index of 100 digits": (line_changed(2, "index " + "9" * 100), M),
    "index after the hashes": (line_changed(2, None).replace("\n\n", "\nindex 77\n\n", 1), M),
    "a hash of 31 bytes": (line_changed(3, base64.b64encode(bytes(31)).decode()), M),
    "a hash that is not base64": (line_changed(3, "x"), M),
    "64 hashes": (line_changed(3, "\n".join([base64.b64encode(bytes(32)).decode()] * 64)), M),
    "no empty line": (GOOD.replace("\n\n", "\n", 1), M),
    "no checkpoint": (GOOD.partition("\n\n")[0] + "\n\n", ReceiptReason.MALFORMED_CHECKPOINT),
    "two empty lines": (GOOD.replace("\n\n", "\n\n\n", 1), ReceiptReason.BAD_SIGNATURE),
    # the record
    "record is not JSON": (with_extra("SECRET"), R),
    "record is not UTF-8": (with_extra(EXTRA.encode().replace(b"SECRET", b"\xff\xfe")), R),
    "extra is a list": (with_extra('["SECRET"]'), R),
    "extra of another format": (with_extra(EXTRA.replace("receipt.v1", "receipt.v2")), R),
    "unknown member": (with_extra(EXTRA.replace('"salt"', '"more":1,"salt"')), R),
    "no salt": (with_extra(EXTRA.replace('"salt"', '"sult"')), R),
    "salt of 31 bytes": (with_extra(EXTRA.replace(SALT, "A" * 42)), R),
    "salt with padding": (with_extra(EXTRA.replace(SALT, SALT + "=")), R),
    "salt of the standard alphabet": (with_extra(EXTRA.replace(SALT, "+" * 43)), R),
    "white space": (with_extra(EXTRA.replace(":", ": ", 1)), R),
    "white space in the record": (with_extra(EXTRA.replace('"outcome":', '"outcome": ')), R),
    "members of the record in another order": (
        with_extra(
            EXTRA.replace('"outcome":"provided","request_id"', '"request_id"').replace(
                '"secret"', '"outcome":"provided","secret"'
            )
        ),
        R,
    ),
    "a member of the record twice": (
        with_extra(EXTRA.replace('"outcome"', '"outcome":"refused","outcome"')),
        R,
    ),
    "record is a list": (
        with_extra(f'{{"format":"mynumber-receipt.v1","salt":"{SALT}","record":["SECRET"]}}'),
        R,
    ),
    "record is null": (with_extra(f'{{"format":"mynumber-receipt.v1","salt":"{SALT}","record":null}}'), R),
    "record with a float": (with_extra(EXTRA.replace('"SECRET"', "1.5")), R),
    "record nested beyond reason": (with_extra(EXTRA.replace('"SECRET"', "[" * 20_000 + "]" * 20_000)), R),
    "record nested to the edge": (with_extra(EXTRA.replace('"SECRET"', "[" * 950 + "]" * 950)), R),
    "outcome changed": (with_extra(EXTRA.replace("provided", "refused!")), ReceiptReason.NOT_INCLUDED),
    "a member left out": (with_extra(EXTRA.replace(',"secret":"SECRET"', "")), ReceiptReason.NOT_INCLUDED),
    "another salt": (with_extra(EXTRA.replace(SALT, "A" * 43)), ReceiptReason.NOT_INCLUDED),
    # the proof
    "another index": (line_changed(2, "index 78"), ReceiptReason.NOT_INCLUDED),
    "an index outside the log": (line_changed(2, "index 300"), ReceiptReason.WRONG_POSITION),
    "an index with a shorter path": (line_changed(2, "index 299"), ReceiptReason.WRONG_POSITION),
    "a hash too few": (line_changed(3, None), ReceiptReason.WRONG_POSITION),
    "a hash too many": (line_changed(3, "\n".join([GOOD.split("\n")[3]] * 2)), ReceiptReason.WRONG_POSITION),
    "another record's proof": (
        Receipt(LOG.records[77], LOG.salts[77], 5, LOG.receipt(5).hashes, LOG.checkpoint).to_text(),
        ReceiptReason.NOT_INCLUDED,
    ),
    "another record under its own proof": (
        Receipt(LOG.records[5], LOG.salts[5], 77, LOG.receipt(77).hashes, LOG.checkpoint).to_text(),
        ReceiptReason.NOT_INCLUDED,
    ),
    # the checkpoint
    "a size changed": (GOOD.replace("\n300\n", "\n301\n"), ReceiptReason.BAD_SIGNATURE),
    "no signature": (GOOD.rpartition("\n—")[0] + "\n", ReceiptReason.MALFORMED_CHECKPOINT),
    "signed by another log": (
        GOOD.replace(
            LOG.checkpoint,
            OTHER_LOG.sign_checkpoint(Checkpoint(OTHER_LOG.origin, 300, root_hash(300, LOG.read))),
        ),
        ReceiptReason.UNKNOWN_KEY,
    ),
    "signed by another key of the same name": (
        GOOD.replace(
            LOG.checkpoint,
            LogSigner.generate(SIGNER.origin).sign_checkpoint(
                Checkpoint(SIGNER.origin, 300, root_hash(300, LOG.read))
            ),
        ),
        ReceiptReason.UNKNOWN_KEY,
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_receipt_is_refused_with_its_reason(name: str) -> None:
    text, reason = HOSTILE[name]
    assert reason_of(text) is reason


def test_a_key_that_is_none_is_said_so() -> None:
    assert reason_of(GOOD, "x") is ReceiptReason.MALFORMED_KEY
    assert reason_of(GOOD, OTHER_LOG.vkey) is ReceiptReason.UNKNOWN_KEY


def test_witnesses_can_be_asked_for() -> None:
    with pytest.raises(ReceiptInvalid) as caught:
        verify_receipt(GOOD, SIGNER.vkey, quorum=1)
    assert caught.value.reason is ReceiptReason.NOT_ENOUGH_WITNESSES


# --- commitments and records -----------------------------------------------------------------------------------------------


def test_a_commitment_hides_its_record_and_depends_on_each_byte() -> None:
    record = canonical_record(record_of(1))
    salt = new_salt()
    assert len(commitment(record, salt)) == 32
    assert commitment(record, salt) == commitment(record, salt)
    assert commitment(record, salt) != commitment(record, new_salt())
    assert commitment(record, salt) != commitment(record + b" ", salt)
    # nothing can be moved from record to salt or the other way
    assert commitment(salt[:1] + record, salt[1:] + b"x") != commitment(record, salt)


@pytest.mark.parametrize("salt", [b"", bytes(31), bytes(33)])
def test_a_salt_has_32_bytes(salt: bytes) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        commitment(b"{}", salt)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=15,
)


@given(st.dictionaries(st.text(), json_values, max_size=6))
def test_a_record_has_one_spelling_whatever_the_order_of_its_members(record: dict[str, Any]) -> None:
    text = canonical_record(record)
    assert canonical_record(dict(reversed(record.items()))) == text
    assert read_record(text) == record


@pytest.mark.parametrize("record", [{"a": 1.5}, {"a": [{"b": 0.1}]}, {"a": {"b": 1e3}}])
def test_a_record_has_no_floats(record: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="float"):
        canonical_record(record)


@pytest.mark.parametrize(
    "text",
    [b"", b"x", b"[]", b"1", b'{"b":1,"a":2}', b'{ "a":1}', b'{"a":1,"a":1}', b'{"a":1.0}', b'{"a":"\\u0041"}', b'{"a":01}', b'{"a":1}\n', b'{"a":"\xff"}', b"[" * 5000],
)  # fmt: skip
def test_other_spellings_of_a_record_are_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match="the record is not"):
        read_record(text)


@given(
    st.none() | st.binary(max_size=40),
    st.integers(0, 2**62),
    st.lists(st.binary(min_size=32, max_size=32), max_size=63),
    st.text(max_size=40),
)
def test_a_proof_comes_back_from_its_text(
    extra: bytes | None, index: int, hashes: list[bytes], checkpoint: str
) -> None:
    proof = LogProof(index, tuple(hashes), checkpoint, extra)
    assert LogProof.parse(proof.to_text()) == proof


@given(st.text(max_size=100))
def test_noise_is_no_proof(text: str) -> None:
    with pytest.raises(MalformedProof):
        LogProof.parse(text)
    with pytest.raises(MalformedProof):
        LogProof.parse("c2sp.org/tlog-proof@v1\n" + text.replace("index", ""))
