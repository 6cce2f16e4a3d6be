"""The named personas: the few synthetic people whose situation the landing page explains, and whose cards are issued.

`PERSONAS` tells their stories; `of_town` gives their records, the same in every population of the town they live in.
"""

from dataclasses import dataclass
from typing import Final

from mynumber.population.persona_families import FAMILIES
from mynumber.population.persona_records import Family
from mynumber.population.records import Account, Pension, Resident, Tax
from mynumber.population.towns import TOWN_ONE, TOWN_TWO


@dataclass(frozen=True, slots=True)
class Persona:
    """One of them, as a visitor meets them."""

    key: str
    """The value of `persona` in the records."""
    name: str
    """氏名 as registered."""
    municipality: str
    """Where the persona lives now."""
    title: str
    """One line in Japanese."""
    title_english: str
    story: str
    """What a visitor should know, in Japanese."""
    story_english: str


PERSONAS: Final = (
    Persona(
        "hanako",
        "佐藤　花子",
        TOWN_ONE,
        "二人の子を育てるひとり親",
        "A single mother of two",
        "36歳。2026年3月28日に八尾市から葛飾区へ転入し、小学生の陽菜さんと蓮さんを育てています。葛飾区に児童扶養手当を申請します。"
        "2026年1月1日には八尾市に住んでいたので、令和8年度（前年の所得）の市民税の情報は八尾市にあります。障害厚生年金（3級）を受けているため、"
        "手当との調整が要ります。公金受取口座は登録済みです。区は、課税証明書・年金証書・通帳の写しを求めずに、三つの機関へ照会します。",
        "36 years old. She moved from Yao to Katsushika on 28 March 2026 with her children Hina and Ren, both at elementary school, and applies to Katsushika for the "
        "child-rearing allowance. On 1 January 2026 she still lived in Yao, so Yao holds her local tax of fiscal year 2026 (on last year's income). She receives a small "
        "disability pension (employees', third degree), against which the allowance is adjusted, and has registered a receiving account. "
        "Instead of asking her for certificates, the ward asks three institutions.",
    ),
    Persona(
        "haruo",
        "鈴木　春男",
        TOWN_TWO,
        "年金で暮らす夫婦の夫",
        "The husband of an old couple",
        "81歳。八尾市で妻の千代さんと暮らし、老齢厚生年金を受けています。",
        "81 years old. Lives in Yao with his wife Chiyo on an old-age employees' pension.",
    ),
    Persona(
        "chiyo",
        "鈴木　千代",
        TOWN_TWO,
        "年金で暮らす夫婦の妻",
        "The wife of an old couple",
        "79歳。夫の春男さんと暮らし、老齢基礎年金を受けています。春男さんの扶養に入っています。",
        "79 years old. Lives with her husband Haruo, receives the old-age basic pension and is his dependant.",
    ),
    Persona(
        "lan",
        "NGUYEN THI LAN",
        TOWN_ONE,
        "ベトナムから来た、妊娠中の会社員",
        "An engineer from Viet Nam, pregnant",
        "28歳。在留資格「技術・人文知識・国際業務」で働き、2024年4月から葛飾区に住んでいます。氏名はアルファベットで登録されています。"
        "妊娠していて、これから妊娠を届け出ます。",
        "28 years old. Works as an engineer and has lived in Katsushika since April 2024. Her name is registered in the Latin alphabet. "
        "She is pregnant and has not notified it yet.",
    ),
    Persona(
        "sota",
        "高橋　颯太",
        TOWN_ONE,
        "仕事のない、ひとり暮らしの大学生",
        "A student living alone, without work",
        "20歳。2024年春に八尾市の実家を出て葛飾区に住む大学生で、いまは仕事をしていません。"
        "20歳になり、国民年金の学生納付特例を考えています。",
        "20 years old. Left his parents' home in Yao in spring 2024 to study and has no work now. Having turned 20, "
        "he thinks of the students' deferral of pension contributions.",
    ),
    Persona(
        "misaki",
        "伊藤　美咲",
        TOWN_ONE,
        "支援措置を受けている人",
        "A person under a protective measure",
        "37歳。2025年7月に小田原市から転入しました。住所を知られると危険があるため、支援措置の対象です。",
        "37 years old. Moved from Odawara in July 2025. Her address must not become known, so a protective measure is in force.",
    ),
    Persona(
        "kenta",
        "田中　健太",
        TOWN_ONE,
        "三人の子の父",
        "The father of a family",
        "41歳。4月1日生まれ。妻の直美さん（旧氏 山本）と三人の子と葛飾区で暮らす会社員です。",
        "41 years old, born on 1 April. An employee who lives in Katsushika with his wife Naomi (former name Yamamoto) and three children.",
    ),
    Persona(
        "yoshie",
        "渡辺　芳江",
        TOWN_ONE,
        "夫を亡くした妻",
        "A widow",
        "70歳。葛飾区で畳店を営んでいた夫の正さん（72歳、国民健康保険と老齢基礎年金）を亡くしました。"
        "亡くなったのは、見本のデータを作った日の20日前です。死亡届は出してあります。葬祭費と、正さんにまだ支払われていない年金を請求します。",
        "70 years old. Her husband Tadashi (72), who made tatami in Katsushika, was in national health insurance and received the old-age basic pension, "
        "died 20 days before the demonstration data were made; his death is registered. She claims the funeral benefit and the pension that was not yet paid to him.",
    ),
)


@dataclass(frozen=True, slots=True)
class TownPersonas:
    """The records of a town's personas and their families."""

    residents: tuple[Resident, ...]
    removed: tuple[Resident, ...]
    tax: tuple[Tax, ...]
    pensions: tuple[Pension, ...]
    accounts: tuple[Account, ...]
    households: int
    """Numbers of households taken, from 1."""


def find(key: str) -> Persona:
    """The persona of a key. Raises KeyError."""
    for persona in PERSONAS:
        if persona.key == key:
            return persona
    raise KeyError(key)


def of_town(municipality: str) -> TownPersonas | None:
    """The records that belong into a municipality's folder; None where no persona lives or lived."""
    families = [family for family in FAMILIES if municipality in family.municipalities]
    if not families:
        return None
    numbered = list(enumerate(families, 1))

    def here(records: tuple[Tax, ...]) -> tuple[Tax, ...]:
        return tuple(record for record in records if record.municipality == municipality)

    def living_here(family: Family) -> bool:
        return family.municipality == municipality

    return TownPersonas(
        residents=tuple(
            r for number, family in numbered if living_here(family) for r in family.residents(number)
        ),
        removed=tuple(
            r for number, family in numbered if not living_here(family) for r in family.removed(number)
        ),
        tax=tuple(record for family in families for record in here(family.tax())),
        pensions=tuple(record for family in families if living_here(family) for record in family.pensions()),
        accounts=tuple(record for family in families if living_here(family) for record in family.accounts()),
        households=len(families),
    )
