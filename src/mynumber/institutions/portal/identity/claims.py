"""Scopes, the attributes they stand for, and the claims that a service receives (OpenID Connect Core 5.1)."""

from __future__ import annotations

from collections.abc import Iterable

from mynumber.institutions.portal.account.attributes import HandedAttributes
from mynumber.protocols.sign_in import Attribute

SCOPES = ("openid", "name", "address", "birthdate", "gender", "sign")
"""All there are, in the order of pages and of answers."""
ATTRIBUTE_OF = {
    "name": Attribute.NAME,
    "address": Attribute.ADDRESS,
    "birthdate": Attribute.BIRTH_DATE,
    "gender": Attribute.SEX,
}
"""Scopes that need the signature certificate."""


def attributes_for(scopes: Iterable[str]) -> tuple[Attribute, ...]:
    """What the card is asked for."""
    return tuple(ATTRIBUTE_OF[scope] for scope in scopes if scope in ATTRIBUTE_OF)


def claims_of(attributes: HandedAttributes, scopes: Iterable[str]) -> dict[str, object]:
    """Claims for the scopes that the resident agreed to; a sex that the register does not state is left out."""
    claims: dict[str, object] = {}
    agreed = set(scopes)
    if "name" in agreed and attributes.name:
        claims["name"] = attributes.name
    if "address" in agreed and attributes.address:
        claims["address"] = {"formatted": attributes.address, "country": "JP"}
    if "birthdate" in agreed and attributes.birth_date:
        claims["birthdate"] = attributes.birth_date
    if "gender" in agreed and attributes.sex in {"male", "female"}:
        claims["gender"] = attributes.sex
    return claims
