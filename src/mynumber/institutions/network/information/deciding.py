"""The decision on what a person asks about themself: a function of the question, the table of the law, the directory and the keys.

The table does not name the person as an inquirer. What it names as given by an institution of this kind to anybody at all is what the network can carry, and
that much a person may ask of it about themself (番号法附則 6(4); 個人情報の保護に関する法律 art. 76).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Final

from mynumber.foundation.codes import CodeKeys
from mynumber.foundation.law import InformationKind, InstitutionKind, LegalBasis, Provision
from mynumber.institutions.network.core.decision import Judgement, Rules, judge_by, kinds_of
from mynumber.protocols.directory import Directory
from mynumber.protocols.exchange import RequestedPermit
from mynumber.protocols.information import (
    GROUND_JA,
    INVENTORY,
    OWN_ORGANISATION,
    OWN_REQUEST,
    OwnPermitRequests,
)
from mynumber.protocols.refusal import Reason

GROUND: Final = Provision(
    id=OWN_REQUEST,
    affair_id=OWN_REQUEST,
    provider_words="情報提供者",
    provider_kinds=frozenset(InstitutionKind),
    information_words=GROUND_JA,
    information_kinds=frozenset(InformationKind),
    article="",
    valid_from=date(2017, 11, 13),
    valid_until=None,
)
"""What a permit for the person themself names instead of a row; since the day on which the real system opened."""


@lru_cache(maxsize=1024)
def given_by(basis: LegalBasis, kinds: frozenset[InstitutionKind]) -> frozenset[InformationKind]:
    """Every kind of information that the table lets an institution of these kinds give to anybody."""
    return frozenset(
        kind
        for provision in basis.provisions
        if not provision.provider_kinds.isdisjoint(kinds)
        for kind in provision.information_kinds
    )


class OwnRules(Rules):
    """What a person may ask about themself."""

    def __init__(self, inquirer: str, directory: Directory, basis: LegalBasis) -> None:
        super().__init__(inquirer, True, directory, basis)
        self._of_day = basis

    def find(self, request: RequestedPermit) -> tuple[Provision | None, Reason | None]:
        """The ground, or why there is none."""
        kinds = self.kinds_of(request.provider)
        if not kinds:
            return None, Reason.UNKNOWN_PROVIDER
        if request.information == INVENTORY:
            return (None, Reason.NOT_IN_TABLE) if request.periods else (GROUND, None)
        try:
            information = InformationKind.named(request.information)
        except ValueError:
            return None, Reason.NOT_IN_TABLE
        return (GROUND, None) if information in given_by(self._of_day, kinds) else (None, Reason.NOT_IN_TABLE)


def judge_own(
    asked: OwnPermitRequests,
    *,
    inquirer: str,
    directory: Directory,
    basis: LegalBasis,
    keys: CodeKeys,
    live: Sequence[int],
) -> tuple[Judgement, ...]:
    """Decide each request by itself. The record is shown to the person always: it is theirs."""
    requests = [
        RequestedPermit(
            request_id=one.request_id,
            code=asked.code,
            provider=one.provider,
            affair=OWN_REQUEST,
            information=one.information,
            organisation=OWN_ORGANISATION,
            periods=one.periods,
        )
        for one in asked.requests
    ]
    return judge_by(OwnRules(inquirer, directory, basis), requests, keys=keys, live=live)


def candidates(directory: Directory, basis: LegalBasis) -> dict[str, frozenset[InformationKind]]:
    """Every institution that gives anything through the network, with what."""
    given = {member.id: given_by(basis, kinds_of(directory, member.id)) for member in directory.members()}
    return {member: kinds for member, kinds in given.items() if kinds}
