"""Which card a message means, and whether it is the sender's business (Act art. 16-2 ff.).

A municipality has to do with the cards of those in its register and with those it handed over; the portal with those of its visitor, whom it names by
their certificate. What does not exist and what is none of the sender's business is refused alike.
"""

from __future__ import annotations

from mynumber.institutions.jlis.certification.holders import check_serial
from mynumber.institutions.jlis.certification.models import Card, Certificate
from mynumber.institutions.jlis.residents.messages import parse_number
from mynumber.institutions.jlis.residents.models import Person
from mynumber.protocols.card_life import QueryCards, ReportLoss
from mynumber.protocols.refusal import Hop, Reason, Refused

PORTAL = "portal"


def lock_card(sender: str, card_serial: str) -> Card:
    """The card of that serial number, its person locked before it. Raises Refused(UNKNOWN_RECORD)."""
    known = Card.objects.filter(card_serial=card_serial).first()
    if known is None:
        raise Refused(Hop.JLIS, Reason.UNKNOWN_RECORD)
    person = Person.objects.select_for_update().get(pk=known.person_id)
    card = Card.objects.select_for_update().get(pk=known.pk)
    card.person = person
    if sender not in (person.municipality, card.municipality):
        raise Refused(Hop.JLIS, Reason.UNKNOWN_RECORD)
    return card


def lock_lost_card(sender: str, report: ReportLoss) -> Card:
    """The card that a report of loss means: by its number for a municipality, by a certificate for the portal. Raises Refused."""
    if (report.card_serial is None) == (report.certificate_serial is None):
        raise Refused(Hop.JLIS, Reason.MALFORMED, "a report of loss names the card or a certificate")
    if report.card_serial is not None:
        if sender == PORTAL:
            raise Refused(Hop.JLIS, Reason.NOT_ENTITLED, "the portal names its visitor by a certificate")
        return lock_card(sender, report.card_serial)
    certificate = _certificate(report.certificate_serial or "")
    if sender != PORTAL:
        return lock_card(sender, certificate.card.card_serial)
    person = Person.objects.select_for_update().get(pk=certificate.person_id)
    card = Card.objects.select_for_update().get(pk=certificate.card_id)
    card.person = person
    return card


def person_of(sender: str, query: QueryCards) -> Person:
    """Whose cards are asked about. Raises Refused."""
    named = [
        name
        for name in ("individual_number", "card_serial", "certificate_serial")
        if getattr(query, name) is not None
    ]
    if len(named) != 1:
        raise Refused(Hop.JLIS, Reason.MALFORMED, "a query names a number, a card or a certificate")
    if sender == PORTAL:
        if query.certificate_serial is None:
            raise Refused(Hop.JLIS, Reason.NOT_ENTITLED, "the portal names its visitor by a certificate")
        return _certificate(query.certificate_serial).person
    if query.individual_number is not None:
        number = parse_number(query.individual_number)
        person = Person.objects.filter(individual_number=number.digits).first()
    elif query.card_serial is not None:
        card = Card.objects.select_related("person").filter(card_serial=query.card_serial).first()
        person = card.person if card else None
    else:
        person = _certificate(query.certificate_serial or "").person
    if person is None or not _is_business_of(sender, person):
        raise Refused(Hop.JLIS, Reason.UNKNOWN_RECORD)
    return person


def _is_business_of(municipality: str, person: Person) -> bool:
    return (
        person.municipality == municipality
        or Card.objects.filter(person=person, municipality=municipality).exists()
    )


def _certificate(serial: str) -> Certificate:
    check_serial(serial)
    certificate = Certificate.objects.select_related("person", "card").filter(serial=serial).first()
    if certificate is None:
        raise Refused(Hop.JLIS, Reason.UNKNOWN_RECORD)
    return certificate
