"""Names and passwords of the demonstration, which the seeding writes to `$MYNUMBER_HOME/guide/demo.json`.

They are shown on purpose: everybody here is made up and the platform listens on this machine only.
"""

from enum import StrEnum
from pathlib import Path

import msgspec


class StaffLogin(msgspec.Struct, frozen=True):
    """A member of staff a visitor may be. `tenant` is the code of the municipality, `town` its name; at J-LIS the tenant is empty."""

    tenant: str
    town: str
    username: str
    password: str
    role_ja: str = ""
    role_en: str = ""


class DemoCard(msgspec.Struct, frozen=True):
    """A persona's card in the wallet, with its PINs."""

    persona: str
    name: str
    pin: str
    """利用者証明用: 4 digits."""
    card_id: str
    signature_password: str = ""
    """署名用: 6 to 16 letters and digits. A card without a signature certificate does not use it."""
    text_pin: str = ""
    """券面事項入力補助用 and 住民基本台帳用: 4 digits."""

    @property
    def on_standard_input(self) -> str:
        """As `issue_card` reads them: a line each; no secret stands on a command line."""
        return f"{self.pin}\n{self.signature_password}\n{self.text_pin}\n"


class Demo(msgspec.Struct, frozen=True):
    """All that the seeding tells the guide. `log_key` is the verifier key of the log (vkey text)."""

    staff: tuple[StaffLogin, ...] = ()
    cards: tuple[DemoCard, ...] = ()
    log_key: str = ""
    customers: tuple[StaffLogin, ...] = ()
    """Customers of the private delivery firm: `username` is the customer's number, `town` the name of the persona."""

    def login_of(self, tenant: str) -> StaffLogin | None:
        """The first login of a municipality."""
        return next((login for login in self.staff if login.tenant == tenant), None)

    def card_of(self, persona: str) -> DemoCard | None:
        """The card of a persona."""
        return next((card for card in self.cards if card.persona == persona), None)


class DemoState(StrEnum):
    """Whether the file could be read."""

    READY = "ready"
    ABSENT = "absent"
    UNREADABLE = "unreadable"


def read_demo(home: Path) -> tuple[Demo, DemoState]:
    """The demonstration of the platform whose state is in `home`. Never fails: the page explains what is missing."""
    try:
        return msgspec.json.decode((home / "guide" / "demo.json").read_bytes(), type=Demo), DemoState.READY
    except FileNotFoundError:
        return Demo(), DemoState.ABSENT
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return Demo(), DemoState.UNREADABLE
