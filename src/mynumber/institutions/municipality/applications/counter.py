"""窓口: the clerk beside the resident goes on with a draft by its code. The clerk is never the resident; both read it in the log."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from mynumber.institutions.municipality.applications.examining import note
from mynumber.institutions.municipality.applications.identifying import identify
from mynumber.institutions.municipality.applications.models import DeskDraft
from mynumber.institutions.municipality.applications.words import town
from mynumber.institutions.municipality.systems import member_id
from mynumber.protocols import wire
from mynumber.protocols.applications import TAKE_DRAFT, TakeDraft
from mynumber.protocols.refusal import Hop
from mynumber.webkit.messages import this_node
from mynumber.webkit.staff.models import StaffMember

PORTAL = "portal"


def take_draft(code: str, draft_code: str, staff: StaffMember, *, at: datetime) -> DeskDraft:
    """Take a draft over by the code its applicant shows. Raises Refused: a code is good once, and for a short time."""
    draft = wire.call(
        this_node(),
        TAKE_DRAFT,
        TakeDraft(code=draft_code, clerk=f"{town(code)} {staff.department} {staff.display_name}"[:100]),
        sender=member_id(code),
        receiver=PORTAL,
        hop=Hop.PORTAL,
        now=partial(datetime.now, UTC),
    )
    row, _ = DeskDraft.objects.update_or_create(
        reference=draft.application,
        defaults={
            "procedure": draft.form.procedure,
            "version": draft.form.version,
            "person": identify(draft.applicant).person,
            "answers": draft.answers,
            "taken_by": staff,
            "taken_by_name": staff.display_name,
            "taken_at": at,
        },
    )
    note(None, "draft", staff=staff, at=at, words=str(draft.application))
    return row
