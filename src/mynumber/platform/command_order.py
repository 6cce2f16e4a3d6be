"""What the supervisor tells a command worker to do."""

import msgspec


class Order(msgspec.Struct, frozen=True):
    """A command to run."""

    command: tuple[str, ...]
    stdin: str = ""
    """What the command reads: a password or a PIN, which never stands on a command line."""

    def __repr__(self) -> str:
        return f"Order({self.command!r})"
