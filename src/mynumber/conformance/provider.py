"""Checks of a provider's gateway: it answers what the network permits, once, to whom it was permitted, and from its copies."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
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
    TAX,
    Person,
    Stage,
    fact_of_year,
    now,
    other_signature,
    permit,
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
from mynumber.protocols.copies import REGISTER_COPIES, CopiesRegistered, Copy, CopyRefusal, RegisterCopies
from mynumber.protocols.exchange import (
    PRESENT_SHEET,
    WITHDRAW,
    FactSheet,
    Outcome,
    PermitAnswer,
    SheetPresentation,
    Withdrawal,
)
from mynumber.protocols.holds import CHANGE_HOLDS, ChangeHolds, Hold, HoldReason
from mynumber.protocols.permits import open_answer, permit_digest
from mynumber.protocols.records import QUERY_SIDE, SideQuery
from mynumber.protocols.refusal import Reason, Refused

_EXCHANGE = "protocols/exchange.md#3-presentation-and-answer-提示提供"
_PERMITS = "protocols/exchange.md#2-permits-提供許可"
_STATUS = "protocols/exchange.md#after-a-crash-status-and-withdrawal-状態照会許可の返上"
_COPIES = "protocols/copies.md"
check = Checks("provider", _EXCHANGE)
PARALLEL = 16


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer, opened."""

    answers: tuple[PermitAnswer, ...]
    facts: list[tuple[FactSheet, ...]]
    """Of each permit what was provided."""

    @property
    def outcomes(self) -> list[str]:
        """Outcome of each permit; of a refused one the reason."""
        return [one.reason.value if one.reason else one.outcome.value for one in self.answers]


class Provider:
    """The provider under test, with people of whom it has and has not copies."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.known = stage.person()
        self.without = stage.person()
        registered = self.register(self.known.addressee)
        if registered.registered != 1:
            raise Failed("copies.v1: a copy in its layout, about a person whose code is held, was not stored")

    def register(self, addressee: str, fact: Any = FACT, *, sender: str = VENDOR) -> CopiesRegistered:
        """Register one copy as the provider's own system does."""
        copy = Copy(
            addressee=addressee, information=TAX, as_of=now(), fact=msgspec.Raw(msgspec.json.encode(fact))
        )
        return self.stage.call(REGISTER_COPIES, RegisterCopies(copies=(copy,)), sender=sender)

    def held(self) -> Person:
        """Somebody whose items a person answers."""
        person = self.stage.person()
        self.register(person.addressee)
        hold = Hold(
            addressee=person.addressee, reason=HoldReason.PENDING_CASE, since=now() - timedelta(seconds=1)
        )
        self.stage.call(CHANGE_HOLDS, ChangeHolds(set=(hold,)), sender=VENDOR)
        return person

    def present(
        self,
        sheet: str,
        only: Sequence[int] = (),
        *,
        count: int = 1,
        periods: Sequence[str] = (),
        sender: str = OTHER_GATEWAY,
    ) -> Answered:
        """Present a sheet and open the answer as an inquirer's gateway must. Raises Refused, Failed."""
        question = SheetPresentation(sheet=sheet, only=tuple(only))
        answer = self.stage.call(PRESENT_SHEET, question, sender=sender)
        try:
            facts = open_answer(
                answer,
                [(TAX, periods)] * count,
                sheet_digest=envelope.digest(sheet.encode()),
                key=self.stage.node.sealing_key(OTHER_GATEWAY),
            )
        except Refused as no:
            raise Failed(f"the answer does not belong to the sheet: {no.refusal.detail}") from None
        return Answered(answer.answers, facts)

    def outcomes(self, sheet: str, only: Sequence[int] = (), *, count: int = 1) -> list[str]:
        """How the permits of a sheet end."""
        return self.present(sheet, only, count=count).outcomes

    def withdraw(self, sheet: str, request_id: UUID, *, sender: str = OTHER_GATEWAY) -> Outcome:
        """Give a permit up and hear what was done with it."""
        withdrawal = Withdrawal(
            request_id=request_id,
            permit_digest=permit_digest(envelope.digest(sheet.encode()), request_id).hex(),
            inquirer=OTHER,
            affair=AFFAIR,
            information=TAX,
            organisation=ORGANISATION,
            asked_at=now(),
        )
        return self.stage.call(WITHDRAW, withdrawal, sender=sender).outcome

    def subject(self) -> Subject:
        """The message with which the envelope is tried."""
        return Subject(
            self.stage,
            PRESENT_SHEET,
            OTHER_GATEWAY,
            lambda: SheetPresentation(sheet=self.stage.sheet([self.known.code])),
            "sheet",
        )


def _are(came: list[str], *wanted: str) -> None:
    expect(came == list(wanted), f"{', '.join(came[:5])}; expected {', '.join(wanted[:5])}")


@check(
    "provided",
    "present one permit for which there is a copy",
    "provided: the copy as registered, sealed to the inquirer's gateway",
)
def _(provider: Provider) -> None:
    answered = provider.present(provider.stage.sheet([provider.known.code]))
    _are(answered.outcomes, "provided")
    ((fact,),) = answered.facts
    expect(msgspec.json.decode(bytes(fact.fact)) == FACT, "another fact than was registered")
    expect(fact.period == PERIOD, "the fact does not say its period")
    expect(abs(answered.answers[0].at - now()) < timedelta(minutes=2), "the time of provision is minutes off")


@check("no-data", "present a permit about somebody without a copy, and about one who is unknown", "no_data")
def _(provider: Provider) -> None:
    stranger = provider.stage.code(VENDOR, "99999999998")
    codes = [provider.without.code, stranger]
    _are(provider.outcomes(provider.stage.sheet(codes), count=2), "no_data", "no_data")


@check("group", "present a sheet of 100 permits", "100 answers in the order of the permits")
def _(provider: Provider) -> None:
    codes = [provider.known.code if place % 2 else provider.without.code for place in range(100)]
    came = provider.outcomes(provider.stage.sheet(codes), count=100)
    expect(came == ["no_data", "provided"] * 50, "the answers are not in the order of the permits")


@check(
    "shared-code",
    "a person who is asked about twice in one sheet, with one code in the seal",
    "both are answered",
)
def _(provider: Provider) -> None:
    ids = [uuid4(), uuid4()]
    permits = tuple(permit(one, 0) for one in ids)
    sheet = provider.stage.sheet([provider.known.code], bound_to=ids, permits=permits)
    _are(provider.outcomes(sheet, count=2), "provided", "provided")


@check(
    "notice",
    "wait for the notice of a provision",
    "provider, provided, with the digest of the permit",
    "protocols/exchange.md#4-notices-提供の通知",
)
def _(provider: Provider) -> None:
    request_id = uuid4()
    sheet = provider.stage.sheet([provider.known.code], request_ids=[request_id])
    provider.present(sheet)
    notice = provider.stage.notice("provider", request_id)
    digest = permit_digest(envelope.digest(sheet.encode()), request_id).hex()
    expect(notice.outcome is Outcome.PROVIDED, f"the notice says {notice.outcome.value}")
    expect(notice.permit_digest == digest, "the notice names another permit digest")


@check(
    "record",
    "ask for the record of a provision, as the network does",
    "the exchange with its permit digest",
    "protocols/reconciliation.md",
)
def _(provider: Provider) -> None:
    request_id = uuid4()
    sheet = provider.stage.sheet([provider.known.code], request_ids=[request_id])
    provider.present(sheet)
    found = provider.stage.call(QUERY_SIDE, SideQuery(request_ids=(request_id,)), sender=NETWORK).records
    expect(len(found) == 1, f"{len(found)} records of the exchange")
    digest = permit_digest(envelope.digest(sheet.encode()), request_id).hex()
    expect(
        (found[0].side, found[0].outcome, found[0].permit_digest) == ("provider", Outcome.PROVIDED, digest),
        f"the record says {found[0].side}, {found[0].outcome.value}, or another digest",
    )


@check(
    "record-of-strangers",
    "ask for records as another institution",
    "not_entitled",
    "protocols/reconciliation.md",
)
def _(provider: Provider) -> None:
    for sender in (OTHER, OTHER_GATEWAY):
        refused(
            lambda sender=sender: provider.stage.call(QUERY_SIDE, SideQuery(), sender=sender),  # type: ignore[misc]
            Reason.NOT_ENTITLED,
        )


@check(
    "used-permit",
    "present the same sheet twice",
    "the second time each permit is refused: permit_used",
    _PERMITS,
)
def _(provider: Provider) -> None:
    sheet = provider.stage.sheet([provider.known.code])
    provider.present(sheet)
    _are(provider.outcomes(sheet), "permit_used")


@check(
    "used-permit-other-signature",
    "present it again with the other signature that anybody can make, (r, n - s)",
    "permit_used",
    _PERMITS,
)
def _(provider: Provider) -> None:
    sheet = provider.stage.sheet([provider.known.code])
    provider.present(sheet)
    _are(provider.outcomes(other_signature(sheet.encode()).decode()), "permit_used")


@check(
    "used-request-id", "present another sheet with a request id that was answered", "permit_used", _PERMITS
)
def _(provider: Provider) -> None:
    request_id = uuid4()
    provider.present(provider.stage.sheet([provider.known.code], request_ids=[request_id]))
    _are(
        provider.outcomes(provider.stage.sheet([provider.known.code], request_ids=[request_id])),
        "permit_used",
    )


@check("parallel", f"present one sheet {PARALLEL} times at once", "provided exactly once", _PERMITS)
def _(provider: Provider) -> None:
    sheet = provider.stage.sheet([provider.known.code])
    came: list[str] = []

    def present() -> None:
        try:
            came.extend(provider.outcomes(sheet))
        except (Refused, Failed) as error:
            came.append(str(error))

    threads = [threading.Thread(target=present) for _ in range(PARALLEL)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expect(came.count("provided") == 1, f"provided {came.count('provided')} times")
    expect(len(came) == PARALLEL, "not every presentation was answered")


@check(
    "expired-permit", "present a permit after its valid_until", "read, and refused: permit_expired", _PERMITS
)
def _(provider: Provider) -> None:
    sheet = provider.stage.sheet([provider.known.code], valid_until=now() - timedelta(seconds=60))
    _are(provider.outcomes(sheet), "permit_expired")


@check("not-yours", "present a sheet that was given to another gateway", "permit_not_yours", _PERMITS)
def _(provider: Provider) -> None:
    sheet = provider.stage.sheet([provider.known.code])
    refused(lambda: provider.present(sheet, sender=STRANGER_GATEWAY), Reason.PERMIT_NOT_YOURS)


@check("other-provider", "present a sheet for another provider's gateway", "wrong_audience", _PERMITS)
def _(provider: Provider) -> None:
    sheet = provider.stage.sheet([provider.known.code], audience=STRANGER_GATEWAY)
    refused(lambda: provider.present(sheet), Reason.WRONG_AUDIENCE)
    named = provider.stage.sheet([provider.known.code], provider=STRANGER)
    refused(lambda: provider.present(named), Reason.WRONG_AUDIENCE)


@check("forged-sheet", "present a sheet that the inquirer's gateway signed itself", "unknown_key", _PERMITS)
def _(provider: Provider) -> None:
    own = provider.stage.sheet([provider.known.code], signer=OTHER_GATEWAY)
    refused(lambda: provider.present(own), Reason.UNKNOWN_KEY)
    posing = provider.stage.sheet([provider.known.code], key=provider.stage.node.signing_key(OTHER_GATEWAY))
    refused(lambda: provider.present(posing), Reason.UNKNOWN_KEY)


@check("altered-sheet", "present a sheet with the signature of another", "bad_signature", _PERMITS)
def _(provider: Provider) -> None:
    one, other = (provider.stage.sheet([provider.known.code]) for _ in range(2))
    mixed = one.rpartition(".")[0] + "." + other.rpartition(".")[2]
    refused(lambda: provider.present(mixed), Reason.BAD_SIGNATURE)


@check(
    "no-sheet",
    "present another token of the network's, and no token at all",
    "wrong_kind, malformed",
    _PERMITS,
)
def _(provider: Provider) -> None:
    other_kind = provider.stage.sheet([provider.known.code], kind="side-records.v1")
    refused(lambda: provider.present(other_kind), Reason.WRONG_KIND)
    refused(lambda: provider.present("no.such.sheet"), Reason.MALFORMED)


@check("moved-codes", "present a sheet whose sealed codes belong to other request ids", "malformed", _PERMITS)
def _(provider: Provider) -> None:
    sheet = provider.stage.sheet([provider.known.code], bound_to=[uuid4()])
    refused(lambda: provider.present(sheet), Reason.MALFORMED)


@check(
    "bad-codes", "present sheets whose codes are none, or whose places lead nowhere", "malformed", _PERMITS
)
def _(provider: Provider) -> None:
    stage = provider.stage
    refused(lambda: provider.present(stage.sheet(["A" * 43])), Reason.MALFORMED)
    one = uuid4()
    nowhere = stage.sheet([provider.known.code], request_ids=[one], permits=(permit(one, 7),))
    refused(lambda: provider.present(nowhere), Reason.MALFORMED)


@check("twice-in-a-sheet", "present a sheet with one request id twice", "malformed", _PERMITS)
def _(provider: Provider) -> None:
    one = uuid4()
    sheet = provider.stage.sheet([provider.known.code] * 2, request_ids=[one, one])
    refused(lambda: provider.present(sheet, count=2), Reason.MALFORMED)


@check("only", "present one permit of a sheet, then the others", "each is answered when it is presented")
def _(provider: Provider) -> None:
    sheet = provider.stage.sheet([provider.known.code, provider.without.code, provider.known.code])
    _are(provider.outcomes(sheet, [1]), "no_data")
    _are(provider.outcomes(sheet, [0, 2], count=2), "provided", "provided")
    _are(provider.outcomes(sheet, [2]), "permit_used")


@check("bad-places", "name places that are not in the sheet, or do not ascend", "malformed")
def _(provider: Provider) -> None:
    sheet = provider.stage.sheet([provider.known.code] * 2)
    for only in ([2], [1, 0], [0, 0]):
        refused(lambda only=only: provider.present(sheet, only, count=len(only)), Reason.MALFORMED)  # type: ignore[misc]
    _are(provider.outcomes(sheet, count=2), "provided", "provided")


@check(
    "waiting",
    "present a permit about somebody whose items a person answers, twice",
    "waiting with a deadline; never the copy",
    "protocols/exchange.md#outcomes",
)
def _(provider: Provider) -> None:
    sheet = provider.stage.sheet([provider.held().code])
    for _ in range(2):
        answered = provider.present(sheet)
        _are(answered.outcomes, "waiting")
        deadline = answered.answers[0].deadline
        expect(deadline is not None and deadline > now(), "the deadline has passed already")


@check(
    "waiting-spoils-nobody", "a sheet with one that waits and one that does not", "each has its own answer"
)
def _(provider: Provider) -> None:
    sheet = provider.stage.sheet([provider.held().code, provider.known.code])
    _are(provider.outcomes(sheet, count=2), "waiting", "provided")


@check(
    "withdraw-unused",
    "give up a permit that was not presented, then present it",
    "abandoned; then permit_used",
    _STATUS,
)
def _(provider: Provider) -> None:
    request_id = uuid4()
    sheet = provider.stage.sheet([provider.known.code], request_ids=[request_id])
    expect(provider.withdraw(sheet, request_id) is Outcome.ABANDONED, "not abandoned")
    _are(provider.outcomes(sheet), "permit_used")


@check(
    "withdraw-used",
    "ask what became of a permit that was answered",
    "provided: a provision cannot be talked away",
    _STATUS,
)
def _(provider: Provider) -> None:
    request_id = uuid4()
    sheet = provider.stage.sheet([provider.known.code], request_ids=[request_id])
    provider.present(sheet)
    expect(provider.withdraw(sheet, request_id) is Outcome.PROVIDED, "something else than provided")


@check("withdraw-waiting", "give up a permit that waits for a person", "abandoned", _STATUS)
def _(provider: Provider) -> None:
    request_id = uuid4()
    sheet = provider.stage.sheet([provider.held().code], request_ids=[request_id])
    provider.present(sheet)
    expect(provider.withdraw(sheet, request_id) is Outcome.ABANDONED, "not abandoned")


@check("withdraw-of-another", "give up another institution's permit", "wrong_institution", _STATUS)
def _(provider: Provider) -> None:
    sheet = provider.stage.sheet([provider.known.code])
    refused(lambda: provider.withdraw(sheet, uuid4(), sender=STRANGER_GATEWAY), Reason.WRONG_INSTITUTION)


@check("later-copy", "register a later copy, then present", "the later one", _COPIES)
def _(provider: Provider) -> None:
    person, later = provider.stage.person(), fact_of_year(FISCAL_YEAR, seed=2)
    provider.register(person.addressee)
    provider.register(person.addressee, later)
    ((fact,),) = provider.present(provider.stage.sheet([person.code])).facts
    expect(msgspec.json.decode(bytes(fact.fact)) == later, "the earlier copy was provided")


@check(
    "newest-period",
    "register a copy of one fiscal year and then one of an earlier year, and present a permit that names no period",
    "the copy of the later year",
    _COPIES,
)
def _(provider: Provider) -> None:
    person = provider.stage.person()
    for year in (FISCAL_YEAR, FISCAL_YEAR - 1):
        provider.register(person.addressee, fact_of_year(year))
    ((fact,),) = provider.present(provider.stage.sheet([person.code])).facts
    expect(fact.period == PERIOD, f"the copy of {fact.period}")


@check(
    "periods",
    "register copies of two fiscal years, and present a permit that names three",
    "each of the three, in the order of the permit: two facts with their years, and the word that the third is not held",
)
def _(provider: Provider) -> None:
    person, request_id = provider.stage.person(), uuid4()
    years = (FISCAL_YEAR - 2, FISCAL_YEAR, FISCAL_YEAR - 1)
    periods = tuple(f"fy{year}" for year in years)
    for year in years[:2]:
        provider.register(person.addressee, fact_of_year(year))
    sheet = provider.stage.sheet(
        [person.code], bound_to=[request_id], permits=(permit(request_id, 0, periods=periods),)
    )
    (told,) = provider.present(sheet, periods=periods).facts
    expect(
        [msgspec.json.decode(bytes(one.fact)) for one in told]
        == [fact_of_year(years[0]), fact_of_year(years[1]), None],
        "other facts than were registered",
    )


@check("no-period", "present a permit that names a fiscal year of which there is no copy", "no_data")
def _(provider: Provider) -> None:
    request_id = uuid4()
    sheet = provider.stage.sheet(
        [provider.known.code],
        bound_to=[request_id],
        permits=(permit(request_id, 0, periods=(f"fy{FISCAL_YEAR - 1}",)),),
    )
    _are(provider.outcomes(sheet), "no_data")


@check(
    "bad-copies",
    "register copies out of their layout, of no kind, about people without a code and of another year than they say, among good ones",
    "each refused with its reason, the others stored",
    _COPIES,
)
def _(provider: Provider) -> None:
    good = Copy(
        addressee=provider.known.addressee,
        information=TAX,
        as_of=now(),
        fact=msgspec.Raw(msgspec.json.encode(FACT)),
    )
    bad = (
        msgspec.structs.replace(good, fact=msgspec.Raw(b'{"fiscal_year":"2026"}')),
        msgspec.structs.replace(good, information="weather"),
        msgspec.structs.replace(good, addressee="nobody-here"),
        msgspec.structs.replace(good, period=f"fy{FISCAL_YEAR - 1}"),
    )
    asked = RegisterCopies(copies=(good, *bad))
    answer = provider.stage.call(REGISTER_COPIES, asked, sender=VENDOR)
    came = {one.position: one.reason for one in answer.refused}
    wanted = {
        1: CopyRefusal.MALFORMED_FACT,
        2: CopyRefusal.UNKNOWN_INFORMATION,
        3: CopyRefusal.NO_CODE,
        4: CopyRefusal.WRONG_PERIOD,
    }
    expect(came == wanted and answer.registered == 1, f"stored {answer.registered}, refused {sorted(came)}")


@check(
    "older-copies",
    "register a copy older than the one that is held, and one of tomorrow",
    "refused as older and from_the_future; what was held is given on",
    _COPIES,
)
def _(provider: Provider) -> None:
    person = provider.stage.person()
    provider.register(person.addressee)
    held = Copy(
        addressee=person.addressee,
        information=TAX,
        as_of=now(),
        fact=msgspec.Raw(msgspec.json.encode(FACT)),
    )
    late = msgspec.Raw(msgspec.json.encode({**FACT, "total_income": 1}))
    wrong = (
        msgspec.structs.replace(held, as_of=held.as_of - timedelta(days=1), fact=late),
        msgspec.structs.replace(held, as_of=held.as_of + timedelta(days=1), fact=late),
    )
    answer = provider.stage.call(REGISTER_COPIES, RegisterCopies(copies=wrong), sender=VENDOR)
    came = [(one.position, one.reason) for one in answer.refused]
    wanted = [(0, CopyRefusal.OLDER), (1, CopyRefusal.FROM_THE_FUTURE)]
    expect(came == wanted, f"stored {answer.registered}, refused {came}")
    [[sheet]] = provider.present(provider.stage.sheet([person.code])).facts
    expect(msgspec.json.decode(bytes(sheet.fact)) == FACT, "another fact than the newest")


@check("copies-of-strangers", "register a copy as another institution", "not_entitled", _COPIES)
def _(provider: Provider) -> None:
    refused(lambda: provider.register(provider.known.addressee, sender=OTHER), Reason.NOT_ENTITLED)


@check(
    "sealed-copies",
    "register a copy with a seal for another message",
    "malformed",
    "protocols/envelope.md#a-sealed-text",
)
def _(provider: Provider) -> None:
    stage = provider.stage
    blob = envelope.seal(b"{}", to=stage.node.directory.seal_key(GATEWAY), info=b"another", aad=b"")
    token = envelope.sign(
        msgspec.json.encode({"sealed": wire.to_text(blob)}),
        key=stage.node.signing_key(VENDOR),
        issuer=VENDOR,
        audience=GATEWAY,
        kind=REGISTER_COPIES.name,
        now=now(),
    )
    status, body = stage.post(REGISTER_COPIES.path, token)
    reason = stage.reason_of(status, body) if status != 200 else None
    expect(reason is Reason.MALFORMED, f"HTTP {status}, {reason}")


PROVIDER: list[Check] = check.all
