"""Uses that were considered for the information network, and whether the table has them: those that it has not stay visible as not in force."""

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib import resources

import msgspec

from mynumber.foundation.law.basis import committed_history, legal_basis
from mynumber.foundation.law.errors import BadData
from mynumber.foundation.law.in_force import Status
from mynumber.foundation.law.kinds import InformationKind


class ConsideredUse(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One use: the table has it if a rule provides `information`, or an affair has one of `phrases`."""

    id: str
    words: str
    information: InformationKind | None = None
    phrases: tuple[str, ...] = ()
    remark: str = ""

    def status(self, on: date) -> Status:
        """In force if the table of the day has it, no longer if an earlier one had, else not yet. Raises NotInForce."""
        if self._is_in_table(on):
            return Status.IN_FORCE
        since = self.since
        return Status.REPEALED if since is not None and since < on else Status.NOT_YET

    @property
    def since(self) -> date | None:
        """The first day of a text of the Order whose table has it; None if none has."""
        return next((text for text in sorted(committed_history().texts) if self._is_in_table(text)), None)

    def _is_in_table(self, on: date) -> bool:
        basis = legal_basis(on)
        if self.information is not None:
            return any(self.information in rule.information_kinds for rule in basis.provisions)
        return any(phrase in affair.words for affair in basis.affairs for phrase in self.phrases)


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    use: list[ConsideredUse]


def read_considered_uses(text: str) -> Mapping[str, ConsideredUse]:
    """Read the file. Raises BadData."""
    try:
        uses = msgspec.convert(tomllib.loads(text), _File).use
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadData(f"not a list of considered uses: {error}") from None
    if len({use.id for use in uses}) != len(uses):
        raise BadData("a considered use twice")
    if any((use.information is None) is not bool(use.phrases) for use in uses):
        raise BadData("a considered use is known by a kind of information or by phrases")
    return {use.id: use for use in uses}


@cache
def considered_uses() -> Mapping[str, ConsideredUse]:
    """All of them by id. Raises BadData."""
    folder = resources.files("mynumber.foundation.law") / "data"
    return read_considered_uses((folder / "considered_uses.toml").read_text("utf-8"))
