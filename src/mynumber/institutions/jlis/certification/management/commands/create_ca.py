"""``create_ca``: make the authentication CA and its first revocation list, unless they exist."""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from mynumber.foundation.keyring import KeyRing
from mynumber.institutions.jlis.certification.authority import create_authority
from mynumber.institutions.jlis.certification.revocation import current_list
from mynumber.webkit.environment import Environment


class Command(BaseCommand):
    """Run once before the first card; running it again changes nothing."""

    help = "利用者証明用の認証局（鍵・ルート証明書・失効リスト）を、なければ作る"

    def handle(self, *_: object, **__: object) -> None:
        """Raises CommandError when this process has no key ring."""
        environment: Environment = settings.MYNUMBER
        if environment.keys is None:
            raise CommandError("MYNUMBER_KEYS is not set: the key of the CA needs a key ring")
        now = datetime.now(UTC)
        with transaction.atomic():
            generation = create_authority(KeyRing.open(environment.keys), now=now)
            current_list(generation, at=now)
        self.stdout.write(f"利用者証明用認証局: 第{generation.number}世代")
