"""`mynumber run wallet receive_cards FILE`: take the cards of a hand-over file into the device and delete the file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from mynumber.foundation.smartcard import CardFileProblem, CardFileUnusable
from mynumber.protocols import card_handover
from mynumber.wallet.cards import CardFolder


class Command(BaseCommand):
    """A card that is already in the device stays as it is, so a second run with the same file does no harm."""

    help = "Take cards into the device from a hand-over file (one JSON object a line), then delete the file."

    def add_arguments(self, parser: CommandParser) -> None:
        """One file."""
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Every line, then the file is gone. Raises CommandError naming the line at fault."""
        file: Path = options["file"]
        folder = CardFolder(settings.WALLET_CARDS)
        received = kept = 0
        try:
            lines = file.read_bytes().splitlines()
        except FileNotFoundError:
            raise CommandError("there is no such file") from None
        for number, line in enumerate(lines, start=1):
            try:
                folder.receive(card_handover.decode(line), at=datetime.now(UTC))
                received += 1
            except card_handover.MalformedHandover:
                raise CommandError(f"line {number} is no card; the file is left as it is") from None
            except CardFileUnusable as unusable:
                if unusable.problem is not CardFileProblem.ALREADY_THERE:
                    raise CommandError(f"line {number}: {unusable}; the file is left as it is") from None
                kept += 1
        # Nobody but the device keeps a card.
        file.unlink()
        self.stdout.write(f"{received} cards received, {kept} were already here")
