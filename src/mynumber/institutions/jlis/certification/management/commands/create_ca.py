"""``create_ca``: make the two CAs, their first lists and the keys of the card's issuer, unless they exist; or a CA's next generation."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from mynumber.foundation.keyring import KeyRing
from mynumber.foundation.pki import TokenRefused
from mynumber.institutions.jlis.certification.authority import create_authority
from mynumber.institutions.jlis.certification.issuer_keys import create_keys
from mynumber.institutions.jlis.certification.lists import Scope, current_list
from mynumber.protocols.certification import Purpose
from mynumber.protocols.refusal import Refused
from mynumber.webkit.environment import Environment

_NAMES = {Purpose.AUTHENTICATION: "利用者証明用認証局", Purpose.SIGNATURE: "署名用認証局"}


class Command(BaseCommand):
    """Run once before the first card; running it again changes nothing, except for a roll-over."""

    help = "利用者証明用と署名用の認証局（鍵・ルート証明書・失効リスト）とカード発行者の鍵を、なければ作る"

    def add_arguments(self, parser: CommandParser) -> None:
        """A roll-over, and where a new key is kept."""
        parser.add_argument(
            "--next-generation",
            choices=[*(purpose.value for purpose in Purpose), "both"],
            help="次の世代の鍵を作り、これからの発行に使う。前の世代は失効リストの署名を続ける",
        )
        parser.add_argument(
            "--token",
            action="store_true",
            help="鍵を PKCS#11 のトークン（MYNUMBER_TOKEN_MODULE、MYNUMBER_TOKEN_LABEL）に作る",
        )

    def handle(self, *_: object, **options: Any) -> None:
        """Raises CommandError when this process has no key ring, or the token does not serve."""
        environment: Environment = settings.MYNUMBER
        if environment.keys is None:
            raise CommandError("MYNUMBER_KEYS is not set: the keys of the CAs need a key ring")
        keyring, now = KeyRing.open(environment.keys), datetime.now(UTC)
        create_keys(keyring)
        for purpose in Purpose:
            roll_over = options["next_generation"] in (purpose.value, "both")
            try:
                with transaction.atomic():
                    generation = create_authority(
                        keyring, purpose, now=now, next_generation=roll_over, in_token=options["token"]
                    )
                    current_list(Scope(purpose, generation.number), keyring, at=now)
            except (TokenRefused, Refused) as refused:
                raise CommandError(str(refused)) from None
            self.stdout.write(f"{_NAMES[purpose]}: 第{generation.number}世代")
