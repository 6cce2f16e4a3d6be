"""What a gateway tenant holds for its member: codes and copies, and the member's view of its own records."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

import msgspec

from mynumber.foundation.codes import BadCode, Code
from mynumber.foundation.law import InformationKind
from mynumber.institutions.gateway.rotation.rotating import STAND_STILL, move
from mynumber.institutions.gateway.tenants.store import Store, first_time, tenant_of
from mynumber.protocols.acquisition import (
    AcquisitionNumber,
    AcquisitionNumbers,
    DeliverCodes,
    OpenAcquisition,
)
from mynumber.protocols.copies import (
    CLOCK_SKEW,
    CopiesRegistered,
    Copy,
    CopyRefusal,
    RefusedCopy,
    RegisterCopies,
)
from mynumber.protocols.directory import is_core_id
from mynumber.protocols.exchange import Acknowledged, Outcome
from mynumber.protocols.facts import UnknownLayout, WrongPeriod, read_copy
from mynumber.protocols.message import BATCH_ITEMS
from mynumber.protocols.records import SideQuery, SideRecord, SideRecords
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.asgi import Question

ACQUISITION_BYTES = 24
HERE = Hop.INQUIRER_GATEWAY

_WRITE = """
WITH new AS MATERIALIZED (
    SELECT position, current_code(code) AS code, information, period, as_of, fact
    FROM unnest($2::integer[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::text[])
        AS _(position, code, information, period, as_of, fact)
), written AS (
    INSERT INTO copy (tenant, code, information, period, as_of, registered_at, fact)
    SELECT $1::text, code, information, period, as_of, $8, fact FROM new
    WHERE NOT EXISTS (SELECT FROM gone_copy AS gone WHERE gone.tenant = $1::text AND gone.code = new.code
        AND gone.information = new.information AND gone.period = new.period AND gone.as_of > new.as_of)
    ON CONFLICT (tenant, code, information, period) DO UPDATE
        SET as_of = excluded.as_of, registered_at = excluded.registered_at, upload = NULL, fact = excluded.fact
        WHERE copy.as_of <= excluded.as_of
    RETURNING code, information, period
)
SELECT position FROM new WHERE NOT EXISTS (SELECT FROM written WHERE written.code = new.code
    AND written.information = new.information AND written.period = new.period)
"""
"""Writes copies that are not older than what is held or than what took the copy away; tells the others."""


class Holding:
    """Codes and copies of all members of this gateway."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def open_acquisition(self, question: Question[OpenAcquisition]) -> AcquisitionNumbers:
        """Give an acquisition number for each addressee without a code (Act art. 21-2(1)-(2)), or for each when codes are acquired anew."""
        addressees = list(dict.fromkeys(question.body.addressees))
        _check_batch(len(addressees))
        tenant = tenant_of(question.receiver)
        async with self._store.acting_as(tenant) as connection:
            await _once(connection, tenant, question)
            held = {
                row["addressee"]
                for row in await connection.fetch(
                    "SELECT addressee FROM addressee_code WHERE tenant = $1 AND addressee = ANY($2::text[]) AND NOT $3::bool",
                    tenant,
                    addressees,
                    question.body.anew,
                )
            }
            # whoever asks again has lost the number of before; two that live could give one addressee two people's codes
            await connection.execute(
                "DELETE FROM acquisition WHERE tenant = $1 AND addressee = ANY($2::text[])",
                tenant,
                addressees,
            )
            numbers = [
                AcquisitionNumber(addressee=addressee, number=secrets.token_urlsafe(ACQUISITION_BYTES))
                for addressee in addressees
                if addressee not in held
            ]
            await connection.execute(
                """
                INSERT INTO acquisition (tenant, number, addressee, opened_at)
                SELECT $1, number, addressee, $4 FROM unnest($2::text[], $3::text[]) AS new(number, addressee)
                """,
                tenant,
                [item.number for item in numbers],
                [item.addressee for item in numbers],
                question.at,
            )
        return AcquisitionNumbers(numbers=tuple(numbers), already_obtained=tuple(sorted(held)))

    async def deliver_codes(self, question: Question[DeliverCodes]) -> Acknowledged:
        """Take codes from the network and forget their acquisition numbers (Act art. 21-2(4))."""
        _check_batch(len(question.body.codes))
        tenant = tenant_of(question.receiver)
        try:
            codes = {item.number: Code.parse(item.code).to_text() for item in question.body.codes}
        except BadCode:
            raise Refused(HERE, Reason.MALFORMED) from None
        async with self._store.acting_as(tenant) as connection:
            await _once(connection, tenant, question)
            opened = await connection.fetch(
                "DELETE FROM acquisition WHERE tenant = $1 AND number = ANY($2::text[]) RETURNING number, addressee",
                tenant,
                list(codes),
            )
            await _move(connection, tenant, {row["addressee"]: codes[row["number"]] for row in opened})
            await connection.execute(
                """
                INSERT INTO addressee_code (tenant, addressee, code, obtained_at)
                SELECT $1, addressee, code, $4 FROM unnest($2::text[], $3::text[]) AS new(addressee, code)
                ON CONFLICT (tenant, addressee) DO UPDATE SET code = excluded.code, obtained_at = excluded.obtained_at
                """,
                tenant,
                [row["addressee"] for row in opened],
                [codes[row["number"]] for row in opened],
                question.at,
            )
        return Acknowledged(count=len(opened))

    async def register_copies(self, question: Question[RegisterCopies]) -> CopiesRegistered:
        """Register copies (副本); each is stored or refused with its reason. What is older never replaces what is newer."""
        copies = question.body.copies
        _check_batch(len(copies))
        tenant = tenant_of(question.receiver)
        refused: dict[int, CopyRefusal] = {}
        periods: dict[int, str] = {}
        for position, copy in enumerate(copies):
            read = _read(copy, question.at)
            if isinstance(read, CopyRefusal):
                refused[position] = read
            else:
                periods[position] = read
        async with self._store.acting_as(tenant) as connection:
            await _once(connection, tenant, question)
            codes = {
                row["addressee"]: row["code"]
                for row in await connection.fetch(
                    "SELECT addressee, code FROM addressee_code WHERE tenant = $1 AND addressee = ANY($2::text[])",
                    tenant,
                    [copy.addressee for copy in copies],
                )
            }
            keys: dict[int, tuple[str, str, str]] = {}
            for position, copy in enumerate(copies):
                code = codes.get(copy.addressee)
                if code is None:
                    refused.setdefault(position, CopyRefusal.NO_CODE)
                elif position not in refused:
                    keys[position] = code, copy.information, periods[position]
            newest = {keys[at]: at for at in sorted(keys, key=lambda at: (copies[at].as_of, at))}
            for position, key in keys.items():
                if copies[position].as_of < copies[newest[key]].as_of:
                    refused[position] = CopyRefusal.OLDER
            rows = [(position, *key, copies[position]) for key, position in newest.items()]
            held_newer = await connection.fetch(
                _WRITE,
                tenant,
                [position for position, *_ in rows],
                [code for _, code, *_ in rows],
                [copy.information for *_, copy in rows],
                [period for *_, period, _ in rows],
                [copy.as_of for *_, copy in rows],
                [bytes(copy.fact).decode() for *_, copy in rows],
                question.at,
            )
            not_written = {keys[row["position"]] for row in held_newer}
            refused |= {position: CopyRefusal.OLDER for position, key in keys.items() if key in not_written}
        return CopiesRegistered(
            registered=len(copies) - len(refused),
            refused=tuple(
                RefusedCopy(position=position, reason=reason) for position, reason in sorted(refused.items())
            ),
        )

    async def side_records(self, question: Question[SideQuery]) -> SideRecords:
        """The member's own records, latest first; the core may ask by request id."""
        query = question.body
        if is_core_id(question.sender) and not query.request_ids:
            raise Refused(HERE, Reason.NOT_ENTITLED, "the core asks by request id")
        tenant = tenant_of(question.receiver)
        async with self._store.acting_as(tenant) as connection:
            rows = await connection.fetch(
                """
                SELECT * FROM side_record
                WHERE tenant = $1 AND ($2::uuid[] = '{}' OR request_id = ANY($2::uuid[]))
                ORDER BY asked_at DESC LIMIT $3
                """,
                tenant,
                list(query.request_ids),
                min(max(query.limit, 1), BATCH_ITEMS) if not query.request_ids else 2 * BATCH_ITEMS,
            )
        return SideRecords(records=tuple(_side_record(row) for row in rows))


async def _move(connection: Any, tenant: str, new: dict[str, str]) -> None:
    """Move what is kept under codes of other keys to the codes that came for their addressees.

    Another code of the same keys is another person's: nothing moves to it.
    """
    if not await _of_other_keys(connection, tenant, new):
        return
    await connection.execute(STAND_STILL)
    pairs = await _of_other_keys(connection, tenant, new)
    await move(connection, tenant, list(pairs), list(pairs.values()))


async def _of_other_keys(connection: Any, tenant: str, new: dict[str, str]) -> dict[str, str]:
    """Codes of now -> codes that came, where the keys differ."""
    rows = await connection.fetch(
        "SELECT addressee, code FROM addressee_code WHERE tenant = $1 AND addressee = ANY($2::text[])",
        tenant,
        list(new),
    )
    return {
        row["code"]: new[row["addressee"]]
        for row in rows
        if Code.parse(row["code"]).version != Code.parse(new[row["addressee"]]).version
    }


def _side_record(row: Any) -> SideRecord:
    return SideRecord(
        request_id=row["request_id"],
        side=row["side"],
        inquirer=row["inquirer"],
        provider=row["provider"],
        affair=row["affair"],
        information=row["information"],
        organisation=row["organisation"],
        periods=tuple(row["periods"] or ()),
        given=tuple(row["given"] or ()),
        outcome=Outcome(row["outcome"]),
        permit_digest=bytes(row["permit_digest"]).hex() if row["permit_digest"] else None,
        asked_at=row["asked_at"],
        ended_at=row["ended_at"],
        hop=Hop(row["hop"]) if row["hop"] else None,
        reason=Reason(row["reason"]) if row["reason"] else None,
    )


def _read(copy: Copy, at: datetime) -> str | CopyRefusal:
    """The period of a copy, or why it is none."""
    if copy.as_of > at + CLOCK_SKEW:
        return CopyRefusal.FROM_THE_FUTURE
    try:
        return read_copy(InformationKind.named(copy.information), bytes(copy.fact), copy.period)
    except WrongPeriod:
        return CopyRefusal.WRONG_PERIOD
    except (ValueError, UnknownLayout) as error:
        if isinstance(error, msgspec.ValidationError | msgspec.DecodeError):
            return CopyRefusal.MALFORMED_FACT
        return CopyRefusal.UNKNOWN_INFORMATION


def _check_batch(items: int) -> None:
    if items > BATCH_ITEMS:
        raise Refused(HERE, Reason.TOO_LARGE, f"at most {BATCH_ITEMS} items a message")


async def _once(connection: Any, tenant: str, question: Question[Any]) -> None:
    if not await first_time(connection, tenant, [question.received.header]):
        raise Refused(HERE, Reason.REPLAYED)
