"""Receipts, checked here without any server, and what becomes of one when a single bit of it changes."""

import dataclasses
from collections import Counter
from collections.abc import Iterator

from mynumber.foundation.tlog import Policy, Receipt, ReceiptInvalid
from mynumber.foundation.tlog.receipt import verify_receipt_under


def change_one_bit_of_the_record(text: str) -> str:
    """The same receipt whose record names a kind of information one bit away. Raises ReceiptInvalid for no receipt."""
    receipt = Receipt.parse(text)
    before = b'"information":"'
    place = receipt.record.index(before) + len(before)
    record = bytearray(receipt.record)
    record[place] ^= 1
    return dataclasses.replace(receipt, record=bytes(record)).to_text()


def change_every_bit(text: str, policy: Policy) -> Counter[str]:
    """How the receipt fails when one bit of the file changes, for every bit of it: reasons with counts.

    A change that still verifies is counted under "", and must not happen: the policy knows everybody who signed.
    """
    return Counter(_reason(altered, policy) for altered in _each_bit(text.encode()))


def _each_bit(data: bytes) -> Iterator[bytes]:
    altered = bytearray(data)
    for place in range(len(altered)):
        for bit in range(8):
            altered[place] ^= 1 << bit
            yield bytes(altered)
            altered[place] ^= 1 << bit


def _reason(data: bytes, policy: Policy) -> str:
    try:
        verify_receipt_under(data.decode(), policy)
    except ReceiptInvalid as invalid:
        return invalid.reason.value
    except UnicodeDecodeError:
        return "malformed"
    return ""
