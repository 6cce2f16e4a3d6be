"""The inquirer's side of exchanges: ask the core for permits, present them to the providers, open the answers.

Members ask in messages of 1 to 100 inquiries. Behind the message each inquiry goes its own way, together with whatever else of the same member
waits at the same place: into one transaction, one question to the core, one permit sheet a provider. So a provider that is slow or dead holds up
its own inquiries and no others, and a message is answered after :data:`PATIENCE_SECONDS` at the latest with what is there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from mynumber.foundation import envelope
from mynumber.institutions.gateway.blind.blinding import Blinding
from mynumber.institutions.gateway.tenants.inquirer_side import (
    NOTHING,
    Asked,
    Ending,
    InquirerSide,
    Known,
    Opening,
    Waiting,
    period_told,
    told_of_each,
)
from mynumber.institutions.gateway.tenants.store import tenant_of
from mynumber.protocols.directory import Directory
from mynumber.protocols.exchange import (
    PRESENT_SHEET,
    FactSheet,
    Inquiries,
    Inquiry,
    InquiryResult,
    InquiryResults,
    Outcome,
    PeriodFact,
    PermitAnswer,
    PermitDecisions,
    PermitRequests,
    RequestedPermit,
    SheetPresentation,
)
from mynumber.protocols.message import GROUP_ITEMS
from mynumber.protocols.node import Node
from mynumber.protocols.permits import Wanted, open_answer, permit_digest
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit import logs
from mynumber.webkit.asgi import DATABASE_FAILURES, Caller, Question
from mynumber.webkit.batching import Batcher, Groups, is_of_one_item

HERE = Hop.INQUIRER_GATEWAY
PATIENCE_SECONDS = 5.0
"""How long a member's message waits for results. What is not there by then goes on, and is told to whoever asks again."""
LOOK_SECONDS = 0.2
"""How often an inquiry that another process has in hand is looked at."""
ASK_AGAIN = timedelta(minutes=1)
"""How often a provider is asked about what waits for a person. When the member asks again, the provider is asked at once."""
CLOSE_AGAIN_SECONDS = 1.0
"""How soon an end is recorded again that the database did not take."""
LARGEST = 256
"""The most inquiries in one transaction."""
AT_ONCE = 1
"""How many groups of one member are at each place at the same time: what arrives meanwhile shares the next one."""

MAY_HAVE_MOVED = frozenset(
    {Reason.RECORD_UNAVAILABLE, Reason.UNAVAILABLE, Reason.PERMIT_USED, Reason.REPLAYED, Reason.UNREACHABLE}
)
"""Refusals of the other side after which it may have recorded a yes all the same: a database that is lost in the middle of a commit."""

_log = logs.get_logger(__name__)


class Exchange:
    """An inquiry that this process has in hand. ``told`` is its result, or how far it came when this process lets go of it."""

    __slots__ = ("code", "core", "inquiry", "permit_digest", "permitted_at", "provision", "told")

    def __init__(self, inquiry: Inquiry, code: str) -> None:
        self.inquiry = inquiry
        self.code = code
        self.told: asyncio.Future[InquiryResult] = asyncio.get_running_loop().create_future()
        self.permit_digest: bytes | None = None
        self.core: str | None = None
        """The core that gave the permit."""
        self.provision: str | None = None
        self.permitted_at: datetime | None = None

    @property
    def request_id(self) -> UUID:
        return self.inquiry.request_id

    def tell(self, result: InquiryResult) -> None:
        if not self.told.done():
            self.told.set_result(result)

    def refused(self, hop: Hop, reason: Reason, at: datetime) -> Ending:
        return Ending(
            request_id=self.inquiry.request_id,
            outcome=Outcome.REFUSED,
            ended_at=at,
            permit_digest=self.permit_digest,
            core=self.core,
            provision=self.provision,
            permitted_at=self.permitted_at,
            hop=hop,
            reason=reason,
        )

    @property
    def wanted(self) -> Wanted:
        return self.inquiry.information, self.inquiry.periods

    def answered(self, answer: PermitAnswer, sheets: tuple[FactSheet, ...], at: datetime) -> Ending:
        """The end that a provider's answer brings. Raises Refused when a fact is no text."""
        if answer.outcome is Outcome.REFUSED and answer.reason is not None:
            refused = self.refused(Hop.PROVIDER_GATEWAY, answer.reason, at)
            return msgspec.structs.replace(refused, deadline=answer.deadline)
        waits = answer.outcome is Outcome.WAITING
        sheet = sheets[0] if sheets and not self.inquiry.periods else None
        given = [one.period for one in sheets if one.as_of is not None and one.period is not None]
        return Ending(
            request_id=self.inquiry.request_id,
            outcome=answer.outcome,
            ended_at=None if waits else at,
            permit_digest=self.permit_digest,
            core=self.core,
            provision=self.provision,
            permitted_at=self.permitted_at,
            provided_at=None if waits else answer.at,
            as_of=sheet.as_of if sheet else answer.gone_since if answer.outcome is Outcome.NO_DATA else None,
            registered_at=sheet.registered_at if sheet else None,
            upload=sheet.upload if sheet else None,
            deadline=answer.deadline,
            given=tuple(given) or None,
            fact=_text_of(sheet.fact) if sheet else _text_of_each(sheets) if sheets else None,
        )


class Inquiring:
    """Runs the inquiries of all members of this gateway."""

    def __init__(
        self, node: Node, side: InquirerSide, caller: Caller, *, ended: Callable[[str], None]
    ) -> None:
        """``ended`` is called with the gateway system whose records have changed: the core is to be told."""
        self._node = node
        self._side = side
        self._caller = caller
        self._ended = ended
        self._members: dict[str, MemberInquiring] = {}

    def of(self, gateway: str) -> MemberInquiring:
        """The inquiries of the member whose gateway system this is."""
        member = self._members.get(gateway)
        if member is None:
            member = self._members[gateway] = MemberInquiring(
                gateway, self._node, self._side, self._caller, lambda: self._ended(gateway)
            )
        return member

    async def ask(self, question: Question[Inquiries]) -> InquiryResults:
        """Inquiries from a member's own system (Cabinet Order art. 20, 26; Act art. 22, 23). Raises Refused for the message as a whole.

        Each record is durable before anything is sent, and again before the fact is handed on.
        """
        return await self.of(question.receiver).ask(question)


class MemberInquiring:
    """The inquiries of one member that this process has in hand."""

    def __init__(
        self,
        gateway: str,
        node: Node,
        side: InquirerSide,
        caller: Caller,
        ended: Callable[[], None],
    ) -> None:
        self.gateway = gateway
        self.member = Directory.member_of(gateway)
        self.tenant = tenant_of(gateway)
        self._node = node
        self._side = side
        self._caller = caller
        self._ended = ended
        self._blind = Blinding(node)
        self._in_hand: dict[UUID, Exchange] = {}
        self._opening: Batcher[Asked, list[Exchange | InquiryResult | None] | None] = Batcher(
            self.open_inquiries,
            largest=LARGEST,
            weigh=lambda asked: len(asked.inquiries),
            name="inquiries opened",
        )
        self._permits: Groups[Exchange] = Groups(self._request_permits, largest=GROUP_ITEMS, at_once=AT_ONCE)
        self._closing: Groups[tuple[Exchange, Ending]] = Groups(self._close, largest=LARGEST, at_once=AT_ONCE)
        self._working: set[asyncio.Task[None]] = set()

    def has_in_hand(self, request_id: UUID) -> bool:
        """Whether this process works on an inquiry."""
        return request_id in self._in_hand

    # ---- the member's message

    async def ask(self, question: Question[Inquiries]) -> InquiryResults:
        """Open what is new, find what was asked before, and wait with patience for what is under way."""
        inquiries = question.body.inquiries
        opened = await self._opening.submit(Asked(question.received.header, inquiries, question.at))
        if opened is None:
            raise Refused(HERE, Reason.REPLAYED)
        until = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        before = [inquiry for inquiry, one in zip(inquiries, opened, strict=True) if one is None]
        looking = asyncio.create_task(self._tell_again(before, until)) if before else None
        under_way = {one.told for one in opened if isinstance(one, Exchange)}
        if under_way:
            await asyncio.wait(under_way, timeout=PATIENCE_SECONDS)
        told_again = await looking if looking else {}
        return InquiryResults(
            results=tuple(
                _told(inquiry, told_again[inquiry.request_id] if one is None else one)
                for inquiry, one in zip(inquiries, opened, strict=True)
            )
        )

    async def open_inquiries(
        self, batch: Sequence[Asked]
    ) -> list[list[Exchange | InquiryResult | None] | None]:
        """Record messages of inquiries and send off what is new. None for a message, or for an inquiry, that came before."""
        results: list[list[Exchange | InquiryResult | None] | None] = []
        new: list[Exchange] = []
        for asked, opened in zip(
            batch, await self._side.open_inquiries(self.tenant, self.member, batch), strict=True
        ):
            if opened is None:
                results.append(None)
                continue
            result: list[Exchange | InquiryResult | None] = []
            for inquiry, one in zip(asked.inquiries, opened, strict=True):
                if one.opening is Opening.NO_CODE:
                    result.append(_refused(inquiry, Reason.NO_CODE_HELD))
                elif one.opening is Opening.OPENED and one.code is not None:
                    exchange = self._in_hand[inquiry.request_id] = Exchange(inquiry, one.code)
                    new.append(exchange)
                    result.append(exchange)
                else:
                    result.append(self._in_hand.get(inquiry.request_id))
            results.append(result)
        self._permits.add(new)
        return results

    async def _tell_again(self, inquiries: Sequence[Inquiry], until: float) -> dict[UUID, Known | None]:
        """What is recorded of inquiries that this process does not have in hand; the open ones are looked at until the patience ends."""
        known: dict[UUID, Known | None] = {inquiry.request_id: None for inquiry in inquiries}
        is_first_look = True
        while True:
            open_ids = [i for i, one in known.items() if one is None or one.result.outcome is Outcome.OPEN]
            known |= await self._side.known(self.tenant, self.member, open_ids)
            if is_first_look:
                waiting = [i for i, one in known.items() if one and one.result.outcome is Outcome.WAITING]
                if waiting:
                    await self.ask_again(await self._side.sheets_of(self.tenant, waiting))
                    known |= await self._side.known(self.tenant, self.member, waiting)
                is_first_look = False
            still_open = any(one is None or one.result.outcome is Outcome.OPEN for one in known.values())
            if not still_open or asyncio.get_running_loop().time() + LOOK_SECONDS > until:
                return known
            await asyncio.sleep(LOOK_SECONDS)

    # ---- permits

    async def _request_permits(self, group: list[Exchange]) -> None:
        """Ask the core (Cabinet Order art. 20) and present each sheet to its provider."""
        core = self._node.directory.core_of(self.member)
        group = self._reachable(group, core)
        if not group:
            return
        try:
            decisions = await self._blind.request_permits(
                self._caller,
                PermitRequests(
                    inquirer=self.member,
                    requests=tuple(
                        RequestedPermit(
                            request_id=one.inquiry.request_id,
                            code=one.code,
                            provider=one.inquiry.provider,
                            affair=one.inquiry.affair,
                            information=one.inquiry.information,
                            organisation=one.inquiry.organisation,
                            periods=one.inquiry.periods,
                            non_disclosure=one.inquiry.non_disclosure,
                        )
                        for one in group
                    ),
                ),
                sender=self.gateway,
                receiver=core,
                hop=HERE,
                unreachable=Reason.NETWORK_UNREACHABLE,
            )
            sheets = _sort(decisions, group)
        except Exception as error:  # noqa: BLE001 - whatever it was, each waiting inquiry is told
            self._stop(group, error)
            return
        at = datetime.now(UTC)
        self._closing.add(
            (one, one.refused(Hop.NETWORK, decision.reason, at))
            for one, decision in zip(group, decisions.decisions, strict=True)
            if decision.reason is not None
        )
        for sheet, exchanges in zip(decisions.sheets, sheets, strict=True):
            for one in exchanges:
                one.core = core
            self._do(self._present(sheet, exchanges))

    def _reachable(self, group: list[Exchange], core: str) -> list[Exchange]:
        """Those that can be asked as they are to be. What is to be blind and cannot be ends here: it is never asked openly."""
        reached = [one for one in group if self._blind.reaches(self.member, core, one.inquiry.provider)]
        at = datetime.now(UTC)
        self._closing.add(
            (one, one.refused(HERE, Reason.BLIND_OFF, at)) for one in group if one not in reached
        )
        return reached

    # ---- presentation

    async def _present(self, sheet: str, exchanges: list[Exchange]) -> None:
        digest = envelope.digest(sheet.encode())
        for one in exchanges:
            one.permit_digest = permit_digest(digest, one.inquiry.request_id)
        provider = exchanges[0].inquiry.provider
        try:
            answered = await self._ask_provider(
                provider,
                SheetPresentation(sheet=sheet),
                digest,
                [one.wanted for one in exchanges],
            )
            at = datetime.now(UTC)
            endings = [
                one.answered(answer, fact, at)
                for one, (answer, fact) in zip(exchanges, answered, strict=True)
            ]
        except Exception as error:  # noqa: BLE001 - whatever it was, each waiting inquiry is told
            self._stop(exchanges, error)
            return
        pairs = list(zip(exchanges, endings, strict=True))
        if all(ending.outcome is not Outcome.WAITING for ending in endings):
            self._closing.add(pairs)
            return
        request_ids = tuple(one.inquiry.request_id for one in exchanges)
        await self._close(pairs, Waiting(digest, provider, sheet, request_ids))

    async def _ask_provider(
        self, provider: str, presentation: SheetPresentation, digest: bytes, asked: Sequence[Wanted]
    ) -> list[tuple[PermitAnswer, tuple[FactSheet, ...]]]:
        """Present permits; for each its answer and its facts. Raises Refused."""
        answer = await self._caller.call(
            PRESENT_SHEET,
            presentation,
            sender=self.gateway,
            receiver=self._node.directory.gateway_of(provider),
            hop=HERE,
            unreachable=Reason.PROVIDER_UNREACHABLE,
        )
        facts = open_answer(answer, asked, sheet_digest=digest, key=self._node.sealing_key(self.gateway))
        return list(zip(answer.answers, facts, strict=True))

    async def ask_again(self, sheets: Sequence[Waiting]) -> None:
        """Present again what waits for a person, each sheet by itself; what cannot be asked now goes on waiting."""
        await asyncio.gather(*(self._present_again(sheet) for sheet in sheets))

    async def _present_again(self, waiting: Waiting) -> None:
        try:
            known = await self._side.known(self.tenant, self.member, waiting.request_ids)
            places = [
                place
                for place, request_id in enumerate(waiting.request_ids)
                if request_id in known and known[request_id].result.outcome is Outcome.WAITING
            ]
            asked = [known[waiting.request_ids[place]] for place in places]
            if not places:
                await self._side.forget_sheet(self.tenant, waiting.sheet_digest)
                return
            exchanges = [Exchange(one.inquiry, "") for one in asked]
            core = envelope.issuer_of(waiting.sheet.encode())
            for exchange, one in zip(exchanges, asked, strict=True):
                exchange.permit_digest, exchange.core = one.permit_digest, core
            at = datetime.now(UTC)
            try:
                answered = await self._ask_provider(
                    waiting.provider,
                    SheetPresentation(sheet=waiting.sheet, only=tuple(places)),
                    waiting.sheet_digest,
                    [one.wanted for one in exchanges],
                )
                endings = [
                    exchange.answered(answer, fact, at)
                    for exchange, (answer, fact) in zip(exchanges, answered, strict=True)
                ]
            except Refused as refused:
                if not is_final(refused):
                    raise
                endings = [one.refused(refused.hop, refused.reason, at) for one in exchanges]
            ended = [ending for ending in endings if ending.outcome is not Outcome.WAITING]
            if ended:
                await self._side.close_inquiries(self.tenant, self.member, ended)
                self._ended()
            if len(ended) == len(endings):
                await self._side.forget_sheet(self.tenant, waiting.sheet_digest)
        except (Refused, *DATABASE_FAILURES) as error:
            _log.warning("inquiries wait on", system=self.gateway, exception=logs.outline(error))

    # ---- the end

    def _stop(self, exchanges: Sequence[Exchange], error: Exception) -> None:
        """A question that brought no answer: what the other side signed ends the inquiries, all else leaves their records open."""
        if isinstance(error, Refused) and is_final(error):
            at = datetime.now(UTC)
            self._closing.add((one, one.refused(error.hop, error.reason, at)) for one in exchanges)
            return
        if not isinstance(error, Refused):
            _log.error("inquiries stopped", system=self.gateway, exception=logs.outline(error))
        hop, reason = (error.hop, error.reason) if isinstance(error, Refused) else (HERE, Reason.UNAVAILABLE)
        for one in exchanges:
            self._let_go(one, _open(one.inquiry, hop, reason))

    async def _close(self, pairs: list[tuple[Exchange, Ending]], waiting: Waiting | None = None) -> None:
        """Record ends; only then they are told. While the database is away they are kept and tried again: a fact that came shall not be lost."""
        try:
            await self._record_ends(pairs, waiting)
        except Exception as error:  # noqa: BLE001 - whatever it was, each waiting inquiry is told
            _log.error("no record, no exchange", system=self.gateway, exception=logs.outline(error))
            if not is_of_one_item(error):
                for one, _ in pairs:
                    one.tell(_open(one.inquiry, HERE, Reason.RECORD_UNAVAILABLE))
                self._do(self._close_later(pairs, waiting))
            elif len(pairs) > 1 and waiting is None:
                middle = len(pairs) // 2
                await self._close(pairs[:middle])
                await self._close(pairs[middle:])
            else:
                for one, _ in pairs:
                    self._let_go(one, _open(one.inquiry, HERE, Reason.RECORD_UNAVAILABLE))

    async def _close_later(self, pairs: list[tuple[Exchange, Ending]], waiting: Waiting | None) -> None:
        await asyncio.sleep(CLOSE_AGAIN_SECONDS)
        await self._close(pairs, waiting)

    async def _record_ends(self, pairs: list[tuple[Exchange, Ending]], waiting: Waiting | None) -> None:
        endings = [ending for _, ending in pairs]
        if waiting is None:
            closed = await self._side.close_inquiries(self.tenant, self.member, endings)
        else:
            ask_at = datetime.now(UTC) + ASK_AGAIN
            closed = await self._side.let_wait(self.tenant, self.member, endings, waiting, ask_at)
        others = [one.request_id for one in endings if one.request_id not in closed]
        known = await self._side.known(self.tenant, self.member, others) if others else {}
        for one, ending in pairs:
            if one.request_id in closed:
                self._let_go(one, _result(one.inquiry, ending))
            else:  # another process took this one for dead and has settled the inquiry: its word stands
                self._let_go(one, _told(one.inquiry, known.get(one.request_id)))
        self._ended()

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        """Work that nobody waits for."""
        task = asyncio.create_task(work)
        self._working.add(task)
        task.add_done_callback(self._working.discard)

    def _let_go(self, exchange: Exchange, result: InquiryResult) -> None:
        self._in_hand.pop(exchange.request_id, None)
        exchange.tell(result)


def is_final(refused: Refused) -> bool:
    """Whether a refusal says for certain that nothing was provided.

    Only what the other side itself signed does. After anything else (no answer, one that cannot be read, a refusal that nobody signed) the record
    stays open and :mod:`.recovery` asks what happened.
    """
    return refused.is_signed and refused.hop is not HERE and refused.reason not in MAY_HAVE_MOVED


def _sort(decisions: PermitDecisions, group: Sequence[Exchange]) -> list[list[Exchange]]:
    """Check that the core's decisions belong to what was asked, and sort the permitted by sheet. Raises Refused(ANSWER_NOT_BOUND)."""
    sheets: list[list[Exchange]] = [[] for _ in decisions.sheets]
    if len(decisions.decisions) != len(group):
        raise Refused(HERE, Reason.ANSWER_NOT_BOUND, "another number of decisions than of requests")
    for one, decision in zip(group, decisions.decisions, strict=True):
        if decision.request_id != one.inquiry.request_id:
            raise Refused(HERE, Reason.ANSWER_NOT_BOUND, "a decision about another request")
        if decision.reason is not None:
            continue
        if decision.provision is None or decision.sheet is None or decision.sheet >= len(sheets):
            raise Refused(HERE, Reason.ANSWER_NOT_BOUND, "a permit without its sheet")
        one.provision, one.permitted_at = decision.provision, decisions.decided_at
        sheets[decision.sheet].append(one)
    if any(len({one.inquiry.provider for one in sheet}) != 1 for sheet in sheets):
        raise Refused(HERE, Reason.ANSWER_NOT_BOUND, "a sheet is for one provider")
    return sheets


def _told(inquiry: Inquiry, one: Exchange | InquiryResult | Known | None) -> InquiryResult:
    """What the member is told of an inquiry, as far as it is known."""
    if isinstance(one, InquiryResult):
        return one
    if one is None:
        return _open(inquiry, HERE, Reason.UNAVAILABLE)
    if one.inquiry != inquiry:
        return _refused(inquiry, Reason.DUPLICATE_REQUEST)
    if isinstance(one, Known):
        return one.result
    return one.told.result() if one.told.done() else _open(inquiry)


def _open(inquiry: Inquiry, hop: Hop | None = None, reason: Reason | None = None) -> InquiryResult:
    return InquiryResult(request_id=inquiry.request_id, outcome=Outcome.OPEN, hop=hop, reason=reason)


def _refused(inquiry: Inquiry, reason: Reason) -> InquiryResult:
    return InquiryResult(request_id=inquiry.request_id, outcome=Outcome.REFUSED, hop=HERE, reason=reason)


def _result(inquiry: Inquiry, ending: Ending) -> InquiryResult:
    given = ending.given or ()
    return InquiryResult(
        request_id=ending.request_id,
        outcome=ending.outcome,
        provision=ending.provision,
        fact=NOTHING if ending.fact is None or inquiry.periods else msgspec.Raw(ending.fact.encode()),
        as_of=ending.as_of,
        registered_at=ending.registered_at,
        upload=ending.upload,
        period=period_told(inquiry.periods, given),
        periods=told_of_each(inquiry.periods, ending.outcome, given, ending.fact),
        permitted_at=ending.permitted_at,
        provided_at=ending.provided_at,
        deadline=ending.deadline,
        hop=ending.hop,
        reason=ending.reason,
    )


def _text_of(fact: msgspec.Raw) -> str:
    try:
        return bytes(fact).decode()
    except UnicodeDecodeError:
        raise Refused(HERE, Reason.ANSWER_NOT_BOUND, "a fact is no text") from None


def _text_of_each(sheets: Sequence[FactSheet]) -> str:
    told = [
        PeriodFact(
            period=sheet.period,
            is_held=sheet.as_of is not None,
            as_of=sheet.as_of,
            registered_at=sheet.registered_at,
            upload=sheet.upload,
            fact=sheet.fact,
        )
        for sheet in sheets
        if sheet.period is not None
    ]
    return _text_of(msgspec.Raw(msgspec.json.encode(told)))
