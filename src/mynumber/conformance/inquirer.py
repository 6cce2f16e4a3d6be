"""Checks of an inquirer's gateway: what it asks, what it makes of every answer, and that nothing is handed on which is not bound to its question."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec

from mynumber.conformance.checks import Check, Checks, Failed, expect, refused
from mynumber.conformance.common import Subject
from mynumber.conformance.stage import (
    AFFAIR,
    FACT,
    FISCAL_YEAR,
    ORGANISATION,
    PERIOD,
    PROVISION,
    TAX,
    Asked,
    Stage,
    fact_of_year,
    facts,
    grant,
    now,
    provide,
)
from mynumber.conformance.world import (
    GATEWAY,
    NETWORK,
    OTHER,
    OTHER_GATEWAY,
    STRANGER,
    STRANGER_GATEWAY,
    VENDOR,
)
from mynumber.foundation import envelope
from mynumber.protocols import wire
from mynumber.protocols.exchange import (
    ASK,
    PRESENT_SHEET,
    FactSheet,
    Inquiries,
    Inquiry,
    InquiryResult,
    Outcome,
    PermitAnswer,
    SheetAnswer,
)
from mynumber.protocols.permits import permit_digest, seal_facts
from mynumber.protocols.records import QUERY_SIDE, SideQuery, SideRecord
from mynumber.protocols.refusal import Hop, Reason

_ASK = "protocols/exchange.md#1-inquiries-情報照会"
_PERMITS = "protocols/exchange.md#2-permits-提供許可"
_ANSWER = "protocols/exchange.md#3-presentation-and-answer-提示提供"
_STOPS = "protocols/exchange.md#when-something-stops"
check = Checks("inquirer", _ASK)
PARALLEL = 16
_NO_END = (Outcome.OPEN, Outcome.REFUSED, Outcome.LOST)


class Inquirer:
    """The inquirer under test, with somebody whom it knows."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.known = stage.person()

    def inquiry(self, **changes: Any) -> Inquiry:
        """What its member asks; changes make it another."""
        made = Inquiry(
            request_id=uuid4(),
            addressee=self.known.addressee,
            affair=AFFAIR,
            provider=OTHER,
            information=TAX,
            organisation=ORGANISATION,
        )
        return msgspec.structs.replace(made, **changes)

    def ask(self, *inquiries: Inquiry, sender: str = VENDOR) -> tuple[InquiryResult, ...]:
        """Ask as the member, and check that there is a result for each in their order."""
        results = self.stage.call(ASK, Inquiries(inquiries=inquiries), sender=sender).results
        if [one.request_id for one in results] != [one.request_id for one in inquiries]:
            raise Failed("the results are not those of the inquiries in their order")
        return results

    def one(self, **changes: Any) -> InquiryResult:
        """Ask one thing."""
        return self.ask(self.inquiry(**changes))[0]

    def records(self, request_id: UUID) -> Sequence[SideRecord]:
        """The member's own records of an exchange."""
        return self.stage.call(QUERY_SIDE, SideQuery(request_ids=(request_id,)), sender=VENDOR).records

    def not_handed_on(self, answering: Callable[[Stage, Asked], Any], **changes: Any) -> None:
        """What the other side does must lead to no fact and to no end that tells of one. Raises Failed."""
        self.stage.answering = answering
        result = self.one(**changes)
        expect(bytes(result.fact) == b"null" and not result.periods, "a fact was handed on")
        expect(result.outcome in _NO_END, f"the inquiry ended as {result.outcome.value}")
        expect(result.reason is not None or result.outcome is Outcome.OPEN, "refused without a reason")

    def subject(self) -> Subject:
        """The message with which the envelope is tried."""
        return Subject(self.stage, ASK, VENDOR, lambda: Inquiries(inquiries=(self.inquiry(),)), "inquiries")


def _facts_but(stage: Stage, asked: Asked, missing: str) -> str | None:
    """A fact of each period that is asked, but of one the word that it is not held."""
    sheets = [
        FactSheet(
            information=one.information,
            period=period,
            as_of=None if period == missing else now(),
            fact=msgspec.Raw(
                b"null"
                if period == missing
                else msgspec.json.encode(fact_of_year(int(period.removeprefix("fy"))))
            ),
        )
        for one in asked.permits
        for period in one.periods
    ]
    return seal_facts(sheets, to=stage.node.directory.seal_key(GATEWAY), sheet_digest=asked.digest)


def _is(
    result: InquiryResult, outcome: Outcome, hop: Hop | None = None, reason: Reason | None = None
) -> None:
    came = (result.outcome, result.hop, result.reason)
    expect(
        came == (outcome, hop, reason),
        f"{result.outcome.value} {result.hop or ''} {result.reason or ''}".strip(),
    )


@check("provided", "ask one thing", "provided: the fact, the provision, when it was permitted and provided")
def _(inquirer: Inquirer) -> None:
    result = inquirer.one()
    _is(result, Outcome.PROVIDED)
    expect(msgspec.json.decode(bytes(result.fact)) == FACT, "another fact than the provider gave")
    expect(result.provision == PROVISION, "not the provision of the permit")
    expect(None not in (result.as_of, result.permitted_at, result.provided_at), "a time is missing")


@check(
    "permit-request",
    "look at what the network is asked",
    "the inquirer's code and the inquiry's words; never the addressee number",
    _PERMITS,
)
def _(inquirer: Inquirer) -> None:
    inquiry = inquirer.inquiry(non_disclosure=True, periods=(f"fy{FISCAL_YEAR - 1}", PERIOD))
    inquirer.ask(inquiry)
    (received,) = inquirer.stage.requests
    (request,) = received.question.requests
    expect(received.sender == GATEWAY and received.question.inquirer == VENDOR, "in another name")
    expect(request.code == inquirer.known.code, "another code than the inquirer's own")
    same = ("request_id", "provider", "affair", "information", "organisation", "periods", "non_disclosure")
    changed = [name for name in same if getattr(request, name) != getattr(inquiry, name)]
    expect(not changed, f"changed on the way: {', '.join(changed)}")
    expect(
        inquirer.known.addressee.encode() not in msgspec.json.encode(received.question),
        "the addressee number travels",
    )


@check(
    "presentation", "look at what the provider is presented", "the network's sheet, unchanged, once", _ANSWER
)
def _(inquirer: Inquirer) -> None:
    inquiry = inquirer.inquiry()
    inquirer.ask(inquiry)
    presented = inquirer.stage.presentations
    expect(len(presented) == 1, f"presented {len(presented)} times")
    expect([one.request_id for one in presented[0].permits] == [inquiry.request_id], "another permit")


@check(
    "group",
    "ask 100 things in one message, every second of which the network refuses",
    "100 results in their order",
)
def _(inquirer: Inquirer) -> None:
    inquiries = [inquirer.inquiry() for _ in range(100)]
    no = {one.request_id: Reason.NOT_IN_TABLE for one in inquiries[::2]}
    inquirer.stage.decide = lambda stage, received: grant(stage, received, no)
    for place, result in enumerate(inquirer.ask(*inquiries)):
        if place % 2:
            _is(result, Outcome.PROVIDED)
        else:
            _is(result, Outcome.REFUSED, Hop.NETWORK, Reason.NOT_IN_TABLE)
    largest = max(len(one.question.requests) for one in inquirer.stage.requests)
    expect(largest <= 100, f"a message of {largest} permit requests")


@check(
    "no-code",
    "ask about somebody whose code the gateway does not hold",
    "refused by inquirer_gateway, no_code_held; the network is not asked",
)
def _(inquirer: Inquirer) -> None:
    _is(inquirer.one(addressee="nobody-here"), Outcome.REFUSED, Hop.INQUIRER_GATEWAY, Reason.NO_CODE_HELD)
    expect(not inquirer.stage.requests, "the network was asked")


@check(
    "refused-by-network",
    "the network refuses the request",
    "refused by network with its reason; the provider is not asked",
    _PERMITS,
)
def _(inquirer: Inquirer) -> None:
    for reason in (Reason.NOT_IN_TABLE, Reason.PROVIDER_HAS_NO_CODE):
        inquirer.stage.decide = lambda stage, received, reason=reason: grant(  # type: ignore[misc]
            stage, received, {one.request_id: reason for one in received.question.requests}
        )
        _is(inquirer.one(), Outcome.REFUSED, Hop.NETWORK, reason)
    expect(not inquirer.stage.presentations, "the provider was asked")


@check("refused-message", "the network refuses the whole message", "no fact; the reason is told", _PERMITS)
def _(inquirer: Inquirer) -> None:
    inquirer.stage.decide = lambda _stage, _received: Reason.RATE_LIMITED
    result = inquirer.one()
    expect(result.outcome in _NO_END and result.reason is not None, f"{result.outcome.value} {result.reason}")


@check("no-network", "the network breaks the connection", "open or refused, network_unreachable", _STOPS)
def _(inquirer: Inquirer) -> None:
    inquirer.stage.decide = lambda _stage, _received: None
    result = inquirer.one()
    expect(result.outcome in _NO_END, f"ended as {result.outcome.value}")
    expect(result.reason is Reason.NETWORK_UNREACHABLE, f"reason {result.reason}")


@check(
    "decisions-not-bound",
    "the network decides on other request ids, or on fewer",
    "nothing is presented, no fact",
    _PERMITS,
)
def _(inquirer: Inquirer) -> None:
    def others(stage: Stage, received: Any) -> Any:
        made = grant(stage, received)
        changed = tuple(msgspec.structs.replace(one, request_id=uuid4()) for one in made.decisions)
        return msgspec.structs.replace(made, decisions=changed)

    inquirer.stage.decide = others
    result = inquirer.one()
    expect(result.outcome in _NO_END and bytes(result.fact) == b"null", f"ended as {result.outcome.value}")
    expect(not inquirer.stage.presentations, "a sheet was presented")


@check("no-data", "the provider has no copy", "no_data, without a fact", _ANSWER)
def _(inquirer: Inquirer) -> None:
    inquirer.stage.answering = lambda _stage, asked: asked.all(Outcome.NO_DATA)
    _is(inquirer.one(), Outcome.NO_DATA)


@check(
    "refused-by-provider",
    "the provider refuses the permit",
    "refused by provider_gateway with its reason",
    _ANSWER,
)
def _(inquirer: Inquirer) -> None:
    inquirer.stage.answering = lambda _stage, asked: asked.all(Outcome.REFUSED, reason=Reason.PERMIT_EXPIRED)
    _is(inquirer.one(), Outcome.REFUSED, Hop.PROVIDER_GATEWAY, Reason.PERMIT_EXPIRED)


@check(
    "waiting",
    "the provider answers by hand: waiting, then provided",
    "waiting with the deadline; asked again with the same id, provided",
    _ANSWER,
)
def _(inquirer: Inquirer) -> None:
    deadline = now() + timedelta(days=1)
    inquirer.stage.answering = lambda _stage, asked: asked.all(Outcome.WAITING, deadline=deadline)
    inquiry = inquirer.inquiry()
    (waits,) = inquirer.ask(inquiry)
    _is(waits, Outcome.WAITING)
    expect(
        waits.deadline is not None and abs(waits.deadline - deadline) < timedelta(seconds=1),
        "another deadline",
    )
    inquirer.stage.answering = provide
    (answered,) = inquirer.ask(inquiry)
    _is(answered, Outcome.PROVIDED)
    asked = len(inquirer.stage.requests)
    expect(asked == 1, f"{asked} permits were asked for")


@check(
    "mixed", "one answer with provided, no_data, waiting and refused", "each inquiry has its own end", _ANSWER
)
def _(inquirer: Inquirer) -> None:
    inquiries = [inquirer.inquiry() for _ in range(4)]
    ends = dict(zip([one.request_id for one in inquiries], range(4), strict=True))

    def mixed(stage: Stage, asked: Asked) -> SheetAnswer:
        at = now()
        kinds = (
            PermitAnswer(outcome=Outcome.PROVIDED, at=at),
            PermitAnswer(outcome=Outcome.NO_DATA, at=at),
            PermitAnswer(outcome=Outcome.WAITING, at=at, deadline=at + timedelta(days=1)),
            PermitAnswer(outcome=Outcome.REFUSED, at=at, reason=Reason.PROVIDER_DECLINED),
        )
        answers = [kinds[ends[one.request_id]] for one in asked.permits]
        given = [one for one in asked.permits if ends[one.request_id] == 0]
        return asked.answer(*answers, sealed=facts(stage, asked, given))

    inquirer.stage.answering = mixed
    came = [one.outcome for one in inquirer.ask(*inquiries)]
    wanted = [Outcome.PROVIDED, Outcome.NO_DATA, Outcome.WAITING, Outcome.REFUSED]
    expect(came == wanted, ", ".join(came))


@check(
    "same-again",
    "ask again with the same request id and content",
    "the same result with the fact; the network is asked once",
)
def _(inquirer: Inquirer) -> None:
    inquiry = inquirer.inquiry()
    (first,), (second,) = inquirer.ask(inquiry), inquirer.ask(inquiry)
    _is(second, Outcome.PROVIDED)
    expect(bytes(first.fact) == bytes(second.fact), "another fact the second time")
    expect(len(inquirer.stage.requests) == 1, f"the network was asked {len(inquirer.stage.requests)} times")


@check("same-id-other-content", "ask something else with a request id that was used", "duplicate_request")
def _(inquirer: Inquirer) -> None:
    inquiry = inquirer.inquiry()
    inquirer.ask(inquiry)
    (result,) = inquirer.ask(msgspec.structs.replace(inquiry, affair="1-1"))
    _is(result, Outcome.REFUSED, Hop.INQUIRER_GATEWAY, Reason.DUPLICATE_REQUEST)
    expect(len(inquirer.stage.requests) == 1, "the network was asked")


@check("parallel", f"{PARALLEL} messages at once with one request id", "one exchange, the same result to all")
def _(inquirer: Inquirer) -> None:
    inquiry, came = inquirer.inquiry(), list[str]()

    def ask() -> None:
        try:
            came.append(bytes(inquirer.ask(inquiry)[0].fact).decode())
        except Exception as error:  # noqa: BLE001 - whatever it was, it is told
            came.append(str(error))

    threads = [threading.Thread(target=ask) for _ in range(PARALLEL)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    asked = sum(len(one.question.requests) for one in inquirer.stage.requests)
    expect(asked == 1, f"{asked} permits were asked for")
    expect(
        len(set(came)) == 1 and msgspec.json.decode(came[0]) == FACT, f"{len(set(came))} different results"
    )


@check("other-member", "another institution asks through this gateway", "not_entitled")
def _(inquirer: Inquirer) -> None:
    for sender in (OTHER, STRANGER, NETWORK):
        refused(lambda sender=sender: inquirer.ask(inquirer.inquiry(), sender=sender), Reason.NOT_ENTITLED)  # type: ignore[misc]


@check("other-sheet", "the answer names another sheet", "no fact is handed on", _ANSWER)
def _(inquirer: Inquirer) -> None:
    inquirer.not_handed_on(
        lambda stage, asked: msgspec.structs.replace(provide(stage, asked), sheet_digest="0" * 64)
    )


@check("other-count", "the answer has an answer too many, or one too few", "no fact is handed on", _ANSWER)
def _(inquirer: Inquirer) -> None:
    def twice(stage: Stage, asked: Asked) -> SheetAnswer:
        answer = provide(stage, asked)
        return msgspec.structs.replace(answer, answers=answer.answers * 2)

    inquirer.not_handed_on(twice)


@check(
    "periods",
    "ask for three fiscal years, one of which the provider does not hold",
    "each of the three",
    _ANSWER,
)
def _(inquirer: Inquirer) -> None:
    periods = tuple(f"fy{FISCAL_YEAR - back}" for back in (2, 0, 1))
    inquirer.stage.answering = lambda stage, asked: asked.all(
        Outcome.PROVIDED, _facts_but(stage, asked, periods[1])
    )
    result = inquirer.one(periods=periods)
    _is(result, Outcome.PROVIDED)
    expect(tuple(one.period for one in result.periods) == periods, "other periods, or in another order")
    expect(
        [msgspec.json.decode(bytes(one.fact)) for one in result.periods]
        == [fact_of_year(FISCAL_YEAR - 2), None, fact_of_year(FISCAL_YEAR - 1)],
        "other facts than the provider gave",
    )
    expect([one.is_held for one in result.periods] == [True, False, True], "what is not held is not told")


@check(
    "other-periods",
    "the answer leaves a period out, or gives another than asked",
    "no fact is handed on",
    _ANSWER,
)
def _(inquirer: Inquirer) -> None:
    asked_for = (f"fy{FISCAL_YEAR - 1}", PERIOD)
    for given in (asked_for[:1], (asked_for[0], f"fy{FISCAL_YEAR + 1}"), asked_for[::-1], ()):
        inquirer.not_handed_on(
            lambda stage, asked, given=given: asked.all(  # type: ignore[misc]
                Outcome.PROVIDED,
                facts(stage, asked, [msgspec.structs.replace(one, periods=given) for one in asked.permits]),
            ),
            periods=asked_for,
        )


@check("other-kind", "the fact is of another kind than asked", "no fact is handed on", _ANSWER)
def _(inquirer: Inquirer) -> None:
    inquirer.not_handed_on(
        lambda stage, asked: asked.all(
            Outcome.PROVIDED, facts(stage, asked, asked.permits, information="receiving_account")
        )
    )


@check("sealed-to-another", "the facts are sealed to another gateway", "no fact is handed on", _ANSWER)
def _(inquirer: Inquirer) -> None:
    inquirer.not_handed_on(
        lambda stage, asked: asked.all(
            Outcome.PROVIDED, facts(stage, asked, asked.permits, to=STRANGER_GATEWAY)
        )
    )


@check("moved-facts", "the facts are sealed for another sheet", "no fact is handed on", _ANSWER)
def _(inquirer: Inquirer) -> None:
    def moved(stage: Stage, asked: Asked) -> SheetAnswer:
        elsewhere = Asked(asked.received, asked.sheet, bytes(32), asked.permits)
        return asked.all(Outcome.PROVIDED, facts(stage, elsewhere, asked.permits))

    inquirer.not_handed_on(moved)


@check("no-facts", "provided, without facts", "no end, no fact", _ANSWER)
def _(inquirer: Inquirer) -> None:
    inquirer.not_handed_on(lambda _stage, asked: asked.all(Outcome.PROVIDED))


@check("facts-without-provision", "no_data, with facts", "no fact is handed on", _ANSWER)
def _(inquirer: Inquirer) -> None:
    inquirer.not_handed_on(
        lambda stage, asked: asked.all(Outcome.NO_DATA, facts(stage, asked, asked.permits))
    )


@check("more-facts", "more facts than were provided", "no fact is handed on", _ANSWER)
def _(inquirer: Inquirer) -> None:
    inquirer.not_handed_on(
        lambda stage, asked: asked.all(Outcome.PROVIDED, facts(stage, asked, asked.permits * 2))
    )


@check(
    "not-theirs-to-say",
    "an outcome that is not the provider's, a refusal without a reason, waiting without a deadline",
    "no end",
    _ANSWER,
)
def _(inquirer: Inquirer) -> None:
    for outcome in (Outcome.ABANDONED, Outcome.REFUSED, Outcome.WAITING):
        inquirer.not_handed_on(lambda _stage, asked, outcome=outcome: asked.all(outcome))  # type: ignore[misc]


@check("other-signer", "the answer is signed by another system", "no fact is handed on", _ANSWER)
def _(inquirer: Inquirer) -> None:
    inquirer.not_handed_on(lambda stage, asked: _answer(stage, asked, issuer=STRANGER_GATEWAY))


@check(
    "other-question",
    "the answer belongs to another question (irt)",
    "no fact is handed on",
    "protocols/envelope.md#a-signed-message",
)
def _(inquirer: Inquirer) -> None:
    inquirer.not_handed_on(lambda stage, asked: _answer(stage, asked, in_reply_to="another"))


@check("old-answer", "the answer has expired", "no fact is handed on", "protocols/exchange.md#clocks-時計")
def _(inquirer: Inquirer) -> None:
    inquirer.not_handed_on(lambda stage, asked: _answer(stage, asked, at=now() - timedelta(minutes=5)))


@check("noise", "the provider answers with something that is no message", "no end, no fact", _STOPS)
def _(inquirer: Inquirer) -> None:
    for noise in (b"hello", b"{}", b'{"refusal":', b"", b"a.b.c"):
        inquirer.not_handed_on(lambda _stage, _asked, noise=noise: noise)  # type: ignore[misc]


@check(
    "no-provider",
    "the provider breaks the connection",
    "open, provider_unreachable; the member is answered all the same",
    _STOPS,
)
def _(inquirer: Inquirer) -> None:
    inquirer.stage.answering = lambda _stage, _asked: None
    result = inquirer.one()
    expect(result.outcome in _NO_END, f"ended as {result.outcome.value}")
    expect(result.reason in (Reason.PROVIDER_UNREACHABLE, None), f"reason {result.reason}")


@check(
    "notice",
    "wait for the notice of an exchange's end",
    "inquirer, provided, with the digest of the permit",
    "protocols/exchange.md#4-notices-提供の通知",
)
def _(inquirer: Inquirer) -> None:
    inquiry = inquirer.inquiry()
    inquirer.ask(inquiry)
    notice = inquirer.stage.notice("inquirer", inquiry.request_id)
    digest = permit_digest(inquirer.stage.presentations[0].digest, inquiry.request_id).hex()
    expect(notice.outcome is Outcome.PROVIDED, f"the notice says {notice.outcome.value}")
    expect(notice.permit_digest == digest, "the notice names another permit digest")


@check(
    "record",
    "read the member's own records",
    "the exchange with its permit digest; refused ones too",
    "protocols/reconciliation.md",
)
def _(inquirer: Inquirer) -> None:
    inquiry = inquirer.inquiry()
    inquirer.ask(inquiry)
    (record,) = inquirer.records(inquiry.request_id)
    digest = permit_digest(inquirer.stage.presentations[0].digest, inquiry.request_id).hex()
    expect((record.side, record.outcome) == ("inquirer", Outcome.PROVIDED), f"{record.side} {record.outcome}")
    expect(record.permit_digest == digest, "another permit digest")
    no = inquirer.inquiry()
    inquirer.stage.decide = lambda stage, received: grant(
        stage, received, {no.request_id: Reason.NOT_IN_TABLE}
    )
    inquirer.ask(no)
    (record,) = inquirer.records(no.request_id)
    expect(
        (record.outcome, record.reason) == (Outcome.REFUSED, Reason.NOT_IN_TABLE),
        f"{record.outcome} {record.reason}",
    )


def _answer(
    stage: Stage, asked: Asked, *, issuer: str = OTHER_GATEWAY, in_reply_to: str | None = None, at: Any = None
) -> bytes:
    """The honest answer in an envelope that breaks a rule."""
    return envelope.sign(
        provide(stage, asked),
        key=stage.node.signing_key(issuer),
        issuer=issuer,
        audience=GATEWAY,
        kind=PRESENT_SHEET.answer_kind,
        now=at or now(),
        lifetime=wire.MESSAGE_LIFETIME,
        in_reply_to=in_reply_to or asked.received.header.message_id,
    )


INQUIRER: list[Check] = check.all
