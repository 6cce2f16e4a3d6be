"""Texts of the Order in both official forms, written from rows, for the parsers to read.

No e-Gov XML of the Order is at hand, so its form is taken from the XML of the Act (same schema): a cell over several rows is
written with `rowspan` or as empty cells with BorderTop="none" below, mixed at random here, as the Markdown conversion of the
real text shows that it is mixed there.
"""

import random
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

from mynumber.foundation.law.history import OrderHistory
from mynumber.foundation.law.numerals import article_label, label_of, order_of

ROOT = Path(__file__).parents[3]
SHARED = ROOT.parent / "shared" / "data" / "laws"
HISTORY = SHARED / "history"
TEXTS = ("2024-05-27", "2024-10-01", "2025-04-01", "2025-10-01", "2026-04-01", "2026-06-14")

Cells = tuple[str | None, str | None, str | None, str | None]
HEADINGS = ("情報照会者", "特定個人番号利用事務", "情報提供者", "利用特定個人情報")


def shared_markdown(day: str) -> str:
    """The shared Markdown text of that day."""
    return (HISTORY / f"506M60004008009_{day}.md").read_text("utf-8")


def rows_of_history(history: OrderHistory, on: date) -> list[Cells]:
    """The rows of a day as the Order would print them, from the committed table."""
    rows: list[tuple[tuple[int, ...], list[Cells]]] = [
        (order_of(item), [(f"{label_of(item)}\u3000削除", None, None, None)])
        for item in history.deleted_on(on)
    ]
    for affair, version in history.affairs_on(on):
        tail = f"であって{article_label(version.article)}で定めるもの"
        first: tuple[str | None, str | None] = (
            f"{label_of(affair.item)}\u3000{version.inquirer}",
            version.words + tail,
        )
        block: list[Cells] = []
        for rule in affair.provisions:
            for row in rule.versions:
                if row.applies(on):
                    block.append((*first, row.provider, row.information + tail))
                    first = (None, None)
        rows.append((order_of(affair.item), block))
    return [row for _, block in sorted(rows, key=lambda entry: entry[0]) for row in block]


def rows_of_markdown(text: str) -> list[Cells]:
    """The rows of a Markdown table as they stand, read apart from the parser under test."""
    rows: list[Cells] = []
    for line in text.splitlines():
        if not line.startswith("|") or line.startswith(("| 情報照会者", "| ---")):
            continue
        filled = [cell.strip() for cell in line.strip("|").split("|") if cell.strip()]
        if len(filled) == 1:
            rows.append((filled[0], None, None, None))
        else:
            padded = [*([None] * (4 - len(filled))), *filled]
            rows.append((padded[0], padded[1], padded[2], padded[3]))
    return rows


def markdown(rows: Iterable[Cells], seed: int = 1, articles: str = "") -> str:
    """The Markdown form: spanned cells missing or empty at random, the rest shifted left; `articles` follow the table."""
    chance = random.Random(seed)
    lines = [
        "---",
        'title: "命令"',
        "extra:",
        '  enforced_at: "2026-06-14"',
        "---",
        "",
        "**第二条**\u3000次の表",
        "",
    ]
    lines += ["| " + " | ".join(HEADINGS) + " |", "| --- | --- | --- | --- |"]
    for row in rows:
        leading = next((at for at, cell in enumerate(row) if cell is not None), 0)
        kept = ["" for _ in range(leading) if chance.random() < 0.5] + [cell or "" for cell in row[leading:]]
        lines.append("| " + " | ".join(kept + [""] * (4 - len(kept))) + " |")
    if articles:
        return "\n".join([*lines, "", articles])
    return "\n".join([*lines, "", "**第三条**\u3000前条の表一の項で定める事務は、次のとおりとする。", ""])


_ARTICLE_3 = '<Article Num="3"><ArticleTitle>第三条</ArticleTitle></Article>'


def egov_xml(
    rows: Sequence[Cells], seed: int = 1, *, item_titles: bool = False, articles: str = _ARTICLE_3
) -> bytes:
    """The e-Gov form (XMLSchemaForJapaneseLaw v3), with both ways of spanning rows mixed at random."""
    chance = random.Random(seed)
    spans = [_spans([row[column] for row in rows], rows, chance) for column in range(4)]
    lines = [_row([_cell(heading, 1, "solid") for heading in HEADINGS])]
    for at, row in enumerate(rows):
        cells = []
        for column in range(4):
            height = spans[column][at]
            if height:
                text = row[column] or ""
                border = "solid" if text or _is_deleted(row) else "none"
                cells.append(_cell(text, height, border, item_titles and column == 0))
        lines.append(_row(cells))
    table = "\n".join(lines)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<DataRoot><ApplData><LawFullText>'
        '<Law Era="Reiwa" Lang="ja" LawType="MinisterialOrdinance" Num="009" Year="06"><LawNum>令和六年</LawNum><LawBody>'
        '<MainProvision><Article Num="1"><ArticleTitle>第一条</ArticleTitle></Article><Article Num="2">'
        "<ArticleTitle>第二条</ArticleTitle>"
        f'<Paragraph Num="1"><TableStruct><Table WritingMode="vertical">\n{table}\n</Table></TableStruct></Paragraph>'
        "</Article>"
        f"{articles}</MainProvision>"
        '<SupplProvision><Article Num="2"><ArticleTitle>第二条</ArticleTitle></Article></SupplProvision>'
        "</LawBody></Law></LawFullText></ApplData></DataRoot>\n"
    ).encode()


def _spans(cells: Sequence[str | None], rows: Sequence[Cells], chance: random.Random) -> list[int]:
    """Height of the cell that begins in each row of one column, 0 where a cell above spans it."""
    heights = [1] * len(cells)
    anchor = 0
    for at, cell in enumerate(cells):
        after_deletion = at > 0 and _is_deleted(rows[at - 1])
        if (
            at > 0
            and cell is None
            and not _is_deleted(rows[at])
            and not after_deletion
            and chance.random() < 0.5
        ):
            heights[anchor] += 1
            heights[at] = 0
        else:
            anchor = at
    return heights


def _is_deleted(row: Cells) -> bool:
    return (row[0] or "").endswith("削除")


def _cell(text: str, height: int, top: str, title: bool = False) -> str:
    span = f' rowspan="{height}"' if height > 1 else ""
    inside = f'<Sentence Num="1" WritingMode="vertical">{escape(text)}</Sentence>'
    if title and "\u3000" in text:
        number, _, words = text.partition("\u3000")
        inside = f"<Item><ItemTitle>{number}</ItemTitle><ItemSentence><Sentence>{escape(words)}</Sentence></ItemSentence></Item>"
    return f'<TableColumn BorderBottom="solid" BorderLeft="solid" BorderRight="solid" BorderTop="{top}"{span}>{inside}</TableColumn>'


def _row(cells: Iterable[str]) -> str:
    return "<TableRow>" + "".join(cells) + "</TableRow>"
