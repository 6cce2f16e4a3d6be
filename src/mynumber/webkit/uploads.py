"""How a file comes from a browser into a process: in memory and bounded. Django would write what is large into a folder, as much as anybody sends."""

from __future__ import annotations

from io import BytesIO
from typing import Any, Final

from django.conf import settings
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload

MAXIMUM_FILE: Final = 1024 * 1024
"""Bytes of the largest file that is kept, unless the face keeps larger ones (`MYNUMBER_LARGEST_FILE`)."""
MAXIMUM_READ: Final = 16 * 1024 * 1024
"""Bytes of one file after which nobody listens any more."""


def largest_file() -> int:
    """Bytes of the largest file that this face keeps."""
    return int(getattr(settings, "MYNUMBER_LARGEST_FILE", MAXIMUM_FILE))


class BoundedUpload(FileUploadHandler):
    """Keeps a file of at most `largest_file` bytes; of a larger one only its size, so that a form can say that it is too large."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        super().new_file(*args, **kwargs)
        self._content = BytesIO()
        self._size = 0
        self._most = largest_file()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep a piece while the file is not too large. Raises StopUpload."""
        self._size += len(raw_data)
        if self._size > MAXIMUM_READ:
            raise StopUpload(connection_reset=True)
        if self._size <= self._most:
            self._content.write(raw_data)
        else:
            self._content = BytesIO()

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        """The file; `size` is the true one, also where the content was not kept."""
        self._content.seek(0)
        name, kind = self.file_name or "", self.content_type or ""
        return InMemoryUploadedFile(
            self._content, self.field_name, name, kind, self._size, self.charset, self.content_type_extra
        )
