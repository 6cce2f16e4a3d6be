"""The four attributes as they arrive in messages, checked and folded for comparison."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Final

from mynumber.foundation.people import BasicFourAttributes, MalformedPersonalData, Sex
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.protocols.residents import FourAttributes

_SEXES: Final = {"1": Sex.MALE, "2": Sex.FEMALE, "9": Sex.UNSTATED}


@dataclass(frozen=True, slots=True)
class LookUpKey:
    """What an exact comparison compares. The four all of them, never fewer."""

    name: str = field(repr=False)
    address: str = field(repr=False)
    birth_date: date = field(repr=False)
    sex: str = field(repr=False)


def key_of(attributes: FourAttributes) -> LookUpKey:
    """Fold what is the same in another spelling (width, spaces, 1丁目2番3号 = 1-2-3) and nothing else.

    Raises Refused(MALFORMED) for texts that no register can hold and for an unknown sex.
    """
    try:
        basic = BasicFourAttributes(
            name=attributes.name,
            address=attributes.address,
            birth=attributes.birth_date,
            sex=_SEXES[attributes.sex],
        )
    except (MalformedPersonalData, KeyError):
        raise Refused(
            Hop.JLIS, Reason.MALFORMED, "an attribute does not have the form of a register's"
        ) from None
    return LookUpKey(basic.name_key, basic.address_key, basic.birth, attributes.sex)
