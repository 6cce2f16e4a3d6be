"""``renew_responders``: certificates with which the status service answers and stamps, where one is missing or half over."""

from __future__ import annotations

from datetime import UTC, datetime

from django.core.management.base import BaseCommand, CommandParser

from mynumber.institutions.jlis.certification.authority import authority_of, valid_roots
from mynumber.institutions.jlis.status.keys import own_keyring
from mynumber.institutions.jlis.status.renewal import renew
from mynumber.protocols.certification import Purpose


class Command(BaseCommand):
    """The status service runs it once an hour; running it again changes nothing until half the time is over."""

    requires_system_checks = []  # noqa: RUF012 - Django declares it so
    """The service runs it often, and what it checks has been checked when the service started."""
    help = "有効性確認とタイムスタンプの鍵と証明書を、なければ作り、期限の半分を過ぎたものは新しくする"

    def add_arguments(self, parser: CommandParser) -> None:
        """``--elliptic``: P-256 instead of RSA-2048."""
        parser.add_argument("--elliptic", action="store_true", help="RSA-2048 ではなく P-256 の鍵を作る")

    def handle(self, *_: object, elliptic: bool, verbosity: int, **__: object) -> None:
        """Print what was made."""
        keyring, now = own_keyring(), datetime.now(UTC)
        authorities = [
            (root.generation, authority_of(keyring, purpose, root.generation).authority)
            for purpose in Purpose
            for root in valid_roots(purpose, at=now)
        ]
        for issued in renew(keyring, authorities, now=now, elliptic=elliptic):
            if verbosity:
                self.stdout.write(
                    f"{issued.get_service_display()}: 認証局 第{issued.authority_generation}世代、{issued.not_after:%Y-%m-%d %H:%M}Z まで"
                )
