"""Offers: who owes premiums and is poor enough gets a draft that only has to be read and signed, once, and after a second person agreed."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest
from django.db import transaction
from django.utils import timezone

from mynumber.foundation.procedures import answers as forms
from mynumber.institutions.pension_service.exemptions.models import Inquiry
from mynumber.institutions.pension_service.offers import candidates, offering
from mynumber.institutions.pension_service.offers.models import Batch, Fate, MadeOffer
from mynumber.institutions.pension_service.pensions.models import Enrolment, Insured, PremiumMonth
from mynumber.protocols.notices import Notice
from mynumber.protocols.residents import FourAttributes
from mynumber.webkit.staff.models import StaffMember
from tests.institutions.pension_service.test_exemptions import form, insure, taxed
from tests.support.exchange import CITY, PENSION, Exchange, resident_code


def somebody(town: str, born: int = 1980) -> FourAttributes:
    return FourAttributes(
        name="見本　花", address=f"東京都葛飾区{town}", birth_date=date(born, 5, 5), sex="2"
    )


def owes(town: str, born: int = 1980, months: tuple[str, ...] = ()) -> Insured:
    """Somebody at an address of their own who owes the premiums of this year of application."""
    person = insure(somebody(town, born))
    person.premiums.all().delete()
    first = candidates.year_at(timezone.localdate())
    for month in months or (f"{first}-07", f"{first}-08"):
        PremiumMonth.objects.create(insured=person, month=month, state="unpaid")
    return person


def staff(name: str) -> StaffMember:
    return StaffMember.objects.get(username=name)


def propose() -> Batch:
    with transaction.atomic():
        return offering.propose(by=staff("okada"), now=timezone.now)


def release(batch: Batch, by: str = "noguchi") -> int:
    with transaction.atomic():
        return offering.release(batch, by=staff(by), at=timezone.now())


def offered() -> dict[str, Notice]:
    return {
        row.insured_id: msgspec.json.decode(bytes(row.body), type=Notice) for row in MadeOffer.objects.all()
    }


def test_the_poor_who_live_alone_get_a_draft_that_lacks_nothing_but_their_word(fresh: Exchange) -> None:
    poor, rich, unknown = owes("亀有一丁目1番1号"), owes("亀有二丁目2番2号"), owes("亀有三丁目3番3号")
    pair = owes("亀有四丁目4番4号"), owes("亀有四丁目4番4号", born=1975)
    fresh.give_codes({resident_code(): {PENSION: unknown.pk, CITY: "T-unknown"}})
    taxed(fresh, poor.pk, 300_000)
    taxed(fresh, rich.pk, 3_000_000)
    for one in pair:
        taxed(fresh, one.pk, 0)
    batch = propose()
    assert batch.lines.count() == 5
    assert set(Inquiry.objects.exclude(fact="").values_list("addressee", flat=True)) == {
        each.pk for each in (poor, rich, *pair)
    }
    assert Inquiry.objects.get(addressee=unknown.pk).fact == ""
    assert release(batch) == 1
    ((whose, notice),) = offered().items()
    assert whose == poor.pk
    assert notice.offer is not None
    draft = msgspec.json.decode(notice.offer.answers)["answers"]
    assert not any(name.startswith("my_total") for name in draft), "the town's word stays with the service"
    reading = forms.read(form(), draft, today=timezone.localdate(), known=draft)
    assert set(reading.missing) == {"consent_facts", "true_statement"}
    assert offering.send_waiting() == 1
    assert MadeOffer.objects.get().fate == Fate.SENT


def test_a_young_person_is_asked_whether_they_study(fresh: Exchange) -> None:
    young = owes("青戸一丁目1番1号", born=timezone.localdate().year - 21)
    taxed(fresh, young.pk, 0)
    assert release(propose()) == 1
    offer = offered()[young.pk].offer
    assert offer is not None
    assert "student" not in msgspec.json.decode(offer.answers)["answers"]


def test_nobody_releases_their_own_list_and_nobody_is_offered_it_twice(fresh: Exchange) -> None:
    person = owes("立石一丁目1番1号")
    taxed(fresh, person.pk, 0)
    batch = propose()
    with pytest.raises(offering.AlreadyProposed):
        propose()
    with pytest.raises(offering.SamePerson):
        release(batch, by="okada")
    assert release(batch) == 1
    with pytest.raises(offering.NotProposed):
        release(batch)
    with pytest.raises(offering.NothingToOffer):
        propose()


def test_who_left_the_national_pension_or_owes_nothing_now_is_not_on_the_list(fresh: Exchange) -> None:
    today = timezone.localdate()
    left = owes("四つ木一丁目1番1号")
    Enrolment.objects.filter(insured=left).update(until=today)
    owes("四つ木二丁目2番2号", months=("2020-07",))
    assert list(candidates.owing(form(), today=today)) == []
