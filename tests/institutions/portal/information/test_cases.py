"""Cases a resident opens: on their way, arrived, followed to the end; corrections of what was seen; and what nobody else may do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.information import cases, items
from mynumber.institutions.portal.information.models import OwnCase, OwnInquiry
from mynumber.institutions.portal.notices import inbox
from mynumber.protocols.corrections import (
    TELL_CORRECTION,
    CorrectedExchange,
    CorrectionReason,
    ToldCorrection,
)
from mynumber.protocols.information import PORTAL, TELL_COURSE, CaseState, CourseStep
from mynumber.protocols.refusal import Hop, Reason
from tests.institutions.portal.house import Browser, Holder, House
from tests.institutions.portal.information.test_looking import carried, latest, look
from tests.support.exchange import CITY, FORMER_CITY


def account_of(holder: Holder) -> Account:
    return Account.objects.get(certificate_serial=holder.serial)


def dispute(
    browser: Browser, request_id: UUID, kind: str = "wrong", words: str = "扶養の数が違います。"
) -> UUID:
    """Write a case on its page; its id."""
    page = f"/information/dispute/{request_id}/{kind}"
    response: Any = browser.post_form(page, page, words=words)
    assert response.status_code == 303, response.content.decode()
    return UUID(response["Location"].rpartition("/")[2])


def step(
    house: House, case: UUID, number: int, state: CaseState, *, sender: str = FORMER_CITY, words: str = ""
) -> int:
    return house.exchange.call(
        TELL_COURSE,
        CourseStep(
            case=case, sequence=number, state=state, words=words, office="税務課", at=datetime.now(UTC)
        ),
        sender=f"gateway.{sender}",
        receiver=PORTAL,
    ).count


def test_a_case_is_followed_from_the_words_to_the_end(
    house: House, holder: Holder, resident: Browser
) -> None:
    look(resident)
    case = dispute(resident, latest(holder).pk)
    page = resident.text(f"/information/cases/{case}")
    for words in ("八尾市の窓口に届きました", "扶養の数が違います。", "担当者の判断"):
        assert words in page, words
    (item,) = items.items(account_of(holder), datetime.now(UTC))
    assert (item.place, item.holder, item.path) == ("under_way", "八尾市", f"/information/cases/{case}")
    assert step(house, case, 1, CaseState.LOOKING) == 1
    assert step(house, case, 1, CaseState.LOOKING) == 0  # told twice, once there
    assert step(house, case, 2, CaseState.KEPT, words="届出のとおりでした。") == 1
    page = resident.text(f"/information/cases/{case}")
    for words in ("調べています（税務課）", "訂正しませんでした（税務課）", "届出のとおりでした。", "第90条"):
        assert words in page, words
    assert "担当者の判断" not in page
    (item,) = items.items(account_of(holder), datetime.now(UTC))
    assert item.place == "new"
    assert items.items(account_of(holder), datetime.now(UTC) + timedelta(days=15)) == []
    assert inbox.of(account_of(holder)).count() == 2
    assert str(case) in resident.text("/information/")


def test_the_same_is_said_once_while_it_is_open(house: House, holder: Holder, resident: Browser) -> None:
    look(resident)
    request_id = latest(holder).pk
    first = dispute(resident, request_id)
    assert dispute(resident, request_id) == first  # double submit, two tabs
    assert dispute(resident, request_id, "not_me") != first
    step(house, first, 1, CaseState.KEPT, words="理由")
    assert dispute(resident, request_id) != first


def test_a_case_waits_until_the_institution_can_be_reached(
    house: House, holder: Holder, resident: Browser
) -> None:
    look(resident)
    with house.away(f"gateway.{FORMER_CITY}"):
        case = dispute(resident, latest(holder).pk)
        assert "八尾市に送っています" in resident.text(f"/information/cases/{case}")
        row = OwnCase.objects.get(pk=case)
        assert row.arrived_at is None
    cases.deliver_due(now=row.next_try_at)
    assert "八尾市の窓口に届きました" in resident.text(f"/information/cases/{case}")


def test_words_are_needed_and_kept_as_words(holder: Holder, resident: Browser) -> None:
    look(resident)
    page = f"/information/dispute/{latest(holder).pk}/wrong"
    response: Any = resident.post_form(page, page, words="  \n ")
    assert response.status_code == 422
    case = dispute(resident, latest(holder).pk, words="<script>alert(1)</script> {{ 7|add:7 }}\r\n二行目\x1b")
    shown = resident.text(f"/information/cases/{case}")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7|add:7 }}" in shown
    assert "<script>alert" not in shown


def test_only_the_institution_whose_desk_it_is_says_what_became_of_it(
    house: House, holder: Holder, resident: Browser
) -> None:
    look(resident)
    case = dispute(resident, latest(holder).pk)
    for act in (
        lambda: step(house, case, 1, CaseState.CORRECTED, sender=CITY),
        lambda: step(house, uuid4(), 1, CaseState.CORRECTED),
    ):
        assert house.exchange.refusal(act) == (Hop.PORTAL, Reason.UNKNOWN_RECORD)
    assert OwnCase.objects.get(pk=case).state == CaseState.ARRIVED


def correct(house: House, row: OwnInquiry, *, sender: str = FORMER_CITY, digest: str = "") -> int:
    assert row.permit_digest is not None
    return house.exchange.call(
        TELL_CORRECTION,
        ToldCorrection(
            correction=uuid4(),
            information="local_tax",
            reason=CorrectionReason.WRONG_VALUE,
            corrected_at=datetime.now(UTC),
            exchanges=(
                CorrectedExchange(
                    inquirer=PORTAL, request_id=row.pk, permit_digest=digest or bytes(row.permit_digest).hex()
                ),
            ),
        ),
        sender=f"gateway.{sender}",
        receiver=PORTAL,
    ).count


def test_who_saw_a_wrong_value_is_told(house: House, holder: Holder, resident: Browser) -> None:
    look(resident)
    row = latest(holder)
    assert correct(house, row, sender=CITY) == 0  # it gave nothing
    assert correct(house, row, digest="0" * 64) == 0  # the permit of somebody else
    assert correct(house, row) == 1
    assert "あとで訂正されました" in resident.text("/information/")
    assert inbox.of(account_of(holder)).count() == 1


def test_everything_of_another_person_is_not_there(house: House, holder: Holder, resident: Browser) -> None:
    look(resident)
    row = latest(holder)
    case = dispute(resident, row.pk)
    sealed = carried(look(resident))
    other = Browser()
    response: Any = other.sign_in(house, house.holder())
    assert response.status_code == 303
    missing = uuid4()
    for address in (f"/information/cases/{case}", f"/information/dispute/{row.pk}/wrong"):
        response = other.get(address)
        assert response.status_code == 404
        nothing = other.get(address.replace(str(case), str(missing)).replace(str(row.pk), str(missing)))
        assert nothing.status_code == 404
    for action, fields, status in (
        (f"/information/dispute/{row.pk}/wrong", {"words": "私の"}, 404),
        (f"/information/waiting/{row.pk}", {}, 404),
        ("/information/export", {"carried": sealed, "format": "json"}, 400),  # another's page
        ("/information/export", {"carried": sealed[:-4] + "AAAA", "format": "pdf"}, 400),
        ("/information/values", {"want": f"{FORMER_CITY}|local_tax|fy9"}, 400),
        ("/information/values", {"want": "jlis|local_tax|"}, 400),
        ("/information/values", {"want": f"{FORMER_CITY}|own_inventory|"}, 400),
        ("/information/values", {}, 422),
    ):
        response = other.post_form("/information/", action, **fields)
        assert response.status_code == status, action


def test_nothing_moves_without_the_card_or_a_token(house: House, holder: Holder, resident: Browser) -> None:
    stranger = Browser()
    assert stranger.get("/information/").status_code == 303
    assert resident.post("/information/held", {}).status_code == 403  # no token of the form
    session = resident.session
    session["level"] = "aal2"  # a passkey
    session.save()
    assert resident.get("/information/").status_code == 303
    assert "card=1" in resident.get("/information/")["Location"]


@pytest.mark.parametrize("path", ["held", "values"])
def test_a_page_with_values_has_no_address(resident: Browser, path: str) -> None:
    response = resident.get(f"/information/{path}")
    assert (response.status_code, response["Location"]) == (303, "/information/")
