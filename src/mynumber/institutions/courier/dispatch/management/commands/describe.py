"""`mynumber run courier describe --out FILE`: make what is missing of keys, and write what the portal needs to know of this firm."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from mynumber.institutions.courier.customers import provider
from mynumber.institutions.courier.dispatch import authority
from mynumber.institutions.courier.dispatch.senders import SENDERS
from mynumber.protocols.deliveries import Registration, SenderEntry
from mynumber.webkit.environment import origin
from mynumber.webkit.messages import this_node


class Command(BaseCommand):
    """The command."""

    help = "Write the registration of this firm and its senders, for the portal."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to."""
        parser.add_argument("--out", type=Path, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Public values only."""
        options["out"].write_bytes(msgspec.json.encode(description(now=datetime.now(UTC))))


def description(*, now: datetime) -> Registration:
    """This firm, its senders and its CA."""
    ring = this_node().keyring
    provider.ensure(ring)
    authority.ensure(ring, now=now)
    here = origin(settings.PUBLIC_URL)
    return Registration(
        system="courier",
        key="courier",
        name="民間送達サービス",
        words="生命保険会社や銀行の書類を、署名のついたまま受け取れます。",
        issuer=provider.issuer(),
        redirect_uris=(f"{here}/portal/back",),
        initiate_login_uri=f"{here}/portal",
        keys=tuple({**key.public.to_jwk(), "use": "sig"} for key in provider.signing_keys()),
        root=authority.authority_of(ring).certificate,
        senders=tuple(
            SenderEntry(
                key=sender.key,
                name=sender.name,
                corporate_number=sender.corporate_number,
                kinds={key: kind.name for key, kind in sender.kinds.items()},
            )
            for sender in SENDERS.values()
        ),
    )
