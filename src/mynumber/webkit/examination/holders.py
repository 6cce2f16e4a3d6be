"""Whether two writings of the four attributes are of one person: never fewer, never similar (ひも付けの再発防止)."""

from __future__ import annotations

import re
from typing import Final

from mynumber.foundation.people import fold, fold_address
from mynumber.foundation.pki.holder import MalformedHolder, read_signature_holder, substituted
from mynumber.protocols.residents import FourAttributes

_FORMER: Final = re.compile(r"［[^］]*］")
"""旧氏 stands in brackets behind the family name of a certificate."""


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
