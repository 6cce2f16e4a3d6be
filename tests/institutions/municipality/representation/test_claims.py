"""Claims of parents and guardians: what the register says to them, who may confirm what, and what a proxy may file afterwards."""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client

from mynumber.foundation.people.ages import attains_on
from mynumber.foundation.procedures.definition import Procedure
from mynumber.foundation.procedures.loading import catalogue
from mynumber.institutions.municipality.applications.models import Disclosure
from mynumber.institutions.municipality.applications.prefilling import prefill
from mynumber.institutions.municipality.register.models import Household, Person
from mynumber.institutions.municipality.representation import claims, rights, telling
from mynumber.institutions.municipality.representation.claims import CannotDo, Why
from mynumber.institutions.municipality.representation.evidence import Fit, evidence_of
from mynumber.institutions.municipality.representation.models import Claim, Seen, State, ToldToProxy
from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols.applications import Form, Prefill
from mynumber.protocols.refusal import Reason, Refused
from mynumber.protocols.representation import (
    ClaimedRepresentation,
    ClaimStanding,
    Representation,
    RepresentationKind,
)
from mynumber.protocols.residents import FourAttributes
from mynumber.webkit.staff.models import Role, StaffMember
from mynumber.webkit.tenancy import acting_as
from tests.institutions.municipality.conftest import CITY

PASSWORD = "とても長い合言葉 for tests"
HERE = f"municipality.{CITY}"
NOW = datetime.now(UTC)
TODAY = claims.today_of(NOW)
TEN = date(TODAY.year - 10, 1, 15)
_numbers = itertools.count(1)


def somebody(household: Household, relation: str, birth: date, given: str, **more: Any) -> Person:
    """An entry of the register."""
    number = next(_numbers)
    name = f"架空　{given}{number}"
    return Person.objects.create(
        household=household,
        addressee=f"{number:010d}",
        relation=relation,
        family="架空",
        given=f"{given}{number}",
        birth=birth,
        sex="female",
        nationality_kind="japanese",
        town="立石",
        rest=f"{number}丁目",
        search_name=name.replace("　", ""),
        **more,
    )


@dataclass
class Family:
    """A mother, her husband, a child, and the child's father, who lives elsewhere."""

    mother: Person
    husband: Person
    child: Person
    father: Person


@pytest.fixture
def town(municipality: InstitutionDatabase) -> Iterator[None]:
    """This ward."""
    with acting_as(CITY):
        yield


@pytest.fixture
def family(town: None) -> Family:
    """New ones for each test."""
    home, away = (Household.objects.create(number=next(_numbers)) for _ in range(2))
    return Family(
        somebody(home, "世帯主", date(1990, 6, 15), "花子"),
        somebody(home, "夫", date(1988, 1, 2), "健太"),
        somebody(home, "子", TEN, "太郎"),
        somebody(away, "世帯主", date(1989, 3, 3), "次郎"),
    )


@pytest.fixture
def clerk(town: None) -> StaffMember:
    """Somebody who works there."""
    member = StaffMember(
        username=f"clerk{next(_numbers)}",
        display_name="山田　恵",
        department="戸籍住民課",
        role=Role.CASE_WORKER,
    )
    member.set_password(PASSWORD)
    member.save()
    return member


def claimed(
    claimant: Person | FourAttributes,
    person: Person,
    kind: RepresentationKind = RepresentationKind.PARENT,
    **changes: Any,
) -> Claim:
    """A claim that arrived."""
    question = ClaimedRepresentation(
        claim=uuid4(),
        kind=kind,
        representative=claimant.four_attributes() if isinstance(claimant, Person) else claimant,
        certificate="00AA",
        person_name=changes.get("name", person.name.replace("　", " ")),
        person_birth=person.birth,
        asked_at=NOW,
    )
    claims.take(question, sender="portal", at=NOW)
    claims.take(question, sender="portal", at=NOW)
    return Claim.objects.get(reference=question.claim)


def why(act: Any) -> Why:
    """Why it was not done."""
    with pytest.raises(CannotDo) as caught:
        act()
    return caught.value.why


def test_the_register_alone_confirms_the_child_of_the_head_of_the_household(
    family: Family, clerk: StaffMember
) -> None:
    claim = claimed(family.mother, family.child)
    found = evidence_of(claim, today=TODAY)
    assert found.fits
    assert [line.fit for line in found.lines] == [Fit.YES] * 5
    claims.confirm(claim, Seen.REGISTER, "", clerk, at=NOW)
    told = telling.decided_of(claim)
    assert (told.standing, told.number) == (ClaimStanding.CONFIRMED, 1)
    assert told.person == family.child.four_attributes()
    assert told.until is None
    assert claim.until == attains_on(TEN, 18)
    # Another parent of the same child comes to the same name, which is no number of anything.
    second = claimed(family.husband, family.child)
    claims.confirm(second, Seen.FAMILY_REGISTER, "令和8年11月1日 葛飾区の戸籍", clerk, at=NOW)
    assert telling.decided_of(second).reference == told.reference
    assert family.child.addressee not in told.reference
    assert [each.act for each in claim.entries.order_by("pk")] == ["arrived", "confirmed"]
    assert why(lambda: claims.confirm(claim, Seen.REGISTER, "", clerk, at=NOW)) is Why.OVER


def test_what_the_register_does_not_say_needs_another_paper(family: Family, clerk: StaffMember) -> None:
    # The child of the head is not therefore a child of the head's husband; the father lives elsewhere.
    for claimant, fit in ((family.husband, [Fit.YES, Fit.UNKNOWN]), (family.father, [Fit.NO, Fit.UNKNOWN])):
        claim = claimed(claimant, family.child)
        found = evidence_of(claim, today=TODAY)
        assert [line.fit for line in found.lines][2:4] == fit
        assert (
            why(lambda claim=claim: claims.confirm(claim, Seen.REGISTER, "", clerk, at=NOW))
            is Why.NOT_BY_REGISTER
        )
        assert (
            why(lambda claim=claim: claims.confirm(claim, Seen.FAMILY_REGISTER, " ", clerk, at=NOW))
            is Why.NO_WORDS
        )
        claims.confirm(claim, Seen.FAMILY_REGISTER, "令和8年11月1日 葛飾区の戸籍", clerk, at=NOW)
        assert claim.state == State.CONFIRMED


def test_nobody_is_confirmed_against_the_law(family: Family, clerk: StaffMember) -> None:
    seen = {"seen": Seen.FAMILY_REGISTER, "words": "戸籍"}

    def confirm(claim: Claim, **more: Any) -> Why:
        given = seen | more
        return why(
            lambda: claims.confirm(
                claim, given["seen"], given["words"], clerk, at=NOW, until=given.get("until")
            )
        )

    grown = somebody(family.child.household, "子", date(TODAY.year - 30, 1, 1), "一郎")
    assert confirm(claimed(family.mother, grown)) is Why.OF_AGE
    assert confirm(claimed(family.child, family.child)) is Why.ONESELF
    assert confirm(claimed(family.mother, family.child, name="だれか")) is Why.NO_PERSON
    assert confirm(claimed(family.mother, family.child), seen=Seen.GUARDIANSHIP) is Why.NOT_SEEN_FOR
    guardian = RepresentationKind.GUARDIAN
    assert confirm(claimed(family.father, family.child, guardian)) is Why.NOT_OF_AGE
    ward = claimed(family.father, grown, guardian)
    assert confirm(ward) is Why.NOT_SEEN_FOR
    for until in (None, TODAY - timedelta(days=1), TODAY + timedelta(days=claims.LONGEST_DAYS + 1)):
        assert confirm(ward, seen=Seen.GUARDIANSHIP, until=until) is Why.PERIOD
    last = TODAY + timedelta(days=300)
    claims.confirm(ward, Seen.GUARDIANSHIP, "登記第1号", clerk, at=NOW, until=last)
    assert telling.decided_of(ward).until == last
    voluntary = msgspec.structs.replace(_question(ward), kind=RepresentationKind.VOLUNTARY, claim=uuid4())
    with pytest.raises(Refused, match="nobody confirms"):
        claims.take(voluntary, sender="portal", at=NOW)
    other = msgspec.structs.replace(_question(ward), person_name="別の人")
    with pytest.raises(Refused) as caught:
        claims.take(other, sender="portal", at=NOW)
    assert caught.value.reason is Reason.DUPLICATE_REQUEST


def _question(claim: Claim) -> ClaimedRepresentation:
    return ClaimedRepresentation(
        claim=claim.reference,
        kind=RepresentationKind(claim.kind),
        representative=FourAttributes(
            name=claim.claimant_name,
            address=claim.claimant_address,
            birth_date=claim.claimant_birth,
            sex=claim.claimant_sex,
        ),
        certificate=claim.certificate,
        person_name=claim.person_name,
        person_birth=claim.person_birth,
        asked_at=claim.asked_at,
    )


def test_a_protected_child_is_not_told_to_a_parent_of_another_household(
    family: Family, clerk: StaffMember
) -> None:
    Person.objects.filter(pk=family.child.pk).update(protected=True)
    family.child.refresh_from_db()
    claim = claimed(family.father, family.child)
    assert evidence_of(claim, today=TODAY).is_protected
    refused = why(lambda: claims.confirm(claim, Seen.FAMILY_REGISTER, "戸籍", clerk, at=NOW))
    assert refused is Why.PROTECTED
    assert why(lambda: claims.refuse(claim, " ", clerk, at=NOW)) is Why.NO_REASON
    claims.refuse(claim, "窓口でご相談ください。", clerk, at=NOW)
    told = telling.decided_of(claim)
    assert (told.standing, told.reason) == (ClaimStanding.REFUSED, "窓口でご相談ください。")
    assert told.person is None
    assert not told.reference
    # To the parent with whom it lives it is.
    claims.confirm(claimed(family.mother, family.child), Seen.REGISTER, "", clerk, at=NOW)


# --- what may be filed ---------------------------------------------------------------------------------------------


def form(procedure: str = "care_certification") -> Procedure:
    """A form of today."""
    return catalogue().get(procedure, TODAY)


def right(kind: RepresentationKind = RepresentationKind.VOLUNTARY, **changes: Any) -> Representation:
    """What the portal says of a grant."""
    plain = Representation(
        grant=uuid4(),
        kind=kind,
        since=TODAY,
        until=TODAY + timedelta(days=30),
        procedures=("care_certification",) if kind is RepresentationKind.VOLUNTARY else (),
        confirmed_by=None if kind is RepresentationKind.VOLUNTARY else HERE,
    )
    return msgspec.structs.replace(plain, **changes)


def refused(
    procedure: Procedure, applicant: Person, proxy: Person | None, by: Representation | None
) -> Reason:
    """Why it is turned away."""
    with pytest.raises(Refused) as caught:
        rights.require(
            procedure,
            applicant.four_attributes(),
            proxy.four_attributes() if proxy else None,
            by,
            at=NOW,
        )
    return caught.value.reason


def test_a_chosen_proxy_files_what_was_entrusted_as_long_as_it_lasts(family: Family) -> None:
    old, daughter = family.father, family.mother
    rights.require(form(), old.four_attributes(), daughter.four_attributes(), right(), at=NOW)
    beyond = form("care_home_repair")
    yesterday, tomorrow = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
    for procedure, by in (
        (beyond, right()),
        (form(), right(until=yesterday)),
        (form(), right(since=tomorrow)),
        (form(), right(confirmed_by=HERE)),
        (form("child_rearing_allowance_claim"), right(procedures=("child_rearing_allowance_claim",))),
        (form("nursery_application"), right(procedures=("nursery_application",))),
    ):
        assert refused(procedure, old, daughter, by) is Reason.NOT_ENTITLED
    assert refused(form(), old, daughter, None) is Reason.MALFORMED
    assert refused(form(), old, None, right()) is Reason.MALFORMED


def test_what_the_law_gives_is_looked_up_here_whatever_the_portal_says(
    family: Family, clerk: StaffMember
) -> None:
    mother, child = family.mother, family.child
    parent = RepresentationKind.PARENT
    claim = claimed(mother, child)
    by = right(parent, grant=claim.reference, until=attains_on(TEN, 18))
    assert refused(form(), child, mother, by) is Reason.NOT_ENTITLED, "nobody confirmed it yet"
    claims.confirm(claim, Seen.REGISTER, "", clerk, at=NOW)

    def require(applicant: Person, proxy: Person, by: Representation) -> Claim | None:
        return rights.require(form(), applicant.four_attributes(), proxy.four_attributes(), by, at=NOW)

    assert require(child, mother, by) == claim
    # Somebody else's claim, another child, another kind, a grant that nobody knows.
    sister = somebody(child.household, "子", TEN, "妹")
    assert refused(form(), sister, mother, by) is Reason.NOT_ENTITLED
    assert refused(form(), child, family.father, by) is Reason.NOT_ENTITLED
    assert refused(form(), child, mother, right(parent)) is Reason.NOT_ENTITLED
    for changes in ({"kind": RepresentationKind.GUARDIAN}, {"confirmed_by": None}):
        assert refused(form(), child, mother, msgspec.structs.replace(by, **changes)) is Reason.NOT_ENTITLED
    # What another office confirmed is taken with its name, for the case worker to look at.
    assert require(sister, mother, right(parent, confirmed_by="municipality.272124")) is None
    # They moved within the ward since: they are who they were.
    Person.objects.filter(pk=child.pk).update(rest="99丁目")
    child.refresh_from_db()
    assert require(child, mother, by) == claim
    claims.end(claim, "親権者が変わりました。", clerk, at=NOW)
    assert refused(form(), child, mother, by) is Reason.NOT_ENTITLED
    told = telling.decided_of(claim)
    assert (told.standing, told.number) == (ClaimStanding.ENDED, 2)
    assert why(lambda: claims.end(claim, "もう一度", clerk, at=NOW)) is Why.OVER


def test_what_a_proxy_reads_is_recorded_as_read_by_them(family: Family) -> None:
    person, proxy = family.father, family.mother
    question = Prefill(
        form=Form(procedure="care_certification", version=form().since),
        applicant=person.four_attributes(),
        certificate="00AA",
        agreed_at=NOW,
        proxy=proxy.four_attributes(),
        representation=right(),
    )
    assert prefill(question, sender="portal", at=NOW).known
    row = ToldToProxy.objects.get(disclosure=Disclosure.objects.get(person=person))
    assert (row.kind, row.proxy_name) == ("voluntary", proxy.name)
    beyond = msgspec.structs.replace(question, representation=right(procedures=("care_home_repair",)))
    with pytest.raises(Refused):
        prefill(beyond, sender="portal", at=NOW)
    assert Disclosure.objects.filter(person=person).count() == 1


# --- pages ---------------------------------------------------------------------------------------------------------


class Desk:
    """The clerk's browser."""

    def __init__(self, clerk: StaffMember) -> None:
        self.client = Client(headers={"host": "municipality.localhost:8000"})
        signed = self.client.post(f"/{CITY}/sign-in", {"username": clerk.username, "password": PASSWORD})
        assert signed.status_code == 302

    def text(self, path: str = "", status: int = 200) -> str:
        response = self.client.get(f"/{CITY}/representation/{path}")
        assert response.status_code == status
        return html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode()))

    def post(self, path: str, status: int = 302, **values: str) -> str:
        response = self.client.post(f"/{CITY}/representation/{path}", values)
        assert response.status_code == status, response.content.decode()[:2000]
        return html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.fixture
def waiting(municipality: InstitutionDatabase) -> tuple[StaffMember, Claim, Claim]:
    """Committed, so that the pages see it: a clerk and two claims."""
    with acting_as(CITY):
        home = Household.objects.create(number=next(_numbers))
        mother = somebody(home, "世帯主", date(1990, 6, 15), "花子")
        child = somebody(home, "子", TEN, "太郎")
        member = StaffMember(
            username=f"clerk{next(_numbers)}", display_name="森　誠", role=Role.CASE_WORKER, department="課"
        )
        member.set_password(PASSWORD)
        member.save()
        return member, claimed(mother, child), claimed(mother, child, name="だれか")


def test_a_clerk_sees_what_waits_with_the_register_beside_it_and_decides_with_a_reason(
    waiting: tuple[StaffMember, Claim, Claim],
) -> None:
    clerk, good, strange = waiting
    desk = Desk(clerk)
    assert "確認を待つ届出" in desk.text()
    page = desk.text(f"{good.pk}")
    assert all(words in page for words in ("同じ世帯です", "「世帯主」", "10歳", "合っています"))
    assert "一人に定められません" in desk.post(
        f"{strange.pk}/confirm", 422, seen="register", words="", addressee="0000000099"
    )
    desk.post(f"{good.pk}/confirm", seen="register", words="")
    assert "確認済み" in desk.text(f"{good.pk}")
    desk.post(f"{strange.pk}/refuse", 422, reason="")
    desk.post(f"{strange.pk}/refuse", reason="氏名が住民票と違います。")
    assert "氏名が住民票と違います。" in desk.text(f"{strange.pk}")
    desk.post(f"{good.pk}/end", reason="親権者が変わりました。")
    assert "終了" in desk.text(f"{good.pk}")
    desk.text("0", 404)
    desk.post(f"{good.pk}/nothing", 404, reason="x")
    with acting_as(CITY):
        acts = [each.act for each in good.entries.order_by("pk")]
        assert acts[:2] == ["arrived", "opened"]
        assert {"confirmed", "ended"} <= set(acts)


def test_what_was_done_is_not_rewritten(family: Family) -> None:
    claim = claimed(family.mother, family.child)
    assert isinstance(claim.reference, UUID)
    for change in (
        "UPDATE municipality_representation_claimentry SET act = 'x'",
        "DELETE FROM municipality_representation_byproxy",
        "DELETE FROM municipality_representation_toldtoproxy",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            connection.cursor().execute(change)
