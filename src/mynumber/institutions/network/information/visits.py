"""The proof that the person is signed in by card: fresh, of one person, and kept beside the requests that rest on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from mynumber.foundation.codes import BadCode, Code, CodeKeys
from mynumber.institutions.network.core.records import RECORD_DOMAIN
from mynumber.protocols.information import SignInProof, is_fresh
from mynumber.protocols.refusal import Hop, Reason, Refused

_KEEP = """
    WITH visit AS (
        INSERT INTO own_visit (visit, person, signed_in_at, first_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (visit) DO NOTHING RETURNING person, signed_in_at
    ), of AS (
        SELECT person, signed_in_at FROM visit UNION ALL SELECT person, signed_in_at FROM own_visit WHERE visit = $1
    ), requests AS (
        INSERT INTO own_request (request_id, visit, at)
        SELECT request_id, $1, $4 FROM unnest($5::uuid[]) AS _(request_id), of
        WHERE (of.person, of.signed_in_at) = ($2, $3)
        ON CONFLICT DO NOTHING
    )
    SELECT (person, signed_in_at) = ($2, $3) FROM of LIMIT 1
"""


def person_of(keys: CodeKeys, member: str, text: str) -> str:
    """The code of the records for the person of a member's code. Raises Refused(UNKNOWN_CODE)."""
    try:
        code = Code.parse(text)
        return keys.convert_to(code, member, RECORD_DOMAIN, code.version).to_text()
    except BadCode:
        raise Refused(Hop.NETWORK, Reason.UNKNOWN_CODE) from None


async def rest_on(
    pool: asyncpg.Pool, proof: SignInProof, person: str, requests: Sequence[UUID], at: datetime
) -> None:
    """Keep which sign-in requests rest on, before they are decided. ``person``: the code of the records.

    Raises Refused(NETWORK): EXPIRED for a visit that must be over, NOT_YET_VALID for one that has not begun, NOT_ENTITLED for a sign-in that was
    somebody else's or at another time.
    """
    if not is_fresh(proof, at):
        is_over = proof.signed_in_at < at
        raise Refused(
            Hop.NETWORK, Reason.EXPIRED if is_over else Reason.NOT_YET_VALID, "the proof of a sign-in"
        )
    found = None
    while found is None:  # another process may have written the visit after this statement began: look again
        found = await pool.fetchval(_KEEP, proof.visit, person, proof.signed_in_at, at, list(requests))
    if not found:
        raise Refused(Hop.NETWORK, Reason.NOT_ENTITLED, "the sign-in of another person")
