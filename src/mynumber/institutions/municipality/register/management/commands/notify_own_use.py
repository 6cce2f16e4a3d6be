"""`notify_own_use --tenant CODE FILE`: notify the commission of an affair of an ordinance of one's own, or ask how far the notice is."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from django.core.management.base import CommandError, CommandParser

from mynumber.institutions.municipality.register.commands import TownCommand
from mynumber.institutions.municipality.systems import member_id
from mynumber.protocols import wire
from mynumber.protocols.own_use import NOTIFY_OWN_USE, OwnUseNotice
from mynumber.protocols.refusal import Hop
from mynumber.webkit.messages import this_node


class Command(TownCommand):
    """The command."""

    help = "独自利用事務の届出（JSON）を、個人情報保護委員会に送ります。同じ届出をもう一度送ると、いまの状態が分かります。"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path, help="own-use-notice.v1 の JSON")

    def work(self, code: str, options: dict[str, Any]) -> None:
        """Send, and say what became of it."""
        try:
            notice = msgspec.json.decode(options["file"].read_bytes(), type=OwnUseNotice)
        except (OSError, ValueError) as error:
            raise CommandError(f"届出を読めません: {error}") from None
        standing = wire.call(
            this_node(),
            NOTIFY_OWN_USE,
            notice,
            sender=member_id(code),
            receiver="commission",
            hop=Hop.COMMISSION,
            now=partial(datetime.now, UTC),
        )
        begins = f"、{standing.begins} から" if standing.begins else ""
        remark = f"（{standing.remark}）" if standing.remark else ""
        self.stdout.write(f"{standing.state.label_ja}{begins}{remark}")
