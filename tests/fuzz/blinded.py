"""Parsers of blind exchanges (docs/protocols/blind.md), and of notices, whose sheets work as permits do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import msgspec

from mynumber.foundation import blind, envelope
from mynumber.foundation.blind import BlindCode, BlindKey, BlindRequest, Blurred, Proof, Share
from mynumber.foundation.codes import BadCode, CodeKeys
from mynumber.foundation.envelope import EnvelopeRefused
from mynumber.protocols import notices, wire
from mynumber.protocols.blind import (
    Tag,
    blind_request,
    cipher_text,
    key_id,
    mark_of,
    open_sheet_code,
    open_tags,
    read_blind_request,
    read_cipher,
    sheet_code,
)
from mynumber.protocols.exchange import RequestedPermit
from mynumber.protocols.notices import Notice, NoticeSheet, SheetNotice
from mynumber.protocols.refusal import Refused
from tests.fuzz.examples import example
from tests.fuzz.target import Target, of_text
from tests.support.directory import Systems

REQUEST_ID = UUID("0b8e2e4e-6f0a-4a4b-8a52-8f0c2a9d1d11")


def blinded_targets(world: Systems, *, inquirer: str, provider: str) -> tuple[Target, ...]:
    """``world`` lists keys for blind exchanges."""
    directory = world.node("network").directory
    code = CodeKeys.generate().issue(inquirer, "12345678901")
    key, other = BlindKey.generate(), BlindKey.generate()
    encrypted = blind.encrypt(code, key.public)
    request = msgspec.convert(
        msgspec.json.decode(example(RequestedPermit)) | {"provider": provider, "code": code.to_text()},
        RequestedPermit,
        strict=False,
    )
    asked, text = blind_request(request, inquirer=inquirer, core="network", directory=directory)
    second = blind.encrypt(code, key.public)
    comparison = blind.compare(encrypted, second)
    blurred = blind.blur(comparison, context=b"")
    share = blind.share(comparison, key, context=b"")
    in_sheet = sheet_code(encrypted, key.public)

    def read_request(spelled: str) -> object:
        again = msgspec.structs.replace(asked, code=mark_of(spelled))
        return read_blind_request(spelled, again, inquirer=inquirer, core="network", directory=directory)

    def read_tags(spelled: str) -> object:
        return open_tags([Tag(mark=mark_of(spelled), blinded=spelled)], key)

    refused = (BadCode,)
    return (
        Target("blinded code", lambda data: BlindCode.from_bytes(1, data), refused, (encrypted.to_bytes(),)),
        Target(
            "blind request",
            lambda data: BlindRequest.from_bytes(1, data, keys=3),
            refused,
            (wire.from_text(text.partition(".")[2]),),
        ),
        Target("blind request as text", of_text(read_request), refused, (text.encode(),)),
        Target("blinded code as text", of_text(read_cipher), refused, (cipher_text(encrypted).encode(),)),
        Target(
            "blinded code in a sheet",
            of_text(lambda spelled: open_sheet_code(spelled, {key_id(key.public): key})),
            refused,
            (in_sheet.encode(), sheet_code(encrypted, other.public).encode()),
        ),
        Target("tags of blind records", of_text(read_tags), (), (cipher_text(encrypted).encode(),)),
        Target("proof of a blind request", Proof.from_bytes, refused, (share.proof.to_bytes(),)),
        Target("test of sameness", Blurred.from_bytes, refused, (blurred.to_bytes(),)),
        Target("part of an opening", Share.from_bytes, refused, (share.to_bytes(),)),
        Target(
            "listed key for blind exchanges",
            lambda data: blind.read_listed(data, inquirer),
            refused,
            (key.listed(inquirer), other.listed(provider)),
        ),
    )


def notice_targets(
    world: Systems, sign: Callable[[bytes, str, str], bytes | None], *, sender: str, now: datetime
) -> tuple[Target, ...]:
    """``sign`` puts a body under a signature of the network (body, kind, audience)."""
    gateway = f"gateway.{sender}"
    portal = world.node("portal")
    to, key = portal.directory.seal_key("portal"), portal.sealing_key("portal")
    aad = sender.encode() + b"\n" + REQUEST_ID.bytes

    def read_sheet(token: str) -> object:
        return notices.read_sheet(
            token, directory=portal.directory, presenter=gateway, receiver="portal", key=key, now=now
        )

    def sheet(codes: bytes) -> bytes:
        sealed = wire.to_text(envelope.seal(codes, to=to, info=notices.CODES_INFO, aad=aad))
        listed = SheetNotice(notice=REQUEST_ID, digest="0" * 64)
        return msgspec.json.encode(
            NoticeSheet(
                presenter=gateway, sender=sender, recorded_at=now, notices=(listed,), sealed_codes=sealed
            )
        )

    def read_signed(body: bytes) -> object:
        token = sign(body, notices.SHEET_KIND, "portal")
        return token and read_sheet(token.decode())

    def open_notice(plain: bytes) -> object:
        sealed = wire.to_text(envelope.seal(plain, to=to, info=notices.NOTICE_INFO, aad=aad))
        return notices.open_notice(sealed, REQUEST_ID, sender=sender, key=key)

    code = CodeKeys.generate().issue("portal", "12345678901").to_text()
    codes = msgspec.json.encode([[code]])
    return (
        Target(
            "notice sheet",
            of_text(read_sheet),
            (Refused,),
            (sign(sheet(codes), notices.SHEET_KIND, "portal") or b"",),
        ),
        Target("notice sheet, signed", read_signed, (Refused,), (sheet(codes),)),
        Target("codes in a notice sheet", lambda plain: read_signed(sheet(plain)), (Refused,), (codes,)),
        Target("sealed notice", open_notice, (Refused,), (_notice(),)),
        Target("base64url", of_text(wire.from_text), (EnvelopeRefused,), (b"AAAA",)),
    )


def _notice() -> bytes:
    """One whose amounts add up and whose id is the one that is looked for."""
    filled = msgspec.json.decode(example(Notice))
    return msgspec.json.encode(filled | {"notice": str(REQUEST_ID)})
