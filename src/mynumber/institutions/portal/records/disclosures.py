"""A disclosure of an event as the resident reads it: who was told by whom what kind of change, when, on which basis."""

from __future__ import annotations

from dataclasses import dataclass

from mynumber.institutions.portal.records.telling import LegalItem, information_label, legal_item
from mynumber.protocols.events import EventKind, EventRecord
from mynumber.webkit.face.parts import Chip, Kind, Step, StepState

FETCHED = Chip("届いた", Kind.SUCCESS)
READY = Chip("受け取り待ち", Kind.INFO)
SENT = Chip("お知らせ", Kind.NEUTRAL)


@dataclass(frozen=True, slots=True)
class Ground:
    """Why it was told: the affair, and the row of the table in the words of the day."""

    affair: str
    provision: str
    legal: LegalItem | None
    """None when the table of the day knows no such row."""

    @property
    def affair_words(self) -> str:
        if self.affair == EventKind.NOTICE:
            return "お知らせを届けるため"
        return self.legal.affair_words if self.legal else "法令の表にない事務"


@dataclass(frozen=True, slots=True)
class ToldChange:
    """One disclosure with the words of its day."""

    record: EventRecord
    information_label: str
    grounds: tuple[Ground, ...]

    @property
    def is_notice(self) -> bool:
        """Whether it is a notice (お知らせ) that went to the person's own inbox, and nothing that an institution was told."""
        return self.record.kind is EventKind.NOTICE

    @property
    def chip(self) -> Chip:
        """Whether the subscriber has it."""
        if self.is_notice:
            return SENT
        return FETCHED if self.record.fetched_at else READY

    @property
    def steps(self) -> list[Step]:
        """What happened, in order."""
        record = self.record
        if self.is_notice:
            sent = f"{record.publisher_name}が、あなたへのお知らせを送りました"
            return [
                Step(
                    sent,
                    "中身は情報提供ネットワークシステムを通りません。",
                    StepState.DONE,
                    record.disclosed_at,
                )
            ]
        log = f"台帳の番号 {record.index}。" + (
            "" if record.integrated else "署名された台帳に入るのを待っています。"
        )
        steps = [
            Step(
                f"{record.publisher_name}で変化がありました",
                record.kind.label_ja,
                StepState.DONE,
                record.occurred_at,
            ),
            Step(
                "法律の表で確かめ、記録し、知らせてよい機関に渡せるようにしました",
                log,
                StepState.DONE,
                record.disclosed_at,
            ),
        ]
        if record.fetched_at:
            steps.append(Step(f"{record.subscriber_name}に届きました", "", StepState.DONE, record.fetched_at))
        return steps


def tell_change(record: EventRecord) -> ToldChange:
    """Put the law's words of the day of disclosure beside it."""
    return ToldChange(
        record,
        "お知らせ" if record.kind is EventKind.NOTICE else information_label(record.information),
        (Ground(EventKind.NOTICE, "", None),)
        if record.kind is EventKind.NOTICE
        else tuple(
            Ground(
                ground.affair,
                ground.provision,
                legal_item(record.disclosed_at, ground.affair, ground.provision),
            )
            for ground in record.grounds
        ),
    )
