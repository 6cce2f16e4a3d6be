"""The decision on requests: a function of the question, the table of the law, the directory and the keys. No database, no clock.

What it cannot know, whether the codes were issued, :meth:`Judgement.settled` decides from what the store found.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import msgspec

from mynumber.foundation.codes import BadCode, Code, CodeKeys
from mynumber.foundation.law import InformationKind, InstitutionKind, LegalBasis, LocalBasis, Provision
from mynumber.foundation.law.own_use import is_own_use
from mynumber.institutions.network.core.records import RECORD_DOMAIN
from mynumber.protocols.directory import Directory, UnknownSystem
from mynumber.protocols.exchange import PermitRequests, RequestedPermit
from mynumber.protocols.own_use import body_of
from mynumber.protocols.refusal import Reason


@lru_cache(maxsize=16_384)
def kinds_of(directory: Directory, member: str) -> frozenset[InstitutionKind]:
    """The kinds of institution that the directory lists for a member; none when it is not listed any more."""
    if member not in directory:
        return frozenset()
    return frozenset(InstitutionKind.named(kind) for kind in directory.system(member).kinds)


class Judgement(msgspec.Struct, frozen=True):
    """What the law and the codes say about one request, before the store was asked. Codes are in text form."""

    request: RequestedPermit
    provision: Provision | None
    provider_codes: tuple[str, ...]
    """The provider's code for the person in each live version of the keys, oldest first: the first that it holds is the one.

    While keys change, a provider has codes of the new version recorded before its gateway has them; the old one it understands in either state.
    """
    record_code: str | None
    refusal: Reason | None
    is_blind: bool = False
    """Whether codes are blinded: then nobody here can say who holds them (:mod:`mynumber.institutions.network.blind`)."""

    def with_code(self, provider_code: str) -> Judgement:
        """The same with the one code that the provider holds."""
        if self.provider_codes == (provider_code,):
            return self
        return msgspec.structs.replace(self, provider_codes=(provider_code,))

    def settled(self, *, inquirer_holds: bool, provider_holds: bool) -> Reason | None:
        """The last word: the law's refusal, else whether both sides hold a code for the person (Cabinet Order art. 26(2))."""
        if self.refusal is not None:
            return self.refusal
        if not inquirer_holds:
            return Reason.UNKNOWN_CODE
        return None if provider_holds else Reason.PROVIDER_HAS_NO_CODE


def judge(
    asked: PermitRequests,
    *,
    inquirer: str,
    directory: Directory,
    basis: LegalBasis | LocalBasis,
    keys: CodeKeys,
    live: Sequence[int] = (),
) -> tuple[Judgement, ...]:
    """Find the rule of each request and convert its code (Act art. 21(2), Cabinet Order art. 20); ``inquirer`` is proven.

    ``live``: versions of the keys that codes may be of, newest first; the current one alone unless keys are being changed.

    The rule comes before the person: a request that the table does not allow is refused the same whether or not the person exists.
    """
    rules = Rules(inquirer, asked.inquirer == inquirer, directory, basis)
    return judge_by(rules, asked.requests, keys=keys, live=live)


def judge_by(
    rules: Rules, requests: Sequence[RequestedPermit], *, keys: CodeKeys, live: Sequence[int] = ()
) -> tuple[Judgement, ...]:
    """The same by rules that stand already."""
    codes = _Conversions(keys, rules.inquirer, live or (keys.current,))
    return tuple(_judgement(request, rules, codes) for request in requests)


def _judgement(request: RequestedPermit, rules: Rules, codes: _Conversions) -> Judgement:
    provision, refusal = rules.find(request)
    record_code = codes.of_records(request.code)
    if refusal is None and record_code is None:
        refusal = Reason.UNKNOWN_CODE
    provider_codes = codes.at_provider(request.code, request.provider) if refusal is None else ()
    return Judgement(request, provision, provider_codes, record_code, refusal)


class Rules:
    """The table of the day, as it stands for one inquirer."""

    def __init__(
        self, inquirer: str, is_own_name: bool, directory: Directory, basis: LegalBasis | LocalBasis
    ) -> None:
        self._is_own_name = is_own_name
        self._directory = directory
        self._basis = basis
        self.inquirer = inquirer
        self._inquirer_kinds = kinds_of(directory, inquirer)
        self._provider_kinds: dict[str, frozenset[InstitutionKind]] = {}

    def find(self, request: RequestedPermit) -> tuple[Provision | None, Reason | None]:
        """The row that allows a request, or why none does."""
        if not self._is_own_name:
            return None, Reason.WRONG_INSTITUTION
        kinds = self.kinds_of(request.provider)
        if not kinds:
            return None, Reason.UNKNOWN_PROVIDER
        try:
            information = InformationKind.named(request.information)
        except ValueError:
            return None, Reason.NOT_IN_TABLE
        provision = self._row(request, kinds, information)
        return provision, None if provision else Reason.NOT_IN_TABLE

    def _row(
        self, request: RequestedPermit, kinds: frozenset[InstitutionKind], information: InformationKind
    ) -> Provision | None:
        if not isinstance(self._basis, LocalBasis):
            return self._basis.find(self._inquirer_kinds, request.affair, kinds, information)
        if not is_own_use(request.affair):
            return self._basis.table.find(self._inquirer_kinds, request.affair, kinds, information)
        return self._basis.find(
            self._inquirer_kinds,
            request.affair,
            kinds,
            information,
            body=body_of(self.inquirer),
            provider=body_of(request.provider),
        )

    def kinds_of(self, provider: str) -> frozenset[InstitutionKind]:
        """Empty for who is not listed, is no provider, or has no key that a permit could be sealed to."""
        if provider not in self._provider_kinds:
            try:
                self._directory.seal_key(self._directory.gateway_of(provider))
                self._provider_kinds[provider] = kinds_of(self._directory, provider)
            except UnknownSystem:
                self._provider_kinds[provider] = frozenset()
        return self._provider_kinds[provider]


class _Conversions:
    """One inquirer's codes elsewhere; a person asked about several times is converted once.

    Whether a code is an element of the group is found by converting it.
    """

    def __init__(self, keys: CodeKeys, inquirer: str, live: Sequence[int]) -> None:
        self._keys = keys
        self._inquirer = inquirer
        self._live = live
        self._codes: dict[str, Code | None] = {}
        self._of_records: dict[str, str | None] = {}
        self._at_providers: dict[tuple[str, str], tuple[str, ...]] = {}

    def of_records(self, text: str) -> str | None:
        """The code by which records name the person, in the version of the code; None for what is no code."""
        if text not in self._of_records:
            code = self._read(text)
            self._of_records[text] = self._convert(code, RECORD_DOMAIN, code.version) if code else None
        return self._of_records[text]

    def at_provider(self, text: str, provider: str) -> tuple[str, ...]:
        """The provider's codes for the person, in each live version."""
        if (text, provider) not in self._at_providers:
            code = self._read(text)
            versions = reversed(self._live)
            found = (self._convert(code, provider, version) if code else None for version in versions)
            self._at_providers[text, provider] = tuple(one for one in found if one is not None)
        return self._at_providers[text, provider]

    def _read(self, text: str) -> Code | None:
        if text not in self._codes:
            try:
                code = Code.read(text)
            except BadCode:
                self._codes[text] = None
            else:
                self._codes[text] = code if code.version in self._live else None
        return self._codes[text]

    def _convert(self, code: Code, to: str, version: int) -> str | None:
        try:
            return self._keys.convert_to(code, self._inquirer, to, version).to_text()
        except BadCode:
            return None
