"""Check a receipt file and say in clear words what came out."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from mynumber.foundation.tlog.note import NoteRefused, VerifierKey
from mynumber.foundation.tlog.receipt import (
    LONGEST_RECEIPT,
    ReceiptInvalid,
    ReceiptReason,
    VerifiedReceipt,
    verify_receipt,
    words,
)
from mynumber.foundation.tlog.receipt.legal_words import JAPAN, legal_words
from mynumber.foundation.tlog.receipt.words import Language

HOLDS: Final = 0
DOES_NOT_HOLD: Final = 1
COULD_NOT_CHECK: Final = 2
_LARGEST_KEY_FILE: Final = 4096


@dataclass(frozen=True, slots=True)
class Report:
    """What to print, and the exit status: 0 holds, 1 does not, 2 could not be checked. ``reason`` says why it does not hold."""

    exit_code: int
    text: str = field(repr=False)
    reason: ReceiptReason | None = None


def check_file(file: Path, log_key: Path, language: Language = Language.JAPANESE) -> Report:
    """Verify the receipt in ``file`` against the vkey in ``log_key``."""
    pick = _index(language)
    try:
        key_text = _read(log_key, _LARGEST_KEY_FILE).decode("utf-8")
    except (OSError, ValueError):
        return _could_not(words.NO_KEY[pick].format(path=log_key), pick)
    try:
        key = VerifierKey.parse(key_text)
    except NoteRefused:
        return _could_not(words.BAD_KEY[pick].format(path=log_key), pick)
    try:
        data = _read(file, LONGEST_RECEIPT * 4)
    except (OSError, ValueError):
        return _could_not(words.NO_FILE[pick].format(path=file), pick)
    return check_bytes(data, key, language)


def check_bytes(data: bytes, log_key: VerifierKey, language: Language = Language.JAPANESE) -> Report:
    """Verify a receipt as it came from a file (UTF-8, newlines untouched)."""
    pick = _index(language)
    try:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            raise ReceiptInvalid(ReceiptReason.MALFORMED, "not UTF-8") from None
        verified = verify_receipt(text, log_key)
    except ReceiptInvalid as error:
        # nothing of the file is shown: what does not hold is not to be read as if it did
        failure = words.FAILURES[error.reason][pick]
        text = f"✗ {words.FAILS[pick]}\n  {words.WHAT_FAILED[pick]}: {failure} [{error.reason.value}]\n"
        return Report(DOES_NOT_HOLD, text, error.reason)
    return Report(HOLDS, _explain(verified, pick))


def describe_record(
    record: dict[str, object], language: Language = Language.JAPANESE
) -> list[tuple[str, str]]:
    """A record as (label, value) in clear words: known members first in their order, then the others."""
    pick = _index(language)
    names = [name for name in words.FIELDS if name in record]
    names += [name for name in record if name not in words.FIELDS]
    shown = []
    for name in names:
        value = record[name]
        text = _value(name, value, pick)
        law = legal_words(name, value, record, language) if isinstance(value, str) else None
        shown.append((_label(name, pick), text if law is None else f"{text} — {law}"))
    return shown


def _explain(verified: VerifiedReceipt, pick: int) -> str:
    language = list(Language)[pick]
    lines = [f"✓ {words.HOLDS[pick]}", "", words.RECORD_HEADING[pick]]
    lines += [f"  {label}: {value}" for label, value in describe_record(verified.record, language)]
    lines += ["", words.PROOF_HEADING[pick]]
    facts = {
        "origin": _printable(verified.origin),
        "size": f"{verified.size:,}",
        "position": f"{verified.index + 1:,}",
        "index": verified.index,
    }
    lines += [f"  ・{sentence[pick].format(**facts)}" for sentence in words.CHECKED]
    return "\n".join(lines) + "\n"


def _label(name: str, pick: int) -> str:
    known = words.FIELDS.get(name)
    return _printable(name) if known is None else known[pick]


def _value(name: str, value: object, pick: int) -> str:
    if value is None or value in ("", [], {}):
        return words.NOTHING[pick]
    if isinstance(value, bool):
        return words.BOOLEANS[value][pick]
    if isinstance(value, dict):
        inner = (f"{_label(key, pick)} {_value(key, one, pick)}" for key, one in value.items())
        return ("、", ", ")[pick].join(inner)
    if isinstance(value, list):
        return ("、", ", ")[pick].join(_value(name, one, pick) for one in value)
    if not isinstance(value, str):
        return str(value)
    known = words.VALUES.get(name, {}).get(value)
    if known is not None:
        return known[pick]
    return _moment(value, pick) if name == "at" or name.endswith(("_at", "_until")) else _printable(value)


def _moment(text: str, pick: int) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return _printable(text)
    if moment.tzinfo is None:
        return _printable(text)
    there = moment.astimezone(JAPAN)
    shape = ("%Y年%m月%d日 %H:%M:%S（日本時間）", "%Y-%m-%d %H:%M:%S (Japan time)")[pick]
    return there.strftime(shape)


def _printable(text: str) -> str:
    """Text that cannot steer a terminal or reorder what stands beside it."""
    return "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in text)


def _index(language: Language) -> int:
    return list(Language).index(language)


def _could_not(sentence: str, pick: int) -> Report:
    return Report(COULD_NOT_CHECK, f"？ {words.CANNOT_CHECK[pick]}\n  {sentence}\n")


def _read(path: Path, most: int) -> bytes:
    with path.open("rb") as file:
        return file.read(most + 1)
