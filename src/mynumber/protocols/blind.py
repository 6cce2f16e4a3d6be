"""Blind exchanges (research; off by default): an inquiry whose person the network never sees, and what follows from it.

::

    inquirer's gateway -- REQUEST_BLIND_PERMITS --> network core      the code is encrypted for the provider, the records and the portal
    (presentation, answer, notices, recovery: as in mynumber.protocols.exchange)
    portal  -- QUERY_TAGS, QUERY_MARKED_RECORDS, QUERY_MARKED_RECEIPT --> network core
    network -- TEST_SAMENESS, END_SAMENESS --> commission             both hold one half of the key of the records

The values are those of the open mode, so copies, holds and codes at the institutions stay what they are. A ciphertext is named by its mark: a hash, in the place where
the open mode has a code. docs/protocols/blind.md says what this protects and what the law would need for it.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import sha256
from typing import Annotated, Final
from uuid import UUID

import msgspec

from mynumber.foundation import blind
from mynumber.foundation.blind import BlindCode, BlindKey, BlindRequest
from mynumber.foundation.codes import LARGEST_VERSION, POINT_BYTES, BadCode, Code, CodeReason
from mynumber.foundation.keyring import KeyRing
from mynumber.protocols.directory import Directory, UnknownSystem
from mynumber.protocols.exchange import PermitDecisions, RequestedPermit
from mynumber.protocols.message import (
    BATCH_BYTES,
    GROUP_BYTES,
    Batch,
    CodeText,
    Group,
    Message,
    ShortText,
    SystemId,
)
from mynumber.protocols.records import Count, Position, ReceiptText, Records
from mynumber.protocols.wire import to_text

COMMISSION: Final = "commission"
"""The second keeper of the records; the first is the core itself."""
PORTAL: Final = "portal"
READERS: Final = 3
"""For whom an inquirer encrypts: the provider's gateway, the two keepers of the records together, the portal."""

BlindedText = Annotated[str, msgspec.Meta(pattern=r"^[1-9][0-9]{0,5}\.[A-Za-z0-9_-]{256}\Z")]
"""A blind request: key version, and base64url of four points and a proof (192 bytes)."""
CipherText = Annotated[str, msgspec.Meta(pattern=r"^[1-9][0-9]{0,5}\.[A-Za-z0-9_-]{86}\Z")]
"""One blinded code: key version, and base64url of two points (64 bytes)."""
BlurredText = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{171}\Z")]
"""Base64url of a comparison after one keeper, with its proof (128 bytes)."""
ShareText = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{128}\Z")]
"""Base64url of a keeper's part of an opening, with its proof (96 bytes)."""


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


# --- permits -------------------------------------------------------------------------------------------------------------


class BlindPermitRequests(_Body, frozen=True, kw_only=True):
    """What the inquirer's gateway asks the core. Each request is as in ``permit-requests.v2``, but its ``code`` is the mark of the blinded code."""

    inquirer: SystemId
    requests: Group[RequestedPermit]
    blinded: Group[BlindedText]
    """The person of each request, in their order, encrypted for the provider's gateway, the keepers of the records and the portal."""


REQUEST_BLIND_PERMITS = Message(
    "blind-permit-requests.v1", BlindPermitRequests, PermitDecisions, max_bytes=GROUP_BYTES
)


def blind_request(
    request: RequestedPermit, *, inquirer: str, core: str, directory: Directory
) -> tuple[RequestedPermit, str]:
    """Blind a request: the same with the mark in the place of the code, and the ciphertexts.

    Raises UnknownSystem when one of the readers lists no key, BadCode for what is no code.
    """
    keys = reader_keys(directory, core, request.provider)
    asked = blind.request(Code.read(request.code), keys, context=_context(request, inquirer, core))
    text = _spelled(asked.version, asked.to_bytes())
    return msgspec.structs.replace(request, code=mark_of(text)), text


def read_blind_request(
    text: str, request: RequestedPermit, *, inquirer: str, core: str, directory: Directory
) -> BlindRequest:
    """What the core checks before it converts. Raises UnknownSystem; BadCode: MALFORMED, NOT_A_POINT, BAD_PROOF when the proof does not hold."""
    keys = reader_keys(directory, core, request.provider)
    version, data = _read(text)
    asked = BlindRequest.from_bytes(version, data, keys=READERS)
    if request.code != mark_of(text):
        raise BadCode(CodeReason.MALFORMED, "the mark is of another ciphertext")
    if not blind.is_one_code(asked, keys, context=_context(request, inquirer, core)):
        raise BadCode(CodeReason.BAD_PROOF, "the proof does not hold for this request")
    return asked


def reader_keys(directory: Directory, core: str, provider: str) -> tuple[bytes, bytes, bytes]:
    """The public keys of the provider's gateway, of the records and of the portal. Raises UnknownSystem."""
    return (
        public_key(directory, directory.gateway_of(provider)),
        records_key(directory, core),
        public_key(directory, PORTAL),
    )


def _context(request: RequestedPermit, inquirer: str, core: str) -> bytes:
    """All that a request says, and whom it is for: the proof holds nowhere else."""
    return msgspec.json.encode((inquirer, core, msgspec.structs.replace(request, code="")))


def mark_of(*ciphertexts: str) -> str:
    """The name of ciphertexts: ``blind.`` and 43 characters, a hash of their spelling."""
    return "blind." + to_text(sha256("\n".join(("mynumber blind mark v1", *ciphertexts)).encode()).digest())


def cipher_text(blinded: BlindCode) -> str:
    """The one spelling of a blinded code."""
    return _spelled(blinded.version, blinded.to_bytes())


def read_cipher(text: str) -> BlindCode:
    """Raises BadCode: MALFORMED, NOT_A_POINT."""
    return BlindCode.from_bytes(*_read(text))


def _spelled(version: int, data: bytes) -> str:
    return f"{version}.{to_text(data)}"


def _read(text: str) -> tuple[int, bytes]:
    number, _, encoded = text.partition(".")
    try:
        data = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
        version = int(number) if number.isascii() and number.isdigit() and len(number) < 7 else 0
    except (binascii.Error, ValueError):
        data, version = b"", 0
    if not 1 <= version <= LARGEST_VERSION or _spelled(version, data) != text:
        raise BadCode(CodeReason.MALFORMED, "not the one spelling of a blinded code")
    return version, data


# --- codes in permit sheets ----------------------------------------------------------------------------------------------

_IN_SHEET: Final = "blind"


def sheet_code(blinded: BlindCode, key: bytes) -> str:
    """What stands among the sealed codes of a permit sheet: ``blind``, the id of the key, the ciphertext."""
    return f"{_IN_SHEET}.{key_id(key)}.{cipher_text(blinded)}"


def is_sheet_code(text: str) -> bool:
    """Whether a code in a permit sheet is a blinded one."""
    return text.startswith(f"{_IN_SHEET}.")


def open_sheet_code(text: str, keys: Mapping[str, BlindKey]) -> Code:
    """The provider's code. ``keys`` by id. Raises BadCode; BAD_KEYS when it was blinded for another key.

    An inquirer can blind the identity of the group, which is no code and which its proof does not tell. It is read as a code that nobody holds.
    """
    _, _, rest = text.partition(".")
    name, _, cipher = rest.partition(".")
    if name not in keys:
        raise BadCode(CodeReason.BAD_KEYS, "the code was blinded for another key")
    blinded = read_cipher(cipher)
    try:
        return blind.decrypt(blinded, keys[name])
    except BadCode:
        return Code(blinded.version, bytes(POINT_BYTES))


# --- keys ----------------------------------------------------------------------------------------------------------------


def blinding_name(system_id: str) -> str:
    """Name in the key ring of the keys that open what is blinded for a system."""
    return f"blind-{system_id.replace('.', '-')}"


def key_id(public: bytes) -> str:
    """Eight characters that tell the keys of one owner apart."""
    return to_text(sha256(b"mynumber blind key id\0" + public).digest()[:6])


def blind_keys(ring: KeyRing, system_id: str) -> dict[str, BlindKey]:
    """The keys of a system by their ids, the newest first; empty when it has none."""
    name = blinding_name(system_id)
    keys = (BlindKey(ring.secret(name, number)) for number in ring.generations(name))
    return {key_id(key.public): key for key in keys}


def listed_key(key: BlindKey, system_id: str) -> str:
    """The key as the directory lists it."""
    return to_text(key.listed(system_id))


@lru_cache(maxsize=16_384)
def _public(listed: str, owner: str) -> bytes:
    try:
        data = base64.b64decode(listed, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        data = b""
    return blind.read_listed(data, owner)


def public_key(directory: Directory, system_id: str) -> bytes:
    """The key that codes are blinded with for a system. Raises UnknownSystem when it lists none, or one that it did not prove to know."""
    listed = directory.system(system_id).blind_key
    try:
        if listed is not None:
            return _public(listed, system_id)
    except BadCode:
        pass
    raise UnknownSystem(f"no blinding key of {system_id!r} in the directory")


def records_key(directory: Directory, core: str) -> bytes:
    """The key of the records: of the core and the commission together. Raises UnknownSystem."""
    return _joint(public_key(directory, core), public_key(directory, COMMISSION))


_joint = lru_cache(maxsize=64)(blind.joint_public)


# --- the person's records ------------------------------------------------------------------------------------------------


class TagsQuery(_Body, frozen=True, kw_only=True):
    """The portal asks for the tags of blind exchanges, from a place in the log on."""

    first: Position = 0


class Tag(_Body, frozen=True, kw_only=True):
    """One blind exchange: whose it is, for the portal alone to read. Nothing of what was asked."""

    mark: CodeText
    blinded: CipherText
    """The portal's code for the person, blinded for the portal."""


class Tags(_Body, frozen=True, kw_only=True):
    tags: Batch[Tag]
    next: Position
    """Where to go on. The same as ``first``: there is nothing more yet."""


class MarkedRecordQuery(_Body, frozen=True, kw_only=True):
    """All records that the portal found to be of one person, as in ``records.v1``."""

    marks: Annotated[tuple[CodeText, ...], msgspec.Meta(min_length=1, max_length=4000)]
    since: date | None = None
    until: date | None = None
    inquirer: SystemId | None = None
    provider: SystemId | None = None
    request_id: UUID | None = None
    offset: Position = 0
    limit: Count = 50


class MarkedReceiptQuery(_Body, frozen=True, kw_only=True):
    mark: CodeText
    index: Position


QUERY_TAGS = Message("blind-record-tags.v1", TagsQuery, Tags, max_bytes=BATCH_BYTES)
QUERY_MARKED_RECORDS = Message("blind-records.v1", MarkedRecordQuery, Records, max_bytes=BATCH_BYTES)
QUERY_MARKED_RECEIPT = Message("blind-receipt.v1", MarkedReceiptQuery, ReceiptText)


def open_tags(tags: Sequence[Tag], key: BlindKey) -> tuple[dict[str, list[str]], int]:
    """The marks of each person, by the portal's code (text form); and how many tags hold no code: one must not hide the others."""
    found: dict[str, list[str]] = {}
    without_code = 0
    for tag in tags:
        try:
            code = blind.decrypt(read_cipher(tag.blinded), key).to_text()
        except BadCode:
            without_code += 1
        else:
            found.setdefault(code, []).append(tag.mark)
    return found, without_code


# --- the test of sameness ------------------------------------------------------------------------------------------------


class ComparedExchange(_Body, frozen=True, kw_only=True, tag="exchange"):
    """A side of a test: the person of a recorded exchange."""

    inquirer: SystemId
    request_id: UUID
    blinded: CipherText
    """The code of the records, blinded for both keepers."""


class ComparedHolder(_Body, frozen=True, kw_only=True, tag="holder"):
    """The other side of a test may be the person whose code a member holds."""

    member: SystemId
    blinded: CipherText
    """Her code of the records, blinded for both keepers."""


class SamenessQuestion(_Body, frozen=True, kw_only=True):
    """Whether an exchange is of the same person as another exchange, or as the one whose code a member holds (Cabinet Order art. 26(6))."""

    test: UUID
    purpose: ShortText
    """Why it is asked: part of the record that both keepers write."""
    one: ComparedExchange
    other: ComparedExchange | ComparedHolder
    blurred: BlurredText
    """The comparison of the two, blurred by the asker, with the proof that it is this one."""


class SamenessPart(_Body, frozen=True, kw_only=True):
    """The second keeper blurs once more and gives its part of the opening of that."""

    blurred: BlurredText
    share: ShareText


class SamenessEnd(_Body, frozen=True, kw_only=True):
    """The asker gives its own part: the second keeper reads and records the same answer."""

    test: UUID
    share: ShareText


class SamenessResult(_Body, frozen=True, kw_only=True):
    is_same: bool


TEST_SAMENESS = Message("sameness-test.v1", SamenessQuestion, SamenessPart)
END_SAMENESS = Message("sameness-end.v1", SamenessEnd, SamenessResult)


@dataclass(frozen=True, slots=True)
class AskedTest:
    """The asker's side of a test: what it has blurred, and the steps that follow."""

    test: UUID
    blurred: blind.Blurred

    @classmethod
    def begin(cls, test: UUID, one: BlindCode, other: BlindCode) -> AskedTest:
        """Raises BadCode: UNKNOWN_VERSION, NOT_A_POINT."""
        return cls(test, blind.blur(blind.compare(one, other), context=_step(test, b"1")))

    def end(self, part: SamenessPart, key: BlindKey, other_keeper: bytes) -> tuple[bool, str]:
        """The answer, and the own part for the other keeper. Raises BadCode when a proof of the other keeper does not hold."""
        twice = blind.Blurred.from_bytes(_plain(part.blurred))
        share = blind.Share.from_bytes(_plain(part.share))
        _require(blind.is_blurred(twice, self.blurred.comparison, context=_step(self.test, b"2")))
        _require(blind.is_share(share, twice.comparison, other_keeper, context=_step(self.test, b"2")))
        own = blind.share(twice.comparison, key, context=_step(self.test, b"1"))
        return blind.is_same_person(twice.comparison, own, share), to_text(own.to_bytes())


@dataclass(frozen=True, slots=True)
class SecondKeeper:
    """The other keeper's side: it checks that it helps with nothing but this comparison."""

    test: UUID
    key: BlindKey

    def part(self, question: SamenessQuestion) -> SamenessPart:
        """Raises BadCode when the comparison is not that of the two ciphertexts named."""
        comparison = blind.compare(read_cipher(question.one.blinded), read_cipher(question.other.blinded))
        once = blind.Blurred.from_bytes(_plain(question.blurred))
        _require(blind.is_blurred(once, comparison, context=_step(self.test, b"1")))
        twice = blind.blur(once.comparison, context=_step(self.test, b"2"))
        share = blind.share(twice.comparison, self.key, context=_step(self.test, b"2"))
        return SamenessPart(blurred=to_text(twice.to_bytes()), share=to_text(share.to_bytes()))

    def answer(self, part: SamenessPart, share: str, asker: bytes) -> bool:
        """What the asker has read as well. Raises BadCode when its part was not made with its key."""
        twice = blind.Blurred.from_bytes(_plain(part.blurred)).comparison
        theirs = blind.Share.from_bytes(_plain(share))
        _require(blind.is_share(theirs, twice, asker, context=_step(self.test, b"1")))
        return blind.is_same_person(twice, blind.Share.from_bytes(_plain(part.share)), theirs)


def _step(test: UUID, step: bytes) -> bytes:
    return b"mynumber sameness test v1\0" + test.bytes + step


def _plain(text: str) -> bytes:
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if to_text(data) != text:
        raise BadCode(CodeReason.MALFORMED, "not canonical base64url")
    return data


def _require(is_proven: bool) -> None:
    if not is_proven:
        raise BadCode(CodeReason.BAD_PROOF, "a proof does not hold")
