"""The accepted own-use affairs as pages read them, and the names of who carries them out."""

from __future__ import annotations

from mynumber.foundation.law import OwnUseAffair
from mynumber.foundation.numbers.local_government import UnknownLocalGovernment, find
from mynumber.institutions.network.own_use.models import OwnUseRow
from mynumber.institutions.network.own_use.rows import OwnUseRows


def own_use_rows() -> OwnUseRows:
    """What the commission accepted so far."""
    return OwnUseRows(
        OwnUseRow.objects.order_by("id").values("id", "kind", "content", "notified", "accepted")
    )


def name_of(affair: OwnUseAffair) -> str:
    """The name of the local government."""
    try:
        return find(affair.body).full_name
    except UnknownLocalGovernment:
        return str(affair.body)
