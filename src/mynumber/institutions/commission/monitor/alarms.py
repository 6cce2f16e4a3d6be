"""Alarms: raised once a kind and log, counted while they last, closed by recovery or by a person. No Django here: the processes write them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Any

from mynumber.webkit import logs

_log = logs.get_logger(__name__)


class AlarmKind(StrEnum):
    """What is wrong with a log."""

    FORK = "fork"
    REWIND = "rewind"
    BAD_SIGNATURE = "bad_signature"
    WRONG_TILES = "wrong_tiles"
    STALE = "stale"
    UNREACHABLE = "unreachable"

    @property
    def passes(self) -> bool:
        """Whether it is over when the log is well again; the others stay until a person has closed them."""
        return self in (AlarmKind.STALE, AlarmKind.UNREACHABLE)

    @property
    def title_ja(self) -> str:
        return _TITLES[self][0]

    @property
    def title_en(self) -> str:
        return _TITLES[self][1]

    @property
    def sentence_ja(self) -> str:
        return _SENTENCES[self][0]

    @property
    def sentence_en(self) -> str:
        return _SENTENCES[self][1]


_TITLES = {
    AlarmKind.FORK: ("二つの歴史", "Two histories"),
    AlarmKind.REWIND: ("巻き戻し", "Rewound"),
    AlarmKind.BAD_SIGNATURE: ("署名が合わない", "Bad signature"),
    AlarmKind.WRONG_TILES: ("タイルが合わない", "Wrong tiles"),
    AlarmKind.STALE: ("古いまま", "Stale"),
    AlarmKind.UNREACHABLE: ("つながらない", "Unreachable"),
}
_SENTENCES = {
    AlarmKind.FORK: (
        "台帳が、前に見せたものの続きではないチェックポイントに署名しました。記録が消されたか、人によって違う台帳を見せています。",
        "The log signed a checkpoint that does not continue what it showed before: records were removed, or different people are shown different logs.",
    ),
    AlarmKind.REWIND: (
        "台帳が、前に見せたものより短いチェックポイントを見せました。古い控えから戻されたおそれがあります。",
        "The log showed a checkpoint shorter than one it showed before: it may have been restored from an old backup.",
    ),
    AlarmKind.BAD_SIGNATURE: (
        "公表されている鍵の署名がないチェックポイントが見せられました。",
        "A checkpoint was shown that the published key did not sign.",
    ),
    AlarmKind.WRONG_TILES: (
        "公開されているタイルから計算した根が、署名された根と違います。",
        "The root computed from the published tiles is not the signed one.",
    ),
    AlarmKind.STALE: (
        "立会人の新しい署名がありません。台帳が止まっているか、立会人とつながっていません。",
        "There is no recent cosignature: the log stands still, or does not reach its witnesses.",
    ),
    AlarmKind.UNREACHABLE: (
        "台帳のチェックポイントを読めません。",
        "The checkpoint of the log cannot be read.",
    ),
}

RECOVERED = "recovered"
"""``closed_because`` of an alarm that passed by itself."""


async def raise_alarm(connection: Any, origin: str, kind: AlarmKind, *, evidence: str, at: datetime) -> None:
    """Record it and say it in the log of the process; what is already open is counted."""
    times = await connection.fetchval(
        """
        INSERT INTO alarm (origin, kind, evidence, raised_at, last_at, times, closed_because)
        VALUES ($1, $2, $3, $4, $4, 1, '')
        ON CONFLICT (origin, kind) WHERE closed_at IS NULL
        DO UPDATE SET last_at = excluded.last_at, times = alarm.times + 1
        RETURNING times
        """,
        *(origin, kind.value, evidence, at),
    )
    _log.critical("a log does what it must not", kind=kind.value, system=origin, count=times)


async def let_pass(connection: Any, origin: str, kinds: Collection[AlarmKind], *, at: datetime) -> None:
    """Close the open alarms of these kinds: the log is well again in that."""
    closed = await connection.fetch(
        """
        UPDATE alarm SET closed_at = $3, closed_because = $4
        WHERE origin = $1 AND kind = ANY($2::text[]) AND closed_at IS NULL RETURNING kind
        """,
        *(origin, [kind.value for kind in kinds if kind.passes], at, RECOVERED),
    )
    for row in closed:
        _log.warning("a log is well again", kind=row["kind"], system=origin)
