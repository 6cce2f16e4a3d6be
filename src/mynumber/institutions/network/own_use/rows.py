"""Accepted own-use affairs as rows of the table of a day: versions in time, made of the notices in the order of their acceptance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import msgspec

from mynumber.foundation.law import LocalBasis, NoticeKind, OwnUseAffair, local_basis
from mynumber.foundation.law.own_use import is_own_use
from mynumber.foundation.law.own_use_wordings import wording_on, wordings_of
from mynumber.protocols.own_use import OwnUseText
from mynumber.protocols.records import OwnUseCitation

_content = msgspec.json.Decoder(OwnUseText).decode
JAPAN = ZoneInfo("Asia/Tokyo")
KEPT_DAYS = 8
COLUMNS = "id, kind, content, notified, accepted"


class OwnUseRows:
    """All accepted own-use affairs. Immutable."""

    __slots__ = ("_bases", "_wordings", "last")

    last: int
    """The newest row that it knows; 0 without any."""

    def __init__(self, rows: Iterable[Mapping[str, Any]] = ()) -> None:
        """``rows``: of ``own_use_row``, in the order of their ids."""
        self._bases: dict[date, LocalBasis] = {}
        self.last = 0
        notices = []
        for row in rows:
            self.last = row["id"]
            affair = _content(row["content"]).affair(notified=row["notified"], accepted=row["accepted"])
            notices.append((NoticeKind(row["kind"]), affair))
        self._wordings = wordings_of(notices)

    @property
    def ids(self) -> tuple[str, ...]:
        """The affairs, in the order of their first acceptance."""
        return tuple(self._wordings)

    def wordings_of(self, affair_id: str) -> Sequence[OwnUseAffair]:
        """All wordings of an affair, in the order of their acceptance; none for an unknown one."""
        return self._wordings.get(affair_id, ())

    def on(self, day: date) -> list[OwnUseAffair]:
        """Each affair in the wording of the day; one that is still to come in its first."""
        return [wording_on(wordings, day) for wordings in self._wordings.values()]

    def basis(self, day: date) -> LocalBasis:
        """The table of the day with these rows; the same object each time. Raises NotInForce."""
        found = self._bases.get(day)
        if found is None:
            if len(self._bases) >= KEPT_DAYS:
                self._bases.clear()
            found = self._bases[day] = local_basis(day, self.on(day))
        return found

    def citation(self, provision_id: str | None, day: date) -> OwnUseCitation | None:
        """The ordinance that a record of a day rests on; None for a rule of the national table."""
        if provision_id is None or not is_own_use(provision_id):
            return None
        affair_id, _, ordinal = provision_id.rpartition("-")
        for affair in self.on(day):
            if affair.id == affair_id and 0 < int(ordinal) <= len(affair.rules):
                return OwnUseCitation(
                    ordinance=affair.ordinance,
                    words=affair.words,
                    executive=affair.executive,
                    equivalent=affair.equivalent,
                    provision=affair.rules[int(ordinal) - 1].provision_id,
                    accepted=affair.accepted or affair.valid_from,
                )
        return None


class OwnUse:
    """The rows as a process of the core knows them; another process may have been told of a new one."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self.rows = OwnUseRows()

    async def renew(self) -> bool:
        """Read what is new; returns whether there was anything."""
        last = await self._pool.fetchval("SELECT coalesce(max(id), 0) FROM own_use_row")
        if last == self.rows.last:
            return False
        self.rows = OwnUseRows(await self._pool.fetch(f"SELECT {COLUMNS} FROM own_use_row ORDER BY id"))  # noqa: S608 - constants
        return True

    def basis_at(self, moment: datetime) -> LocalBasis:
        """The table in force on the day, as Japan counts days."""
        return self.rows.basis(moment.astimezone(JAPAN).date())
