"""Once only (同じことを二度聞かない): what a form asks against what is known already."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from mynumber.foundation.procedures.definition import AskReason, FieldType, How, Person, Procedure
from mynumber.foundation.procedures.words import Words, words

REASONS: Final[dict[AskReason, Words]] = {
    AskReason.CHOICE: words(
        "本人が決めることだから", "あなたが きめる ことだから", "only you can decide this"
    ),
    AskReason.LIFE: words(
        "暮らしの事実で、どの台帳にもないから",
        "くらしの ことで、どこにも 書いて いないから",
        "a fact of daily life that no register holds",
    ),
    AskReason.NOT_PERMITTED: words(
        "別の機関が持っていても、法令の表で照会が認められていないから",
        "ほかの 役所に あっても、法律で 聞く ことが できないから",
        "another office may hold it, but the law does not let this office ask",
    ),
    AskReason.CONTACT: words("いまの連絡先だから", "いまの 連絡先だから", "how to reach you now"),
    AskReason.FUTURE: words("これからの予定だから", "これからの よていだから", "a plan for the future"),
    AskReason.THIRD_PARTY: words(
        "勤め先や医療機関などが持ち、行政機関にないから",
        "会社や 病院が もって いて、役所に ないから",
        "held by an employer, a clinic or another third party",
    ),
    AskReason.DECLARATION: words(
        "本人の申立てや誓約を法令が求めるから",
        "あなたの ことばが 必要だと 法律に あるから",
        "the law wants your own statement",
    ),
}
"""Why a field is asked, in words for the page of the score."""


@dataclass(frozen=True, slots=True)
class Score:
    """How many pieces of information a procedure uses, by who gives them, and the same for its documents."""

    procedure: str
    asked: int
    prefilled: int
    derived: int
    never_asked: int
    documents: int
    replaced: int
    """Documents that something replaces."""

    @property
    def known(self) -> int:
        """Pieces that the person need not type."""
        return self.prefilled + self.derived + self.never_asked

    @property
    def percent(self) -> int:
        """Share of known pieces, whole percent, rounded down."""
        return 100 * self.known // max(1, self.known + self.asked)


def score(procedure: Procedure) -> Score:
    """The score of a procedure. A group counts by its fields, not itself; a box to tick is no information."""
    pieces = [
        field
        for _, field in procedure.every_field()
        if field.type not in (FieldType.GROUP, FieldType.CONFIRM)
    ]
    return Score(
        procedure.id,
        sum(1 for each in pieces if each.how is How.ASK),
        sum(1 for each in pieces if each.how.is_prefilled),
        sum(1 for each in pieces if each.how is How.DERIVED),
        sum(1 for each in pieces if each.how is How.NEVER_ASKED),
        len(procedure.document),
        sum(1 for each in procedure.document if each.replaced_by),
    )


def asked_because(procedure: Procedure) -> dict[str, AskReason]:
    """Every asked field with its reason, by path."""
    return {
        path: field.source.because
        for path, field in procedure.every_field()
        if field.how is How.ASK and isinstance(field.source, Person)
    }


def table(procedures: Iterable[Procedure]) -> list[str]:
    """The scores as lines of a Markdown table, for docs/catalogue.md and the command."""
    lines = [
        "| Procedure | 手続 | Asked | Prefilled | Derived | Never asked | Known | Documents | Replaced |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for procedure in procedures:
        each = score(procedure)
        lines.append(
            f"| `{procedure.id}` | {procedure.title.ja} | {each.asked} | {each.prefilled} | {each.derived} | {each.never_asked} "
            f"| {each.percent} % | {each.documents} | {each.replaced} |"
        )
    return lines
