"""Whether two writings of the four attributes are of one person: never fewer, never similar (ひも付けの再発防止)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from mynumber.foundation.people import fold, fold_address
from mynumber.foundation.pki.holder import MalformedHolder, read_signature_holder, substituted
from mynumber.protocols.residents import FourAttributes

_FORMER: Final = re.compile(r"［[^］]*］")
"""旧氏 stands in brackets behind the family name of a certificate."""


P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Identified(Generic[P]):
    """Who was found; `outcome` is found, none or several."""

    outcome: str
    person: P | None = field(default=None, repr=False)


def only_one(candidates: Iterable[Any], stated: FourAttributes) -> Identified[Any]:
    """Who of the candidates, all born that day and of that sex, is the one with this name and address."""
    wanted = written(stated.name, stated.address)
    found = [one for one in candidates if written(one.name, one.address) == wanted]
    if len(found) == 1:
        return Identified("found", found[0])
    return Identified("several" if found else "none")


def is_holder(certificate: bytes, stated: FourAttributes) -> bool:
    """Whether a signature certificate names this person."""
    try:
        holder = read_signature_holder(certificate)
    except MalformedHolder:
        return False
    return (
        written(holder.name, holder.address) == written(stated.name, stated.address)
        and holder.birth_date.exact == stated.birth_date
        and {"male": "1", "female": "2"}.get(holder.sex.name.lower(), "9") == stated.sex
    )


def written(name: str, address: str) -> tuple[str, str]:
    """Name and address as they are compared: characters that a certificate cannot carry as it carries them."""
    return fold(substituted(_FORMER.sub("", name))[0]), fold_address(substituted(address)[0])
