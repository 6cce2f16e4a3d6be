"""The municipality that an address as one text begins with."""

from functools import cache

from mynumber.foundation.numbers.local_government import LocalGovernment, local_governments


@cache
def _by_name() -> tuple[tuple[str, LocalGovernment], ...]:
    """Municipalities by the text with which their addresses begin, the longest first."""
    listed = [(each.full_name, each) for each in local_governments() if each.is_municipality]
    return tuple(sorted(listed, key=lambda pair: -len(pair[0])))


def municipality_of(address: str) -> LocalGovernment | None:
    """The municipality that keeps the register of an address; None where its beginning names none."""
    text = address.replace(" ", "").replace("\u3000", "")
    return next((each for name, each in _by_name() if text.startswith(name)), None)
