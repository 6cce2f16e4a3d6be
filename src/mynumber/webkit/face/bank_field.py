"""Picking a bank and its branch: type a part of the name or the code, look, choose. Works without script, in any form that is shown again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from mynumber.webkit.face import banks
from mynumber.webkit.face.banks import Bank, Branch
from mynumber.webkit.face.forms import NOT_FOUND, Picker
from mynumber.webkit.face.language import say


@dataclass(frozen=True, slots=True)
class BankBranch:
    """A bank and one of its branches: what `BankBranchField` cleans to."""

    bank: Bank
    branch: Branch

    def __str__(self) -> str:
        return f"{self.bank.title}（{self.bank.code}）{self.branch.title}（{self.branch.code}）"


@dataclass(frozen=True, slots=True)
class BankQuest:
    """How far the reader has come: what was typed, what that may mean, what is chosen."""

    bank_words: str = ""
    branch_words: str = ""
    bank: Bank | None = None
    branch: Branch | None = None
    bank_choices: tuple[Bank, ...] = ()
    branch_choices: tuple[Branch, ...] = ()

    @property
    def problem(self) -> str:
        """The name of what is missing: "" when both are chosen."""
        if self.bank is None:
            return "bank_choice" if self.bank_choices else "no_bank" if self.bank_words else "bank"
        if self.branch is None:
            return "branch_choice" if self.branch_choices else "no_branch" if self.branch_words else "branch"
        return ""

    @classmethod
    def of(cls, bank_words: str, bank_code: str, branch_words: str, branch_code: str) -> BankQuest:
        """Read what the form holds. A code that was chosen counts only if it exists; one candidate alone is taken."""
        bank, bank_choices = banks.banks().get(bank_code), ()
        if bank is None:
            bank, bank_choices = _settle(banks.find_banks(bank_words))
        if bank is None:
            return cls(bank_words, branch_words, bank_choices=bank_choices)
        branch, branch_choices = banks.branches(bank.code).get(branch_code), ()
        if branch is None:
            branch, branch_choices = _settle(banks.find_branches(bank.code, branch_words))
        return cls(bank_words, branch_words, bank, branch, (), branch_choices)


class BankPicker(Picker):
    """Draws the question that comes next."""

    template_name = "face/widgets/bank.html"
    buttons = ("find", "other_bank", "other_branch")
    use_fieldset = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> BankQuest:
        """What was typed and chosen, resolved."""

        def said(part: str) -> str:
            return str(data.get(f"{name}_{part}") or "").strip()[:100]

        if f"{name}_other_bank" in data:
            return BankQuest()
        if f"{name}_other_branch" in data:
            return BankQuest.of("", said("bank_code"), "", "")
        return BankQuest.of(said("bank"), said("bank_code"), said("branch"), said("branch_code"))

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Whether the form was sent without this field."""
        return not any(f"{name}_{part}" in data for part in ("bank", "bank_code"))

    def get_context(self, name: str, value: Any, attrs: Mapping[str, Any] | None) -> dict[str, Any]:
        """The widget's context with `quest`."""
        context = super().get_context(name, None, dict(attrs or {}))
        if isinstance(value, BankBranch):
            value = BankQuest(bank=value.bank, branch=value.branch)
        context["quest"] = value if isinstance(value, BankQuest) else BankQuest()
        context["shown"] = banks.SHOWN
        return context


class BankBranchField(forms.Field):
    """金融機関と支店; cleans to a `BankBranch`, or None."""

    widget = BankPicker

    def clean(self, value: Any) -> BankBranch | None:
        """Check that both are chosen. Raises ValidationError with what to do next."""
        quest = value if isinstance(value, BankQuest) else BankQuest()
        if quest.bank is not None and quest.branch is not None:
            return BankBranch(quest.bank, quest.branch)
        if quest.problem == "bank" and not self.required:
            return None
        code = NOT_FOUND if quest.problem.startswith("no_") else quest.problem
        raise forms.ValidationError(_what_to_do(quest.problem), code=code)


def _settle(found: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
    return (found[0], ()) if len(found) == 1 else (None, found)


def _what_to_do(problem: str) -> str:
    words = {
        "bank": (
            "銀行の名前か番号を入力してください。",
            "Enter the name or code of the bank.",
            "銀行の 名前か 番号を 書いてください。",
        ),
        "no_bank": (
            "その名前や番号の銀行が見つかりません。名前の一部か、4けたの金融機関コードを確かめてください。",
            "No bank has this name or code. Try a part of the name or the four-digit code.",
            "銀行が 見つかりません。名前を もういちど 書いてください。",
        ),
        "bank_choice": (
            "当てはまる銀行の中から、一つ選んでください。",
            "Choose one of the banks found.",
            "銀行を 一つ えらんでください。",
        ),
        "branch": (
            "支店の名前か店番を入力してください。",
            "Enter the name or code of the branch.",
            "支店の 名前か 番号を 書いてください。",
        ),
        "no_branch": (
            "その名前や店番の支店が見つかりません。通帳かキャッシュカードの、3けたの店番を確かめてください。",
            "No branch has this name or code. Check the three-digit code in the bank book or on the bank card.",
            "支店が 見つかりません。通帳か カードの 3けたの 番号を 見てください。",
        ),
        "branch_choice": (
            "当てはまる支店の中から、一つ選んでください。",
            "Choose one of the branches found.",
            "支店を 一つ えらんでください。",
        ),
    }
    return say(*words[problem])
