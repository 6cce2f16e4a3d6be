"""Look-ups in the legal-basis table a second, beside one look-up in a bare dictionary in the same run."""

from collections.abc import Iterator
from datetime import UTC, datetime

from bench.report import Scale, Table, Tell
from bench.timing import COLUMNS, measure, rows
from mynumber.foundation.law import InformationKind, InstitutionKind, legal_basis

CITY = frozenset({InstitutionKind.MUNICIPALITY, InstitutionKind.CITY})
PENSION = frozenset({InstitutionKind.PENSION_SERVICE, InstitutionKind.PUBLIC_PENSION_PAYER})
ALLOWANCE = "81-1"
BARE = "bare dictionary look-up of the four columns"


def run(scale: Scale, tell: Tell) -> Iterator[Table]:
    """Measure what the network pays for the law."""
    tell("law")
    day = datetime.now(UTC).date()
    basis = legal_basis(day)
    tax = InformationKind.LOCAL_TAX
    rule = basis.find(CITY, ALLOWANCE, CITY, tax)
    assert rule is not None
    item = next(found.id for found in basis.items_of(rule.id) if tax in found.kinds)
    bare = {(CITY, ALLOWANCE, CITY, tax): rule}
    costs = measure(
        {
            BARE: lambda: bare.get((CITY, ALLOWANCE, CITY, tax)),
            "find: a rule allows it": lambda: basis.find(CITY, ALLOWANCE, CITY, tax),
            "find: a rule allows an item of it": lambda: basis.find(CITY, ALLOWANCE, CITY, tax, item=item),
            "find: no such information for the affair": lambda: basis.find(CITY, ALLOWANCE, PENSION, tax),
            "find: no such affair": lambda: basis.find(CITY, "999-1", CITY, tax),
            "item: by its id": lambda: basis.item(item),
            "legal_basis(day).find": lambda: legal_basis(day).find(CITY, ALLOWANCE, CITY, tax),
        },
        scale.seconds(2),
        batch=2000,
    )
    yield Table(
        f"Law: {len(basis.affairs)} affairs, {len(basis.provisions)} provisions, {len(basis.items)} items (one core)",
        COLUMNS,
        rows(costs, dict.fromkeys(costs, BARE)),
    )
