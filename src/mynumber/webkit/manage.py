"""Run a management command of one institution: `python -m mynumber.webkit.manage NAME COMMAND ...`."""

import os
import sys
from collections.abc import Sequence

OWNER_COMMANDS = frozenset({"migrate", "flush", "sqlflush"})
"""Commands that change tables and so run as the owner of the schema."""

SETTINGS = {"wallet": "mynumber.wallet.settings", "guide": "mynumber.platform.guide.settings"}


def settings_module(name: str) -> str:
    """The settings module of an institution, the wallet or the guide."""
    return SETTINGS.get(name, f"mynumber.institutions.{name}.settings")


def run_command(name: str, arguments: Sequence[str]) -> None:
    """Run Django's command `arguments[0]` with the settings of `name`, in this process.

    Raises SystemExit as Django's command line does. A process runs one institution: call it once.
    """
    os.environ["DJANGO_SETTINGS_MODULE"] = settings_module(name)
    os.environ.setdefault("MYNUMBER_INSTITUTION", name)
    owner = os.environ.get("MYNUMBER_OWNER_DATABASE_URL")
    if owner and arguments and arguments[0] in OWNER_COMMANDS:
        os.environ["DATABASE_URL"] = owner
    from django.core.management import execute_from_command_line

    execute_from_command_line([f"mynumber run {name}", *arguments])


def main() -> None:
    """The command line."""
    if len(sys.argv) < 3:
        sys.exit("usage: python -m mynumber.webkit.manage NAME COMMAND [ARGUMENT ...]")
    run_command(sys.argv[1], sys.argv[2:])


if __name__ == "__main__":
    main()
