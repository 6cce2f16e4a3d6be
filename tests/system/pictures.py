"""`python -m tests.system.pictures [story…]`: tell the stories on the running platform (`MYNUMBER_HOME` ...), keep a picture of each step, and write the pages that show them.

Pictures lie in `docs/pictures/stories/STORY`, the pages are `docs/stories.md` and `docs/stories.ja.md`. A step that comes again looks as before and is shown once.
"""

from __future__ import annotations

import io
import os
import sys
import time
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import Page

from mynumber.platform.guide.demo import read_demo
from mynumber.platform.settings import Settings
from tests.support.platform import Platform
from tests.system.captions import STORIES as TOLD
from tests.system.captions import Caption, caption_of, steps_of
from tests.system.stories import STORIES, Story
from tests.webkit.face import device
from tests.webkit.face.serving import PHONE, browsing

DOCS: Final = Path(__file__).parents[2] / "docs"
PICTURES: Final = DOCS / "pictures" / "stories"
TALLEST: Final = 2000.0
"""Pixels."""
COLOURS: Final = 32
"""The faces use few; text stays sharp where a JPEG would blur it. With 16 links lose their blue."""
COLUMNS: Final = 3
WIDTH: Final = 240


def main(wanted: list[str]) -> None:
    """Pictures of the stories that are named, or of all; then the pages."""
    settings = Settings.from_environment(os.environ)
    platform = Platform(settings.home, settings.port, settings.port_base)
    with browsing({device.PUBLIC: settings.port}) as browser:  # the platform's own device
        for name in wanted or list(STORIES):
            persona, tell = STORIES[name]
            page = browser.new_context(viewport=PHONE).new_page()
            folder = PICTURES / name
            folder.mkdir(parents=True, exist_ok=True)
            for old in folder.glob("*.png"):
                old.unlink()
            seen: list[str] = []

            def look(step: str) -> None:
                if step in seen:  # noqa: B023 - told at once
                    return
                seen.append(step)  # noqa: B023
                (folder / f"{len(seen):02d}-{step}.png").write_bytes(small(picture_of(page)))  # noqa: B023

            begun = time.monotonic()
            tell(Story(platform, read_demo(platform.home)[0], persona, page, look))
            sys.stdout.write(f"{name}: {len(seen)} pictures, {time.monotonic() - begun:.0f} s\n")
            page.context.close()
    write_pages()


def picture_of(page: Page) -> bytes:
    """The page down to its foot, which is the same everywhere; of a very long one its beginning."""
    bottom = page.locator("main").evaluate("one => one.getBoundingClientRect().bottom + scrollY")
    height = min(float(bottom), TALLEST)
    return page.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": PHONE["width"], "height": height})


def small(picture: bytes) -> bytes:
    """The same picture in few colours."""
    packed = io.BytesIO()
    with Image.open(io.BytesIO(picture)) as image:
        few = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        few.save(packed, "PNG", optimize=True)
    return packed.getvalue()


def write_pages() -> None:
    """Both pages, from the pictures that are there."""
    (DOCS / "stories.md").write_text(page_of(english=True), encoding="utf-8")
    (DOCS / "stories.ja.md").write_text(page_of(english=False), encoding="utf-8")


def page_of(*, english: bool) -> str:
    """The page in one language."""
    parts = [HEAD_ENGLISH if english else HEAD]
    for name, words in TOLD.items():
        if not steps_of(PICTURES / name):
            continue
        parts.append(f"## {words.english if english else words.japanese}\n")
        cells = [_cell(name, step, english=english) for step in steps_of(PICTURES / name)]
        rows = [cells[at : at + COLUMNS] for at in range(0, len(cells), COLUMNS)]
        table = "\n".join(f"<tr>{''.join(row)}</tr>" for row in rows)
        parts.append(f"<table>\n{table}\n</table>\n")
    return "\n".join(parts)


def _cell(name: str, picture: str, *, english: bool) -> str:
    caption: Caption = caption_of(name, picture)
    words = caption.english if english else caption.japanese
    number = int(picture.partition("-")[0])
    source = f"pictures/stories/{name}/{picture}"
    return f'<td valign="top" width="{WIDTH}"><a href="{source}"><img src="{source}" width="{WIDTH}" alt=""></a><br>{number}. {words}</td>'


HEAD: Final = """# 住民の物語

画面は、動いているシステムをスマートフォンの幅（360ピクセル）で写したものです。登場する人はすべて架空です。どの物語もキーボードだけで進みます（`tests/system/stories.py`。ブラウザーの試験が同じ道を通ります）。
役所の側も本物です。担当者が確かめ、補正を求め、規則のとおりに起案し、別の人が決裁します。絵を押すと、原寸で見られます。[In English](stories.md)
"""
HEAD_ENGLISH: Final = """# Stories of residents

The pages of the running system as a telephone shows them (360 pixels wide). Everybody in them is made up. Each story goes with the keyboard alone (`tests/system/stories.py`; the browser tests take
the same way), and the office is real too: a case worker examines, asks for a correction and proposes what the rule says, another person approves. Press a picture to see it in full. [日本語](stories.ja.md)

Made by `python -m tests.system.pictures` with a running platform.
"""


if __name__ == "__main__":
    main(sys.argv[1:])
