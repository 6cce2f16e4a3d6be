"""Cards for `bench.residents`, made in J-LIS's place by its own functions for residents of a seeded town who have none yet.

mynumber run jlis shell -c "from bench.holders import main; main('municipality.131229', 200)"
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

VALIDITY = timedelta(days=3650)
OF_AGE = timedelta(days=366 * 20)
DIFFERENT_KEYS = 4
"""Making a key takes longer than an application; the holders share a few."""


class Holder(msgspec.Struct, frozen=True):
    """Keys (PKCS#8) and certificates of a card, all DER."""

    authentication_key: bytes
    authentication: bytes
    signature_key: bytes
    signature: bytes


def make(member: str, count: int) -> list[Holder]:
    """Cards in force for this many grown-up residents of the member."""
    from django.db import transaction

    from mynumber.institutions.jlis.certification.cards import activate, issue_for_card, new_card_serial
    from mynumber.institutions.jlis.certification.models import Card
    from mynumber.institutions.jlis.residents.models import Person
    from mynumber.protocols.card_life import IdentityCheck
    from mynumber.webkit.messages import this_node

    at = datetime.now(UTC)
    wanted = Person.objects.filter(municipality=member, status="current", birth_date__lt=at.date() - OF_AGE)
    chosen = list(wanted.exclude(pk__in=Card.objects.values("person")).order_by("pk")[:count])
    if len(chosen) < count:
        raise SystemExit(f"the town has only {len(chosen)} grown-up residents without a card")
    keys = [rsa.generate_private_key(65537, 2048) for _ in range(2 * DIFFERENT_KEYS)]
    texts = [key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()) for key in keys]
    holders = []
    for number, person in enumerate(chosen):
        first = 2 * (number % DIFFERENT_KEYS)
        with transaction.atomic():
            made = issue_for_card(
                Person.objects.select_for_update().get(pk=person.pk),
                card_serial=new_card_serial(),
                municipality=member,
                expires_on=at.date() + VALIDITY,
                authentication_key=keys[first].public_key(),
                signature_key=keys[first + 1].public_key(),
                keyring=this_node().keyring,
                at=datetime.now(UTC),
            )
            activate(made.card, check=IdentityCheck.ONE_WITH_PHOTO, at=datetime.now(UTC), by=member)
        assert made.signature is not None
        holders.append(
            Holder(
                texts[first], made.authentication.certificate, texts[first + 1], made.signature.certificate
            )
        )
    return holders


def main(member: str, count: int) -> None:
    """Print them as JSON, alone on the last line."""
    print(msgspec.json.encode(make(member, count)).decode())
