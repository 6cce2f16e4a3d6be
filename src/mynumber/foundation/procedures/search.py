"""Search for procedures (サービス検索): words of people to procedures, without a dictionary.

Texts are folded (width, kana, case, okurigana marks) and cut into pairs of characters (threes of kana); a procedure counts by where the words of the question are
found (title, aliases, summary, help) and how rare their pairs are. What people say otherwise stands in the aliases of the procedure
and in `SYNONYMS`. Measured on the questions of the test: see docs/catalogue.md.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from mynumber.foundation.procedures.definition import LifeEvent, Procedure
from mynumber.foundation.procedures.loading import Catalogue

SYNONYMS: Final[tuple[tuple[str, ...], ...]] = (
    ("保育園", "保育所", "こども園", "託児"),
    ("児童手当", "こども手当"),
    ("免除", "払えない"),
    ("子ども", "子供", "こども", "児童", "子"),
    ("引っ越し", "引越", "転居", "転入", "ひっこし"),
    ("お金", "手当", "給付金", "支給", "もらえる"),
    ("申請", "申込", "申し込み", "手続"),
    ("赤ちゃん", "出生", "出産", "生まれた", "産まれた"),
    ("ひとり親", "シングルマザー", "シングルファーザー", "母子家庭", "父子家庭", "片親"),
    ("なくした", "紛失", "失くした", "無くした", "再発行", "再交付"),
    ("やめた", "失業", "退職", "離職", "仕事がない", "無職"),
    ("妊娠", "おめでた"),
    ("病気", "けが", "怪我", "入院", "休職"),
    ("亡くなった", "死亡", "死んだ", "遺族"),
    ("住所", "引っ越し"),
    ("親", "父", "母", "祖父母", "高齢者"),
)
"""Words that mean alike to people who look for a procedure; a question with one is looked up with the others at less weight."""
READINGS: Final[Mapping[str, str]] = {
    "ほいくえん": "保育園",
    "ほいくしょ": "保育所",
    "じどうてあて": "児童手当",
    "じどうふようてあて": "児童扶養手当",
    "げんきょうとどけ": "現況届",
    "かいご": "介護",
    "にんしん": "妊娠",
    "しゅっさん": "出産",
    "ねんきん": "年金",
    "めんじょ": "免除",
    "ひっこし": "引っ越し",
    "りこん": "離婚",
    "てすり": "手すり",
    "しゅうろうしょうめい": "就労証明",
    "しょうびょうてあて": "傷病手当",
}
"""Words as people type them who do not convert to kanji."""
_WEIGHTS: Final[Mapping[str, float]] = {"title": 3.0, "aliases": 3.0, "summary": 1.0, "who": 0.6, "need": 0.3}
_SYNONYM_WEIGHT: Final = 0.5
_NAMED_WEIGHT: Final = 1.5
"""Of an alias that stands as a whole in the question."""
_LEAST: Final = 0.25
"""Share of the question's pairs that has to be found."""
_LEAST_NAMED: Final = 0.18
"""The same where an alias stands as a whole in the question."""
LONGEST: Final = 100
_BREAKS: Final = re.compile(r"[^0-9a-zぁ-ゖ一-鿿ー々]+")
_KANJI: Final = re.compile(r"[一-鿿々]")
_FILLERS: Final = re.compile(
    r"(について|するには|どうすれば|どうしたら|ください|したい|したら|です|ます|たい|には|とき|の|を|が|は|に|で|と|も|へ|て)(?=$|\s)|(?<=[一-鿿])(の|を|が|は|に|で|と)(?=[一-鿿ぁ-ゖ])"
)


@dataclass(frozen=True, slots=True)
class Hit:
    """A procedure that was found, with its score; higher is nearer."""

    procedure: Procedure
    score: float


def fold(text: str) -> str:
    """One writing for what reads alike: NFKC, small letters, hiragana for katakana, without marks."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(chr(ord(each) - 0x60) if "ァ" <= each <= "ヶ" else each for each in plain)


def pairs(text: str) -> list[str]:
    """What is looked up: pairs of neighbouring characters where one is kanji, threes of kana, Latin words and numbers whole.

    Pairs of kana alone stand in too many words to tell anything.
    """
    found: list[str] = []
    for run in _BREAKS.sub(" ", fold(text)).split():
        for part in re.findall(r"[0-9a-z]+|[^0-9a-z]+", run):
            found += [part] if part[0].isascii() or len(part) < 3 else _grams(part)
    return found


def _grams(part: str) -> Iterable[str]:
    for at in range(len(part) - 1):
        if _KANJI.search(part[at : at + 2]):
            yield part[at : at + 2]
        elif len(three := part[at : at + 3]) == 3 and not _KANJI.search(three):
            yield three


class Index:
    """Procedures of one day, ready to be searched. Immutable."""

    def __init__(self, procedures: Iterable[Procedure]) -> None:
        self._procedures = tuple(procedures)
        self._texts = [_texts(procedure) for procedure in self._procedures]
        holders = Counter(
            pair
            for texts in self._texts
            for pair in frozenset[str]().union(*(texts[place] for place in _WEIGHTS))
        )
        count = len(self._procedures)
        self._rarity = {pair: math.log(1 + count / number) for pair, number in holders.items()}
        self._unknown = math.log(1 + count)

    def search(
        self, question: str, *, life_event: LifeEvent | None = None, most: int = 20
    ) -> tuple[Hit, ...]:
        """The procedures nearest to the words, best first; with a life event only those of it. An empty question finds all of it."""
        asked = fold(question[:LONGEST])
        for reading, word in READINGS.items():
            asked = asked.replace(reading, word)
        asked = _FILLERS.sub(" ", asked)
        own = Counter(pairs(asked))
        others = Counter(pair for word in _synonyms(asked) for pair in pairs(word)) - own
        whole = sum(self._weight(pair) for pair in own)
        hits = []
        for procedure, texts in zip(self._procedures, self._texts, strict=True):
            if life_event is not None and life_event not in procedure.life_events:
                continue
            if not own:
                hits += [] if question.strip() else [Hit(procedure, 0.0)]
                continue
            score, found = self._score(own, texts)
            more, found_otherwise = self._score(others, texts)
            named = sum(
                self._weight(pair) for alias in texts["named"] if alias in asked for pair in pairs(alias)
            )
            score += _NAMED_WEIGHT * named
            if (
                named >= _LEAST_NAMED * whole
                or found + _SYNONYM_WEIGHT * min(found_otherwise, whole) >= _LEAST * whole
            ):
                hits.append(Hit(procedure, round(score + _SYNONYM_WEIGHT * more, 6)))
        return tuple(sorted(hits, key=lambda hit: (-hit.score, hit.procedure.id))[:most])

    def _weight(self, pair: str) -> float:
        return self._rarity.get(pair, self._unknown)

    def _score(self, asked: Iterable[str], texts: Mapping[str, frozenset[str]]) -> tuple[float, float]:
        """Weighted by place, and the plain weight of what was found anywhere."""
        score = found = 0.0
        for pair in asked:
            weights = [weight for place, weight in _WEIGHTS.items() if pair in texts[place]]
            if weights:
                score += self._weight(pair) * (max(weights) + 0.2 * (len(weights) - 1))
                found += self._weight(pair)
        return score, found


def search(
    catalogue: Catalogue, question: str, *, on: date, life_event: LifeEvent | None = None
) -> tuple[Hit, ...]:
    """Search the procedures of a day. For many questions make an `Index` once."""
    return Index(catalogue.on(on)).search(question, life_event=life_event)


def _texts(procedure: Procedure) -> dict[str, frozenset[str]]:
    def all_languages(*names: str) -> str:
        return " ".join(
            getattr(getattr(procedure, name), language) for name in names for language in ("ja", "easy", "en")
        )

    return {
        "title": frozenset(pairs(all_languages("title"))),
        "aliases": frozenset(pairs(" ".join(procedure.aliases))),
        "named": frozenset(folded for alias in procedure.aliases if len(folded := fold(alias)) > 1),
        "summary": frozenset(pairs(all_languages("summary"))),
        "who": frozenset(pairs(all_languages("who", "due", "then"))),
        "need": frozenset(pairs(all_languages("need") + " ".join(f.label.ja for f in procedure.field))),
    }


def _synonyms(question: str) -> list[str]:
    """The other words of every group of which the question has one."""
    found: list[str] = []
    for group in SYNONYMS:
        folded = [fold(word) for word in group]
        if any(word in question for word in folded if len(word) > 1):
            found += [word for word in folded if word not in question]
    return found
