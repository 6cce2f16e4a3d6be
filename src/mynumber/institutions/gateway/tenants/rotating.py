"""A member's codes change to another version of the network's keys: everything that is kept under a code moves with it."""

from __future__ import annotations

from mynumber.foundation.codes import BadCode, Code
from mynumber.institutions.gateway.tenants.store import Store, first_time, tenant_of
from mynumber.protocols.acquisition import RotateCodes
from mynumber.protocols.exchange import Acknowledged
from mynumber.protocols.message import BATCH_ITEMS
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.asgi import Question

TABLES = ("addressee_code", "copy", "answer_hold", "desk_item")
"""What names a person by code."""


class Rotating:
    """Takes codes of a new version from the network."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def rotate(self, question: Question[RotateCodes]) -> Acknowledged:
        """Move a batch in one transaction. What has moved before stays as it is, so the same batch may come again."""
        tenant, pairs = tenant_of(question.receiver), question.body.codes
        if len(pairs) > BATCH_ITEMS:
            raise Refused(Hop.INQUIRER_GATEWAY, Reason.TOO_LARGE, f"at most {BATCH_ITEMS} items a message")
        try:
            old = [Code.parse(pair.old).to_text() for pair in pairs]
            new = [Code.parse(pair.new).to_text() for pair in pairs]
        except BadCode:
            raise Refused(Hop.INQUIRER_GATEWAY, Reason.MALFORMED) from None
        async with self._store.acting_as(tenant) as connection:
            if not await first_time(connection, tenant, [question.received.header]):
                raise Refused(Hop.INQUIRER_GATEWAY, Reason.REPLAYED)
            for table in TABLES:
                await connection.execute(
                    f"UPDATE {table} AS held SET code = pair.new FROM unnest($2::text[], $3::text[]) AS pair(old, new)"  # noqa: S608 - constants
                    " WHERE held.tenant = $1 AND held.code = pair.old",
                    tenant,
                    old,
                    new,
                )
        return Acknowledged(count=len(pairs))
