"""What the commands of a municipality share: which town, progress for a bar, a refusal in words."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mynumber.protocols.refusal import Refused
from mynumber.webkit.tenancy import NotATenant


class TownCommand(BaseCommand):
    """A command for one municipality. Prints `progress DONE TOTAL` lines for whoever shows a bar."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Which town."""
        parser.add_argument("--tenant", required=True, help="全国地方公共団体コード6桁")

    def handle(self, *args: Any, **options: Any) -> None:
        """Work. Raises CommandError saying what is wrong and what to do."""
        try:
            self.work(options["tenant"], options)
        except Refused as refused:
            raise CommandError(
                f"{refused.hop.label_ja}: {refused.reason.sentence_ja} ({refused.reason.value})"
            ) from None
        except NotATenant:
            raise CommandError("この市区町村は、この模型にありません") from None

    def work(self, code: str, options: dict[str, Any]) -> None:
        """What the command does."""
        raise NotImplementedError

    def progress(self, done: int, total: int) -> None:
        """One line for a bar."""
        self.stdout.write(f"progress {done} {total}")
        self.stdout.flush()
