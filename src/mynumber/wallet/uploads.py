"""How a file comes from the browser into this process: in memory, and no more of it than may be signed."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from mynumber.foundation.validation.limits import DEFAULT_LIMITS

MAXIMUM_FILE = DEFAULT_LIMITS.document


class BoundedUpload(FileUploadHandler):
    """Keeps a file of at most MAXIMUM_FILE bytes; of a larger one only its size. Nothing goes to a folder for temporary files."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        super().new_file(*args, **kwargs)
        self._content = BytesIO()
        self._size = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep a piece while the file is not too large."""
        self._size += len(raw_data)
        if self._size <= MAXIMUM_FILE:
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
