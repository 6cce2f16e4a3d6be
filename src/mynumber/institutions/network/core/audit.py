"""The audit of records against the log: every entry is recomputed from its rows, every checkpoint from the tiles.

Finds an altered, deleted, added or moved row, an altered tile, a checkpoint that is not consistent with an earlier one, and a cosignature that does not match.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from heapq import merge
from operator import itemgetter
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Sum

from mynumber.foundation import tlog
from mynumber.foundation.tlog import HASH_BYTES, Note, NoteReason, NoteRefused, ProofRefused, VerifierKey
from mynumber.foundation.tlog.tiles import TILE_WIDTH
from mynumber.institutions.network.core import records
from mynumber.institutions.network.core.models import Checkpoint, LogTile, RetentionRun
from mynumber.institutions.network.cosignatures.models import Cosignature

MOST_FINDINGS = 100


@dataclass(slots=True)
class Audit:
    """What was checked and what was found wrong (at most :data:`MOST_FINDINGS` sentences)."""

    entries: int = 0
    checkpoints: int = 0
    cosignatures: int = 0
    size: int = 0
    forgotten: int = 0
    """Entries whose records were deleted after seven years; their leaves are checked all the same."""
    findings: list[str] = field(default_factory=list)

    def found(self, sentence: str) -> None:
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(sentence)


def audit(vkey: str, witnesses: Sequence[VerifierKey] = ()) -> Audit:
    """Check the whole log under one snapshot of the database; cosignatures of the witnesses that are named."""
    result = Audit()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        tiles = _Tiles()
        result.size = _check_checkpoints(result, vkey, tiles)
        _check_cosignatures(result, witnesses)
        _check_entries(result, tiles)
        _check_orphans(result)
    return result


class _Tiles:
    def __init__(self) -> None:
        self._held: dict[tuple[int, int], bytes] = {}

    def read(self, level: int, index: int, width: int) -> bytes:
        del width  # a wider state of the tile will do
        if (level, index) not in self._held:
            tile = LogTile.objects.filter(level=level, index=index).first()
            if tile is None:
                raise LookupError(f"tile {level}/{index} is missing")
            if len(self._held) > 10_000:
                self._held.clear()
            self._held[level, index] = bytes(tile.hashes)
        return self._held[level, index]

    def leaf(self, index: int) -> bytes:
        offset = index % TILE_WIDTH * HASH_BYTES
        return self.read(0, index // TILE_WIDTH, 0)[offset : offset + HASH_BYTES]


def _check_checkpoints(result: Audit, vkey: str, tiles: _Tiles) -> int:
    """Every checkpoint: signed by the log, with the root of the tiles, and a continuation of the one before. Returns the newest size."""
    before: tlog.Checkpoint | None = None
    for row in Checkpoint.objects.order_by("size").iterator():
        result.checkpoints += 1
        try:
            checkpoint = tlog.verify_checkpoint(row.note, vkey)
        except NoteRefused as error:
            result.found(f"チェックポイント {row.size} の署名が正しくありません（{error.reason.value}）。")
            continue
        if checkpoint.size != row.size:
            result.found(f"チェックポイント {row.size} の署名された大きさは {checkpoint.size} です。")
            continue
        try:
            reader = tlog.hash_reader(checkpoint.size, tiles.read)
            if tlog.root_hash(checkpoint.size, reader) != checkpoint.root:
                result.found(f"チェックポイント {row.size} の根が台帳のタイルと一致しません。")
            if before is not None:
                tlog.verify_consistency(
                    before.size,
                    checkpoint.size,
                    before.root,
                    checkpoint.root,
                    tlog.consistency_proof(before.size, checkpoint.size, reader),
                )
        except (LookupError, ValueError, ProofRefused) as error:
            result.found(
                f"チェックポイント {row.size} は前のものの続きではありません（{type(error).__name__}）。"
            )
        before = checkpoint
    return before.size if before else 0


def _check_cosignatures(result: Audit, witnesses: Sequence[VerifierKey]) -> None:
    """Every line of a known witness stands under a checkpoint that is there, and matches it."""
    known = {key.name: key for key in witnesses}
    notes = dict(Checkpoint.objects.values_list("size", "note"))
    for row in Cosignature.objects.order_by("size").iterator():
        key = known.get(row.witness)
        if key is None:
            continue  # of a witness that is no longer asked
        result.cosignatures += 1
        try:
            if not Note.parse(notes.get(row.size, "") + row.line).cosigned_by([key]):
                raise NoteRefused(NoteReason.UNKNOWN_KEY, "not this witness's line")
        except NoteRefused as error:
            result.found(
                f"チェックポイント {row.size} の立会人の署名が正しくありません（{error.reason.value}）。"
            )


def _rows() -> Iterator[dict[str, Any]]:
    """All entries of the log in their order: of exchanges, and of events."""
    exchanges = f"SELECT {records.ENTRY_COLUMNS} FROM {records.ENTRY_TABLES} ORDER BY event.index"  # noqa: S608 - constants
    disclosures = f"SELECT {records.DISCLOSURE_COLUMNS} FROM event_entry ORDER BY index"  # noqa: S608 - constants
    return merge(_each(exchanges), _each(disclosures), key=itemgetter("index"))


def _each(query: str) -> Iterator[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        names = [column.name for column in cursor.description or ()]
        while rows := cursor.fetchmany(2000):
            for row in rows:
                yield dict(zip(names, row, strict=True))


def _check_entries(result: Audit, tiles: _Tiles) -> None:
    gaps = _Gaps(result)
    expected = 0
    for row in _rows():
        index = row["index"]
        gaps.missing(expected, index)
        expected = index + 1
        result.entries += 1
        if index >= result.size:
            continue  # waits for the next checkpoint
        try:
            leaf = tiles.leaf(index)
        except LookupError:
            leaf = b""
        if records.leaf_of(row) != leaf:
            result.found(f"記録 {index} は、台帳に刻まれたものと違います。")
    gaps.missing(expected, result.size)
    gaps.compare()


class _Gaps:
    """Entries that are not there: those that were deleted after seven years, as many as was written down, and no others."""

    def __init__(self, result: Audit) -> None:
        self._result = result
        runs = RetentionRun.objects.aggregate(covered=Max("covered"), entries=Sum("entries"))
        self._covered: int = runs["covered"] or 0
        self._forgotten: int = runs["entries"] or 0

    def missing(self, first: int, end: int) -> None:
        """The entries from ``first`` to before ``end`` have no rows."""
        covered = max(first, min(end, self._covered))
        self._result.forgotten += max(0, covered - first)
        if covered < end:
            self._result.found(f"記録 {covered} から {end - 1} までがありません。")

    def compare(self) -> None:
        if self._result.forgotten != self._forgotten:
            self._result.found(
                f"期限（7年）で消した記録は {self._forgotten} 行のはずですが、{self._result.forgotten} 行がありません。"
            )


def _check_orphans(result: Audit) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FROM exchange
            WHERE NOT EXISTS (
                SELECT FROM exchange_event AS event
                WHERE event.inquirer = exchange.inquirer AND event.request_id = exchange.request_id
            )
            """
        )
        orphans = cursor.fetchone()
    if orphans and orphans[0]:
        result.found(f"台帳にない照会が {orphans[0]} 件あります。")
