"""What to try first as each of the personas: one line, and the page of the portal where it begins."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Attempt:
    """One thing to try, in both languages. `path`: a page of the portal."""

    words: str
    words_english: str
    path: str


ATTEMPTS: Final[Mapping[str, Attempt]] = {
    "hanako": Attempt(
        "児童扶養手当を請求する",
        "Claim the child-rearing allowance",
        "/procedures/child_rearing_allowance_claim/",
    ),
    "kenta": Attempt(
        "三人の子の児童手当を請求する",
        "Claim the child allowance for three children",
        "/procedures/child_allowance_claim/",
    ),
    "lan": Attempt(
        "妊娠を届け出る",
        "Notify the pregnancy",
        "/procedures/pregnancy_notification/",
    ),
    "yoshie": Attempt(
        "夫が亡くなったときにすることを、まとめて見る",
        "See all that is due after her husband's death",
        "/events/death/",
    ),
    "sota": Attempt(
        "国民年金の学生納付特例を申請する",
        "Ask for the students' deferral of pension contributions",
        "/procedures/pension_exemption/",
    ),
    "haruo": Attempt(
        "要介護認定を申請する",
        "Ask for a certification of care needs",
        "/procedures/care_certification/",
    ),
    "chiyo": Attempt(
        "夫の春男さんを代理人に選ぶ",
        "Choose her husband Haruo as a proxy",
        "/proxies/",
    ),
    "misaki": Attempt(
        "申請を始めて、住所が下書きに入らないことを見る",
        "Begin an application and see that her address is not filled in",
        "/procedures/pregnancy_notification/",
    ),
}
"""By the key of the persona, in the order in which a visitor may want them."""
