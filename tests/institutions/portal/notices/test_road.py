"""The whole road of a notice: a city's gateway, the core, the portal, and what comes back. All of them run."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from uuid import UUID, uuid4

import psycopg

from mynumber.foundation import envelope
from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.notices import inbox
from mynumber.protocols.notices import (
    ADDRESS_NOTICES,
    DELIVER_NOTICES,
    REPORT_NOTICES,
    SHEET_KIND,
    SHEET_LIFETIME,
    AddressNotices,
    CodedNotice,
    DeliverNotices,
    Happening,
    Notice,
    NoticeReport,
    NoticesAddressed,
    NoticesDelivered,
    NoticeSheet,
    ReportNotices,
    SheetNotice,
    digest_of,
    seal_codes,
    seal_notice,
)
from mynumber.protocols.refusal import Hop, Reason
from tests.institutions.portal.house import Browser, Holder, House
from tests.institutions.portal.notices.writing import GATEWAY, a_notice, reports, send, told
from tests.support.exchange import CITY, FORMER_CITY, resident_code
from tests.support.waiting import eventually


def account_of(holder: Holder) -> Account:
    return Account.objects.get(certificate_serial=holder.serial)


def _sealed(house: House, notice: Notice, sender: str = CITY) -> str:
    key = house.exchange.node("municipality").directory.seal_key("portal")
    return seal_notice(notice, sender=sender, to=key)


def _address(house: House, *notices: tuple[Notice, str, str], sender: str = GATEWAY) -> NoticesAddressed:
    """What a gateway asks the core: (notice, code, sealed)."""
    return house.exchange.call(
        ADDRESS_NOTICES,
        AddressNotices(
            notices=tuple(
                CodedNotice(notice=notice.notice, code=code, digest=digest_of(sealed))
                for notice, code, sealed in notices
            )
        ),
        sender=sender,
        receiver="network",
    )


def _deliver(house: House, sheet: str | None, *sealed: str, sender: str = GATEWAY) -> NoticesDelivered:
    assert sheet is not None
    return house.exchange.call(
        DELIVER_NOTICES,
        DeliverNotices(sheet=sheet, notices=sealed),
        sender=sender,
        receiver="portal",
    )


def test_a_notice_arrives_is_read_and_the_city_hears_of_both(
    house: House, holder: Holder, resident: Browser
) -> None:
    notice = a_notice()
    assert send(house.exchange, notice, to=holder.at_city).accepted == 1
    arrived = told(house.exchange, notice.notice, Happening.ARRIVED)

    page = resident.text("/notices/")
    assert notice.title in page
    kept = inbox.find(account_of(holder), notice.notice)
    assert kept is not None
    assert (kept.notice, kept.sender) == (notice, CITY)
    assert (kept.arrived_at, kept.read_at) == (arrived.at, None)

    page = resident.text(f"/notices/{notice.notice}")
    assert "今年度の現況届がまだ届いていません。" in page
    assert "葛飾区" in page
    read = told(house.exchange, notice.notice, Happening.READ)
    assert read.at > arrived.at
    kept = inbox.find(account_of(holder), notice.notice)
    assert kept is not None
    assert (kept.arrived_at, kept.read_at) == (arrived.at, read.at)


def test_the_same_notice_again_stands_in_the_inbox_once(
    house: House, holder: Holder, resident: Browser
) -> None:
    notice = a_notice()
    for _ in range(2):  # sealed anew each time, as a sender does that forgot
        assert send(house.exchange, notice, to=holder.at_city).accepted == 1
    told(house.exchange, notice.notice, Happening.ARRIVED)
    assert send(house.exchange, notice, to=holder.at_city).accepted == 1
    assert len(reports(house.exchange, notice.notice)) == 1
    assert resident.text("/notices/").count(str(notice.notice)) == 1


def test_an_id_is_used_for_one_person(house: House, holder: Holder, resident: Browser) -> None:
    other, notice = house.holder(), a_notice()
    send(house.exchange, notice, to=holder.at_city)
    taken = send(house.exchange, notice, to=other.at_city)
    assert [(each.position, each.reason) for each in taken.refused] == [(0, Reason.DUPLICATE_REQUEST)]


def test_who_has_no_account_gets_a_letter_by_post(house: House) -> None:
    stranger, notice = house.holder(), a_notice()
    send(house.exchange, notice, to=stranger.at_city)
    assert told(house.exchange, notice.notice, Happening.NO_ACCOUNT).reason is None


def test_a_number_without_a_code_is_refused_at_once(house: House) -> None:
    taken = send(house.exchange, a_notice(), to="nobody-of-this-number")
    assert [each.reason for each in taken.refused] == [Reason.NO_CODE_HELD]


def test_the_core_refuses_codes_that_the_member_was_not_given(house: House, holder: Holder) -> None:
    notice = a_notice()
    sealed = _sealed(house, notice)
    for code in (
        house.exchange.code_of(CITY, resident_code()),  # nobody was given it
        house.exchange.code_of(FORMER_CITY, holder.resident_code),  # another member was
        "1." + "A" * 43,
    ):
        answer = _address(house, (notice, code, sealed))
        assert (answer.sheet, [each.reason for each in answer.refused]) == (None, [Reason.UNKNOWN_CODE])


def test_an_id_of_another_content_or_person_is_a_duplicate_at_the_core(
    house: House, holder: Holder, resident: Browser
) -> None:
    notice = a_notice()
    code = house.exchange.code_of(CITY, holder.resident_code)
    sealed, again = _sealed(house, notice), _sealed(house, notice)
    assert _address(house, (notice, code, sealed)).sheet
    assert _address(house, (notice, code, sealed)).sheet  # the same: a fresh sheet, no second record
    answer = _address(house, (notice, code, again))
    assert [each.reason for each in answer.refused] == [Reason.DUPLICATE_REQUEST]
    with psycopg.connect(house.exchange.network_database.url) as database:
        found = database.execute(
            "SELECT kind, subscriber, publisher, person FROM event_entry WHERE event_id = %s",
            [notice.notice],
        ).fetchall()
    ((kind, subscriber, publisher, person),) = found
    assert (kind, subscriber, publisher) == ("notice", "portal", CITY)
    assert code not in person


def test_the_person_sees_in_the_records_that_a_notice_went_to_them(
    house: House, holder: Holder, resident: Browser
) -> None:
    notice = a_notice()
    send(house.exchange, notice, to=holder.at_city)
    told(house.exchange, notice.notice, Happening.ARRIVED)

    page = resident.text("/records/")
    assert "お知らせの送付（お知らせ）" in page
    assert notice.title not in page
    (address,) = set(re.findall(r"/records/changes/\d+", page))
    page = resident.text(address)
    assert "葛飾区が、あなたへのお知らせを送りました" in page
    assert notice.title not in page
    eventually(lambda: "receipt-" in resident.text(address), "the entry in the signed log")


def test_a_sheet_is_good_for_its_gateway_its_contents_and_its_order_alone(
    house: House, holder: Holder, resident: Browser
) -> None:
    first, second = a_notice(title="一つ目"), a_notice(title="二つ目")
    code = house.exchange.code_of(CITY, holder.resident_code)
    sealed = [_sealed(house, first), _sealed(house, second)]
    sheet = _address(house, (first, code, sealed[0]), (second, code, sealed[1])).sheet

    def refusal(*contents: str, sender: str = GATEWAY) -> tuple[Hop, Reason]:
        return house.exchange.refusal(lambda: _deliver(house, sheet, *contents, sender=sender))

    assert refusal(*sealed, sender=f"gateway.{FORMER_CITY}") == (Hop.PORTAL, Reason.PERMIT_NOT_YOURS)
    assert refusal(*reversed(sealed)) == (Hop.PORTAL, Reason.ANSWER_NOT_BOUND)
    assert refusal(sealed[0]) == (Hop.PORTAL, Reason.ANSWER_NOT_BOUND)
    assert refusal(_sealed(house, first), sealed[1]) == (Hop.PORTAL, Reason.ANSWER_NOT_BOUND)
    delivered = _deliver(house, sheet, *sealed)
    assert [each.happening for each in delivered.deliveries] == [Happening.ARRIVED] * 2
    assert _deliver(house, sheet, *sealed) == delivered  # 到達 is when it arrived first


def test_what_is_sealed_as_another_or_for_another_is_not_believed_and_holds_up_nobody(
    house: House, holder: Holder, resident: Browser
) -> None:
    code = house.exchange.code_of(CITY, holder.resident_code)
    listed, good = [a_notice() for _ in range(4)], a_notice()
    gateway_key = house.exchange.node("municipality").directory.seal_key(GATEWAY)
    sealed = [
        _sealed(house, a_notice()),  # of another id
        _sealed(house, listed[1], sender=FORMER_CITY),  # by another member
        seal_notice(listed[2], sender=CITY, to=gateway_key),  # for another reader
        "AAAA",
        _sealed(house, good),
    ]
    sheet = _address(
        house, *((each, code, text) for each, text in zip([*listed, good], sealed, strict=True))
    ).sheet
    *bad, last = _deliver(house, sheet, *sealed).deliveries
    assert {(each.happening, each.reason) for each in bad} == {(Happening.REFUSED, Reason.MALFORMED)}
    assert last.happening is Happening.ARRIVED
    assert [inbox.find(account_of(holder), each.notice) for each in listed] == [None] * 4


def test_a_letter_that_is_no_harmless_pdf_is_refused(house: House, holder: Holder, resident: Browser) -> None:
    notice = a_notice(letter=b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n")
    send(house.exchange, notice, to=holder.at_city)
    assert told(house.exchange, notice.notice, Happening.REFUSED).reason is Reason.MALFORMED


def test_a_sheet_that_no_core_signed_is_refused(house: House, holder: Holder, resident: Browser) -> None:
    notice, exchange = a_notice(), house.exchange
    sealed, node = _sealed(house, notice), exchange.node("gateway")
    now = datetime.now(UTC)
    forged = envelope.sign(
        NoticeSheet(
            presenter=GATEWAY,
            sender=CITY,
            recorded_at=now,
            notices=(SheetNotice(notice=notice.notice, digest=digest_of(sealed)),),
            sealed_codes=seal_codes(
                [[exchange.code_of("portal", holder.resident_code)]],
                [notice.notice],
                sender=CITY,
                to=node.directory.seal_key("portal"),
            ),
        ),
        key=node.signing_key(GATEWAY),
        issuer=GATEWAY,
        audience="portal",
        kind=SHEET_KIND,
        now=now,
        lifetime=SHEET_LIFETIME,
        max_lifetime=SHEET_LIFETIME,
    ).decode()
    assert exchange.refusal(lambda: _deliver(house, forged, sealed)) == (Hop.PORTAL, Reason.UNKNOWN_KEY)


def test_only_the_portal_reports_and_only_of_what_was_sent(house: House) -> None:
    report = NoticeReport(notice=uuid4(), happening=Happening.READ, at=datetime.now(UTC))
    body = ReportNotices(reports=(report,))
    call = house.exchange.call
    assert call(REPORT_NOTICES, body, sender="portal", receiver=GATEWAY).count == 0
    assert reports(house.exchange, report.notice) == []
    refused = house.exchange.refusal(lambda: call(REPORT_NOTICES, body, sender=FORMER_CITY, receiver=GATEWAY))
    assert refused == (Hop.INQUIRER_GATEWAY, Reason.NOT_ENTITLED)


def test_nothing_is_lost_when_gateway_and_core_die(house: House, holder: Holder, resident: Browser) -> None:
    """Killed with notices in hand, started again: each arrives once."""
    exchange = house.exchange
    exchange.network.kill()
    notices = [a_notice(title=f"停電の日のお知らせ {number}") for number in range(30)]
    send(exchange, *notices, to=holder.at_city)
    exchange.gateway.kill()
    exchange.network.start()
    exchange.gateway.start()
    for notice in notices:
        told(exchange, notice.notice, Happening.ARRIVED)
    found: list[UUID] = [each.id for each in inbox.kept_of(inbox.of(account_of(holder)))]
    assert sorted(found) == sorted(notice.notice for notice in notices)
    assert len(reports(exchange, notices[0].notice)) == 1


def test_what_the_portal_took_before_the_gateway_died_is_settled_afterwards(
    house: House, holder: Holder, resident: Browser
) -> None:
    """The portal has it, the gateway does not know: it delivers again and hears the first time."""
    exchange, notice = house.exchange, a_notice()
    code = exchange.code_of(CITY, holder.resident_code)
    sealed = _sealed(house, notice)
    (first,) = _deliver(house, _address(house, (notice, code, sealed)).sheet, sealed).deliveries
    with psycopg.connect(exchange.gateway_database.url) as database:
        database.execute('SET ROLE "gateway_municipality_131229"')
        database.execute(
            """
            INSERT INTO outgoing_notice (tenant, notice, addressee, sealed, size, digest, received_at, try_at, tries)
            VALUES ('municipality_131229', %s, %s, %s, %s, %s, now(), now(), 0)
            """,
            [notice.notice, holder.at_city, sealed, len(sealed), digest_of(sealed)],
        )
        database.execute("SELECT pg_notify('gateway_notices', 'municipality_131229')")
    assert told(exchange, notice.notice, Happening.ARRIVED).at == first.at
