"""Japanese names: surnames by how many bear them, given names by what each generation was called.

From PyPI `japanese-personal-name-dataset`: surnames come with the number of bearers; given names come without,
so their weights are made here: of many spellings the common ones (those of characters that many names use), of many names those with
the endings that the generation liked (〜子 of the women born before 1960, 〜斗 and 〜翔 of the boys of today).
"""

from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from japanese_personal_name_dataset import load_dataset
from numpy.typing import NDArray

from mynumber.population.pyramid import FEMALE, MALE

GENERATIONS: Final = (1950, 1965, 1980, 1995, 2010)
"""First birth years of the generations after the first."""

# For each generation: characters a given name ends with (or holds, for the young) and how much more frequent they are.
_LIKED: Final = {
    MALE: (
        ("男雄夫一二三治吉郎蔵造正清茂勇弘", 60),
        ("男雄夫一二治郎司弘彦明茂博隆誠", 50),
        ("一司彦之也哉樹介誠浩剛学健聡", 40),
        ("太介輔也樹平馬大郎哉人貴", 30),
        ("斗太翔大輝希真汰悠人輔也", 30),
        ("斗翔真太陽希湊蓮悠樹朔仁", 30),
    ),
    FEMALE: (
        ("子江枝代よゑ", 200),
        ("子枝代美江", 120),
        ("美子香恵代里由", 40),
        ("美香子奈衣里織菜", 30),
        ("奈菜香花美乃音莉咲", 30),
        ("菜花乃莉咲愛凛奈葵結", 30),
    ),
}


@dataclass(frozen=True, slots=True)
class WeightedNames:
    """Names with their readings in full-width katakana, drawn by weight."""

    names: list[str]
    kana: list[str]
    cumulative: NDArray[np.float64]

    def draw(self, rng: np.random.Generator, count: int) -> NDArray[np.intp]:
        """Indices into `names` and `kana`."""
        drawn = np.searchsorted(self.cumulative, rng.random(count), side="right")
        return np.minimum(drawn, len(self.names) - 1)


@cache
def surnames() -> WeightedNames:
    """The 1,999 most frequent surnames by their bearers."""
    *_, last_names = load_dataset("org", include_last_names=True)
    names = [name for name, entry in last_names.items() if entry["count"]]
    return _weighted(
        names,
        [katakana(last_names[name]["reading"]) for name in names],
        np.array([last_names[name]["count"] for name in names], dtype=np.float64),
    )


@cache
def given_names(sex: int, generation: int) -> WeightedNames:
    """Given names of a sex as a generation (index from 0) bears them."""
    spellings, kana, commonness = _spellings(sex)
    liked, factor = _LIKED[sex][generation]
    weights = commonness * np.array([factor if spelling[-1] in liked else 1.0 for spelling in spellings])
    return _weighted(spellings, kana, weights)


def generation_of(birth_years: NDArray[np.int64]) -> NDArray[np.intp]:
    """The generation, from 0, of each birth year."""
    return np.searchsorted(np.array(GENERATIONS), birth_years, side="right")


_KATAKANA: Final = {code: code + 0x60 for code in range(ord("ぁ"), ord("ゖ") + 1)}


def katakana(hiragana: str) -> str:
    """Hiragana as full-width katakana; all else stays."""
    return hiragana.translate(_KATAKANA)


@cache
def _spellings(sex: int) -> tuple[list[str], list[str], NDArray[np.float64]]:
    """Given names of a sex, their readings, and how common the spelling of each is in any generation."""
    men, women = load_dataset("opti")
    names = men if sex == MALE else women
    pairs = [
        (kanji, kana)
        for kana, entry in zip(katakana("\n".join(names)).split("\n"), names.values(), strict=True)
        for kanji in entry["kanji"]
        if kanji
    ]
    spellings = [kanji for kanji, _ in pairs]
    characters = Counter("".join(spellings))
    rarest = np.array(
        [min(map(characters.__getitem__, spelling)) for spelling in spellings], dtype=np.float64
    )
    long = np.array([len(spelling) > 2 for spelling in spellings])
    return spellings, [kana for _, kana in pairs], rarest**2 * np.where(long, 0.05, 1.0)


def _weighted(names: list[str], kana: list[str], weights: NDArray[np.float64]) -> WeightedNames:
    cumulative = np.cumsum(weights / weights.sum())
    return WeightedNames(names, kana, cumulative)
