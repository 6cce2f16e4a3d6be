"""Taking parts of files: each part is one durable transaction, carried out once, whatever was interrupted.

Copies go by COPY into a staging table of the session (PostgreSQL takes no COPY into a walled table) and are merged by one statement under the
tenant's role.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from mynumber.institutions.gateway.files.lines import CopyLine, ReadInquiries, read_copies, read_inquiries
from mynumber.institutions.gateway.tenants.store import Store, first_time, tenant_of
from mynumber.protocols.files import (
    FilePart,
    FileQuery,
    FileState,
    FileStates,
    LineRefusal,
    LinesQuery,
    PartDone,
    Purpose,
    RefusedLine,
    RefusedLines,
    file_digest,
    part_digest,
    unpacked,
)
from mynumber.protocols.message import BATCH_ITEMS
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.asgi import Question

_HOP = {Purpose.COPIES: Hop.PROVIDER_GATEWAY, Purpose.INQUIRIES: Hop.INQUIRER_GATEWAY}


class Files:
    """Files of all members of this gateway."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def take(self, question: Question[FilePart]) -> PartDone:
        """Carry out a part. Raises Refused (REPLAYED, OTHER_UPLOAD, OUT_OF_PLACE, MALFORMED); then nothing of it is."""
        part, tenant = question.body, tenant_of(question.receiver)
        hop = _HOP[part.purpose]
        content = _content(part, hop)
        digest = part_digest(content)
        async with self._store.acting_as(tenant) as connection:
            if not await first_time(connection, tenant, [question.received.header]):
                raise Refused(hop, Reason.REPLAYED)
            file = await _open_file(connection, tenant, part, question.at)
            if (file["purpose"], file["size"], bytes(file["digest"]).hex()) != (
                part.purpose.value,
                part.size,
                part.digest,
            ):
                raise Refused(hop, Reason.OTHER_UPLOAD)
            if part.offset < file["received"]:
                return await _repeat(connection, tenant, part, digest, hop)
            if part.offset > file["received"]:
                raise Refused(hop, Reason.OUT_OF_PLACE)
            first_line = file["lines"] + 1
            if part.purpose is Purpose.COPIES:
                read = await asyncio.to_thread(read_copies, content, first_line=first_line, now=question.at)
                refused = read.refused + await _merge(connection, tenant, part.file, read.rows, question.at)
                bad = {line for line, _ in refused}
                deleted = sum(row[5] is None and row[0] not in bad for row in read.rows)
                lines = read.lines
            else:
                inquiries = read_inquiries(content, first_line=first_line)
                refused = await _take_in(connection, tenant, part.file, inquiries, question.at)
                deleted, lines = 0, inquiries.lines
            await _close_part(
                connection,
                tenant,
                part,
                size=len(content),
                digest=digest,
                first_line=first_line,
                lines=lines,
                deleted=deleted,
                refused=refused,
                at=question.at,
                hop=hop,
            )
            state = await _state(connection, tenant, part.file)
        return PartDone(state=state, refused=_refused(refused))

    async def state(self, question: Question[FileQuery]) -> FileStates:
        """How far a file is; nothing when no part of it arrived."""
        tenant = tenant_of(question.receiver)
        async with self._store.acting_as(tenant) as connection:
            row = await _file(connection, tenant, question.body.file)
        return FileStates(files=(state_of(row),) if row else ())

    async def refused_lines(self, question: Question[LinesQuery]) -> RefusedLines:
        """The next refused lines of a file."""
        tenant = tenant_of(question.receiver)
        async with self._store.acting_as(tenant) as connection:
            rows = await connection.fetch(
                """
                SELECT line, reason FROM file_refusal WHERE tenant = $1 AND file = $2 AND line > $3 ORDER BY line LIMIT $4
                """,
                tenant,
                question.body.file,
                question.body.after,
                BATCH_ITEMS,
            )
        return RefusedLines(
            refused=tuple(RefusedLine(line=row["line"], reason=LineRefusal(row["reason"])) for row in rows)
        )


def state_of(row: Any) -> FileState:
    """A row of the table of files as it travels."""
    return FileState(
        file=row["file"],
        purpose=Purpose(row["purpose"]),
        size=row["size"],
        digest=bytes(row["digest"]).hex(),
        received=row["received"],
        lines=row["lines"],
        accepted=row["accepted"],
        deleted=row["deleted"],
        refused=row["refused"],
        answered=row["answered"],
        began_at=row["began_at"],
        ended_at=row["ended_at"],
    )


def _content(part: FilePart, hop: Hop) -> bytes:
    """The lines of a part. Raises Refused(MALFORMED)."""
    try:
        content = unpacked(part.content)
    except ValueError:
        raise Refused(hop, Reason.MALFORMED, "the part cannot be unpacked") from None
    if not content.endswith(b"\n") or part.offset + len(content) > part.size:
        raise Refused(hop, Reason.MALFORMED, "a part is whole lines inside the file")
    return content


async def _open_file(connection: Any, tenant: str, part: FilePart, at: datetime) -> Any:
    """The file's row, locked: two parts of one file never run at once."""
    await connection.execute(
        """
        INSERT INTO member_file (tenant, file, purpose, size, digest, received, lines, accepted, deleted, refused, answered,
            began_at, last_at)
        VALUES ($1, $2, $3, $4, $5, 0, 0, 0, 0, 0, 0, $6, $6) ON CONFLICT (tenant, file) DO NOTHING
        """,
        tenant,
        part.file,
        part.purpose.value,
        part.size,
        bytes.fromhex(part.digest),
        at,
    )
    return await connection.fetchrow(
        "SELECT * FROM member_file WHERE tenant = $1 AND file = $2 FOR UPDATE", tenant, part.file
    )


async def _file(connection: Any, tenant: str, file: UUID) -> Any:
    return await connection.fetchrow(
        "SELECT * FROM member_file WHERE tenant = $1 AND file = $2", tenant, file
    )


async def _state(connection: Any, tenant: str, file: UUID) -> FileState:
    return state_of(await _file(connection, tenant, file))


async def _repeat(connection: Any, tenant: str, part: FilePart, digest: bytes, hop: Hop) -> PartDone:
    """What a part that comes again did the first time."""
    done = await connection.fetchrow(
        'SELECT * FROM file_part WHERE tenant = $1 AND file = $2 AND "offset" = $3',
        tenant,
        part.file,
        part.offset,
    )
    if done is None:
        raise Refused(hop, Reason.OUT_OF_PLACE)
    if bytes(done["digest"]) != digest:
        raise Refused(hop, Reason.OTHER_UPLOAD)
    rows = await connection.fetch(
        """
        SELECT line, reason FROM file_refusal
        WHERE tenant = $1 AND file = $2 AND line >= $3 AND line < $3 + $4 ORDER BY line
        """,
        tenant,
        part.file,
        done["first_line"],
        done["lines"],
    )
    refused = [(row["line"], LineRefusal(row["reason"])) for row in rows]
    return PartDone(state=await _state(connection, tenant, part.file), refused=_refused(refused))


def _refused(refused: Sequence[tuple[int, LineRefusal]]) -> tuple[RefusedLine, ...]:
    return tuple(RefusedLine(line=line, reason=reason) for line, reason in sorted(refused))


_STAGE = """
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_mergejoin = off;
CREATE TEMPORARY TABLE IF NOT EXISTS {staged} (line bigint NOT NULL, addressee text NOT NULL, information text NOT NULL,
    period text NOT NULL, as_of timestamptz NOT NULL, fact text) ON COMMIT DELETE ROWS
"""
"""Rows are looked up by key: a member has far more people and copies than a part has lines."""

_LINE = """
SELECT line, information, period, as_of, fact,
    (SELECT held.code FROM addressee_code AS held WHERE held.tenant = $1 AND held.addressee = staged.addressee) AS code
FROM {staged} AS staged
"""

_MERGE = f"""
WITH line AS MATERIALIZED ({_LINE}), newest AS MATERIALIZED (
    SELECT DISTINCT ON (code, information, period) * FROM line
    WHERE code IS NOT NULL
    ORDER BY code, information, period, as_of DESC, line DESC
), written AS (
    INSERT INTO copy (tenant, code, information, period, as_of, registered_at, upload, fact)
    SELECT $1, code, information, period, as_of, $2, $3, fact FROM newest
    WHERE fact IS NOT NULL AND NOT EXISTS (SELECT FROM gone_copy AS gone WHERE gone.tenant = $1 AND gone.code = newest.code
        AND gone.information = newest.information AND gone.period = newest.period AND gone.as_of > newest.as_of)
    ON CONFLICT (tenant, code, information, period) DO UPDATE
        SET as_of = excluded.as_of, registered_at = excluded.registered_at, upload = excluded.upload, fact = excluded.fact
        WHERE copy.as_of <= excluded.as_of
    RETURNING 1
), taken AS (
    DELETE FROM copy USING newest
    WHERE copy.tenant = $1 AND copy.code = newest.code AND copy.information = newest.information AND copy.period = newest.period
      AND newest.fact IS NULL AND copy.as_of <= newest.as_of
    RETURNING copy.code, copy.information, copy.period, newest.as_of
), gone AS (
    INSERT INTO gone_copy (tenant, code, information, period, gone_at, as_of, file, is_told)
    SELECT $1, code, information, period, $2, as_of, $3, true FROM taken
    ON CONFLICT (tenant, code, information, period) DO UPDATE
        SET gone_at = excluded.gone_at, as_of = greatest(gone_copy.as_of, excluded.as_of), file = excluded.file, correction = NULL, reason = NULL, is_told = true
)
SELECT NULL AS line, count(*) AS written FROM written UNION ALL SELECT line, NULL FROM line WHERE code IS NULL
"""  # noqa: S608 - a constant

_OLDER = f"""
SELECT line.line FROM ({_LINE}) AS line
WHERE EXISTS (SELECT FROM copy WHERE copy.tenant = $1 AND copy.code = line.code AND copy.information = line.information
        AND copy.period = line.period AND copy.as_of > line.as_of)
   OR line.fact IS NOT NULL AND EXISTS (SELECT FROM gone_copy AS gone WHERE gone.tenant = $1 AND gone.code = line.code
        AND gone.information = line.information AND gone.period = line.period AND gone.as_of > line.as_of)
"""  # noqa: S608 - a constant


async def _merge(
    connection: Any, tenant: str, file: UUID, rows: Sequence[CopyLine], at: datetime
) -> list[tuple[int, LineRefusal]]:
    """Write copies, newest first; returns the lines that were not. What is older than what is held, or than what took a copy away, is not written."""
    if not rows:
        return []
    staged = f"staged_{tenant}"
    await connection.execute(_STAGE.format(staged=staged))
    await connection.copy_records_to_table(
        staged, records=rows, columns=("line", "addressee", "information", "period", "as_of", "fact")
    )
    done = await connection.fetch(_MERGE.format(staged=staged), tenant, at, file)
    refused = [(row["line"], LineRefusal.NO_CODE) for row in done if row["line"] is not None]
    if sum(row["written"] or 0 for row in done) + len(refused) < len(
        rows
    ):  # some were deletions, twice in the file, or too old
        older = await connection.fetch(_OLDER.format(staged=staged), tenant)
        refused += [(row["line"], LineRefusal.OLDER) for row in older]
    return refused


async def _take_in(
    connection: Any, tenant: str, file: UUID, read: ReadInquiries, at: datetime
) -> list[tuple[int, LineRefusal]]:
    """Keep inquiries to be asked; returns the refused lines."""
    taken = await connection.fetch(
        """
        INSERT INTO file_inquiry (tenant, file, line, request_id, inquiry, next_at)
        SELECT $1, $2, *, $6 FROM unnest($3::bigint[], $4::uuid[], $5::text[])
        ON CONFLICT (tenant, request_id) DO NOTHING
        RETURNING line
        """,
        tenant,
        file,
        [line for line, _, _ in read.rows],
        [request_id for _, request_id, _ in read.rows],
        [inquiry for _, _, inquiry in read.rows],
        at,
    )
    known = {row["line"] for row in taken}
    return read.refused + [
        (line, LineRefusal.DUPLICATE_REQUEST) for line, _, _ in read.rows if line not in known
    ]


async def _close_part(
    connection: Any,
    tenant: str,
    part: FilePart,
    *,
    size: int,
    digest: bytes,
    first_line: int,
    lines: int,
    deleted: int,
    refused: Sequence[tuple[int, LineRefusal]],
    at: datetime,
    hop: Hop,
) -> None:
    """Note what was done; at the end of the file compare its digest. Raises Refused(OTHER_UPLOAD)."""
    await connection.execute(
        """
        INSERT INTO file_refusal (tenant, file, line, reason) SELECT $1, $2, * FROM unnest($3::bigint[], $4::text[])
        """,
        tenant,
        part.file,
        [line for line, _ in refused],
        [reason.value for _, reason in refused],
    )
    await connection.execute(
        """
        INSERT INTO file_part (tenant, file, "offset", digest, first_line, lines) VALUES ($1, $2, $3, $4, $5, $6)
        """,
        tenant,
        part.file,
        part.offset,
        digest,
        first_line,
        lines,
    )
    is_last = part.offset + size == part.size
    if is_last:
        digests = await connection.fetch(
            'SELECT digest FROM file_part WHERE tenant = $1 AND file = $2 ORDER BY "offset"',
            tenant,
            part.file,
        )
        if file_digest(bytes(row["digest"]) for row in digests) != part.digest:
            raise Refused(hop, Reason.OTHER_UPLOAD, "the digest of the whole file")
    await connection.execute(
        """
        UPDATE member_file SET received = received + $3, lines = lines + $4, accepted = accepted + $5::bigint, deleted = deleted + $6,
            refused = refused + $7, last_at = $8::timestamptz,
            ended_at = CASE WHEN $9::bool AND (purpose = 'copies' OR answered = accepted + $5::bigint) THEN $8::timestamptz END
        WHERE tenant = $1 AND file = $2
        """,
        tenant,
        part.file,
        size,
        lines,
        lines - len(refused) - deleted,
        deleted,
        len(refused),
        at,
        is_last,
    )
