"""The decisions of the mesh: functions of an event, the table of the law, the directory and the keys. No database, no clock."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

from mynumber.foundation.codes import BadCode, Code, CodeKeys, CodeReason
from mynumber.foundation.law import InformationKind, InstitutionKind, LegalBasis
from mynumber.institutions.network.core.code_ring import CodeRing
from mynumber.institutions.network.core.records import RECORD_DOMAIN
from mynumber.protocols.events import CodedEvent, EventRefusal, Topic, is_about

Kinds = frozenset[InstitutionKind]


@dataclass(frozen=True, slots=True)
class Judged:
    """What law and codes say about an event, before the store was asked."""

    event: CodedEvent
    persons: tuple[str, ...]
    """The person's codes of the records in every key version; empty when refused. The first is in the version of the event."""
    refusal: EventRefusal | None


def judge(event: CodedEvent, *, publisher: str, kinds: Kinds, basis: LegalBasis, ring: CodeRing) -> Judged:
    """Whether this publisher may say this. The rule comes before the person; a code of a closed version is none any more."""
    try:
        information = InformationKind.named(event.information)
    except ValueError:
        return Judged(event, (), EventRefusal.NOT_A_PROVIDER)
    if not provides(basis, kinds, information):
        return Judged(event, (), EventRefusal.NOT_A_PROVIDER)
    if not is_about(event.kind, information):
        return Judged(event, (), EventRefusal.NOT_ABOUT)
    try:
        persons = persons_of(ring.keys, live_code(ring, event.code), publisher)
    except BadCode:
        return Judged(event, (), EventRefusal.UNKNOWN_CODE)
    return Judged(event, persons, None)


def live_code(ring: CodeRing, text: str) -> str:
    """The code, if members may still name people by its version. Raises BadCode."""
    version = Code.parse(text).version
    if version not in ring.live:
        raise BadCode(CodeReason.UNKNOWN_VERSION, "the version is closed")
    return text


def persons_of(keys: CodeKeys, code: str, member: str) -> tuple[str, ...]:
    """A member's code as codes of the records, in every key version that they may have. Raises BadCode."""
    person = keys.convert(Code.parse(code), member, RECORD_DOMAIN)
    others = []
    for version in keys.versions:
        if version != person.version:
            try:
                others.append(keys.rotate(person, RECORD_DOMAIN, version).to_text())
            except BadCode:
                continue  # another root key: what was written then cannot be followed
    return (person.to_text(), *others)


def codes_of(ring: CodeRing, person: str, member: str) -> tuple[str, ...]:
    """The codes that a member may hold for a person of the records, in the live versions, the oldest first; empty when none of the keys fits.

    The oldest first, because while keys change a new code is recorded before the member's gateway has it, and the old one it understands in
    either state.
    """
    try:
        found = Code.parse(person)
    except BadCode:
        return ()
    codes = []
    for version in reversed(ring.live):
        with suppress(BadCode):
            codes.append(ring.keys.convert_to(found, RECORD_DOMAIN, member, version).to_text())
    return tuple(codes)


@lru_cache(maxsize=4096)
def provides(basis: LegalBasis, kinds: Kinds, information: InformationKind) -> bool:
    """Whether some provision names an institution of these kinds as a provider of the information."""
    return any(
        information in rule.information_kinds and not rule.provider_kinds.isdisjoint(kinds)
        for rule in basis.provisions
    )


@lru_cache(maxsize=65536)
def entitling(basis: LegalBasis, subscriber: Kinds, topic: Topic) -> str | None:
    """The provision that lets an institution of these kinds ask what the topic names; None refuses."""
    try:
        provider = InstitutionKind.named(topic.provider_kind)
        information = InformationKind.named(topic.information)
    except ValueError:
        return None
    rule = basis.find(subscriber, topic.affair, frozenset({provider}), information)
    return rule.id if rule else None
