"""Offline proofs of inclusion (C2SP tlog-proof): extra data, index, sibling hashes, checkpoint in one text."""

import base64
import re
from dataclasses import dataclass, field
from typing import Final

from mynumber.foundation.tlog.merkle import HASH_BYTES
from mynumber.foundation.tlog.note import decode_base64

FIRST_LINE: Final = "c2sp.org/tlog-proof@v1"
MOST_HASHES: Final = 63
_INDEX: Final = re.compile(r"index (0|[1-9][0-9]{0,18})", re.ASCII)


class MalformedProof(ValueError):
    """A text that is not a proof."""


@dataclass(frozen=True, slots=True)
class LogProof:
    """A ``.tlog-proof`` file. ``extra`` is not authenticated by the format: what uses it must check it against the leaf."""

    index: int
    hashes: tuple[bytes, ...]
    """Leaf's sibling first, 32 bytes each."""
    checkpoint: str
    """The signed note, verbatim."""
    extra: bytes | None = field(default=None, repr=False)

    def to_text(self) -> str:
        lines = [FIRST_LINE]
        if self.extra is not None:
            lines.append("extra " + base64.b64encode(self.extra).decode())
        lines.append(f"index {self.index}")
        lines += [base64.b64encode(one).decode() for one in self.hashes]
        return "\n".join(lines) + "\n\n" + self.checkpoint

    @classmethod
    def parse(cls, text: str) -> "LogProof":
        """Read a proof strictly; the checkpoint in it is not looked at. Raises MalformedProof."""
        head, gap, checkpoint = text.partition("\n\n")
        lines = head.split("\n")
        if not gap or lines.pop(0) != FIRST_LINE:
            raise MalformedProof("the file does not begin as a tlog-proof")
        try:
            extra = None
            if lines and lines[0].startswith("extra "):
                extra = decode_base64(lines.pop(0).removeprefix("extra "))
            found = _INDEX.fullmatch(lines.pop(0)) if lines else None
            if found is None:
                raise MalformedProof("the line with the index is missing")
            hashes = tuple(decode_base64(line) for line in lines)
        except MalformedProof:
            raise
        except ValueError:
            raise MalformedProof("a line is not canonical base64") from None
        if len(hashes) > MOST_HASHES or any(len(one) != HASH_BYTES for one in hashes):
            raise MalformedProof("a proof has at most 63 hashes of 32 bytes")
        proof = cls(int(found[1]), hashes, checkpoint, extra)
        if proof.to_text() != text:
            raise MalformedProof("the proof is not in its one spelling")
        return proof
