"""Pages of the applications of a municipality, beside what all bodies have (`webkit.examination.desk`): payments, cases, figures."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from mynumber.institutions.municipality.applications import asking, deciding, examining, statistics
from mynumber.institutions.municipality.applications.forms import DecideForm, PersonForm
from mynumber.institutions.municipality.applications.identifying import person_of
from mynumber.institutions.municipality.applications.models import Application, Decision, Paper, PayoutState
from mynumber.institutions.municipality.applications.received import waiting_inquiries
from mynumber.institutions.municipality.applications.sheets import Sheet, sheet_of
from mynumber.institutions.municipality.applications.words import town
from mynumber.institutions.municipality.representation import standing
from mynumber.webkit.access import staff_only
from mynumber.webkit.examination import showing
from mynumber.webkit.examination.desk import Acts, Desk
from mynumber.webkit.examination.states import Outcome
from mynumber.webkit.face import words
from mynumber.webkit.face.parts import Column, Table
from mynumber.webkit.staff.models import StaffMember


class ApplicationsDesk(Desk):
    """The case workers of a municipality."""

    applications = Application
    papers = Paper
    template = "municipality/desk.html"
    application_template = "municipality/applications/application.html"
    home_template = "municipality/applications/home.html"
    title = "申請"
    lead = "マイナポータルと窓口から届いた申請です。期限の近いものが上にあります。"
    records = "住民票"
    differs = "役所の記録と違います。確かめて、直してください。"
    seen = frozenset({"words", "paid", "close"})

    def sheet_of(self, row: Application) -> Sheet:
        """The form beside registers and network."""
        return sheet_of(row)

    def body(self, **tenant: str) -> str:
        """東京都葛飾区"""
        return town(tenant["tenant"])

    def own_acts(self, request: HttpRequest, row: Application, staff: StaffMember, now: datetime) -> Acts:
        """Asking under the affairs of the procedure, the register, senders' signatures, payments."""
        addressee = request.POST.get("addressee", "").strip()
        return {
            "ask": lambda: asking.ask_for(row, staff, code=row.tenant, now=timezone.now),
            "identify": lambda: examining.identify_as(row, addressee, staff, at=now),
            "look": lambda: examining.look_again(row, staff, code=row.tenant, now=timezone.now),
            "propose": lambda: deciding.propose_by_rule(row, staff, at=now),
            "paid": lambda: deciding.confirm_paid(row, staff, at=now),
            "close": lambda: deciding.close(row, staff, at=now),
        }

    def approve(self, row: Application, staff: StaffMember, *, at: datetime) -> Decision:
        """決裁, with the order to pay."""
        return deciding.approve(row, staff, at=at)

    def decide_form(self, data: QueryDict | None) -> DecideForm:
        """With an amount and its first month."""
        return DecideForm(data)

    def propose(self, row: Application, filled: DecideForm, staff: StaffMember, *, at: datetime) -> Decision:
        """With an amount and its first month."""
        return deciding.propose_by_person(
            row,
            Outcome(filled.cleaned_data["outcome"]),
            filled.cleaned_data["reasons"],
            staff,
            amount=filled.cleaned_data["amount"],
            from_month=filled.cleaned_data["from_month"],
            at=at,
        )

    def given(self, decision: Decision) -> list[tuple[str, str]]:
        """The amount, since when, and the first payment."""
        due = f"（{words.day(decision.due_on).words}）" if decision.due_on else ""
        shown = [
            ("額", words.yen(decision.amount) if decision.amount is not None else ""),
            ("始まる月", showing.month(decision.from_month)),
            ("はじめの支払", f"{words.yen(decision.due_amount)}{due}" if decision.due_amount else ""),
        ]
        return [(term, told) for term, told in shown if told]

    def own_content(self, row: Application, sheet: Sheet) -> dict[str, Any]:
        """Cases, payments, and who acts for the applicant."""
        return {
            "cases": [each.case for each in row.cases.select_related("case")],
            "asking": waiting_inquiries(row),
            "asks": asking.kinds_of(sheet.procedure),
            "person_form": PersonForm(),
            "payouts": row.payouts.order_by("pk"),
            "unpaid": any(each.state == PayoutState.ORDERED for each in row.payouts.all()),
            "by_proxy": standing.shown(row),
        }

    def name_of(self, key: str) -> str:
        """The name of a person of the register by the form's key."""
        person = person_of(key)
        return person.name if person else ""

    def hides(self, row: Application) -> bool:
        """A protective measure (支援措置) is in force for the applicant."""
        return row.applicant is not None and row.applicant.protected


desk = ApplicationsDesk()


@staff_only
@require_safe
def figures(request: HttpRequest, tenant: str) -> HttpResponse:
    """Figures by procedure."""
    headings = [
        "手続",
        "到達",
        "審査中",
        "決定",
        "取下げ",
        "補正",
        "期限の後",
        "決定まで（分、中央値）",
        "聞かずに済んだ割合",
    ]
    columns = [Column(name, number=name != "手続") for name in headings]
    rows = [
        [
            *(title, each.arrived, each.live, each.decided, each.withdrawn, each.returned, each.late),
            each.minutes,
            f"{each.known}%",
        ]
        for title, each in statistics.figures()
    ]
    table = Table.build("手続ごとの件数と時間", columns, rows) if rows else None
    return render(request, "municipality/applications/figures.html", {**desk.frame(request), "table": table})
