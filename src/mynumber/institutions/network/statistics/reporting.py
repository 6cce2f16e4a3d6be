"""The report to the oversight body (:mod:`mynumber.protocols.supervision`)."""

from __future__ import annotations

from typing import Any

from mynumber.institutions.network.statistics.anomalies import USUAL_DAYS, Asker, find_anomalies
from mynumber.protocols.directory import Directory
from mynumber.protocols.message import BATCH_ITEMS
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.protocols.supervision import LONGEST_DAYS, Anomaly, SupervisionQuery, SupervisionReport

_ASKERS = """
    SELECT day, inquirer, organisation, asked, persons, rules, odd_hours, not_in_table, refused, non_disclosure
    FROM asker_day WHERE day BETWEEN $1 AND $2
"""


async def report(pool: Any, directory: Directory, query: SupervisionQuery) -> SupervisionReport:
    """What stands out on the days asked about. Raises Refused(NETWORK, MALFORMED or TOO_LARGE)."""
    if query.last < query.first or query.first.year < 2000:
        raise Refused(Hop.NETWORK, Reason.MALFORMED, "the days are in the wrong order")
    if (query.last - query.first).days >= LONGEST_DAYS:
        raise Refused(Hop.NETWORK, Reason.TOO_LARGE, f"at most {LONGEST_DAYS} days")
    async with pool.acquire() as connection:
        rows = await connection.fetch(_ASKERS, query.first - USUAL_DAYS, query.last)
        through = await connection.fetchval("SELECT counted_through FROM usage_state WHERE id = 1")
    askers = [Asker(*row) for row in rows]
    found = find_anomalies(askers, query.first)
    looked_at = [asker for asker in askers if asker.day >= query.first]
    return SupervisionReport(
        anomalies=tuple(
            Anomaly(
                kind=one.kind,
                day=one.asker.day,
                inquirer=one.asker.inquirer,
                name=directory.name(one.asker.inquirer),
                organisation=one.asker.organisation,
                asked=one.asker.asked,
                persons=one.asker.persons,
                figure=one.figure,
                usual=one.usual,
            )
            for one in found[:BATCH_ITEMS]
        ),
        more=len(found) > BATCH_ITEMS,
        askers=len(looked_at),
        asked=sum(asker.asked for asker in looked_at),
        counted_through=through,
    )
