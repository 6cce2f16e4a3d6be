"""Acquisition of codes (符号の取得): Act art. 21-2, Cabinet Order art. 27, Order 85 art. 44.

1. the institution's system asks its gateway for acquisition numbers, one a person (OPEN_ACQUISITION);
2. it sends acquisition number + individual number to J-LIS (REQUEST_CODES, sealed);
3. J-LIS sends acquisition number + resident code to the network (ISSUE_CODES, sealed), the one exception to "no resident code at the network":
   the Cabinet Order makes the code from it, and the network keeps none of it;
4. the network sends acquisition number + code to the institution's gateway (DELIVER_CODES), which forgets the acquisition number.

The portal starts from the serial number of an authentication certificate instead of the individual number (REQUEST_CODE_BY_CERTIFICATE).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from mynumber.protocols.exchange import Acknowledged
from mynumber.protocols.message import (
    BATCH_BYTES,
    AcquisitionText,
    Addressee,
    Batch,
    CodeText,
    Digits,
    Message,
    Moment,
    SerialText,
    SystemId,
)

KeyVersion = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
"""Version of the network's keys of codes."""


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class OpenAcquisition(_Body, frozen=True, kw_only=True):
    addressees: Batch[Addressee]
    anew: bool = False
    """Also for those whose code is held: it is of closed keys. What is kept under it moves to the code that comes."""


class AcquisitionNumber(_Body, frozen=True, kw_only=True):
    addressee: Addressee
    number: AcquisitionText
    """Random, different for each person; tells nothing (Act art. 21-2(2))."""


class AcquisitionNumbers(_Body, frozen=True, kw_only=True):
    numbers: Batch[AcquisitionNumber]
    already_obtained: Batch[Addressee] = ()
    """Addressees whose code the gateway holds already."""


class CodeRequestItem(_Body, frozen=True, kw_only=True):
    number: AcquisitionText
    individual_number: Digits


class CodeRequest(_Body, frozen=True, kw_only=True):
    items: Batch[CodeRequestItem]


class CodeRequestByCertificate(_Body, frozen=True, kw_only=True):
    number: AcquisitionText
    certificate_serial: SerialText
    """Hexadecimal serial number of a valid authentication certificate."""


class AcquisitionState(StrEnum):
    DELIVERED = "delivered"
    ALREADY_OBTAINED = "already_obtained"
    """A second code is not issued (Order 85 art. 44(2)); the network delivers the same one again."""
    NOT_FOUND = "not_found"


class CodeRequestResult(_Body, frozen=True, kw_only=True):
    number: AcquisitionText
    state: AcquisitionState


class CodeRequestResults(_Body, frozen=True, kw_only=True):
    results: Batch[CodeRequestResult]


class IssueItem(_Body, frozen=True, kw_only=True):
    number: AcquisitionText
    resident_code: Digits


class IssueCodes(_Body, frozen=True, kw_only=True):
    member: SystemId
    """For whom codes are issued."""
    items: Batch[IssueItem]


class DeliveredCode(_Body, frozen=True, kw_only=True):
    number: AcquisitionText
    code: CodeText


class DeliverCodes(_Body, frozen=True, kw_only=True):
    codes: Batch[DeliveredCode]


class IssuedCode(_Body, frozen=True, kw_only=True):
    """One core of the network to another: this institution was given this code."""

    member: SystemId
    code: CodeText
    issued_at: Moment


class IssuedCodes(_Body, frozen=True, kw_only=True):
    codes: Batch[IssuedCode]


class AskedCode(_Body, frozen=True, kw_only=True):
    """One core to another: was this institution given this code?"""

    member: SystemId
    code: CodeText


class CodesAsked(_Body, frozen=True, kw_only=True):
    codes: Batch[AskedCode]


class RotatedCode(_Body, frozen=True, kw_only=True):
    """One person's code at the receiver, before and after."""

    old: CodeText
    new: CodeText


class RotateCodes(_Body, frozen=True, kw_only=True):
    """The network changes the keys of codes: the receiver keeps what it has under the new ones from now on."""

    codes: Batch[RotatedCode] = ()
    closed: Batch[KeyVersion] = ()
    """Versions that the network gives nothing in any more: former codes of them may be forgotten in time."""


OPEN_ACQUISITION = Message("acquisition-open.v1", OpenAcquisition, AcquisitionNumbers, max_bytes=BATCH_BYTES)
REQUEST_CODES = Message(
    "code-request.v1", CodeRequest, CodeRequestResults, sealed=True, max_bytes=BATCH_BYTES
)
REQUEST_CODE_BY_CERTIFICATE = Message(
    "code-request-by-certificate.v1", CodeRequestByCertificate, CodeRequestResults, sealed=True
)
ISSUE_CODES = Message("code-issue.v1", IssueCodes, CodeRequestResults, sealed=True, max_bytes=BATCH_BYTES)
ROTATE_CODES = Message("code-rotation.v1", RotateCodes, Acknowledged, sealed=True, max_bytes=BATCH_BYTES)
TELL_ISSUED = Message("codes-issued.v1", IssuedCodes, Acknowledged, sealed=True, max_bytes=BATCH_BYTES)
QUERY_ISSUED = Message("codes-asked.v1", CodesAsked, IssuedCodes, sealed=True, max_bytes=BATCH_BYTES)
"""Answered with those of the question that were issued."""
DELIVER_CODES = Message("code-delivery.v1", DeliverCodes, Acknowledged, sealed=True, max_bytes=BATCH_BYTES)
