"""A town looks into its registers and offers what fits: once per person and cause, lists only with a second person."""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.test.utils import override_settings

from mynumber.foundation.procedures.loading import catalogue
from mynumber.institutions.municipality.applications.models import Application, Decision, Submission
from mynumber.institutions.municipality.notices.models import SentNotice
from mynumber.institutions.municipality.offers import causes, offering
from mynumber.institutions.municipality.offers.causes import Candidate, cause_of
from mynumber.institutions.municipality.offers.models import Batch, BatchLine, BatchState, MadeOffer
from mynumber.institutions.municipality.offers.offering import (
    AlreadyProposed,
    NothingToOffer,
    NotProposed,
    SamePerson,
)
from mynumber.institutions.municipality.register.intake import take_in
from mynumber.institutions.municipality.register.models import Person
from mynumber.institutions.municipality.tax.models import Assessment
from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols.notices import Notice
from mynumber.webkit.examination.states import DecisionState, Outcome, State
from mynumber.webkit.staff.models import Role, StaffMember
from mynumber.webkit.tenancy import acting_as
from tests.institutions.municipality.conftest import CITY, PROJECT
from tests.webkit import faces

PASSWORD = "とても長い合言葉 for tests"
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
JUNE, JULY = datetime(2026, 6, 10, 3, 0, tzinfo=UTC), datetime(2026, 7, 10, 3, 0, tzinfo=UTC)
CLAIM, CHANGE = "child_allowance_claim", "child_allowance_amount_change"


@pytest.fixture(scope="module")
def town(database: InstitutionDatabase, populations: dict[str, Path]) -> Iterator[InstitutionDatabase]:
    """葛飾区 with people and staff; nobody else runs."""
    with (
        faces.face(PROJECT, database, MYNUMBER_PUBLIC_URL="http://municipality.localhost:8000"),
        override_settings(PASSWORD_HASHERS=["tests.webkit.hashers.OneRound"]),
    ):
        take_in(CITY, populations[CITY], at=NOW)
        for username, role in (
            ("yamada", Role.CASE_WORKER),
            ("kimura", Role.SUPERVISOR),
            ("sato", Role.SUPERVISOR),
            ("kansa", Role.AUDITOR),
        ):
            with acting_as(CITY):
                member = StaffMember(
                    username=username, display_name=f"職員 {username}", department="子育て支援課", role=role
                )
                member.set_password(PASSWORD)
                member.save()
        yield database


@pytest.fixture
def fresh(town: InstitutionDatabase) -> Iterator[None]:
    """The town's transaction, rolled back: nothing of a test stays."""
    with acting_as(CITY):
        yield
        transaction.set_rollback(True)


def couple() -> tuple[Person, Person]:
    """A head and the head's wife, residents."""
    wife = Person.objects.filter(relation="妻", moved_out=None, died_on=None, protected=False).order_by("pk")[
        0
    ]
    head = Person.objects.get(household_id=wife.household_id, relation="世帯主")
    return head, wife


def child_of(head: Person, birth: date) -> Person:
    number = f"99{Person.objects.count():08d}"
    return Person.objects.create(
        addressee=number,
        household_id=head.household_id,
        relation="子",
        family="架空",
        given="生",
        family_kana="カクウ",
        given_kana="セイ",
        birth=birth,
        sex="male",
        nationality_kind="japanese",
        postal_code=head.postal_code,
        town=head.town,
        rest=head.rest,
        search_name="架空生",
    )


def granted(person: Person, procedure: str) -> None:
    """A decision that granted it."""
    version = catalogue().get(procedure, NOW.date()).version
    application = Application.objects.create(
        reference=uuid4(),
        sender="portal",
        number=1 + Application.objects.count(),
        procedure=procedure,
        version=version,
        entitlement=uuid4().hex,
        state=State.DECIDED,
        applicant=person,
        stated_name=person.name,
        stated_address=person.address,
        stated_birth=person.birth,
        stated_sex="1",
        sent_at=NOW,
        arrived_at=NOW,
        decide_by=NOW.date(),
    )
    submission = Submission.objects.create(
        application=application,
        sequence=0,
        statement="0" * 64,
        answers=b'{"answers":{}}',
        authentication_serial="1",
        sent_at=NOW,
        arrived_at=NOW,
    )
    first, second = StaffMember.objects.order_by("pk")[:2]
    Decision.objects.create(
        application=application,
        submission=submission,
        state=DecisionState.APPROVED,
        outcome=Outcome.GRANTED,
        by_rule=True,
        proposed_by=first,
        proposed_at=NOW,
        second=second,
        second_at=NOW,
    )


def found(cause: str, now: datetime = NOW) -> list[Candidate]:
    return offering.open_candidates(cause_of(cause), on=offering.today_of(now))


def about(candidates: list[Candidate], child: Person) -> dict[str, str]:
    """Whom each procedure of this child is offered to."""
    return {
        each.procedure.id: each.person.addressee for each in candidates if each.key.endswith(f":{child.pk}")
    }


# --- who ----------------------------------------------------------------------------------------------------------


def test_a_birth_is_offered_to_whom_the_law_names(fresh: None) -> None:
    head, wife = couple()
    Assessment.objects.filter(person__in=(head, wife)).delete()
    child = child_of(head, date(2026, 11, 10))
    offered = about(found("birth"), child)
    assert offered[CLAIM] == head.addressee
    assert CHANGE not in offered
    mother = wife if wife.sex == "female" else head
    assert offered["pregnancy_support_benefit"] == mother.addressee
    # Who receives already is offered the change of the amount.
    granted(wife, CLAIM)
    offered = about(found("birth"), child)
    assert offered[CHANGE] == wife.addressee
    assert CLAIM not in offered


def test_the_parent_with_the_higher_income_is_offered_child_allowance(fresh: None) -> None:
    head, wife = couple()
    child = child_of(head, date(2026, 11, 10))
    Assessment.objects.filter(person__in=(head, wife)).delete()
    columns = {
        field.name: False if field.get_internal_type() == "BooleanField" else 0
        for field in Assessment._meta.concrete_fields
        if field.name not in ("id", "tenant", "person")
    }
    for person, income in ((head, 2_000_000), (wife, 4_000_000)):
        Assessment.objects.create(
            **{**columns, "fiscal_year": 2026, "income_year": 2025, "total_income": income},
            person=person,
        )
    assert about(found("birth"), child)[CLAIM] == wife.addressee


def test_births_of_long_ago_and_of_others_children_are_left(fresh: None) -> None:
    head, _ = couple()
    old = child_of(head, date(2026, 8, 1))
    gone = child_of(head, date(2026, 11, 10))
    gone.moved_out = date(2026, 11, 20)
    gone.save()
    candidates = found("birth")
    assert about(candidates, old) == {}
    assert about(candidates, gone) == {}


@pytest.mark.parametrize(
    ("birth", "offered"),
    [
        (date(2023, 11, 21), False),
        (date(2023, 11, 22), True),
        (date(2024, 1, 21), True),
        (date(2024, 1, 22), False),
    ],
)
def test_a_third_birthday_is_seen_sixty_days_before(fresh: None, birth: date, offered: bool) -> None:
    head, _ = couple()
    child = child_of(head, birth)
    assert ("nursery_application" in about(found("third_birthday"), child)) is offered


@pytest.mark.parametrize(
    ("birth", "offered"), [(date(2020, 4, 1), False), (date(2020, 4, 2), True), (date(2021, 4, 1), True)]
)
def test_school_entry_follows_the_school_year(fresh: None, birth: date, offered: bool) -> None:
    head, _ = couple()
    granted(head, CLAIM)
    child = child_of(head, birth)
    assert bool(about(found("school_entry"), child)) is offered
    assert about(found("school_entry", JULY), child) == {}


def test_annual_reports_go_to_who_receives_in_their_month(fresh: None) -> None:
    head, _ = couple()
    assert found("child_allowance_report", JUNE) == []
    granted(head, CLAIM)
    assert [each.person for each in found("child_allowance_report", JUNE)] == [head]
    assert found("child_allowance_report", JULY) == []
    assert found("child_rearing_allowance_report", datetime(2026, 8, 3, tzinfo=UTC)) == []


# --- once ---------------------------------------------------------------------------------------------------------


def test_one_live_offer_per_person_and_cause(fresh: None) -> None:
    head, _ = couple()
    child = child_of(head, date(2026, 11, 10))
    births = [cause_of("birth")]
    first = offering.daily(now=NOW, chosen=births)["birth"]
    assert first == MadeOffer.objects.count() == SentNotice.objects.count()
    assert first >= 2
    assert offering.daily(now=NOW, chosen=births) == {"birth": 0}
    assert about(found("birth"), child) == {}
    made = MadeOffer.objects.first()
    assert made is not None
    again = next(each for each in cause_of("birth").find(NOW.date()) if each.key == made.key)
    assert offering.make(again, now=NOW, cause=cause_of("birth")) is None
    assert SentNotice.objects.count() == first, "no notice without an offer"
    with pytest.raises(IntegrityError), transaction.atomic():
        MadeOffer.objects.create(
            person=made.person, key=made.key, cause="x", procedure="x", notice=uuid4(), made_at=NOW
        )


def test_what_is_applied_for_is_not_offered(fresh: None) -> None:
    head, wife = couple()
    Assessment.objects.filter(person__in=(head, wife)).delete()
    child = child_of(head, date(2026, 11, 10))
    granted(head, CHANGE)
    Application.objects.filter(procedure=CHANGE).update(procedure=CLAIM, state=State.EXAMINED)
    Decision.objects.update(outcome=Outcome.REFUSED)
    offered = about(found("birth"), child)
    assert CLAIM not in offered
    assert CHANGE not in offered


def test_the_notice_brings_a_draft_that_the_form_understands(fresh: None) -> None:
    head, wife = couple()
    Assessment.objects.filter(person__in=(head, wife)).delete()
    child_of(head, date(2026, 11, 10))
    offering.daily(now=NOW, chosen=[cause_of("birth")])
    made = MadeOffer.objects.get(person=head, procedure=CLAIM)
    sent = SentNotice.objects.get(notice=made.notice)
    assert sent.addressee == head.addressee
    notice = msgspec.json.decode(bytes(sent.body), type=Notice)
    assert notice.link == f"/offers/{made.notice}/"
    assert notice.due == made.until == date(2026, 11, 25)
    assert notice.offer is not None
    draft = json.loads(notice.offer.answers)
    assert (draft["procedure"], draft["version"]) == (CLAIM, catalogue().get(CLAIM, NOW.date()).version)
    assert draft["answers"]["cause_on"] == "2026-11-10"
    assert draft["answers"]["applicant_name"] == head.name
    assert "2026-11-10" in {each["birth"] for each in draft["answers"]["children"]}
    # Whose last day is over has no live offer any more.
    offering.daily(now=datetime(2026, 11, 26, tzinfo=UTC), chosen=[])
    assert not MadeOffer.objects.get(pk=made.pk).live


def test_no_address_of_a_protected_person_leaves_the_register(fresh: None) -> None:
    head, wife = couple()
    Assessment.objects.filter(person__in=(head, wife)).delete()
    Person.objects.filter(household_id=head.household_id).update(protected=True)
    child_of(head, date(2026, 11, 10))
    head.refresh_from_db()
    offering.daily(now=NOW, chosen=[cause_of("birth")])
    made = MadeOffer.objects.get(person=head, procedure=CLAIM)
    body = bytes(SentNotice.objects.get(notice=made.notice).body)
    offer = msgspec.json.decode(body, type=Notice).offer
    assert offer is not None
    assert head.town not in offer.answers.decode()
    assert "applicant_address" not in json.loads(offer.answers)["answers"]


# --- lists --------------------------------------------------------------------------------------------------------


def members(*names: str) -> list[StaffMember]:
    return [StaffMember.objects.get(username=name) for name in names]


def test_a_list_is_sent_by_a_second_person_only_and_once(fresh: None) -> None:
    head, _ = couple()
    granted(head, CLAIM)
    cause = cause_of("child_allowance_report")
    kimura, sato = members("kimura", "sato")
    batch = offering.propose(cause, by=kimura, now=JUNE)
    assert SentNotice.objects.count() == 0
    with pytest.raises(AlreadyProposed):
        offering.propose(cause, by=sato, now=JUNE)
    with pytest.raises(SamePerson):
        offering.release(batch, by=kimura, now=JUNE)
    assert offering.release(batch, by=sato, now=JUNE) == 1
    assert SentNotice.objects.get().addressee == head.addressee
    with pytest.raises(NotProposed):
        offering.release(batch, by=sato, now=JUNE)
    with pytest.raises(NothingToOffer):
        offering.propose(cause, by=sato, now=JUNE)
    with pytest.raises(IntegrityError), transaction.atomic():
        Batch.objects.filter(pk=batch.pk).update(second=kimura)


def test_who_no_longer_fits_gets_nothing(fresh: None) -> None:
    head, _ = couple()
    granted(head, CLAIM)
    kimura, sato = members("kimura", "sato")
    batch = offering.propose(cause_of("child_allowance_report"), by=kimura, now=JUNE)
    Person.objects.filter(pk=head.pk).update(moved_out=JUNE.date())
    assert offering.release(batch, by=sato, now=JUNE) == 0
    assert SentNotice.objects.count() == 0


def test_the_daily_run_proposes_lists_and_sends_none(fresh: None) -> None:
    head, _ = couple()
    granted(head, CLAIM)
    reports = [cause_of("child_allowance_report")]
    assert offering.daily(now=JUNE, chosen=reports) == {"child_allowance_report": 1}
    assert offering.daily(now=JUNE, chosen=reports) == {"child_allowance_report": 0}
    batch = Batch.objects.get()
    assert (batch.state, batch.proposed_by) == (BatchState.PROPOSED, None)
    assert SentNotice.objects.count() == 0
    (sato,) = members("sato")
    offering.discard(batch, by=sato, now=JUNE)
    assert offering.daily(now=JUNE, chosen=reports) == {"child_allowance_report": 1}


# --- pages --------------------------------------------------------------------------------------------------------


class Worker:
    """A member of staff in front of a browser."""

    def __init__(self, username: str) -> None:
        self.client = Client(enforce_csrf_checks=True, headers={"host": "municipality.localhost:8000"})
        self.token = ""
        self._read(self.client.get(f"/{CITY}/sign-in"))
        form = {"username": username, "password": PASSWORD, "csrfmiddlewaretoken": self.token}
        assert self.client.post(f"/{CITY}/sign-in", form).status_code == 302

    def _read(self, response: Any) -> str:
        text: str = response.content.decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)
        self.token = token[1] if token else self.token
        return html.unescape(re.sub(r"<[^>]+>", "", text))

    def get(self, path: str, status: int = 200) -> str:
        response = self.client.get(f"/{CITY}/offers/{path}")
        assert response.status_code == status, response.content.decode()
        return self._read(response)

    def post(self, path: str, status: int = 302) -> Any:
        response = self.client.post(f"/{CITY}/offers/{path}", {"csrfmiddlewaretoken": self.token})
        assert response.status_code == status, response.content.decode()
        return response


@pytest.fixture
def kept(town: InstitutionDatabase) -> Iterator[Person]:
    """A child of today, for pages, which commit."""
    with acting_as(CITY):
        head, _ = couple()
        child = child_of(head, datetime.now(UTC).date())
    yield child
    with acting_as(CITY):
        BatchLine.objects.all().delete()
        MadeOffer.objects.all().delete()
        Batch.objects.all().delete()
        SentNotice.objects.all().delete()
        Person.objects.filter(pk=child.pk).update(moved_out=child.birth)


def test_staff_previews_proposes_and_a_supervisor_releases(kept: Person) -> None:
    yamada, kimura = Worker("yamada"), Worker("kimura")
    assert "プッシュ型の案内" in yamada.get("")
    preview = yamada.get("birth")
    assert "お子さんが生まれました" in preview
    assert "案内する人" in preview
    location = yamada.post("birth").headers["Location"]
    batch = location.removeprefix(f"/{CITY}/offers/")
    assert "決裁待ち" in yamada.get(batch)
    assert "決裁できません" in yamada._read(yamada.post(f"{batch}/release", 409))
    kimura.get(batch)
    kimura.post(f"{batch}/release")
    assert "送信済み" in kimura.get(batch)
    assert "この一覧は終わっています" in kimura._read(kimura.post(f"{batch}/release", 409))
    with acting_as(CITY):
        assert SentNotice.objects.count() == MadeOffer.objects.count() > 0
    assert yamada.get("nothing", 404)


def test_an_auditor_and_a_stranger_do_not_get_in(kept: Person) -> None:
    Worker("kansa").get("", 403)
    stranger = Client(headers={"host": "municipality.localhost:8000"})
    assert stranger.get(f"/{CITY}/offers/").status_code in (302, 303)
    assert stranger.post(f"/{CITY}/offers/birth").status_code in (302, 303, 403)


def test_the_command_says_what_it_did(kept: Person) -> None:
    said = io.StringIO()
    call_command("make_offers", tenant=CITY, stdout=said)
    assert "出生: 案内 " in said.getvalue()
    with acting_as(CITY):
        assert MadeOffer.objects.filter(key__endswith=f":{kept.pk}").exists()


def test_the_list_of_causes_names_each_once() -> None:
    names = [each.name for each in causes.CAUSES]
    assert len(set(names)) == len(names)
    with pytest.raises(LookupError):
        cause_of("nothing")
