"""Card issue through the municipality (番号法 第17条): J-LIS makes the card, the municipality hands it over and keeps nothing but that it did."""

import os
from datetime import datetime
from pathlib import Path

from mynumber.institutions.municipality.register.models import CardIssue, Person, PersonNumber
from mynumber.institutions.municipality.systems import ask_jlis
from mynumber.protocols import card_handover
from mynumber.protocols.card_handover import HandedCard
from mynumber.protocols.certification import ISSUE_CARD, IssueCard
from mynumber.webkit.tenancy import acting_as


class NoCard(Exception):
    """No card can be issued. The message says why, in Japanese, naming nobody."""


def issue_card(
    code: str, persona: str, pin: str, out: Path, *, note: str, at: datetime, again: bool = False
) -> bool:
    """Issue the card of a named persona who lives here and write it for the holder's device; False if it has been already.

    The file (mode 0600, `protocols.card_handover`) appears whole or not at all, before the issue is noted: a crash in between issues
    another card next time, and J-LIS revokes the first. `again` replaces a lost card. Raises NoCard, Refused.
    """
    with acting_as(code):
        person = Person.objects.filter(persona=persona, moved_out=None).exclude(persona="").first()
        if person is None:
            raise NoCard("この人は、この市区町村の住民にいません")
        if not again and CardIssue.objects.filter(person=person).exists():
            return False
        number = PersonNumber.objects.filter(person=person).first()
        if number is None:
            raise NoCard("個人番号がまだありません。先に number_residents を実行してください")
    question = IssueCard(individual_number=number.individual_number, authentication_pin=pin)
    issued = ask_jlis(code, ISSUE_CARD, question)
    _hand_over(HandedCard(id=persona, name=person.name, note=note, card=issued.card), out)
    with acting_as(code):
        CardIssue.objects.create(
            person=person,
            certificate_serial=issued.certificate_serial,
            expires_on=issued.expires_on,
            issued_at=at,
        )
    return True


def _hand_over(card: HandedCard, out: Path) -> None:
    draft = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123 - of a descriptor
            file.write(card_handover.encode(card))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)
