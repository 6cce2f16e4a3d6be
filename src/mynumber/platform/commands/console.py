"""What every command says and how it ends: settings, sentences, exit status."""

from typing import NoReturn

import typer
from rich.console import Console

from mynumber.platform.settings import Settings, SettingsError

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)


def settings() -> Settings:
    """The settings, or an end with a sentence about the variable that is wrong."""
    try:
        return Settings.from_environment()
    except SettingsError as error:
        fail(str(error))


def fail(sentence: str, status: int = 1) -> NoReturn:
    """Say what is wrong and what to do, and end."""
    errors.print(
        f"[red]{sentence}[/red]" if errors.is_terminal else sentence,
        markup=errors.is_terminal,
        soft_wrap=True,
    )
    raise typer.Exit(status)
