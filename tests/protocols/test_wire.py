"""What a caller may believe of an answer."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from mynumber.protocols import wire
from mynumber.protocols.exchange import QUERY_STATUS, Statuses, StatusQuery
from mynumber.protocols.refusal import Hop, Reason, Refusal, Refused
from mynumber.protocols.wire import Outgoing
from tests.support.directory import Systems, make_systems

ASKER = "gateway.pension_service"
NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
SAID = Refusal(Hop.NETWORK, Reason.NOT_IN_TABLE)


@pytest.fixture
def systems(tmp_path: Path) -> Systems:
    return make_systems(tmp_path, ASKER, "network", "jlis")


@pytest.fixture
def asked(systems: Systems) -> Outgoing[StatusQuery, Statuses]:
    return wire.prepare(
        systems.node("gateway"),
        QUERY_STATUS,
        StatusQuery(request_ids=()),
        sender=ASKER,
        receiver="network",
        hop=Hop.INQUIRER_GATEWAY,
        now=NOW,
    )


def _refused(systems: Systems, asked: Outgoing[StatusQuery, Statuses], body: bytes) -> Refused:
    with pytest.raises(Refused) as refused:
        wire.conclude(systems.node("gateway"), asked, 403, body, hop=Hop.INQUIRER_GATEWAY, now=NOW)
    return refused.value


def _signed(systems: Systems, asked: Outgoing[StatusQuery, Statuses], *, by: str, reply_to: str) -> bytes:
    return wire.pack(
        systems.node(by),
        SAID,
        kind=wire.REFUSAL_KIND,
        sender=by,
        receiver=ASKER,
        sealed=False,
        now=NOW,
        in_reply_to=reply_to,
    )


def test_a_refusal_that_the_receiver_signed_says_so(
    systems: Systems, asked: Outgoing[StatusQuery, Statuses]
) -> None:
    refused = _refused(systems, asked, _signed(systems, asked, by="network", reply_to=asked.message_id))
    assert (refused.refusal, refused.is_signed) == (SAID, True)


def test_a_refusal_in_plain_text_could_be_anybodys(
    systems: Systems, asked: Outgoing[StatusQuery, Statuses]
) -> None:
    refused = _refused(systems, asked, msgspec.json.encode({"refusal": SAID}))
    assert (refused.refusal, refused.is_signed) == (SAID, False)


def test_a_refusal_to_another_question_or_of_another_system_is_none(
    systems: Systems, asked: Outgoing[StatusQuery, Statuses]
) -> None:
    other = _refused(systems, asked, _signed(systems, asked, by="network", reply_to="another"))
    assert (other.hop, other.reason, other.is_signed) == (
        Hop.INQUIRER_GATEWAY,
        Reason.ANSWER_NOT_BOUND,
        False,
    )
    foreign = _refused(systems, asked, _signed(systems, asked, by="jlis", reply_to=asked.message_id))
    assert (foreign.reason, foreign.is_signed) == (Reason.UNREACHABLE, False)


@pytest.mark.parametrize(
    "body",
    [
        b'{"refusal":' + b"[" * 100_000,
        b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b',"refusal":{}}',
        b'{"refusal":{"hop":"network","reason":"not_in_table","detail":"' + b"x" * 1000 + b'"}}',
        b"\xff\xfe",
        b"",
    ],
    ids=["deep", "deep and closed", "long", "not text", "empty"],
)
def test_what_is_no_refusal_is_no_answer(
    systems: Systems, asked: Outgoing[StatusQuery, Statuses], body: bytes
) -> None:
    refused = _refused(systems, asked, body)
    assert (refused.hop, refused.reason, refused.is_signed) == (
        Hop.INQUIRER_GATEWAY,
        Reason.UNREACHABLE,
        False,
    )
