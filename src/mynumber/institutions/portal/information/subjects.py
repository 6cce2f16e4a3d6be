"""Kinds of information as a resident looks for them: by subject, each with what it is in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

from mynumber.foundation.facts import has_layout, layout_of
from mynumber.foundation.facts.layouts import (
    care,
    children,
    disability,
    former,
    health,
    medical,
    pensions,
    registers,
    work,
)
from mynumber.foundation.law import InformationKind
from mynumber.protocols.information import INVENTORY, INVENTORY_JA
from mynumber.webkit.face.language import say


@dataclass(frozen=True, slots=True)
class Subject:
    """A part of life, and what it holds in plain words; each as Japanese, English, easy Japanese."""

    id: str
    titles: tuple[str, str, str]
    says: tuple[str, str, str]

    @property
    def title(self) -> str:
        """In the chosen language."""
        return say(*self.titles)

    @property
    def words(self) -> str:
        """In the chosen language."""
        return say(*self.says)


_SUBJECTS: Final = (
    (
        Subject(
            "registers",
            ("世帯・税・口座", "Household, tax, account", "かぞく・ぜいきん・こうざ"),
            (
                "住民票の世帯、家族の関係、住民税のもとになる所得、公金受取口座。",
                "Your household, family relations, the income that residence tax rests on, the account for public payments.",
                "じゅうみんひょうの かぞく、ぜいきん、お金を うけとる こうざ。",
            ),
        ),
        registers.LAYOUTS,
    ),
    (
        Subject(
            "pensions",
            ("年金", "Pensions", "ねんきん"),
            (
                "受け取っている年金と、年金に加えて受け取る給付金。",
                "Pensions that you receive, and what is paid beside them.",
                "もらって いる ねんきん。",
            ),
        ),
        pensions.LAYOUTS,
    ),
    (
        Subject(
            "work",
            ("仕事・雇用保険・労災", "Work", "しごと"),
            (
                "失業や育児休業の給付、仕事でのけがや病気の補償、職業訓練の給付。",
                "Benefits for unemployment and childcare leave, accidents at work, job training.",
                "しごとを やめた とき、しごとで けがを した ときの お金。",
            ),
        ),
        work.LAYOUTS,
    ),
    (
        Subject(
            "medical",
            ("医療保険", "Medical insurance", "びょういんの ほけん"),
            (
                "どの医療保険に入っているか、受けた給付、払う保険料。",
                "Your insurance, benefits that you received, premiums.",
                "どの ほけんに はいって いるか、ほけんの お金。",
            ),
        ),
        medical.LAYOUTS,
    ),
    (
        Subject(
            "care",
            ("介護・生活の支援", "Care and support", "かいご・くらしの しえん"),
            (
                "介護保険の認定と給付、生活保護などの支援。",
                "Long-term care, public assistance.",
                "かいごや くらしを たすける お金。",
            ),
        ),
        care.LAYOUTS,
    ),
    (
        Subject(
            "children",
            ("子ども・子育て", "Children", "こども"),
            (
                "児童手当などの手当、妊娠と赤ちゃんの健診、子どもの福祉。",
                "Child allowances, pregnancy and check-ups, child welfare.",
                "こどもの てあて、あかちゃんの けんこう。",
            ),
        ),
        children.LAYOUTS,
    ),
    (
        Subject(
            "disability",
            ("障害・難病", "Disability", "しょうがい・びょうき"),
            (
                "手帳、障害福祉のサービス、手当、難病の医療費。",
                "Certificates, services, allowances, intractable diseases.",
                "てちょう、サービス、てあて。",
            ),
        ),
        disability.LAYOUTS,
    ),
    (
        Subject(
            "health",
            ("予防接種・健診・学校", "Vaccination, check-ups, school", "ちゅうしゃ・けんしん・がっこう"),
            (
                "予防接種の記録、健診、学校にかかる費用の援助。",
                "Vaccinations, check-ups, help with the costs of school.",
                "ちゅうしゃの きろく、けんしん、がっこうの お金。",
            ),
        ),
        health.LAYOUTS,
    ),
    (
        Subject(
            "former",
            ("そのほか", "Other", "ほかの もの"),
            ("上のどれにも入らないもの。", "What belongs to none of these.", "ほかの もの。"),
        ),
        former.LAYOUTS,
    ),
)
OTHER: Final = _SUBJECTS[-1][0]
ALL: Final = tuple(subject for subject, _ in _SUBJECTS)


@cache
def _of_layouts() -> dict[str, Subject]:
    return {layout.id: subject for subject, layouts in _SUBJECTS for layout in layouts}


def subject_of(information: str) -> Subject:
    """Where a kind of information stands."""
    try:
        kind = InformationKind.named(information)
    except ValueError:
        return OTHER
    return _of_layouts().get(layout_of(kind).id, OTHER) if has_layout(kind) else OTHER


def label_of(information: str) -> str:
    """What the law calls it; the name itself if it is no kind of today."""
    if information == INVENTORY:
        return INVENTORY_JA
    try:
        return InformationKind.named(information).label_ja
    except ValueError:
        return information


def meaning_of(information: str) -> str:
    """What it is in plain words: its plain name, the values that it holds, and the law by which the institution records them."""
    try:
        kind = InformationKind.named(information)
    except ValueError:
        return ""
    if not has_layout(kind):
        return ""
    layout = layout_of(kind)
    fields = "、".join(field.label for field in layout.fields[:5])
    more = "など" if len(layout.fields) > 5 else ""
    return f"{layout.label}：{fields}{more}。記録のもと：{layout.basis}"
