"""A receipt as the person gets it: signed in at the portal with the card, through its pages."""

from __future__ import annotations

from uuid import UUID

from mynumber.platform.demo.browser import Browser
from mynumber.platform.demo.resident import Resident
from mynumber.platform.guide.demo import read_demo
from mynumber.platform.sandbox import SandboxFailed
from mynumber.platform.settings import Settings


def save_receipt(settings: Settings, persona: str, request_id: UUID) -> bytes:
    """The receipt of the first entry about an exchange. Raises SandboxFailed, or what the pages answered instead (WrongPage, NoAnswer)."""
    card = read_demo(settings.home)[0].card_of(persona)
    if card is None:
        raise SandboxFailed("this person has no card")
    resident = Resident(Browser(settings.port), settings.public_url("portal") + "/")
    page = resident.sign(resident.ask_to_sign_in(), card.card_id, card.pin)
    line = next(one for one in resident.lines({request_id}) if one.request_id == request_id)
    body = resident.receipt(resident.record(line, permitted=False)).body
    resident.sign_out(page)
    return body
