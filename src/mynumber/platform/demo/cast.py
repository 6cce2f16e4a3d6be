"""Who plays, and what is asked: the affair, the three facts it needs, and the one it must not get."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from mynumber.foundation.law import InformationKind
from mynumber.foundation.numbers import find
from mynumber.platform.guide.demo import DemoCard, DemoState, StaffLogin, read_demo
from mynumber.platform.settings import Settings
from mynumber.population.personas import Persona, of_town
from mynumber.population.personas import find as persona_named
from mynumber.population.towns import TOWN_TWO

HEROINE: Final = "hanako"
AFFAIR: Final = "81-1"
"""児童扶養手当の支給に関する事務: item 81 of the table."""
FORMER_CITY: Final = f"municipality.{TOWN_TWO}"
WANTED: Final = (
    (InformationKind.LOCAL_TAX, FORMER_CITY),
    (InformationKind.PUBLIC_PENSION_BENEFIT, "pension_service"),
    (InformationKind.RECEIVING_ACCOUNT, "digital_agency"),
)
"""What the decision needs, and the member that holds it."""
UNLAWFUL: Final = (InformationKind.PUBLIC_ASSISTANCE, FORMER_CITY)
"""生活保護関係情報: the former city may give it for other affairs, never for this one."""


class NotSeeded(LookupError):
    """The state folder does not tell the names and passwords of the demonstration."""

    def __init__(self, state: DemoState) -> None:
        super().__init__(state.value)
        self.state = state


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody and every address the story needs."""

    settings: Settings
    heroine: Persona
    birth: date
    login: StaffLogin
    card: DemoCard

    @property
    def desk(self) -> str:
        """The case worker's first page."""
        return f"{self.settings.public_url('municipality')}/{self.heroine.municipality}/"

    @property
    def portal(self) -> str:
        """The portal's first page."""
        return self.settings.public_url("portal") + "/"

    @property
    def former_city(self) -> str:
        """Its name."""
        return find(TOWN_TWO).name


def gather(settings: Settings) -> Cast:
    """Read who plays. Raises NotSeeded."""
    demo, state = read_demo(settings.home)
    heroine = persona_named(HEROINE)
    login, card = demo.login_of(heroine.municipality), demo.card_of(HEROINE)
    town = of_town(heroine.municipality)
    birth = next((one.birth for one in town.residents if one.persona == HEROINE), None) if town else None
    if login is None or card is None or birth is None:
        raise NotSeeded(state)
    return Cast(settings, heroine, birth, login, card)
