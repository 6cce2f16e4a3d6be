"""The second keeper's side of a test of sameness (Cabinet Order art. 26(6); docs/protocols/blind.md).

What is given is a part of the opening of a comparison that was blurred here: with the asker's part it says yes or no, and nothing of either person.
"""

from __future__ import annotations

from django.db import IntegrityError, transaction

from mynumber.foundation import envelope
from mynumber.foundation.blind import BlindKey
from mynumber.foundation.codes import BadCode, CodeReason
from mynumber.institutions.commission.sameness.models import HelpedTest
from mynumber.protocols.blind import (
    COMMISSION,
    END_SAMENESS,
    TEST_SAMENESS,
    ComparedExchange,
    ComparedHolder,
    SamenessEnd,
    SamenessPart,
    SamenessQuestion,
    SamenessResult,
    SecondKeeper,
    blind_keys,
    public_key,
)
from mynumber.protocols.directory import UnknownSystem
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.messages import Question, message_routes, only, this_node

HERE = Hop.COMMISSION


def help_test(question: Question[SamenessQuestion]) -> SamenessPart:
    """Record a test and help with it. Raises Refused: BLIND_OFF, DUPLICATE_REQUEST, BAD_PROOF, UNKNOWN_CODE."""
    body, other = question.body, question.body.other
    try:
        part = SecondKeeper(body.test, _key()).part(body)
    except BadCode as error:
        raise _refused(error) from None
    try:
        with transaction.atomic():
            HelpedTest.objects.create(
                test=body.test,
                asked_by=question.sender,
                at=question.at,
                purpose=body.purpose,
                inquirer=body.one.inquirer,
                request_id=body.one.request_id,
                other_inquirer=other.inquirer if isinstance(other, ComparedExchange) else None,
                other_request_id=other.request_id if isinstance(other, ComparedExchange) else None,
                holder=other.member if isinstance(other, ComparedHolder) else None,
                question=envelope.digest(question.received.token),
                one_blinded=body.one.blinded,
                other_blinded=other.blinded,
                blurred=part.blurred,
                share=part.share,
            )
    except IntegrityError:
        raise Refused(HERE, Reason.DUPLICATE_REQUEST) from None
    return part


def end_test(question: Question[SamenessEnd]) -> SamenessResult:
    """Read the answer with the asker's part, and record it. The same part again gives the same answer."""
    body = question.body
    record = HelpedTest.objects.select_for_update().filter(test=body.test, asked_by=question.sender).first()
    if record is None:
        raise Refused(HERE, Reason.UNKNOWN_RECORD)
    part = SamenessPart(blurred=record.blurred, share=record.share)
    try:
        asker = public_key(this_node().directory, question.sender)
        is_same = SecondKeeper(body.test, _key()).answer(part, body.share, asker)
    except UnknownSystem:
        raise Refused(HERE, Reason.BLIND_OFF) from None
    except BadCode as error:
        raise _refused(error) from None
    if record.ended_at is None:
        record.is_same, record.ended_at = is_same, question.at
        record.save(update_fields=["is_same", "ended_at"])
    return SamenessResult(is_same=is_same)


def _key() -> BlindKey:
    key = next(iter(blind_keys(this_node().keyring, COMMISSION).values()), None)
    if key is None:
        raise Refused(HERE, Reason.BLIND_OFF)
    return key


def _refused(error: BadCode) -> Refused:
    is_proof = error.reason is CodeReason.BAD_PROOF
    return Refused(HERE, Reason.BAD_PROOF if is_proof else Reason.UNKNOWN_CODE)


routes = [
    *message_routes(TEST_SAMENESS, help_test, hop=HERE, may_ask=only("network")),
    *message_routes(END_SAMENESS, end_test, hop=HERE, may_ask=only("network")),
]
