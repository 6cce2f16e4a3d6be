"""The decision on an inquiry: a function of the question, the table of the law, the directory and the keys. No database, no clock.

What it cannot know, whether the codes were issued, :func:`settle` decides from what the store found.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from mynumber.foundation.codes import BadCode, Code, CodeKeys
from mynumber.foundation.law import InformationKind, InstitutionKind, LegalBasis, Provision
from mynumber.institutions.network.core.records import RECORD_DOMAIN
from mynumber.protocols.directory import Directory
from mynumber.protocols.exchange import PermitRequest
from mynumber.protocols.refusal import Reason


@dataclass(frozen=True, slots=True)
class Decision:
    """What the law and the codes say about an inquiry, before the store was asked."""

    inquirer: str
    request: PermitRequest
    at: datetime
    provision: Provision | None
    inquirer_code: Code | None
    provider_code: Code | None
    record_code: Code | None
    refusal: Reason | None


def kinds_of(directory: Directory, member: str) -> frozenset[InstitutionKind]:
    """The kinds of institution that the directory lists for a member."""
    return frozenset(InstitutionKind.named(kind) for kind in directory.system(member).kinds)


def decide(
    request: PermitRequest,
    *,
    sender: str,
    at: datetime,
    directory: Directory,
    legal_basis: Callable[[datetime], LegalBasis],
    keys: CodeKeys,
) -> Decision:
    """Find the rule and convert the code (Act art. 21(2), Cabinet Order art. 20).

    The rule comes before the person: an inquiry that the table does not allow is refused the same whether or not the person exists.
    """
    inquirer = Directory.member_of(sender)
    code = _readable(request.code)
    record_code = _converted(keys, code, inquirer, RECORD_DOMAIN)

    def decided(
        refusal: Reason | None, provision: Provision | None = None, provider_code: Code | None = None
    ) -> Decision:
        return Decision(inquirer, request, at, provision, code, provider_code, record_code, refusal)

    if request.inquirer != inquirer:
        return decided(Reason.WRONG_INSTITUTION)
    if request.provider not in directory or not directory.system(request.provider).kinds:
        return decided(Reason.UNKNOWN_PROVIDER)
    try:
        information = InformationKind.named(request.information)
    except ValueError:
        return decided(Reason.NOT_IN_TABLE)
    provision = legal_basis(at).find(
        kinds_of(directory, inquirer), request.affair, kinds_of(directory, request.provider), information
    )
    if provision is None:
        return decided(Reason.NOT_IN_TABLE)
    if code is None or record_code is None:
        return decided(Reason.UNKNOWN_CODE, provision)
    return decided(None, provision, _converted(keys, code, inquirer, request.provider))


def settle(decision: Decision, *, inquirer_holds: bool, provider_holds: bool) -> Reason | None:
    """The last word: the law's refusal, else whether both sides hold a code for the person (Cabinet Order art. 26(2))."""
    if decision.refusal is not None:
        return decision.refusal
    if not inquirer_holds:
        return Reason.UNKNOWN_CODE
    if not provider_holds:
        return Reason.PROVIDER_HAS_NO_CODE
    return None


def _readable(text: str) -> Code | None:
    try:
        return Code.parse(text)
    except BadCode:
        return None


def _converted(keys: CodeKeys, code: Code | None, source: str, to: str) -> Code | None:
    if code is None:
        return None
    try:
        return keys.convert(code, source, to)
    except BadCode:
        return None
