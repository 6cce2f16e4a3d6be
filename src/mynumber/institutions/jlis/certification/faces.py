"""What certificates and faces say of a person: the words of the residents network, as holders of `pki` and `smartcard`."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Final

from mynumber.foundation.numbers import IndividualNumber, MalformedNumber, UnknownLocalGovernment
from mynumber.foundation.people import Sex
from mynumber.foundation.pki import MalformedHolder, Municipality, NotAMunicipality, SignatureHolder
from mynumber.institutions.jlis.residents.models import Person
from mynumber.protocols.refusal import Hop, Reason, Refused

SEXES: Final = {"1": Sex.MALE, "2": Sex.FEMALE, "9": Sex.UNSTATED}
_SPACE: Final = "\u3000"


def certificate_name(person: Person) -> str:
    """氏名 as it stands in a signature certificate: a former family name (旧氏) in brackets behind the present one."""
    if not person.former_name:
        return person.name
    family, space, given = person.name.partition(_SPACE)
    return f"{family}［{person.former_name}］{space}{given}"


def lives_abroad(person: Person, *, on: date) -> bool:
    """Whether the day of a moving-out abroad has come."""
    return person.moved_abroad and person.moved_out_on is not None and person.moved_out_on <= on


def certificate_address(person: Person, *, on: date) -> str:
    """住所 of a signature certificate. For one who lives abroad the address they left, marked as such; uncertain: the real wording."""
    return f"国外転出　{person.address}" if lives_abroad(person, on=on) else person.address


def holder_of_signature(person: Person, *, on: date) -> SignatureHolder:
    """The four attributes as a signature certificate carries them. Raises Refused(UNAVAILABLE) for texts that none can carry."""
    try:
        return SignatureHolder.of(
            certificate_name(person),
            address=certificate_address(person, on=on),
            birth_date=person.birth_date,
            sex=SEXES[person.sex],
        )
    except MalformedHolder as error:
        raise Refused(
            Hop.JLIS, Reason.UNAVAILABLE, f"no certificate can carry this holder: {error.reason.value}"
        ) from None


def municipality_of(system: str) -> Municipality:
    """The municipality of a member id (``municipality.131229``). Raises Refused(UNAVAILABLE) for an id without a municipality's code."""
    try:
        return Municipality.of(system.partition(".")[2])
    except (MalformedNumber, UnknownLocalGovernment, NotAMunicipality):
        raise Refused(Hop.JLIS, Reason.UNAVAILABLE, "the register is none of a municipality") from None


def attributes_digest(person: Person, *, on: date) -> bytes:
    """SHA-256 of what a signature certificate says of its holder: when it differs, the certificate is no longer true."""
    return _digest(
        certificate_name(person),
        certificate_address(person, on=on),
        person.birth_date.isoformat(),
        person.sex,
    )


def face_digest(person: Person, *, expires_on: date, on: date) -> bytes:
    """SHA-256 of what the face of a card says of its holder, but for the photo."""
    return _digest(
        person.individual_number,
        certificate_name(person),
        certificate_address(person, on=on),
        person.birth_date.isoformat(),
        person.sex,
        expires_on.isoformat(),
    )


def number_of(person: Person) -> IndividualNumber:
    """The individual number, for the card's text application."""
    return IndividualNumber.parse(person.individual_number)


def _digest(*fields: str) -> bytes:
    return hashlib.sha256("".join(f"{len(field)}:{field}" for field in fields).encode()).digest()
