"""Whether two persons are one (Cabinet Order art. 26(6)): asked of the second keeper, since the core alone cannot open its records.

The test is recorded here before the commission is asked, and there before it helps; both record the answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import overload
from uuid import UUID, uuid4

from mynumber.foundation.blind import BlindCode, encrypt
from mynumber.foundation.codes import BadCode, Code, CodeKeys
from mynumber.institutions.network.blind.models import BlindedPerson, SamenessTest
from mynumber.institutions.network.core.models import Exchange, IssuedCode
from mynumber.institutions.network.core.records import RECORD_DOMAIN
from mynumber.institutions.network.siblings.own import this_core
from mynumber.protocols import wire
from mynumber.protocols.blind import (
    COMMISSION,
    END_SAMENESS,
    TEST_SAMENESS,
    AskedTest,
    ComparedExchange,
    ComparedHolder,
    SamenessEnd,
    SamenessQuestion,
    blind_keys,
    cipher_text,
    public_key,
    read_cipher,
    records_key,
)
from mynumber.protocols.directory import UnknownSystem
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Hop
from mynumber.protocols.wire import to_text


class CannotTest(Exception):
    """A test cannot be made; the message says why and names no person."""


@dataclass(frozen=True, slots=True)
class Place:
    """An exchange as all records name it."""

    inquirer: str
    request_id: UUID


@dataclass(frozen=True, slots=True)
class Holder:
    """The person whose code a member holds."""

    member: str
    code: Code


def ask_whether_same(
    node: Node,
    one: Place,
    other: Place | Holder,
    *,
    purpose: str,
    now: Callable[[], datetime],
) -> bool:
    """Ask the commission about two that this core has records of. Raises CannotTest; Refused with what the commission says."""
    core = this_core()
    try:
        key = next(iter(blind_keys(node.keyring, core).values()))
        joint = records_key(node.directory, core)
        keeper = public_key(node.directory, COMMISSION)
    except (UnknownSystem, StopIteration):
        raise CannotTest("the core and the commission must both list a key for blind exchanges") from None
    keys = CodeKeys.from_bytes(node.keyring.secret("codes"))
    try:
        first = _person(one, joint)
        second = (
            _person(other, joint) if isinstance(other, Place) else _holder(other, joint, keys, first.version)
        )
        asked = AskedTest.begin(uuid4(), first, second)
    except BadCode as error:
        raise CannotTest(f"these two cannot be compared: {error.reason.value}") from None
    test = SamenessTest.objects.create(
        test=asked.test,
        at=now(),
        purpose=purpose,
        inquirer=one.inquirer,
        request_id=one.request_id,
        other_inquirer=other.inquirer if isinstance(other, Place) else None,
        other_request_id=other.request_id if isinstance(other, Place) else None,
        holder=other.member if isinstance(other, Holder) else None,
    )
    question = SamenessQuestion(
        test=asked.test,
        purpose=purpose,
        one=_side(one, first),
        other=_side(other, second),
        blurred=to_text(asked.blurred.to_bytes()),
    )
    hop = Hop.NETWORK
    part = wire.call(node, TEST_SAMENESS, question, sender=core, receiver=COMMISSION, hop=hop, now=now)
    try:
        is_same, share = asked.end(part, key, keeper)
    except BadCode:
        raise CannotTest("the commission's part is not proven: nothing was read") from None
    test.is_same, test.ended_at = is_same, now()
    test.save(update_fields=["is_same", "ended_at"])
    end = SamenessEnd(test=asked.test, share=share)
    theirs = wire.call(node, END_SAMENESS, end, sender=core, receiver=COMMISSION, hop=hop, now=now)
    if theirs.is_same is not is_same:
        raise CannotTest("the two keepers have read different answers")
    return is_same


@overload
def _side(side: Place, blinded: BlindCode) -> ComparedExchange: ...
@overload
def _side(side: Holder, blinded: BlindCode) -> ComparedHolder: ...
def _side(side: Place | Holder, blinded: BlindCode) -> ComparedExchange | ComparedHolder:
    text = cipher_text(blinded)
    if isinstance(side, Holder):
        return ComparedHolder(member=side.member, blinded=text)
    return ComparedExchange(inquirer=side.inquirer, request_id=side.request_id, blinded=text)


def _person(place: Place, joint: bytes) -> BlindCode:
    """The person of an exchange; that of an open one is blinded now, so that the commission learns nobody's code."""
    exchange = Exchange.objects.filter(inquirer=place.inquirer, request_id=place.request_id).first()
    if exchange is None or exchange.record_code is None:
        raise CannotTest("there is no such exchange, or its record names nobody")
    person = BlindedPerson.objects.filter(mark=exchange.record_code).first()
    if person is not None:
        return read_cipher(person.for_records)
    return encrypt(Code.parse(exchange.record_code), joint)


def _holder(holder: Holder, joint: bytes, keys: CodeKeys, version: int) -> BlindCode:
    if not IssuedCode.objects.filter(member=holder.member, code=holder.code.to_text()).exists():
        raise CannotTest("this code was not issued to this member")
    return encrypt(keys.convert_to(holder.code, holder.member, RECORD_DOMAIN, version), joint)
