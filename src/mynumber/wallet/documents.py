"""Files that the holder signs at the device: kept here for a short while, never sent anywhere."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from mynumber.foundation.documents import prepare_cms, prepare_pdf
from mynumber.foundation.smartcard import CardFile, KeyName, Pin, PinName
from mynumber.foundation.smartcard.storage import write
from mynumber.foundation.validation import DocumentKind
from mynumber.protocols.sign_in import is_identifier, new_identifier
from mynumber.wallet.chip import Jpki

KEPT_FOR = timedelta(minutes=30)
_FOLDER_MODE = 0o700


class NoDocument(LookupError):
    """There is no such file, or it was forgotten."""


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A file that waits for its signature, or has it."""

    id: str
    name: str
    """As the holder's file was called; what the page shows and the download bears."""
    kind: DocumentKind
    added_at: datetime
    signed_by: str = ""
    """Name of the card, once it is signed."""

    @property
    def is_pdf(self) -> bool:
        """A PDF carries its signature; for any other file it is a file of its own."""
        return self.kind is DocumentKind.PDF

    @property
    def signed_name(self) -> str:
        """Name of the file that the signature is in."""
        path = Path(self.name)
        return f"{path.stem}-署名済み.pdf" if self.is_pdf else f"{self.name}.p7s"

    def __repr__(self) -> str:
        return f"Draft({self.kind.value})"


@dataclass(frozen=True, slots=True)
class Documents:
    """The folder of files being signed: one folder each."""

    path: Path

    def add(self, name: str, content: bytes, kind: DocumentKind, *, at: datetime) -> Draft:
        """Take a file in."""
        draft = Draft(id=new_identifier(), name=name, kind=kind, added_at=at)
        self.path.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        self._folder(draft.id).mkdir(mode=_FOLDER_MODE)
        write(self._folder(draft.id) / "content", content)
        self._write(draft)
        return draft

    def draft(self, draft_id: str) -> Draft:
        """Raises NoDocument."""
        if not is_identifier(draft_id):
            raise NoDocument
        with _missing():
            return msgspec.json.decode((self._folder(draft_id) / "draft.json").read_bytes(), type=Draft)

    def content(self, draft: Draft) -> bytes:
        """The file as it came. Raises NoDocument."""
        with _missing():
            return (self._folder(draft.id) / "content").read_bytes()

    def signed(self, draft: Draft) -> bytes:
        """The signed PDF, or the signature of another file. Raises NoDocument."""
        with _missing():
            return (self._folder(draft.id) / "signed").read_bytes()

    def keep_signed(self, draft: Draft, signed: bytes, *, card: str) -> Draft:
        """Keep the result."""
        write(self._folder(draft.id) / "signed", signed)
        done = msgspec.structs.replace(draft, signed_by=card)
        self._write(done)
        return done

    def forget(self, draft: Draft) -> None:
        """Delete the file and its signature from the device."""
        shutil.rmtree(self._folder(draft.id), ignore_errors=True)

    def forget_old(self, now: datetime) -> None:
        """Delete what was added more than KEPT_FOR ago."""
        for folder in self.path.glob("*/"):
            try:
                added_at = self.draft(folder.name).added_at
            except NoDocument:
                # No whole draft; perhaps one that another request is just writing.
                added_at = datetime.fromtimestamp(folder.stat().st_mtime, UTC)
            if now - added_at > KEPT_FOR:
                shutil.rmtree(folder, ignore_errors=True)

    def _folder(self, draft_id: str) -> Path:
        return self.path / draft_id

    def _write(self, draft: Draft) -> None:
        write(self._folder(draft.id) / "draft.json", msgspec.json.encode(draft))


@contextlib.contextmanager
def _missing() -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, NotADirectoryError, msgspec.DecodeError):
        raise NoDocument from None


@dataclass(frozen=True, slots=True)
class SignedFile:
    """The result of `sign_file`."""

    content: bytes
    certificate: bytes
    """署名用電子証明書, DER."""


def sign_file(content: bytes, draft: Draft, card: CardFile, password: Pin, *, at: datetime) -> SignedFile:
    """Sign with a card: a PDF in itself (PAdES), any other file in a file beside it (CAdES, detached).

    Raises PinRefused, CardError, DocumentRefused, BadSignature. at: what the signature says of its time: this device's clock.
    """
    jpki = Jpki(card)
    jpki.enter(PinName.SIGNATURE, password)
    certificate = jpki.certificate(KeyName.SIGNATURE)
    prepare = prepare_pdf if draft.is_pdf else prepare_cms
    prepared = prepare(
        content,
        certificate=certificate,
        other_certificates=(jpki.ca_certificate(KeyName.SIGNATURE),),
        signed_at=at,
    )
    return SignedFile(prepared.finish(jpki.sign(KeyName.SIGNATURE, prepared.digest)), certificate)
