"""Files of lines: copies in bulk, and inquiries that the gateway asks over night."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from mynumber.protocols.copies import Copy
from mynumber.protocols.exchange import Inquiry
from mynumber.protocols.files import LINE_BYTES, FileState, RefusedLine


@dataclass(frozen=True, slots=True)
class FileSent:
    """A file that the gateway has, whole and durable. Every line that is not refused is acknowledged."""

    state: FileState
    refused: tuple[RefusedLine, ...]
    """The refused lines of what was sent by this call, by their number in the file, from 1."""


def write_lines(path: Path | str, items: Iterable[Copy | Inquiry]) -> int:
    """Write a file as :meth:`~mynumber.client.Client.send_file` takes it, one item a line; returns how many lines.

    Raises ValueError for an item that is too long for a line; the message holds no value.
    """
    encoder, lines = msgspec.json.Encoder(), 0
    with Path(path).open("wb") as file:
        for lines, item in enumerate(items, 1):
            line = encoder.encode(item) + b"\n"
            if len(line) > LINE_BYTES:
                raise ValueError(f"line {lines} is longer than {LINE_BYTES} bytes")
            file.write(line)
    return lines
