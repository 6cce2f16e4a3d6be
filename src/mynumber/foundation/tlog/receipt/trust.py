"""What a receipt is checked against: keys as they are given on a command line, a file or the line itself; or a policy file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from mynumber.foundation.tlog.note import NoteRefused, SignatureType, VerifierKey
from mynumber.foundation.tlog.policy import BadPolicy, Policy
from mynumber.foundation.tlog.receipt import words
from mynumber.foundation.tlog.receipt.words import Language

_LARGEST_FILE: Final = 64 * 1024


class Untrusted(Exception):
    """A key or policy that cannot be used; the message says to a person what to do."""


def trust(
    key: str, witnesses: Sequence[str] = (), quorum: int | None = None, language: Language = Language.JAPANESE
) -> Policy:
    """One log, and ``quorum`` of these witnesses (without a number: all of them). Each is a vkey, or a file that holds one. Raises Untrusted."""
    log = _key(key, SignatureType.ED25519, words.NO_KEY, language)
    known = [_key(one, SignatureType.COSIGNATURE, words.NO_WITNESS, language) for one in witnesses]
    return Policy.of_keys([log], known, quorum=quorum)


def trust_policy(path: Path, language: Language = Language.JAPANESE) -> Policy:
    """Whom a policy file (C2SP tlog-policy) trusts. Raises Untrusted."""
    try:
        return Policy.parse(_read(path))
    except (OSError, UnicodeDecodeError):
        raise Untrusted(_say(words.NO_POLICY, language).format(path=path)) from None
    except BadPolicy as bad:
        raise Untrusted(_say(words.BAD_POLICY, language).format(path=path, line=bad.line)) from None


def _key(given: str, kind: SignatureType, missing: tuple[str, str], language: Language) -> VerifierKey:
    try:
        key = VerifierKey.parse(given)
    except NoteRefused:
        try:
            text = _read(Path(given))
        except (OSError, ValueError):
            raise Untrusted(_say(missing, language).format(path=given)) from None
        try:
            key = VerifierKey.parse(text)
        except NoteRefused:
            raise Untrusted(_say(words.BAD_KEY, language).format(path=given)) from None
    if key.kind is not kind:
        other = words.IS_WITNESS_KEY if kind is SignatureType.ED25519 else words.IS_LOG_KEY
        raise Untrusted(_say(other, language).format(path=given))
    return key


def _read(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(_LARGEST_FILE).decode("utf-8")


def _say(sentence: tuple[str, str], language: Language) -> str:
    return sentence[list(Language).index(language)]
