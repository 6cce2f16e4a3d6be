"""From which account is paid and to which: as the bank's file names them, and in words that leave out all but the last digits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from msgspec import DecodeError

from mynumber.foundation.numbers import local_government
from mynumber.foundation.procedures.values import ACCOUNT_KINDS
from mynumber.foundation.zengin.characters import Unwritable, fitted
from mynumber.foundation.zengin.transfers import Account, AccountKind
from mynumber.institutions.municipality.applications.models import PayoutOrder, Submission
from mynumber.institutions.municipality.casework.models import ReceivedFact
from mynumber.protocols.facts import UnknownLayout
from mynumber.webkit.examination.sheets import answers_in
from mynumber.webkit.face import banks

LAST_DIGITS: Final = 3
_KINDS: Final = {
    "ordinary": AccountKind.ORDINARY,
    "current": AccountKind.CURRENT,
    "savings": AccountKind.SAVINGS,
}
_OWN_BANK: Final = "0001"
"""指定金融機関 of the simulated towns: the first branch of this bank."""


class NoAccount(Exception):
    """The order names no account that a bank's file can carry. Carries nothing of it."""


@dataclass(frozen=True, slots=True)
class Payee:
    """Who gets it."""

    account: Account = field(repr=False)
    words: str
    """For people: bank, branch, kind, last digits."""


def payer_of(tenant: str) -> tuple[str, Account]:
    """振込依頼人コード and the account (会計管理者の口座) of a municipality."""
    town = local_government.find(tenant)
    bank, branch = banks.banks()[_OWN_BANK], next(iter(banks.branches(_OWN_BANK).values()))
    account = Account(
        bank=bank.code,
        branch=branch.code,
        kind=AccountKind.CURRENT,
        number=f"{tenant[:5]}01",
        holder=fitted(f"{town.kana}　カイケイカンリシヤ", 40),
        bank_name=fitted(bank.kana, 15),
        branch_name=fitted(branch.kana, 15),
    )
    return f"{tenant}0000", account


def field_of(order: PayoutOrder) -> str:
    """The field of the form that has the account."""
    return order.account.split(":")[2]


def payee_of(order: PayoutOrder) -> Payee:
    """The account of an order, from where the order says it stands: a sending of the applicant, or the registry's answer. Raises NoAccount: no such branch, a name banks cannot write."""
    source, at, name = order.account.split(":")
    try:
        if source == "fact":
            return payee_in(ReceivedFact.objects.get(pk=int(at)))
        said = answers_in(bytes(Submission.objects.get(pk=int(at)).answers))[name]
        return _payee(**{part: str(value) for part, value in said.items()})
    except (TypeError, AttributeError, LookupError, Unwritable):
        raise NoAccount from None


def payee_in(fact: ReceivedFact) -> Payee:
    """The account of a fact of the registry (公金受取口座). Raises NoAccount."""
    try:
        found: Any = fact.read()
        return _payee(
            bank=found.bank_code,
            branch=found.branch_code,
            kind=next(kind for kind, label in ACCOUNT_KINDS.items() if label == found.account_type),
            number=found.account_number,
            holder=found.holder_kana,
        )
    except (UnknownLayout, DecodeError, StopIteration, LookupError, Unwritable):
        raise NoAccount from None


def _payee(*, bank: str, branch: str, kind: str, number: str, holder: str) -> Payee:
    at, of = banks.banks()[bank], banks.branches(bank)[branch]
    account = Account(
        bank=bank,
        branch=branch,
        kind=_KINDS[kind],
        number=number.zfill(7),
        holder=fitted(holder, 30),
        bank_name=fitted(at.kana, 15),
        branch_name=fitted(of.kana, 15),
    )
    if not account.holder or len(account.number) != 7:
        raise Unwritable
    words = f"{at.title}　{of.title}　{ACCOUNT_KINDS[kind]}　下{LAST_DIGITS}けた{number[-LAST_DIGITS:]}"
    return Payee(account, words[:100])


def words_of(order: PayoutOrder) -> str:
    """The account in words; empty where there is none to pay to."""
    try:
        return payee_of(order).words
    except NoAccount:
        return ""
