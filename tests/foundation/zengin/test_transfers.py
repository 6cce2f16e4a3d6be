"""Files of general transfers: what is written is read, one spelling only, and every refusal by its name."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynumber.foundation.zengin.characters import ALLOWED, Unwritable, fitted, written
from mynumber.foundation.zengin.transfers import (
    MOST_YEN,
    PAYS_FROM,
    WIDTH,
    Account,
    AccountKind,
    BadTransferFile,
    Fault,
    Transfer,
    TransferFile,
    decode,
    encode,
)


def names(longest: int, *, least: int = 0) -> st.SearchStrategy[str]:
    text = st.text(st.sampled_from(sorted(ALLOWED)), min_size=least, max_size=longest)
    return text.map(lambda name: name.strip(" ") or "ﾅ" * least)


def digits(length: int) -> st.SearchStrategy[str]:
    return st.integers(0, 10**length - 1).map(lambda number: f"{number:0{length}d}")


def accounts(longest: int, kinds: frozenset[AccountKind]) -> st.SearchStrategy[Account]:
    return st.builds(
        Account,
        digits(4),
        digits(3),
        st.sampled_from(sorted(kinds)),
        digits(7),
        names(longest, least=1),
        names(15),
        names(15),
    )


TRANSFERS = st.builds(Transfer, accounts(30, frozenset(AccountKind)), st.integers(1, MOST_YEN), digits(20))
FILES = st.builds(
    lambda payer, account, day, transfers: TransferFile(payer, account, day.month, day.day, tuple(transfers)),
    digits(10),
    accounts(40, PAYS_FROM),
    st.dates(date(2024, 1, 1), date(2024, 12, 31)),
    st.lists(TRANSFERS, min_size=1, max_size=6),
)

KENTA = Account("0001", "001", AccountKind.ORDINARY, "1234567", "ﾀﾅｶ ｹﾝﾀ", "ﾐｽﾞﾎ", "ﾄｳｷﾖｳｴｲｷﾞﾖｳﾌﾞ")
TOWN = Account("0001", "100", AccountKind.CURRENT, "0012345", "ｶﾂｼｶｸ ｶｲｹｲｶﾝﾘｼﾔ", "ﾐｽﾞﾎ", "ｳﾁｻｲﾜｲﾁﾖｳ")
SAMPLE = TransferFile(
    "1312290000",
    TOWN,
    12,
    10,
    (Transfer(KENTA, 30_000, "13122900000000001001"), Transfer(KENTA, 12_500, "13122900000000002001")),
)


@given(FILES, st.booleans())
def test_what_is_written_is_read(file: TransferFile, line_ends: bool) -> None:
    content = encode(file, line_ends=line_ends)
    assert decode(content) == file
    assert len(content) == (len(file.transfers) + 3) * (WIDTH + 2 * line_ends)
    lines = content.splitlines() if line_ends else [content[-2 * WIDTH : -WIDTH]]
    trailer = lines[-2] if line_ends else lines[0]
    assert int(trailer[7:19]) == sum(each.amount for each in file.transfers)


@given(FILES, st.data())
def test_another_byte_is_another_file_or_none(file: TransferFile, data: st.DataObject) -> None:
    content = bytearray(encode(file))
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] = data.draw(st.integers(0, 255).filter(lambda byte: byte != content[at]))
    with suppress(BadTransferFile):
        assert decode(bytes(content)) != file


@given(st.binary(max_size=700))
def test_anything_else_is_refused_by_name(content: bytes) -> None:
    with pytest.raises(BadTransferFile):
        decode(content)


def test_the_columns_are_those_of_the_association() -> None:
    header, first, _, trailer, end = encode(SAMPLE).decode("shift_jis").split("\r\n")[:5]
    assert header[:14] == "12101312290000"
    assert header[54:58] == "1210"
    assert (header[58:62], header[77:80], header[95], header[96:103]) == ("0001", "100", "2", "0012345")
    assert (first[0], first[1:5], first[20:23], first[38:42]) == ("2", "0001", "001", "0000")
    assert (first[42], first[43:50], first[50:80].rstrip()) == ("1", "1234567", "ﾀﾅｶ ｹﾝﾀ")
    assert (first[80:90], first[90], first[91:111], first[111]) == (
        *("0000030000", "0", "13122900000000001001"),
        "7",
    )
    assert trailer == "8" + "000002" + "000000042500" + " " * 101
    assert end == "9" + " " * 119


def changed(record: int, at: int, text: str) -> Callable[[], bytes]:
    """The sample with something else at a column of a record, both counted from 0."""

    def make() -> bytes:
        content = bytearray(encode(SAMPLE, line_ends=False))
        place = record * WIDTH + at
        content[place : place + len(text)] = text.encode("shift_jis")
        return bytes(content)

    return make


def without(record: int) -> bytes:
    content = encode(SAMPLE)
    size = WIDTH + 2
    return content[: record * size] + content[(record + 1) * size :]


@pytest.mark.parametrize(
    ("make", "fault", "record"),
    [
        (lambda: b"", Fault.LENGTH, None),
        (lambda: encode(SAMPLE)[:-1], Fault.LENGTH, None),
        (lambda: encode(SAMPLE) + b"\x1a", Fault.LENGTH, None),
        (lambda: encode(SAMPLE).replace(b"\r\n", b"\n\r", 1), Fault.LENGTH, 1),
        (lambda: without(0), Fault.ORDER, 1),
        (lambda: without(1), Fault.TOTALS, 3),
        (lambda: without(3), Fault.ORDER, 3),
        (lambda: without(4), Fault.ORDER, 3),
        (lambda: without(1)[: 2 * (WIDTH + 2)], Fault.NUMBER, None),
        (changed(0, 1, "11"), Fault.KIND, 1),
        (changed(0, 3, "1"), Fault.KIND, 1),
        (changed(0, 54, "0230"), Fault.DAY, 1),
        (changed(0, 54, "1301"), Fault.DAY, 1),
        (changed(0, 95, "4"), Fault.ACCOUNT_KIND, 1),
        (changed(0, 103, "A"), Fault.FILLER, 1),
        (changed(0, 14, " "), Fault.NAME, 1),
        (changed(1, 1, "A"), Fault.DIGITS, 2),
        (changed(1, 38, "1"), Fault.FILLER, 2),
        (changed(1, 42, "3"), Fault.ACCOUNT_KIND, 2),
        (changed(1, 50, "ｧ"), Fault.CHARACTER, 2),
        (changed(1, 50, "ｦ"), Fault.CHARACTER, 2),
        (changed(1, 50, "a"), Fault.CHARACTER, 2),
        (changed(1, 50, " " * 30), Fault.NAME, 2),
        (changed(1, 80, "0000000000"), Fault.TOTALS, 4),
        (changed(1, 90, "1"), Fault.KIND, 2),
        (changed(1, 111, "8"), Fault.KIND, 2),
        (changed(1, 119, "."), Fault.FILLER, 2),
        (changed(3, 6, "3"), Fault.TOTALS, 4),
        (changed(3, 18, "1"), Fault.TOTALS, 4),
        (changed(4, 5, "9"), Fault.FILLER, 5),
    ],
)
def test_every_refusal_has_its_name(make: Callable[[], bytes], fault: Fault, record: int | None) -> None:
    with pytest.raises(BadTransferFile) as refused:
        decode(make())
    assert (refused.value.fault, refused.value.record) == (fault, record)


def sample(**changes: object) -> TransferFile:
    """The sample with another first transfer."""
    first = SAMPLE.transfers[0]
    to = {name: changes.pop(name) for name in list(changes) if hasattr(first.to, name)}
    transfer = replace(first, to=replace(first.to, **to), **changes)  # type: ignore[arg-type]  # by name
    return replace(SAMPLE, transfers=(transfer,))


@pytest.mark.parametrize(
    ("file", "fault"),
    [
        (replace(SAMPLE, transfers=()), Fault.NUMBER),
        (replace(SAMPLE, payer="131229"), Fault.DIGITS),
        (replace(SAMPLE, day=32), Fault.DAY),
        (replace(SAMPLE, account=replace(TOWN, kind=AccountKind.SAVINGS)), Fault.ACCOUNT_KIND),
        (replace(SAMPLE, account=replace(TOWN, holder="ｱ" * 41)), Fault.NAME),
        (sample(amount=0), Fault.AMOUNT),
        (sample(amount=MOST_YEN + 1), Fault.AMOUNT),
        (sample(reference="1"), Fault.DIGITS),
        (sample(number="１２３４５６７"), Fault.DIGITS),
        (sample(holder=""), Fault.NAME),
        (sample(holder="ｱ" * 31), Fault.NAME),
        (sample(holder="田中"), Fault.CHARACTER),
        (sample(bank_name="ｱ" * 16), Fault.NAME),
        (replace(SAMPLE, transfers=(Transfer(KENTA, MOST_YEN, "1" * 20),) * 101), Fault.TOTALS),
    ],
)
def test_what_no_record_can_hold_is_not_written(file: TransferFile, fault: Fault) -> None:
    with pytest.raises(BadTransferFile) as refused:
        encode(file)
    assert refused.value.fault is fault


@pytest.mark.parametrize(
    ("text", "half"),
    [
        ("タナカ　ケンタ", "ﾀﾅｶ ｹﾝﾀ"),
        ("がっこう", "ｶﾞﾂｺｳ"),
        ("ヴァン・ヒューパー", "ｳﾞｱﾝ.ﾋﾕ-ﾊﾟ-"),
        ("カ）ミズホ", "ｶ)ﾐｽﾞﾎ"),
        ("ｶ)ﾐｽﾞﾎ", "ｶ)ﾐｽﾞﾎ"),
        ("Nguyen Van An", "NGUYEN VAN AN"),
        ("ヲトメ", "ｵﾄﾒ"),
        ("　ア　", "ｱ"),
    ],
)
def test_kana_become_what_banks_write(text: str, half: str) -> None:
    assert written(text) == half
    assert written(half) == half


@pytest.mark.parametrize("text", ["田中", "タナカ\n", "ア、イ", "a@b", "😀", "ア\x00"])
def test_other_characters_are_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(Unwritable) as refused:
        written(text)
    assert not set(str(refused.value)) & set(text.strip("ab"))


@given(st.text(max_size=40))
def test_what_can_be_written_stays_as_it_is(text: str) -> None:
    try:
        half = written(text)
    except Unwritable:
        return
    assert set(half) <= ALLOWED
    assert written(half) == half
    assert fitted(text, 15) == half[:15].rstrip(" ")


def test_a_file_prints_no_account() -> None:
    assert "1234567" not in repr(SAMPLE)
    assert "ｹﾝﾀ" not in repr(SAMPLE)
    assert SAMPLE.falls_on(date(2026, 12, 10))
    assert not SAMPLE.falls_on(date(2026, 12, 11))
