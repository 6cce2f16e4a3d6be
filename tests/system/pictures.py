"""`python -m tests.system.pictures FOLDER`: tell the stories on the running platform (`MYNUMBER_HOME` ...) and keep a picture of each step."""

from __future__ import annotations

import os
import sys
from itertools import count
from pathlib import Path

from mynumber.platform.guide.demo import read_demo
from mynumber.platform.settings import Settings
from tests.support.platform import Platform
from tests.system.stories import STORIES, Story
from tests.webkit.face.serving import PHONE, browsing


def main(folder: Path, wanted: list[str]) -> None:
    """Pictures of the stories that are named, or of all."""
    settings = Settings.from_environment(os.environ)
    platform = Platform(settings.home, settings.port, settings.port_base)
    folder.mkdir(parents=True, exist_ok=True)
    with browsing() as browser:
        for name in wanted or list(STORIES):
            persona, tell = STORIES[name]
            page = browser.new_context(viewport=PHONE).new_page()
            numbers = count(1)

            def look(step: str) -> None:
                path = folder / f"{name}-{next(numbers):02d}-{step}.png"  # noqa: B023 - told at once
                page.screenshot(path=path, full_page=True)  # noqa: B023

            tell(Story(platform, read_demo(platform.home)[0], persona, page, look))
            page.context.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
