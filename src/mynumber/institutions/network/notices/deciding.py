"""What keys say about whom a notice is for: functions of codes and keys. No database, no clock."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from mynumber.foundation.codes import BadCode, Code
from mynumber.institutions.network.core.code_ring import CodeRing
from mynumber.institutions.network.core.records import RECORD_DOMAIN
from mynumber.institutions.network.mesh.deciding import live_code
from mynumber.protocols.notices import CodedNotice


@dataclass(frozen=True, slots=True)
class Judged:
    """A notice with what its code is elsewhere. It does not print itself."""

    notice: CodedNotice
    person: str | None
    """The code of the records, in the version of the member's code; None for a code that cannot be read or whose version is closed."""
    codes: tuple[str, ...] = ()
    """The codes that the receiver may hold for the person: one a live version."""

    def __repr__(self) -> str:
        return "Judged(...)"


def judge(
    notices: Sequence[CodedNotice], *, sender: str, receiver: str, ring: CodeRing
) -> tuple[Judged, ...]:
    """Convert the codes of a sender for the records and for the receiver."""
    return tuple(_judge(notice, sender, receiver, ring) for notice in notices)


def _judge(notice: CodedNotice, sender: str, receiver: str, ring: CodeRing) -> Judged:
    try:
        code = Code.parse(live_code(ring, notice.code))
        person = ring.keys.convert(code, sender, RECORD_DOMAIN).to_text()
    except BadCode:
        return Judged(notice, None)
    codes = []
    for version in reversed(ring.live):
        with suppress(BadCode):  # another root key: nobody's code of before leads there
            codes.append(ring.keys.convert_to(code, sender, receiver, version).to_text())
    return Judged(notice, person, tuple(codes))
