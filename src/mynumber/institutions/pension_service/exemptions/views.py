"""Pages of the applications for relief from premiums, beside what all bodies have (`webkit.examination.desk`): inquiries, kinds of relief, figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from mynumber.foundation.procedures.definition import Network
from mynumber.foundation.rules.national_pension import Kind
from mynumber.institutions.pension_service.exemptions import asking, deciding, examining, people
from mynumber.institutions.pension_service.exemptions.forms import DecideForm, PersonForm, TownForm
from mynumber.institutions.pension_service.exemptions.models import (
    Application,
    Decision,
    Inquiry,
    InquiryState,
    Paper,
)
from mynumber.institutions.pension_service.exemptions.sheets import Sheet, sheet_of
from mynumber.institutions.pension_service.exemptions.statistics import outcomes
from mynumber.institutions.pension_service.systems import directory
from mynumber.protocols.exchange import Outcome as Ended
from mynumber.protocols.facts import HELD
from mynumber.protocols.refusal import Reason
from mynumber.webkit.access import staff_only
from mynumber.webkit.examination import showing, statistics
from mynumber.webkit.examination.desk import Acts, Desk
from mynumber.webkit.examination.opinions import Opinion
from mynumber.webkit.examination.sheets import Open
from mynumber.webkit.examination.showing import Part
from mynumber.webkit.examination.states import Outcome
from mynumber.webkit.face.parts import Column, Table
from mynumber.webkit.staff.models import StaffMember


class ExemptionsDesk(Desk):
    """The case workers of the national pension's premiums."""

    applications = Application
    papers = Paper
    template = "pension_service/desk.html"
    application_template = "pension_service/exemptions/application.html"
    title = "免除・猶予の申請"
    lead = "国民年金保険料の免除、納付猶予、学生納付特例の申請です。期限の近いものが上にあります。"
    records = "年金機構の記録"
    differs = "年金機構の記録と違います。確かめて、直してください。"

    def sheet_of(self, row: Application) -> Sheet:
        """The form beside the service's records and the network."""
        return sheet_of(row)

    def body(self, **tenant: str) -> str:
        """日本年金機構"""
        return Application.body

    def own_acts(self, request: HttpRequest, row: Application, staff: StaffMember, now: datetime) -> Acts:
        """Asking a town, and the records of the insured."""
        town, number = request.POST.get("town", ""), request.POST.get("number", "").strip()
        return {
            "ask": lambda: asking.ask_for(row, staff, town=town, now=timezone.now),
            "identify": lambda: examining.identify_as(row, number, staff, at=now),
            "propose": lambda: deciding.propose_by_rule(row, staff, at=now),
        }

    def approve(self, row: Application, staff: StaffMember, *, at: datetime) -> Decision:
        """決裁, with the entry in the record of premiums."""
        return deciding.approve(row, staff, at=at)

    def decide_form(self, data: QueryDict | None) -> DecideForm:
        """With a kind of relief."""
        return DecideForm(data)

    def propose(self, row: Application, filled: DecideForm, staff: StaffMember, *, at: datetime) -> Decision:
        """With a kind of relief."""
        outcome, reasons = Outcome(filled.cleaned_data["outcome"]), filled.cleaned_data["reasons"]
        return deciding.propose_by_person(row, outcome, filled.relief, reasons, staff, at=at)

    def given(self, decision: Decision) -> list[tuple[str, str]]:
        """The kind of relief and its months."""
        if not decision.kind:
            return []
        months = f"{showing.month(decision.from_month)}から{showing.month(decision.until_month)}まで"
        return [("区分", Kind[decision.kind].japanese), ("期間", months)]

    def own_content(self, row: Application, sheet: Sheet) -> dict[str, Any]:
        """What was asked: of whom, where, and how it ended; and what can be asked."""
        listed = row.inquiries.order_by("asked_at", "pk")
        return {
            "inquiries": [
                (_about(row, each), directory().name(each.provider), _ended(each)) for each in listed
            ],
            "asking": row.inquiries.filter(state=InquiryState.ASKING).count(),
            "town_form": TownForm(asking.towns()),
            "person_form": PersonForm(),
        }

    def name_of(self, key: str) -> str:
        """Of somebody whose income counts."""
        return people.name_of(key)

    def parts(self, row: Application, sheet: Sheet) -> list[Part]:
        """Without what the service does not know yet: that stands on the form of open facts."""
        return showing.parts_of(sheet, hides_addresses=False, name_of=self.name_of, all_fields=False)

    def open_facts(self, row: Application, sheet: Sheet) -> Sequence[Open]:
        """Not yet what a town can be asked and was not."""
        asked = set(row.inquiries.values_list("information", flat=True))
        askable = {kind.value for kind in HELD} - asked
        return [
            each
            for each in sheet.open
            if not isinstance(each.field.source, Network) or each.field.source.kind not in askable
        ]

    def opinion(self, row: Application, sheet: Sheet, *, at: datetime) -> Opinion | None:
        """The rule's word. While it cannot tell, what it needs says more than all it thought."""
        found = super().opinion(row, sheet, at=at)
        return found if found is None or found.outcome else replace(found, trace=())


desk = ExemptionsDesk()


def _about(row: Application, inquiry: Inquiry) -> str:
    if row.applicant is not None and inquiry.addressee == row.applicant.pk:
        return "申請者"
    return people.name_of(inquiry.addressee)


def _ended(inquiry: Inquiry) -> str:
    if inquiry.reason:
        return Reason(inquiry.reason).sentence_ja
    return Ended(inquiry.outcome or Ended.OPEN.value).label_ja


@staff_only
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Figures of all applications."""
    columns = [Column("決定の内容"), Column("件数", number=True)]
    counted = list(outcomes().items())
    table = Table.build("決定の内容ごとの件数", columns, counted) if counted else None
    all_figures = statistics.figures(list(Application.objects.order_by("pk")))
    shown = {"figures": all_figures, "outcomes": table}
    return render(request, "pension_service/exemptions/figures.html", shown)
