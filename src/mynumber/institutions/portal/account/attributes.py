"""What a holder hands over beside the proof: fields of the signature certificate, only those that were asked for (基本4情報)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Final

import msgspec

from mynumber.foundation.pki import MalformedHolder, Reason, VerificationRefused, read_signature_holder
from mynumber.protocols.residents import FourAttributes
from mynumber.protocols.sign_in import Attribute

_SEX: Final = {"male": "1", "female": "2"}


class HandedAttributes(msgspec.Struct, frozen=True, omit_defaults=True):
    """None: not asked for."""

    name: str | None = None
    address: str | None = None
    birth_date: str | None = None
    """ISO 8601; 00 stands for a month or day that the register does not know, 0000 for a year."""
    sex: str | None = None
    """male, female or unstated."""

    @classmethod
    def of(cls, certificate: bytes, wanted: Collection[Attribute]) -> HandedAttributes:
        """From a signature certificate (DER) that was verified. Raises VerificationRefused when it names nobody."""
        try:
            holder = read_signature_holder(certificate)
        except MalformedHolder:
            raise VerificationRefused(Reason.MALFORMED) from None
        birth = holder.birth_date.exact
        return cls(
            name=holder.name if Attribute.NAME in wanted else None,
            address=holder.address if Attribute.ADDRESS in wanted else None,
            birth_date=(birth.isoformat() if birth else holder.birth_date.iso)
            if Attribute.BIRTH_DATE in wanted
            else None,
            sex=holder.sex.value if Attribute.SEX in wanted else None,
        )

    @classmethod
    def from_json(cls, text: bytes) -> HandedAttributes:
        """Read what `to_json` wrote."""
        return msgspec.json.decode(text, type=cls)

    def four_attributes(self) -> FourAttributes | None:
        """All four; None when something is missing, or where the register knows no exact day of birth: the counter helps then."""
        if not self.name or not self.address or not self.birth_date:
            return None
        try:
            birth = date.fromisoformat(self.birth_date)
        except ValueError:
            return None
        return FourAttributes(
            name=self.name, address=self.address, birth_date=birth, sex=_SEX.get(self.sex or "", "9")
        )

    def to_json(self) -> bytes:
        """Only what was asked for."""
        return msgspec.json.encode(self)

    def __repr__(self) -> str:
        return "HandedAttributes(...)"
