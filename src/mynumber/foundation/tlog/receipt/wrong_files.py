"""What a file is that was taken for a receipt: the words of a refusal depend on it, nothing else does."""

import json
from collections.abc import Callable

from mynumber.foundation.tlog.checkpoint import Checkpoint
from mynumber.foundation.tlog.note import Note, VerifierKey
from mynumber.foundation.tlog.policy import Policy
from mynumber.foundation.tlog.proof import FIRST_LINE, LogProof, MalformedProof

_LOOK_AT = 1 << 20


def what_it_is(data: bytes) -> str | None:
    """A key of ``words.WRONG_FILES``, or None when nothing better is known than that it is no receipt."""
    text = _text(data[:_LOOK_AT])
    start = text.lstrip().lower()
    if not start:
        return "empty"
    if start.startswith("%pdf"):
        return "pdf"
    if start.startswith("<"):
        return "page"
    if start.startswith(FIRST_LINE):
        return _of_a_proof(data, text)
    if _parses(VerifierKey.parse, text.strip()):
        return "key"
    if _parses(Policy.parse, text):
        return "policy"
    if _parses(lambda note: Checkpoint.parse(Note.parse(note).text), text):
        return "checkpoint"
    if start[0] in "{[" and _parses(json.loads, text):
        return "json"
    return None


def _of_a_proof(data: bytes, text: str) -> str | None:
    try:
        proof = LogProof.parse(text)
    except MalformedProof:
        return None  # cut or altered, as the general words say
    return "rewritten" if proof.extra is not None and text.encode() != data else "other_proof"


def _text(data: bytes) -> str:
    """As somebody's editor may have saved it: UTF-16, a mark at the beginning, other line ends."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    return data.decode(encoding, "replace").replace("\r\n", "\n").replace("\r", "\n")


def _parses(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except (ValueError, RecursionError):
        return False
    return True
