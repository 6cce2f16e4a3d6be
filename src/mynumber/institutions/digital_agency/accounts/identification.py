"""Individual numbers for the people of the register, by exactly the four attributes (Act art. 14(2)); several hits give none."""

from __future__ import annotations

from collections import Counter

from mynumber.institutions.digital_agency.accounts.models import ReceivingAccount
from mynumber.protocols.member import Member, batches
from mynumber.protocols.residents import FourAttributes, LookUpState


def identify(member: Member) -> Counter[str]:
    """Look up everybody without an individual number. Returns how many were found, how many not, how many were ambiguous.

    A number that another entry holds already is not taken twice: two entries for one person are for a clerk to join.
    """
    counts: Counter[str] = Counter()
    for people in batches(ReceivingAccount.objects.filter(individual_number=None).order_by("pk")):
        answers = member.look_up(
            [
                FourAttributes(
                    name=person.name, address=person.address, birth_date=person.birth_date, sex=person.sex
                )
                for person in people
            ]
        )
        taken = set(
            ReceivingAccount.objects.exclude(individual_number=None).values_list(
                "individual_number", flat=True
            )
        )
        for person, answer in zip(people, answers, strict=True):
            state = answer.state
            if state is LookUpState.FOUND and answer.individual_number in taken:
                state = LookUpState.SEVERAL
            elif state is LookUpState.FOUND and answer.individual_number is not None:
                person.individual_number = answer.individual_number
                taken.add(answer.individual_number)
            person.look_up = state.value
            counts[state.value] += 1
        ReceivingAccount.objects.bulk_update(people, ["individual_number", "look_up"])
    return counts
