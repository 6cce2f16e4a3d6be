"""The oversight body asks a municipality about its clerks, over a real message to a real process: who asked about people for whom nobody had applied."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from mynumber.platform.databases import InstitutionDatabase
from mynumber.population.files import write
from mynumber.protocols import wire
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.protocols.supervision import (
    MANY_WITHOUT_APPLICATION,
    SUPERVISE_CLERKS,
    ClerkDay,
    ClerkReport,
    SupervisionQuery,
)
from tests.support.directory import Systems, make_systems
from tests.support.exchange import CITY, FORMER_CITY, KINDS
from tests.webkit import faces
from tests.webkit.face.serving import serving

COMMISSION = "mynumber.institutions.commission.settings"
MUNICIPALITY = "mynumber.institutions.municipality.settings"
faces.install(COMMISSION)
faces.install(MUNICIPALITY)
TOWN = "131229"
PASSWORD = "correct-horse-battery"  # of a made-up person
DEPARTMENT = "子育て支援課"
YESTERDAY = timezone.now().astimezone(ZoneInfo("Asia/Tokyo")).date() - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Town:
    """A municipality that runs, with two clerks who asked yesterday."""

    systems: Systems
    database: InstitutionDatabase

    def ask(self, query: SupervisionQuery, sender: str = "commission") -> ClerkReport:
        return wire.call(
            self.systems.node(sender.partition(".")[0]),
            SUPERVISE_CLERKS,
            query,
            sender=sender,
            receiver=CITY,
            hop=Hop.PROVIDER,
            now=lambda: datetime.now(UTC),
        )


@pytest.fixture(scope="module")
def town(
    tmp_path_factory: pytest.TempPathFactory, institution_database: Callable[..., InstitutionDatabase]
) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("clerks")
    database = institution_database("municipality", (TOWN,), migrated=True)
    systems = make_systems(folder, CITY, FORMER_CITY, "commission", "network", kinds=KINDS)
    for name in ("municipality", "commission"):
        systems.node(name).keyring.add_secret("django")  # marks are made with it
    write(folder / TOWN, TOWN, 60, 7)
    variables = systems.environment("municipality")
    with faces.face(MUNICIPALITY, database, **variables):
        _fill(folder / TOWN)
    with serving(
        "mynumber.institutions.municipality.wsgi:application",
        **{**variables, "DATABASE_URL": database.url, "MYNUMBER_PUBLIC_URLS": "{}"},
    ) as address:
        yield Town(systems.moved({CITY: f"{address}/{CITY}"}), database)


def _fill(folder: object) -> None:
    """`nozoki` opened all cases by hand; behind those of `shinsa` stand applications."""
    from mynumber.institutions.municipality.applications.models import Application, ApplicationCase
    from mynumber.institutions.municipality.casework.models import Case, CaseInquiry
    from mynumber.institutions.municipality.register.intake import take_in
    from mynumber.institutions.municipality.register.models import Person
    from mynumber.webkit.staff.models import Role, StaffMember
    from mynumber.webkit.tenancy import acting_as

    take_in(TOWN, folder, at=timezone.now())  # type: ignore[arg-type]
    noon = datetime.combine(YESTERDAY, time(12), ZoneInfo("Asia/Tokyo"))
    with acting_as(TOWN):
        number = 0
        for username, has_applied in (("nozoki", False), ("shinsa", True)):
            clerk = StaffMember(
                username=username,
                display_name=f"職員 {username}",
                department=DEPARTMENT,
                role=Role.CASE_WORKER,
            )
            clerk.set_password(PASSWORD)
            clerk.save()
            for person in Person.objects.order_by("pk")[: MANY_WITHOUT_APPLICATION + 1]:
                number += 1
                case = Case.objects.create(
                    number=number,
                    applicant=person,
                    affair="81-1",
                    received_on=YESTERDAY,
                    organisation=DEPARTMENT,
                    opened_by=clerk,
                    opened_at=noon,
                )
                for information in ("local_tax", "public_pension_benefit"):
                    CaseInquiry.objects.create(
                        case=case,
                        request_id=uuid4(),
                        affair="81-1",
                        provider=FORMER_CITY,
                        information=information,
                        organisation=DEPARTMENT,
                        asked_by=clerk,
                        asked_by_name=clerk.display_name,
                        asked_at=noon,
                    )
                if has_applied:
                    application = Application.objects.create(
                        reference=uuid4(),
                        number=number,
                        applicant=person,
                        sender="portal",
                        procedure="child_rearing_allowance_claim",
                        version="1",
                        entitlement=sha256(str(number).encode()).hexdigest(),
                        stated_name="架空 花子",
                        stated_address="東京都葛飾区",
                        stated_birth=date(1990, 1, 1),
                        stated_sex="2",
                        sent_at=noon,
                        arrived_at=noon,
                        decide_by=YESTERDAY,
                    )
                    ApplicationCase.objects.create(application=application, case=case)


def _of_yesterday(town: Town) -> tuple[ClerkDay, ClerkDay]:
    curious, examiner = town.ask(SupervisionQuery(first=YESTERDAY, last=YESTERDAY)).clerks
    return curious, examiner


def test_a_clerk_who_asks_about_many_people_without_cases_stands_out(town: Town) -> None:
    curious, examiner = _of_yesterday(town)
    people = MANY_WITHOUT_APPLICATION + 1
    for one, without in ((curious, people), (examiner, 0)):
        assert (one.day, one.organisation) == (YESTERDAY, DEPARTMENT)
        assert (one.asked, one.persons, one.without_application) == (2 * people, people, without)
    assert (curious.stands_out, examiner.stands_out) == (True, False)
    before = YESTERDAY - timedelta(days=1)
    assert town.ask(SupervisionQuery(first=before, last=before)) == ClerkReport(clerks=(), more=False)


def test_the_institution_alone_can_put_a_name_to_a_mark(town: Town) -> None:
    curious, examiner = _of_yesterday(town)
    assert curious.clerk != examiner.clerk
    with faces.face(MUNICIPALITY, town.database, **town.systems.environment("municipality")):
        said = io.StringIO()
        call_command("name_clerk", curious.clerk, tenant=TOWN, stdout=said)
        assert said.getvalue() == f"職員 nozoki（{DEPARTMENT}、nozoki）\n"
        with pytest.raises(CommandError, match="この印の職員は"):
            call_command("name_clerk", "0" * 16, tenant=TOWN)


def test_nobody_else_is_told_and_not_about_any_number_of_days(town: Town) -> None:
    query = SupervisionQuery(first=YESTERDAY, last=YESTERDAY)
    for sender, asked, reason in (
        ("network", query, Reason.NOT_ENTITLED),
        (FORMER_CITY, query, Reason.NOT_ENTITLED),
        ("commission", SupervisionQuery(first=YESTERDAY, last=date(2020, 1, 1)), Reason.MALFORMED),
        ("commission", SupervisionQuery(first=date(2020, 1, 1), last=YESTERDAY), Reason.TOO_LARGE),
    ):
        with pytest.raises(Refused) as refused:
            town.ask(asked, sender)
        assert refused.value.reason is reason


def test_the_desk_shows_the_clerks_of_one_institution_without_their_names(
    town: Town, institution_database: Callable[..., InstitutionDatabase]
) -> None:
    (curious, _) = _of_yesterday(town)
    database = institution_database("commission", migrated=True)
    with faces.face(COMMISSION, database, **town.systems.environment("commission")):
        from mynumber.webkit.staff.models import Role, StaffMember  # models wait for the face

        member = StaffMember(
            username="kanshi", display_name="監視 一郎", department="監視・監督室", role=Role.AUDITOR
        )
        member.set_password(PASSWORD)
        member.save()
        client = Client(SERVER_NAME="localhost")
        page = "/supervision/clerks"
        assert client.get(page).status_code == 302, "for staff alone"
        client.post("/sign-in", {"username": "kanshi", "password": PASSWORD, "next": page})
        assert CITY in client.get(page).content.decode()
        response = client.get(page, {"institution": CITY})
        text = response.content.decode()
        assert (response.status_code, response["Cache-Control"]) == (200, "no-store")
        assert curious.clerk in text
        assert len(re.findall(">目立つ<", text)) == 1
        assert "nozoki" not in text
        silent = client.get(page, {"institution": FORMER_CITY})
        assert silent.status_code == 503
        assert "この機関からの報告はありません" in silent.content.decode()
        assert client.post(page).status_code in {403, 405}, "read only"


def test_few_people_or_mostly_applications_do_not_stand_out() -> None:
    def of(persons: int, without: int) -> bool:
        day = ClerkDay(
            day=YESTERDAY,
            clerk="0" * 16,
            organisation=DEPARTMENT,
            asked=persons,
            persons=persons,
            without_application=without,
        )
        return day.stands_out

    assert of(40, 20)
    assert not of(41, 20)
    assert not of(19, 19)
