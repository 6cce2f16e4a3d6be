"""``renew_responders``: certificates with which the status service answers and stamps, where one is missing or half over."""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from mynumber.foundation.keyring import KeyRing, KeyRingRefused
from mynumber.foundation.pki import AuthorityDamaged, CertificateAuthority
from mynumber.institutions.jlis.certification.authority import authority_of, valid_roots
from mynumber.institutions.jlis.status.renewal import renew
from mynumber.protocols.certification import Purpose
from mynumber.protocols.refusal import Refused
from mynumber.webkit.environment import Environment


class Command(BaseCommand):
    """The status service runs it once an hour; running it again changes nothing until half the time is over."""

    requires_system_checks = []  # noqa: RUF012 - Django declares it so
    """The service runs it often, and what it checks has been checked when the service started."""
    help = "有効性確認とタイムスタンプの鍵と証明書を、なければ作り、期限の半分を過ぎたものは新しくする"

    def add_arguments(self, parser: CommandParser) -> None:
        """``--elliptic``: P-256 instead of RSA-2048."""
        parser.add_argument("--elliptic", action="store_true", help="RSA-2048 ではなく P-256 の鍵を作る")

    def handle(self, *_: object, elliptic: bool, verbosity: int, **__: object) -> None:
        """Print what was made. Raises CommandError without a key ring, and in the end when a CA could not certify, its key being elsewhere or damaged."""
        environment: Environment = settings.MYNUMBER
        if environment.keys is None:
            raise CommandError(
                "MYNUMBER_KEYS is not set: the keys of CAs and of this service are in a key ring"
            )
        keyring, now = KeyRing.open(environment.keys), datetime.now(UTC)
        authorities: list[tuple[int, CertificateAuthority]] = []
        absent: list[str] = []
        for purpose in Purpose:
            for root in valid_roots(purpose, at=now):
                try:
                    found = authority_of(keyring, purpose, root.generation).authority
                except (Refused, KeyRingRefused, AuthorityDamaged):
                    absent.append(f"{purpose} {root.generation}")
                else:
                    authorities.append((root.generation, found))
        for issued in renew(keyring, authorities, now=now, elliptic=elliptic):
            if verbosity:
                self.stdout.write(
                    f"{issued.get_service_display()}: 認証局 第{issued.authority_generation}世代、{issued.not_after:%Y-%m-%d %H:%M}Z まで"
                )
        if absent:
            raise CommandError(f"the key of a CA is not here: {', '.join(absent)}")
