"""Check a receipt file and say in clear words what came out."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from mynumber.foundation.tlog.note import VerifierKey
from mynumber.foundation.tlog.policy import Policy
from mynumber.foundation.tlog.receipt import (
    LONGEST_RECEIPT,
    ReceiptInvalid,
    ReceiptReason,
    VerifiedReceipt,
    verify_receipt_under,
    words,
)
from mynumber.foundation.tlog.receipt.legal_words import JAPAN, legal_words
from mynumber.foundation.tlog.receipt.trust import Untrusted, trust
from mynumber.foundation.tlog.receipt.words import Language
from mynumber.foundation.tlog.receipt.wrong_files import what_it_is

HOLDS: Final = 0
DOES_NOT_HOLD: Final = 1
COULD_NOT_CHECK: Final = 2


@dataclass(frozen=True, slots=True)
class Report:
    """What to print, and the exit status: 0 holds, 1 does not, 2 could not be checked. ``reason`` says why it does not hold."""

    exit_code: int
    text: str = field(repr=False)
    reason: ReceiptReason | None = None


def check_file(file: Path, log_key: Policy | Path | str, language: Language = Language.JAPANESE) -> Report:
    """Verify the receipt in ``file`` against a policy, or against the vkey of the log (the line, or a file that holds it)."""
    pick = _index(language)
    try:
        policy = log_key if isinstance(log_key, Policy) else trust(str(log_key), language=language)
    except Untrusted as untrusted:
        return could_not(str(untrusted), language)
    try:
        data = _read(file, LONGEST_RECEIPT * 4)
    except (OSError, ValueError):
        return could_not(words.NO_FILE[pick].format(path=file), language)
    return check_bytes(data, policy, language)


def check_bytes(data: bytes, log_key: Policy | VerifierKey, language: Language = Language.JAPANESE) -> Report:
    """Verify a receipt as it came from a file (UTF-8, newlines untouched)."""
    pick = _index(language)
    policy = log_key if isinstance(log_key, Policy) else Policy.of_keys([log_key])
    try:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            raise ReceiptInvalid(ReceiptReason.MALFORMED, "not UTF-8") from None
        verified = verify_receipt_under(text, policy)
    except ReceiptInvalid as error:
        # nothing of the file is shown: what does not hold is not to be read as if it did
        failure = words.FAILURES[error.reason][pick]
        kind = what_it_is(data) if error.reason is ReceiptReason.MALFORMED else None
        if kind is not None:
            failure = words.WRONG_FILES[kind][pick]
        text = f"✗ {words.FAILS[pick]}\n  {words.WHAT_FAILED[pick]}: {failure} [{error.reason.value}]\n"
        return Report(DOES_NOT_HOLD, text, error.reason)
    return Report(HOLDS, _explain(verified, pick))


def could_not(sentence: str, language: Language) -> Report:
    """The check did not take place; the sentence says what to do."""
    return Report(COULD_NOT_CHECK, f"？ {words.CANNOT_CHECK[_index(language)]}\n  {sentence}\n")


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
    for name, at in verified.cosigned:
        witness = {"name": _printable(name), "at": _moment(at.isoformat(), pick)}
        lines.append(f"  ・{words.COSIGNED[pick].format(**witness)}")
    if verified.other_signatures:
        lines.append(f"  ・{words.NOT_LOOKED_AT[pick].format(count=verified.other_signatures)}")
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


def _read(path: Path, most: int) -> bytes:
    with path.open("rb") as file:
        return file.read(most + 1)
