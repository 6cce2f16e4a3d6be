"""Cards for `bench.sign_ins`, made in J-LIS's place by its own functions: individual numbers come on standard input, keys and certificates go out (JSON).

DJANGO_SETTINGS_MODULE=mynumber.institutions.jlis.settings ... python -m bench.cards MEMBER
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta

import django
import msgspec
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bench.visitors import CardKey

VALIDITY = timedelta(days=3650)


class Made(msgspec.Struct, frozen=True):
    """The keys and certificates, and the certificate of the CA that issued them (DER)."""

    cards: tuple[CardKey, ...]
    authority: bytes


def make(numbers: list[str], member: str) -> Made:
    """A card in force for each of these people, with an authentication key alone."""
    from django.db import transaction

    from mynumber.institutions.jlis.certification.cards import activate, issue_for_card, new_card_serial
    from mynumber.institutions.jlis.residents.models import Person
    from mynumber.protocols.card_life import IdentityCheck
    from mynumber.webkit.messages import this_node

    cards, authority = [], b""
    for number in numbers:
        key, at = rsa.generate_private_key(65537, 2048), datetime.now(UTC)
        with transaction.atomic():
            made = issue_for_card(
                Person.objects.select_for_update().get(individual_number=number),
                card_serial=new_card_serial(),
                municipality=member,
                expires_on=at.date() + VALIDITY,
                authentication_key=key.public_key(),
                signature_key=None,
                keyring=this_node().keyring,
                at=at,
            )
            activate(made.card, check=IdentityCheck.ONE_WITH_PHOTO, at=at, by=member)
        pkcs8 = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        cards.append(CardKey(pkcs8, made.authentication.certificate))
        authority = made.authentication.ca_certificate
    return Made(tuple(cards), authority)


if __name__ == "__main__":
    django.setup()
    wanted = msgspec.json.decode(sys.stdin.buffer.read(), type=list[str])
    print(msgspec.json.encode(make(wanted, sys.argv[1])).decode())
