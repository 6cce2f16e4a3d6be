"""Clauses of laws: what a rule, a parameter and a line of a trace cite."""

from dataclasses import dataclass
from enum import Enum


class Law(Enum):
    """A law or order that a rule cites: its title and its identifier in the e-Gov collection."""

    CHILD_ALLOWANCE_ACT = ("児童手当法", "346AC0000000073")
    CHILD_ALLOWANCE_ORDER = ("児童手当法施行令", "346CO0000000281")
    CHILD_REARING_ALLOWANCE_ACT = ("児童扶養手当法", "336AC0000000238")
    CHILD_REARING_ALLOWANCE_ORDER = ("児童扶養手当法施行令", "336CO0000000405")
    CHILD_ALLOWANCE_RULE = ("児童手当法施行規則", "346M50000100033")
    CHILD_REARING_ALLOWANCE_RULE = ("児童扶養手当法施行規則", "336M50000100051")
    NATIONAL_PENSION_ACT = ("国民年金法", "334AC0000000141")
    NATIONAL_PENSION_ORDER = ("国民年金法施行令", "334CO0000000184")
    NATIONAL_PENSION_RULE = ("国民年金法施行規則", "335M50000100012")
    PENSION_REVISION_ORDER = ("国民年金法による改定率の改定等に関する政令", "417CO0000000092")
    PENSION_OPERATION_ACT = (
        "政府管掌年金事業等の運営の改善のための国民年金法等の一部を改正する法律",
        "426AC0000000064",
    )
    HEALTH_INSURANCE_ACT = ("健康保険法", "211AC0000000070")
    HEALTH_INSURANCE_ORDER = ("健康保険法施行令", "215IO0000000243")
    HEALTH_INSURANCE_RULE = ("健康保険法施行規則", "215M10000008036")
    NATIONAL_HEALTH_INSURANCE_ACT = ("国民健康保険法", "333AC0000000192")
    CHILD_SUPPORT_ACT = ("子ども・子育て支援法", "424AC0000000065")
    CHILD_SUPPORT_RULE = ("子ども・子育て支援法施行規則", "426M60000002044")
    CHILD_WELFARE_ACT = ("児童福祉法", "322AC0000000164")

    def __init__(self, title: str, identifier: str) -> None:
        self.title = title
        self.identifier = identifier

    @classmethod
    def titled(cls, title: str) -> "Law":
        """The law of a title. Raises ValueError."""
        for law in cls:
            if law.title == title:
                return law
        msg = f"no rule cites a law of this title: {title}"
        raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Clause:
    """第九条の二第一項第一号イ: article "9_2", paragraph 1, item "1イ". `supplement` for the 附則 of the law."""

    law: Law
    article: str
    paragraph: int | None = None
    item: str = ""
    supplement: bool = False

    @property
    def text(self) -> str:
        """児童扶養手当法第9条の2第1項第1号"""
        head, *branches = self.article.split("_")
        article = "".join([f"第{head}条", *(f"の{branch}" for branch in branches)])
        paragraph = f"第{self.paragraph}項" if self.paragraph else ""
        figure = self.item.rstrip("イロハニホヘトチリ")
        item = f"第{figure}号{self.item.removeprefix(figure)}" if self.item else ""
        return f"{self.law.title}{'附則' if self.supplement else ''}{article}{paragraph}{item}"
