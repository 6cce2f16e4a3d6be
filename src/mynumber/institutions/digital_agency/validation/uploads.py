"""Uploaded documents stay in memory, within a bound: nothing of them is ever written to a disk."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

from mynumber.foundation.validation import DEFAULT_LIMITS

MAXIMUM_BYTES = DEFAULT_LIMITS.document
"""Of the document, and of the content beside it."""
MAXIMUM_BODY = 2 * MAXIMUM_BYTES + 64 * 1024
DRAINED = 4 * MAXIMUM_BYTES
"""How much of a longer request is read and thrown away: its sender gets the answer. Beyond that the connection just breaks."""
CHUNK = 1024 * 1024


class UploadTooLarge(Exception):
    """A file is longer than `MAXIMUM_BYTES`."""


class MemoryHandler(FileUploadHandler):
    """Gathers a file in memory; stops reading the request when it grows too long."""

    too_large = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._content = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep a part. Returns nothing: no other handler sees it."""
        if start + len(raw_data) > MAXIMUM_BYTES:
            self.too_large = True
            raise StopUpload  # the rest is read and thrown away, so that the answer arrives
        self._content.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile[Any]:
        self._content.seek(0)
        return InMemoryUploadedFile(
            self._content, self.field_name, "document", "application/octet-stream", file_size, None
        )


@dataclass(frozen=True, slots=True)
class Upload:
    """What somebody sent: the names of the files are not looked at."""

    document: bytes | None
    content: bytes | None
    wants_holder: bool


def read_upload(request: HttpRequest) -> Upload:
    """Read `document`, `content` and `holder` of a multipart form. Raises UploadTooLarge."""
    handler = MemoryHandler(request)
    request.upload_handlers = [handler]
    if int(request.headers.get("Content-Length") or 0) > MAXIMUM_BODY:
        for _ in range(DRAINED // CHUNK):
            if not request.read(CHUNK):
                break
        raise UploadTooLarge
    files, fields = request.FILES, request.POST
    if handler.too_large:
        raise UploadTooLarge
    return Upload(_bytes(files.get("document")), _bytes(files.get("content")), fields.get("holder") == "1")


def _bytes(file: object) -> bytes | None:
    """None for no file, and for the empty one that a browser sends for an empty field."""
    return (file.read() or None) if isinstance(file, UploadedFile) else None
