"""Which body gets an application (所管): by the applicant's address, or the only one of its kind that takes part."""

from __future__ import annotations

from mynumber.foundation.numbers.addresses import municipality_of
from mynumber.foundation.procedures.definition import Procedure, Routing
from mynumber.institutions.portal.account.trust import SYSTEM
from mynumber.webkit.messages import this_node

_TO_MUNICIPALITY = (Routing.ADDRESS, Routing.NEW_ADDRESS)
_MUNICIPAL = frozenset({"municipality", "city", "town_with_welfare_office"})


class NoBody(LookupError):
    """Nobody takes this application here: the municipality of the address, or the insurer, is not connected."""


def body_for(procedure: Procedure, address: str) -> str:
    """The system that gets the application of somebody who lives there. Raises NoBody."""
    directory = this_node().directory
    if procedure.competent.routing in _TO_MUNICIPALITY or _MUNICIPAL & set(procedure.competent.kinds):
        home = municipality_of(address)
        system = f"municipality.{home.code.digits}" if home else ""
        if system in directory:
            return system
        raise NoBody
    kinds = set(procedure.competent.kinds)
    found = [member.id for member in directory.members() if kinds & set(member.kinds) and member.id != SYSTEM]
    if len(found) != 1:
        raise NoBody
    return found[0]


def name_of(system: str) -> str:
    """How people call it."""
    return this_node().directory.name(system)
