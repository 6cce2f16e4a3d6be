"""Who holds a code for a person: read from the codes issued, for those alone whom the affair may ask (Order 85 art. 40(3)-(4))."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import asyncpg

from mynumber.foundation.codes import BadCode, Code
from mynumber.foundation.law import Affair, InformationKind, LegalBasis, UnknownAffair
from mynumber.institutions.network.core.code_ring import CodeRing
from mynumber.institutions.network.core.decision import kinds_of
from mynumber.institutions.network.siblings.asking import Asking, Held
from mynumber.institutions.network.siblings.own import others
from mynumber.protocols.directory import Directory
from mynumber.protocols.holders import Holder, HoldersQuery
from mynumber.protocols.holders import Holders as Answer
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit import logs
from mynumber.webkit.asgi import Question

HERE = Hop.NETWORK
_log = logs.get_logger(__name__)


class Holders:
    """Answers which institutions hold a code. It changes nothing; who asks in which affair goes into the log of the process."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        codes: CodeRing,
        directory: Callable[[], Directory],
        legal_basis: Callable[[datetime], LegalBasis],
        asking: Asking,
        admit: Callable[[str, int], None],
    ) -> None:
        """``admit`` takes so many from what a member may send, or raises Refused: each institution that is looked for counts as one."""
        self._pool = pool
        self._ring = codes
        self._directory = directory
        self._legal_basis = legal_basis
        self._asking = asking
        self._admit = admit

    async def query(self, question: Question[HoldersQuery]) -> Answer:
        """The holders among the providers of the affair, by id. Raises Refused (NOT_IN_TABLE, RATE_LIMITED, UNKNOWN_CODE)."""
        inquirer, query, directory = Directory.member_of(question.sender), question.body, self._directory()
        candidates = providers_of(directory, inquirer, query, self._legal_basis(question.at))
        self._admit(inquirer, len(candidates))
        holders, silent = await self.among(candidates, inquirer, query.code)
        _log.info("who holds a code was asked", sender=question.sender, count=len(candidates))
        return Answer(
            holders=tuple(
                Holder(
                    member=member,
                    name=directory.name(member),
                    information=tuple(sorted(kind.value for kind in kinds)),
                )
                for member, kinds in sorted(candidates.items())
                if member in holders
            ),
            not_known=tuple(sorted(silent)),
        )

    async def among(
        self, candidates: Mapping[str, frozenset[InformationKind]], inquirer: str, text: str
    ) -> tuple[set[str], set[str]]:
        """Which of the candidates hold a code for the person of this code of the inquirer, and of which it could not be found out.

        Raises Refused(UNKNOWN_CODE) for a code that was never issued to the inquirer.
        """
        directory = self._directory()
        try:
            code = Code.parse(text)
            if code.version not in self._ring.live:
                raise Refused(HERE, Reason.UNKNOWN_CODE)
            # one multiplication for each institution of the country that the affair may ask: tens of milliseconds
            codes = await asyncio.to_thread(self._converted, code, inquirer, candidates)
        except BadCode:
            raise Refused(HERE, Reason.UNKNOWN_CODE) from None
        held = [(inquirer, code.to_text()), *codes]
        holders = await self._holders(held)
        unknown = [(member, one) for member, one in held if member not in holders]
        silent: frozenset[Held] = frozenset()
        if others(directory) and unknown:
            silent = await self._asking.learn(unknown)
            holders = await self._holders(held)
        if inquirer not in holders:
            raise Refused(HERE, Reason.UNAVAILABLE if held[0] in silent else Reason.UNKNOWN_CODE)
        return holders, {member for member, _ in silent} - holders

    async def _holders(self, codes: Sequence[Held]) -> set[str]:
        rows = await self._pool.fetch(
            """
            SELECT member FROM issued_code
            JOIN unnest($1::text[], $2::text[]) AS asked(member, code) USING (member, code)
            """,
            [member for member, _ in codes],
            [code for _, code in codes],
        )
        return {row["member"] for row in rows}

    def _converted(
        self, code: Code, inquirer: str, candidates: Mapping[str, frozenset[InformationKind]]
    ) -> list[tuple[str, str]]:
        """Each member's code in each version that it may be of."""
        keys, live = self._ring.keys, self._ring.live
        return [
            (member, keys.convert_to(code, inquirer, member, version).to_text())
            for member in candidates
            for version in live
        ]


def providers_of(
    directory: Directory, inquirer: str, query: HoldersQuery, basis: LegalBasis
) -> dict[str, frozenset[InformationKind]]:
    """Whom the table lets this inquirer ask in the affair, with the kinds of information. Raises Refused(NOT_IN_TABLE)."""
    try:
        affair: Affair = basis.affair(query.affair)
        wanted = InformationKind.named(query.information) if query.information is not None else None
    except (UnknownAffair, ValueError):
        raise Refused(HERE, Reason.NOT_IN_TABLE) from None
    if inquirer not in directory or affair.inquirer_kinds.isdisjoint(kinds_of(directory, inquirer)):
        raise Refused(HERE, Reason.NOT_IN_TABLE)
    found: dict[str, frozenset[InformationKind]] = {}
    for member in directory.members():
        kinds = frozenset(
            kind
            for provision in affair.provisions
            if not provision.provider_kinds.isdisjoint(kinds_of(directory, member.id))
            for kind in provision.information_kinds
            if wanted is None or kind is wanted
        )
        if kinds and member.id != inquirer:
            found[member.id] = kinds
    if not found:
        raise Refused(HERE, Reason.NOT_IN_TABLE)
    return found
