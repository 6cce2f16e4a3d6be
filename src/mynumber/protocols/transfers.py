"""Payouts (総合振込): between who pays and the bank that carries it out.

::

    payer -- SEND_TRANSFERS --> bank     a file of `foundation.zengin.transfers` for one day: taken as a whole, or refused as a whole
    bank  -- TELL_TRANSFERS --> payer    振込済 or 資金返却 with the reason: at least once, the highest version counts
    payer -- COMPARE ---------> bank     how many and how much of a file is waiting, paid, returned: 照合

A file has an id that the payer makes: the same again with the same content has the same answer and moves nothing. The same content under another id is a
file sent twice (二重送信), and a reference that was used before is a transfer ordered twice: refused as DUPLICATE_REQUEST, no record of it is carried out.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Final
from uuid import UUID

import msgspec

from mynumber.protocols.exchange import Acknowledged
from mynumber.protocols.message import GROUP_BYTES, Group, HexDigest, Message, Moment
from mynumber.protocols.payments import ACQUIRER, PositiveYen, Yen

BANK: Final = ACQUIRER
"""The bank's window is in the house of the payment agent."""
MOST_TRANSFERS: Final = 5_000
"""Of one file that is sent at once."""
LARGEST_FILE: Final = (MOST_TRANSFERS + 3) * 122

Reference = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{20}\Z")]
"""顧客コード: the payer's own number of a transfer, never used twice."""
Count = Annotated[int, msgspec.Meta(ge=0, le=MOST_TRANSFERS)]


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class TransferOutcome(StrEnum):
    """What became of a transfer."""

    PAID = "paid"
    """振込済"""
    RETURNED = "returned"
    """資金返却, also 組戻: the money is back with the payer."""


class ReturnReason(StrEnum):
    """Why money came back. Banks tell it in words; numbers of their own that all would share are not public."""

    NO_ACCOUNT = "no_account"
    NAME_DIFFERS = "name_differs"
    CLOSED = "closed"
    STOPPED = "stopped"
    NO_BRANCH = "no_branch"
    RECALLED = "recalled"

    @property
    def label_ja(self) -> str:
        """As banks say it."""
        return _LABEL_JA[self]

    @property
    def sentence_ja(self) -> str:
        """What the payee reads."""
        return _SENTENCE_JA[self]


_LABEL_JA: Final = {
    ReturnReason.NO_ACCOUNT: "口座なし",
    ReturnReason.NAME_DIFFERS: "名義相違",
    ReturnReason.CLOSED: "解約済み",
    ReturnReason.STOPPED: "入金停止",
    ReturnReason.NO_BRANCH: "取扱店なし",
    ReturnReason.RECALLED: "組戻",
}
_SENTENCE_JA: Final = {
    ReturnReason.NO_ACCOUNT: "その番号の口座がありませんでした。",
    ReturnReason.NAME_DIFFERS: "口座の名義が、届け出た名義と違いました。",
    ReturnReason.CLOSED: "口座が解約されていました。",
    ReturnReason.STOPPED: "口座が入金を受け付けていませんでした。",
    ReturnReason.NO_BRANCH: "その番号の銀行か支店がありませんでした。",
    ReturnReason.RECALLED: "銀行の間の手続（組戻）で、お金が戻りました。",
}


class SendTransfers(_Body, frozen=True, kw_only=True):
    """Carry this out on that day."""

    file: UUID
    """Made by the sender: the same again is the same file."""
    pay_on: date
    """振込指定日, with its year."""
    content: Annotated[bytes, msgspec.Meta(max_length=LARGEST_FILE)]


class TransfersTaken(_Body, frozen=True, kw_only=True):
    """The bank has it."""

    file: UUID
    digest: HexDigest
    """SHA-256 of the content."""
    count: Count
    total: Yen
    pay_on: date
    taken_at: Moment


class TransferResult(_Body, frozen=True, kw_only=True):
    """One transfer as it stands at the bank."""

    file: UUID
    reference: Reference
    version: Annotated[int, msgspec.Meta(ge=1)]
    outcome: TransferOutcome
    amount: PositiveYen
    at: Moment
    reason: ReturnReason | None = None
    """Of what was returned."""


class TransferResults(_Body, frozen=True, kw_only=True):
    results: Group[TransferResult]


class Compare(_Body, frozen=True, kw_only=True):
    """What has become of a file of the sender?"""

    file: UUID


class Sum(_Body, frozen=True, kw_only=True):
    count: Count = 0
    yen: Yen = 0


class FileStanding(_Body, frozen=True, kw_only=True):
    """A file in sums; together they are the file."""

    file: UUID
    pay_on: date
    waiting: Sum
    paid: Sum
    returned: Sum


SEND_TRANSFERS = Message(
    "transfer-file.v1", SendTransfers, TransfersTaken, sealed=True, max_bytes=4 * LARGEST_FILE
)
TELL_TRANSFERS = Message(
    "transfer-results.v1", TransferResults, Acknowledged, sealed=True, max_bytes=GROUP_BYTES
)
COMPARE = Message("transfer-standing.v1", Compare, FileStanding, sealed=True)
