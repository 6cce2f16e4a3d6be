"""Which sandboxes there are: members of the network that a vendor made for its own tests, each with another one to talk to.

A sandbox NAME is the member ``sandbox.NAME``, whose keys only the vendor has, and the member ``sandbox.NAME.partner``, which the
platform plays. The list is a file beside the directory, which is made from it.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from mynumber.platform.secret_files import write_private
from mynumber.platform.settings import Settings

_NAME: Final = re.compile(r"[a-z][a-z0-9]{1,15}")


class BadName(ValueError):
    """A sandbox's name has 2 to 16 of a-z and 0-9, a letter first."""


class Sandbox(msgspec.Struct, frozen=True, kw_only=True):
    """One sandbox, as far as the directory needs it."""

    name: str
    title: str
    """Japanese name of the vendor's member."""
    kinds: tuple[str, ...]
    """What the vendor's member is in the table of the law."""
    partner_kinds: tuple[str, ...]
    signing_key: dict[str, str]
    """The vendor's public key (JWK)."""
    sealing_key: dict[str, str]
    is_closed: bool = False
    """Deleted: the member may do nothing any more, but its gateway tenant answers for the records that it must keep (Act art. 23)."""

    @property
    def member(self) -> str:
        """The vendor's member."""
        return member_of(self.name)

    @property
    def partner(self) -> str:
        """The other one."""
        return f"{self.member}.partner"

    @property
    def partner_title(self) -> str:
        """Its name."""
        return f"{self.title}の相手役"


def member_of(name: str) -> str:
    """The member id of a sandbox. Raises BadName."""
    if not _NAME.fullmatch(name):
        raise BadName(
            "名前は a-z と 0-9 の 2〜16 文字で、英字で始めてください (2 to 16 of a-z and 0-9, a letter first)"
        )
    return f"sandbox.{name}"


def sandboxes(settings: Settings) -> tuple[Sandbox, ...]:
    """Every sandbox that this platform ever had."""
    try:
        return msgspec.json.decode(_file(settings), type=tuple[Sandbox, ...])
    except FileNotFoundError:
        return ()


def write_sandboxes(settings: Settings, listed: tuple[Sandbox, ...]) -> None:
    """Replace the list (call under the lock of the keys)."""
    write_private(settings.home / "sandboxes.json", msgspec.json.encode(listed))


def sandbox_members(settings: Settings) -> tuple[str, ...]:
    """Member ids of all sandboxes; each has a gateway tenant."""
    return tuple(member for one in sandboxes(settings) for member in (one.member, one.partner))


def _file(settings: Settings) -> bytes:
    return (settings.home / "sandboxes.json").read_bytes()
