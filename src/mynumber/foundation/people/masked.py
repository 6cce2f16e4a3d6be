"""The base of values that hold personal data."""

from collections.abc import Iterator

import msgspec


class Masked(msgspec.Struct, frozen=True):
    """A struct that never prints its fields, not even in a traceback of rich."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(****)"

    __str__ = __repr__

    def __rich_repr__(self) -> Iterator[str]:  # type: ignore[override]
        yield "****"
