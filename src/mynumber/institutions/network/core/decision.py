"""The decision on requests: a function of the question, the table of the law, the directory and the keys. No database, no clock.

What it cannot know, whether the codes were issued, :meth:`Judgement.settled` decides from what the store found.
"""

from __future__ import annotations

from functools import lru_cache

import msgspec

from mynumber.foundation.codes import BadCode, Code, CodeKeys
from mynumber.foundation.law import InformationKind, InstitutionKind, LegalBasis, Provision
from mynumber.institutions.network.core.records import RECORD_DOMAIN
from mynumber.protocols.directory import Directory, UnknownSystem
from mynumber.protocols.exchange import PermitRequests, RequestedPermit
from mynumber.protocols.refusal import Reason


@lru_cache(maxsize=16_384)
def kinds_of(directory: Directory, member: str) -> frozenset[InstitutionKind]:
    """The kinds of institution that the directory lists for a member."""
    return frozenset(InstitutionKind.named(kind) for kind in directory.system(member).kinds)


class Judgement(msgspec.Struct, frozen=True):
    """What the law and the codes say about one request, before the store was asked. Codes are in text form."""

    request: RequestedPermit
    provision: Provision | None
    provider_code: str | None
    record_code: str | None
    refusal: Reason | None

    def settled(self, *, inquirer_holds: bool, provider_holds: bool) -> Reason | None:
        """The last word: the law's refusal, else whether both sides hold a code for the person (Cabinet Order art. 26(2))."""
        if self.refusal is not None:
            return self.refusal
        if not inquirer_holds:
            return Reason.UNKNOWN_CODE
        return None if provider_holds else Reason.PROVIDER_HAS_NO_CODE


def judge(
    asked: PermitRequests, *, inquirer: str, directory: Directory, basis: LegalBasis, keys: CodeKeys
) -> tuple[Judgement, ...]:
    """Find the rule of each request and convert its code (Act art. 21(2), Cabinet Order art. 20); ``inquirer`` is proven.

    The rule comes before the person: a request that the table does not allow is refused the same whether or not the person exists.
    """
    rules = _Rules(inquirer, asked.inquirer == inquirer, directory, basis)
    codes = _Conversions(keys, inquirer)
    return tuple(_judgement(request, rules, codes) for request in asked.requests)


def _judgement(request: RequestedPermit, rules: _Rules, codes: _Conversions) -> Judgement:
    provision, refusal = rules.find(request)
    record_code = codes.converted(request.code, RECORD_DOMAIN)
    if refusal is None and record_code is None:
        refusal = Reason.UNKNOWN_CODE
    provider_code = codes.converted(request.code, request.provider) if refusal is None else None
    return Judgement(request, provision, provider_code, record_code, refusal)


class _Rules:
    """The table of the day, as it stands for one inquirer."""

    def __init__(self, inquirer: str, is_own_name: bool, directory: Directory, basis: LegalBasis) -> None:
        self._is_own_name = is_own_name
        self._directory = directory
        self._basis = basis
        self._inquirer_kinds = kinds_of(directory, inquirer)
        self._provider_kinds: dict[str, frozenset[InstitutionKind]] = {}

    def find(self, request: RequestedPermit) -> tuple[Provision | None, Reason | None]:
        if not self._is_own_name:
            return None, Reason.WRONG_INSTITUTION
        kinds = self._kinds_of(request.provider)
        if not kinds:
            return None, Reason.UNKNOWN_PROVIDER
        try:
            information = InformationKind.named(request.information)
        except ValueError:
            return None, Reason.NOT_IN_TABLE
        provision = self._basis.find(self._inquirer_kinds, request.affair, kinds, information)
        return provision, None if provision else Reason.NOT_IN_TABLE

    def _kinds_of(self, provider: str) -> frozenset[InstitutionKind]:
        """Empty for who is not listed, is no provider, or has no key that a permit could be sealed to."""
        if provider not in self._provider_kinds:
            try:
                self._directory.seal_key(self._directory.gateway_of(provider))
                self._provider_kinds[provider] = kinds_of(self._directory, provider)
            except UnknownSystem:
                self._provider_kinds[provider] = frozenset()
        return self._provider_kinds[provider]


class _Conversions:
    """One inquirer's codes at other institutions; a person asked about several times is converted once."""

    def __init__(self, keys: CodeKeys, inquirer: str) -> None:
        self._keys = keys
        self._inquirer = inquirer
        self._read: dict[str, Code | None] = {}
        self._converted: dict[tuple[str, str], str | None] = {}

    def converted(self, text: str, to: str) -> str | None:
        """In text form; None when the code is none. Whether it is an element of the group is found by converting."""
        if (text, to) not in self._converted:
            if text not in self._read:
                self._read[text] = _read(text)
            self._converted[text, to] = self._convert(self._read[text], to)
        return self._converted[text, to]

    def _convert(self, code: Code | None, to: str) -> str | None:
        if code is None:
            return None
        try:
            return self._keys.convert(code, self._inquirer, to).to_text()
        except BadCode:
            return None


def _read(text: str) -> Code | None:
    try:
        return Code.read(text)
    except BadCode:
        return None
