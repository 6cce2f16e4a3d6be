"""Who begins a procedure, and whether a municipality takes it (所管)."""

from typing import Final

from mynumber.foundation.procedures.definition import ApplicantKind, Procedure, Routing

THEMSELVES: Final = frozenset(
    {ApplicantKind.SELF, ApplicantKind.HOUSEHOLD, ApplicantKind.GUARDIAN, ApplicantKind.HEIR}
)
"""Who applies as the person they are."""
_TO_MUNICIPALITY: Final = (Routing.ADDRESS, Routing.NEW_ADDRESS)
_MUNICIPAL: Final = frozenset({"municipality", "city", "town_with_welfare_office"})


def may_begin(procedure: Procedure) -> bool:
    """Whether a resident applies for themself: not what an employer or a care manager sends."""
    return bool(THEMSELVES & set(procedure.applicants))


def goes_to_municipality(procedure: Procedure) -> bool:
    """Whether the municipality of the applicant's address gets it."""
    return procedure.competent.routing in _TO_MUNICIPALITY or bool(
        _MUNICIPAL & set(procedure.competent.kinds)
    )
