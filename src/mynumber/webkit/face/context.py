"""What every page knows: whose house it is, whether it is a simulation, where the other houses are.

Put `mynumber.webkit.face.context.face` into the template context processors. Settings read, all optional:
`MYNUMBER_INSTITUTION` (name of the house), `MYNUMBER_SIMULATION` (bool), `MYNUMBER_PUBLIC_URLS` ({name: url}). The
language switch is offered where `face.language.LanguageMiddleware` runs.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

from mynumber.webkit.face.houses import HOUSES, House, house_named
from mynumber.webkit.face.language import (
    EASY,
    ENGLISH,
    LANGUAGES,
    MIDDLEWARE,
    SOURCE,
    is_easy,
    is_english,
    with_furigana,
)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another house and its address, for the links at the foot of each page."""

    house: House
    url: str


@dataclass(frozen=True, slots=True)
class Face:
    """The context variable `face` of every page."""

    house: House
    title: str
    home: str
    simulation: bool
    neighbours: tuple[Neighbour, ...]
    guide: str
    english: bool
    languages: tuple[tuple[str, str], ...]
    language: str
    furigana: bool

    @property
    def lang(self) -> str:
        """The `lang` of the frame's own words, where the page itself may be in another language."""
        return "en" if self.english else "ja"


def face(request: HttpRequest) -> dict[str, Face]:
    """Context processor: the house, its neighbours and the language of the frame."""
    return {"face": current_face()}


def current_face() -> Face:
    """The face of this process from its settings; used by error pages too, where no request context exists."""
    house = house_named(str(getattr(settings, "MYNUMBER_INSTITUTION", "") or "guide"))
    urls: Mapping[str, str] = getattr(settings, "MYNUMBER_PUBLIC_URLS", {}) or {}
    english = is_english()
    return Face(
        house=house,
        title=house.name_en if english else house.name_ja,
        home="/",
        simulation=bool(getattr(settings, "MYNUMBER_SIMULATION", True)),
        neighbours=tuple(
            Neighbour(other, urls[name])
            for name, other in HOUSES.items()
            if name in urls and name != house.name
        ),
        guide=urls.get("guide", ""),
        english=english,
        languages=LANGUAGES if MIDDLEWARE in settings.MIDDLEWARE else (),
        language=ENGLISH if english else EASY if is_easy() else SOURCE,
        furigana=with_furigana(),
    )
