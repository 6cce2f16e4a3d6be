"""The history as files: CSV for a spreadsheet, PDF to keep or show."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

from mynumber.institutions.portal.records.searching import Found, FoundChanges
from mynumber.institutions.portal.records.telling import Told
from mynumber.webkit.face.words import moment
from mynumber.webkit.paper import Facts, Heading, Mark, Paper, Words, release, write

HEAD: Final = (
    "種類",
    "日時",
    "問い合わせた・知らされた機関",
    "担当",
    "聞かれた・知らせた機関",
    "なんの事務のため",
    "情報",
    "法令の表",
    "結果",
    "止めた機関とわけ",
    "訂正",
    "照会番号",
)
_BEGINS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""A cell that begins so is calculated by spreadsheets: words that somebody else wrote must not be."""
MOST_ON_PAPER: Final = 300


def guarded(cell: str) -> str:
    """A cell that every spreadsheet takes for text."""
    return f"'{cell}" if cell.startswith(_BEGINS_A_FORMULA) else cell


def as_csv(found: Found, changes: FoundChanges | None) -> bytes:
    """UTF-8 with a mark, as spreadsheets in Japan expect it; a line for each exchange and each told change."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEAD)
    for line in _lines(found, changes):
        writer.writerow([guarded(cell) for cell in line])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _lines(found: Found, changes: FoundChanges | None) -> Iterator[Sequence[str]]:
    for one in found.told:
        record = one.record
        yield (
            "本人の求め" if one.is_own else "やりとり",
            moment(one.at).words,
            record.inquirer_name,
            record.organisation,
            record.provider_name,
            one.affair_words,
            one.information_label,
            one.item,
            one.outcome.label_ja,
            f"{one.stopped_at}：{one.stopped_why}" if one.stopped_why else "",
            "、".join(f"{moment(each.at).words} {each.reason.label_ja}" for each in record.corrections),
            str(record.request_id),
        )
    for change in changes.told if changes else ():
        yield (
            "お知らせ" if change.is_notice else "知らされた変化",
            moment(change.record.disclosed_at).words,
            change.record.subscriber_name,
            "",
            change.record.publisher_name,
            "、".join(ground.affair_words for ground in change.grounds),
            f"{change.record.kind.label_ja}（{change.information_label}）",
            "、".join(ground.legal.label for ground in change.grounds if ground.legal),
            change.chip.text,
            "",
            "",
            f"台帳の番号 {change.record.index}",
        )


def as_pdf(
    found: Found, changes: FoundChanges | None, *, about: UUID, person: str, narrowed: str, now: datetime
) -> bytes:
    """A paper that says what it covers; looked at once more before it leaves. ``person``: the code that it is bound to. Raises WrongPaper."""
    mark = Mark(about, sha256(f"mynumber history v1\n{about}\n{person}\n".encode()).hexdigest())
    missing = found.of.missing_names
    covered = moment(found.of.covered_since).words if found.of.covered_since else "記録はありません"
    told = found.told[:MOST_ON_PAPER]
    blocks: list[Facts | Heading | Words] = [
        Words(
            "情報提供ネットワークシステムに記録された、あなたについてのやりとりです。証明書ではありません。"
            "記録が変えられていないことは、それぞれの記録のレシートで確かめられます。"
        ),
        Facts(
            (
                ("条件", narrowed or "すべて"),
                ("やりとり", f"{found.total}件"),
                *((("知らされた変化", f"{changes.total}件"),) if changes else ()),
                ("記録のはじまり", covered),
                *((("応答がなかったところ", missing),) if missing else ()),
            )
        ),
    ]
    if found.is_cut or len(told) < found.total:
        blocks.append(
            Words(f"新しいものから{len(told)}件を載せています。期間を区切ると、残りも書き出せます。")
        )
    for number, one in enumerate(told, start=1):
        blocks += [Heading(f"{number}　{one.information_label}"), Facts(_pairs(one))]
    for change in changes.told[:MOST_ON_PAPER] if changes else ():
        blocks += [
            Heading(f"知らされた変化　{change.record.kind.label_ja}"),
            Facts(
                (
                    ("日時", moment(change.record.disclosed_at).words),
                    ("知らされた機関", change.record.subscriber_name),
                    ("知らせた機関", change.record.publisher_name),
                )
            ),
        ]
    paper = Paper(
        title="やりとり履歴", mark=mark, blocks=tuple(blocks), on=moment(now).words, sender="マイナポータル"
    )
    return release(write(paper), expected=mark)


def _pairs(one: Told) -> tuple[tuple[str, str], ...]:
    record = one.record
    return (
        ("日時", moment(one.at).words),
        ("問い合わせた機関", f"{record.inquirer_name}（{record.organisation}）"),
        ("聞かれた機関", record.provider_name),
        ("なんの事務のため", one.affair_words),
        ("法令の表", one.item or "認める行はありません"),
        ("結果", one.outcome.label_ja),
        *((("止めた機関とわけ", f"{one.stopped_at}：{one.stopped_why}"),) if one.stopped_why else ()),
        *(("訂正", f"{moment(each.at).words} {each.reason.label_ja}") for each in record.corrections),
        ("照会番号", str(record.request_id)),
    )
