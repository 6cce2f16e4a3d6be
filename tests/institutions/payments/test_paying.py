"""Paying a bill, with real processes: by card with every outcome, by Pay-easy, twice, through a crash; and what is left behind of a card."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from mynumber.institutions.municipality.billing import issuing, reconciling, refunding
from mynumber.institutions.municipality.billing.models import Bill, Payment, Refund
from mynumber.institutions.municipality.billing.reconciling import Finding
from mynumber.protocols import payments as protocol
from mynumber.protocols.payments import BillNumbers, PaymentState, WhyNotPayable
from mynumber.protocols.refusal import Reason, Refused
from tests.institutions.payments.place import (
    CHALLENGE,
    CITY,
    DECLINED,
    OTHER_CITY,
    POOR,
    SILENT,
    SUCCESS,
    TOWN,
    Owed,
    Place,
    browser,
    staff_browser,
)
from tests.support.waiting import eventually

CODE = "135790"


def to_the_agent(place: Place, owed: Owed, account: int) -> str:
    """Press 「カードで払う」; the path of the agent's page."""
    with place.portal():
        answer = browser(account).post(f"{owed.path}/card")
    assert answer.status_code == 303, answer.content.decode()[-2000:]
    where = answer.headers["Location"]
    assert where.startswith(f"{place.origin('acquirer')}/pay/")
    return str(where.removeprefix(place.origin("acquirer")))


def pay(place: Place, page: str, number: str = SUCCESS) -> str:
    """Type a card; where the browser is sent."""
    status, where, text = place.agent.post(page, number=number, expiry="12/39", code="321")
    assert status == 303, (status, text[-2000:])
    return where


def come_back(place: Place, where: str, account: int) -> str:
    """Follow the agent's redirect; the page of the bill."""
    assert where.startswith(f"{place.origin('portal')}/payments/returned/")
    with place.portal():
        client = browser(account)
        answer = client.get(where.removeprefix(place.origin("portal")))
        assert answer.status_code == 303
        return client.get(answer.headers["Location"]).content.decode()


def bill_page(place: Place, owed: Owed, account: int) -> str:
    with place.portal():
        return browser(account).get(owed.path).content.decode()


def settled(place: Place, owed: Owed, state: str = "paid") -> None:
    """Wait until the portal has heard it from the town."""
    eventually(lambda: place.heard(owed) == state, f"the portal hears {state}")


def test_a_bill_is_paid_by_card_and_the_receipt_is_at_the_portal(place: Place) -> None:
    owed, account = place.owe()
    page = bill_page(place, owed, account)
    for shown in ("13,800円", TOWN[:5], owed.confirmation, owed.division, "医療分", "カードで払う"):
        assert shown in page, shown
    back = pay(place, to_the_agent(place, owed, account))
    assert "領収証書" in come_back(place, back, account)
    settled(place, owed)
    with place.portal():
        client = browser(account)
        assert "納付済み" in client.get(owed.path).content.decode()
        receipt = client.get(f"{owed.path}/receipt.pdf")
        assert (receipt.status_code, receipt["Content-Type"], receipt.content[:5]) == (
            *(200, "application/pdf"),
            b"%PDF-",
        )
        assert "納付済み" in client.get("/payments/").content.decode()
        assert client.post(f"{owed.path}/card").headers["Location"] == owed.path
    assert place.told(owed) == ["令和8年度 国民健康保険料 第6期の納付を確認しました"]


@pytest.mark.parametrize(
    ("number", "words"),
    [(DECLINED, "承認しませんでした"), (POOR, "利用可能額が足りません"), (SILENT, "応答がありませんでした")],
)
def test_what_the_issuer_refuses_takes_nothing_and_may_be_tried_again(
    place: Place, number: str, words: str
) -> None:
    owed, account = place.owe()
    first = to_the_agent(place, owed, account)
    page = come_back(place, pay(place, first, number), account)
    assert words in page
    assert "カードで払う" in page
    assert to_the_agent(place, owed, account) != first
    assert place.standing(owed) == "open"


def test_the_holder_confirms_and_after_three_wrong_codes_cannot(place: Place) -> None:
    owed, account = place.owe()
    agent, page = place.agent, to_the_agent(place, owed, account)
    _, confirm, _ = agent.post(page, number=CHALLENGE, expiry="12/39", code="321")
    assert confirm == f"{page}/confirm"
    for _ in range(2):
        assert agent.post(confirm, code="000000")[0] == 422
    _, back, _ = agent.post(confirm, code="000000")
    assert "本人の確認ができませんでした" in come_back(place, back, account)
    page = to_the_agent(place, owed, account)
    agent.post(page, number=CHALLENGE, expiry="12/39", code="321")
    _, back, _ = agent.post(f"{page}/confirm", code=CODE)
    come_back(place, back, account)
    settled(place, owed)


def test_what_is_mistyped_is_said_and_not_sent_back(place: Place) -> None:
    owed, account = place.owe()
    page = to_the_agent(place, owed, account)
    status, _, text = place.agent.post(page, number="4111111111111112", expiry="12/39", code="321")
    assert status == 422
    assert "数字が一つでも違うと" in text
    assert "4111111111111112" not in text


def test_two_tabs_and_two_clicks_are_one_payment(place: Place) -> None:
    owed, account = place.owe()
    first, second = (to_the_agent(place, owed, account) for _ in range(2))
    assert first == second
    agent = place.agent
    _, _, form = agent.get(first)
    answers = [agent.send(first, form, number=SUCCESS, expiry="12/39", code="321") for _ in range(2)]
    assert answers[0][:2] == answers[1][:2]
    settled(place, owed)
    assert place.rows("acquirer", f"SELECT count(*) FROM payment WHERE bill = '{owed.bill}'") == [(1,)]  # noqa: S608


def test_the_browser_is_not_believed(place: Place) -> None:
    owed, account = place.owe()
    other, stranger = place.owe()
    to_the_agent(place, owed, account)
    ((checkout,),) = place.rows("portal", f"SELECT id FROM checkout WHERE bill = '{owed.bill}'")  # noqa: S608
    with place.portal():
        lying = browser(account).get(f"/payments/returned/{checkout}?result={'a' * 22}&state=captured")
        assert lying.headers["Location"] == owed.path
        assert "カードで払う" in browser(account).get(owed.path).content.decode()
        nosy = browser(stranger)
        for path in (owed.path, f"{owed.path}/receipt.pdf", f"/payments/returned/{checkout}"):
            assert nosy.get(path).status_code == 404
        assert nosy.post(f"{owed.path}/card").status_code == 404
        assert browser(account).get(f"{other.path}/receipt.pdf").status_code == 404


def at_atm(place: Place, owed: Owed, **changed: str) -> tuple[int, str]:
    status, _, text = place.agent.post("/atm", **{**owed.numbers, **changed})
    return status, text


def test_a_bill_is_paid_at_an_atm_and_then_a_card_takes_nothing(place: Place) -> None:
    owed, account = place.owe()
    page = to_the_agent(place, owed, account)
    agent = place.agent
    _, _, shown = agent.post("/atm", **owed.numbers)
    assert "13,800円" in shown
    status, slip, _ = agent.send("/atm/pay", shown)
    assert (status, slip[:7]) == (303, "/slips/")
    assert agent.send("/atm/pay", shown)[1] == slip
    settled(place, owed)
    assert "すでに払われています" in at_atm(place, owed)[1]
    assert "納付済み" in come_back(place, pay(place, page), account)
    states = place.rows(
        "acquirer",
        f"SELECT method, state FROM payment WHERE bill = '{owed.bill}' ORDER BY 1",  # noqa: S608
    )
    assert states == [("card", "cancelled"), ("pay_easy", "captured")]


def test_who_guesses_numbers_learns_nothing_and_has_to_wait(place: Place) -> None:
    owed, _ = place.owe()
    wrong = f"{(int(owed.confirmation) + 1) % 1_000_000:06d}"
    for _ in range(5):
        status, text = at_atm(place, owed, confirmation=wrong)
        assert (status, "納付書はありません" in text, "13,800" in text) == (422, True, False)
    assert "15分ほど" in at_atm(place, owed)[1]
    assert at_atm(place, owed, collector="99999")[0] == 422


def slip(place: Place, owed: Owed, amount: int, **changed: str) -> None:
    status, _, text = place.agent.post("/counter", **{**owed.numbers, "amount": str(amount), **changed})
    assert status == 303, text[-2000:]


def today() -> date:
    return datetime.now(issuing.JAPAN).date()


def test_what_is_paid_twice_goes_back_once_and_the_day_shows_every_case(place: Place) -> None:
    days = {today()}
    twice, account = place.owe()
    wrong, _ = place.owe()
    paper, _ = place.owe()
    pay(place, to_the_agent(place, twice, account))
    settled(place, twice)
    slip(place, twice, twice.amount)
    slip(place, wrong, wrong.amount - 1)
    slip(place, paper, paper.amount)
    slip(place, paper, 500, number="990000000097")
    days.add(today())  # the night may fall in between
    for day in sorted(days) * 2:
        with place.desk():
            reconciling.fetch(TOWN, day, now=datetime.now(UTC))
    assert [place.standing(each) for each in (twice, wrong, paper)] == ["paid", "open", "paid"]
    with place.town():
        found = {
            (line.known.number, line.known.method.value): line.finding
            for day in days
            for line in reconciling.lines_of(day)
        }
        stray = Payment.objects.get(number="990000000097").payment
        (refund,) = Refund.objects.filter(payment__number=twice.number)
        assert (refund.is_automatic, refund.amount, refund.payment.method) == (True, twice.amount, "counter")
    assert found[twice.number, "card"] is Finding.MATCHED
    assert found[twice.number, "counter"] is Finding.SURPLUS
    assert found[wrong.number, "counter"] is Finding.WRONG_AMOUNT
    assert found[paper.number, "counter"] is Finding.MATCHED
    assert found["990000000097", "counter"] is Finding.SURPLUS
    place.work()
    query = f"SELECT sum(refunded) FROM payment WHERE number = '{twice.number}'"  # noqa: S608
    eventually(lambda: place.rows("acquirer", query) == [(twice.amount,)], "the money goes back")
    assert place.told(twice)[-1] == f"令和8年度 国民健康保険料 第6期の{twice.amount:,}円をお返しします"
    assert place.standing(twice) == "paid"
    with place.desk():
        desk = staff_browser(place, "yamada")
        shown = [desk.get(f"/{TOWN}/billing/day?day={day}").content.decode() for day in days]
        propose = f"/{TOWN}/billing/payments/{stray}/refund"
        assert propose in "".join(shown)
        assert desk.post(propose, {"amount": "500", "reason": "納付書なし"}).status_code == 302
        second, refunds = staff_browser(place, "sato"), f"/{TOWN}/billing/refunds"
        (number,) = set(re.findall(r"refunds/(\d+)/approve", second.get(refunds).content.decode()))
        second.post(f"{refunds}/{number}/approve")
    place.work()
    query = f"SELECT state FROM payment WHERE id = '{stray}'"  # noqa: S608
    eventually(lambda: place.rows("acquirer", query) == [("refunded",)], "what has no bill goes back")
    assert all(
        words in "".join(shown) for words in ("金額が違う", "多い（納付書なし・二重）", "一致", "確報の合計")
    )


def test_money_goes_back_when_a_second_person_approves(place: Place) -> None:
    owed, account = place.owe()
    pay(place, to_the_agent(place, owed, account))
    settled(place, owed)
    with place.town():
        payment = Payment.objects.get(number=owed.number).payment
    with place.desk():
        worker, first, second = (staff_browser(place, name) for name in ("yamada", "kimura", "sato"))
        propose = f"/{TOWN}/billing/payments/{payment}/refund"
        assert first.post(propose, {"amount": "3800", "reason": "減額のため"}).status_code == 302
        assert first.post(propose, {"amount": "3800", "reason": "もう一度"}).status_code == 422
        with_number = f"/{TOWN}/billing/refunds"
        page = second.get(with_number).content.decode()
        (number,) = set(re.findall(r"refunds/(\d+)/approve", page))
        assert worker.post(f"{with_number}/{number}/approve").status_code == 403
        assert first.post(f"{with_number}/{number}/approve").status_code == 409
        assert second.post(f"{with_number}/{number}/approve").status_code == 302
        assert second.post(f"{with_number}/{number}/approve").status_code == 409
    place.work()
    query = f"SELECT refunded, state FROM bill_word WHERE bill = '{owed.bill}'"  # noqa: S608
    eventually(lambda: place.rows("portal", query) == [(3800, "paid")], "the portal hears of the refund")
    assert "一部を返金しました" in bill_page(place, owed, account)
    with place.desk():
        assert first.post(propose, {"amount": "10001", "reason": "多すぎ"}).status_code == 422
        first.post(propose, {"amount": "10000", "reason": "残り"})
        (number,) = set(re.findall(r"refunds/(\d+)/approve", second.get(with_number).content.decode()))
        second.post(f"{with_number}/{number}/approve")
    place.work()
    settled(place, owed, "refunded")
    assert place.told(owed)[-1].endswith("返金が済みました")


def test_a_cancelled_bill_cannot_be_paid(place: Place) -> None:
    owed, account = place.owe()
    page = to_the_agent(place, owed, account)
    with place.desk():
        desk = staff_browser(place, "yamada")
        bill = f"/{TOWN}/billing/bills/{owed.number}"
        assert desk.post(f"{bill}/cancel", {"reason": "課税の誤り"}).headers["Location"] == bill
    place.work()
    settled(place, owed, "cancelled")
    come_back(place, pay(place, page), account)
    assert "取り消されました" in bill_page(place, owed, account)
    assert "取り消されています" in at_atm(place, owed)[1]
    assert place.rows("acquirer", f"SELECT state FROM payment WHERE bill = '{owed.bill}'") == [("cancelled",)]  # noqa: S608


def test_a_crash_on_the_way_loses_nothing(place: Place) -> None:
    owed, account = place.owe()
    page = to_the_agent(place, owed, account)
    place.kill("municipality")
    back = pay(place, page)
    assert "納付を確かめています" in come_back(place, back, account)
    place.kill("acquirer")
    assert "納付を確かめています" in bill_page(place, owed, account)
    for name in ("municipality", "acquirer"):
        place.servers[name].start()
    settled(place, owed)
    assert "納付済み" in bill_page(place, owed, account)


def checkout_of(place: Place, owed: Owed, **changed: object) -> protocol.OpenCheckout:
    wanted: dict[str, object] = {
        "checkout": uuid4(),
        "bill": owed.bill,
        "payee": CITY,
        "numbers": BillNumbers(**owed.numbers),
        "title": "保険料",
        "amount": owed.amount,
        "back": "/payments/returned/x",
    }
    return protocol.OpenCheckout(**{**wanted, **changed})  # type: ignore[arg-type]


def test_the_payment_agent_refuses_what_is_not_the_sender_s(place: Place) -> None:
    owed, account = place.owe()
    pay(place, to_the_agent(place, owed, account))
    ((payment, checkout),) = place.rows(
        "acquirer",
        f"SELECT id, checkout FROM payment WHERE bill = '{owed.bill}'",  # noqa: S608
    )
    other, _ = place.owe()
    wanted = checkout_of(place, other)
    opened = place.ask(protocol.OPEN_CHECKOUT, wanted, sender="portal")
    assert place.ask(protocol.OPEN_CHECKOUT, wanted, sender="portal") == opened
    assert opened.state is PaymentState.CREATED
    back = protocol.Refund(refund=uuid4(), payment=payment, amount=1000, reason="x")
    place.ask(protocol.REFUND, back, sender=CITY)
    assert place.ask(protocol.REFUND, back, sender=CITY).refunded == 1000

    def refused(message: object, question: object, sender: str) -> Reason:
        with pytest.raises(Refused) as caught:
            place.ask(message, question, sender=sender)  # type: ignore[type-var, arg-type]
        assert caught.value.is_signed
        return caught.value.reason

    def refund(**changed: object) -> protocol.Refund:
        given = {"refund": uuid4(), "payment": payment, "amount": 1, "reason": "x"}
        return protocol.Refund(**{**given, **changed})

    cases = [
        (protocol.OPEN_CHECKOUT, checkout_of(place, other, checkout=wanted.checkout, amount=1), "portal", Reason.DUPLICATE_REQUEST),
        (protocol.OPEN_CHECKOUT, checkout_of(place, other, payee=OTHER_CITY), "portal", Reason.WRONG_INSTITUTION),
        (protocol.OPEN_CHECKOUT, checkout_of(place, other), CITY, Reason.NOT_ENTITLED),
        (protocol.LOOK_UP, protocol.LookUp(checkout=uuid4()), "portal", Reason.UNKNOWN_RECORD),
        (protocol.LOOK_UP, protocol.LookUp(checkout=checkout), CITY, Reason.NOT_ENTITLED),
        (protocol.REFUND, refund(), OTHER_CITY, Reason.UNKNOWN_RECORD),
        (protocol.REFUND, refund(), "portal", Reason.NOT_ENTITLED),
        (protocol.REFUND, refund(amount=owed.amount), CITY, Reason.NOT_ENTITLED),
        (protocol.REFUND, refund(refund=back.refund, amount=999), CITY, Reason.DUPLICATE_REQUEST),
        (protocol.SETTLEMENTS, protocol.SettlementQuery(source=protocol.SettlementSource.CARD, day=today()), "portal", Reason.NOT_ENTITLED),
    ]  # fmt: skip
    assert [refused(message, question, sender) for message, question, sender, _ in cases] == [
        reason for *_, reason in cases
    ]


def test_nobody_else_speaks_of_a_bill_or_a_payment(place: Place) -> None:
    owed, account = place.owe()
    said = protocol.BillStanding(bill=owed.bill, notice=owed.notice, version=99, state="paid", receipt="x")
    place.ask(
        protocol.TELL_STANDINGS,
        protocol.BillStandings(standings=(said,)),
        sender=OTHER_CITY,
        receiver="portal",
    )
    assert "カードで払う" in bill_page(place, owed, account)
    news = protocol.Payments(
        payments=(
            protocol.PaymentStatus(
                payment=uuid4(),
                version=3,
                state=PaymentState.CAPTURED,
                method=protocol.Method.CARD,
                collector=TOWN[:5],
                number=owed.number,
                amount=owed.amount,
                at=datetime.now(UTC),
            ),
        )
    )
    for sender, receiver in (
        ("portal", CITY),
        (OTHER_CITY, CITY),
        (CITY, "portal"),
        ("acquirer", OTHER_CITY),
    ):
        with pytest.raises(Refused):
            place.ask(protocol.TELL_PAYMENTS, news, sender=sender, receiver=receiver)
    assert place.standing(owed) == "open"
    found = place.ask(
        protocol.LOOK_UP_BILL,
        protocol.LookUpBill(numbers=BillNumbers(**owed.numbers)),
        sender="acquirer",
        receiver=OTHER_CITY,
    )
    assert found.why_not is WhyNotPayable.UNKNOWN


def test_words_out_of_order_change_nothing(place: Place) -> None:
    """The town hears of a refund before it hears of the payment, and the old word again."""
    owed, _ = place.owe()
    newer = protocol.PaymentStatus(
        payment=uuid4(),
        version=4,
        state=PaymentState.REFUNDED_IN_PART,
        method=protocol.Method.PAY_EASY,
        collector=TOWN[:5],
        number=owed.number,
        amount=owed.amount,
        refunded=800,
        at=datetime.now(UTC),
    )
    older = protocol.PaymentStatus(
        **{
            **{name: getattr(newer, name) for name in newer.__struct_fields__},
            "version": 3,
            "state": PaymentState.CAPTURED,
            "refunded": 0,
        }
    )
    for said in (newer, older, newer):
        place.ask(
            protocol.TELL_PAYMENTS, protocol.Payments(payments=(said,)), sender="acquirer", receiver=CITY
        )
    with place.town():
        payment = Payment.objects.get(payment=newer.payment)
        assert (payment.refunded, payment.version, Bill.objects.get(number=owed.number).state) == (
            *(800, 4),
            "paid",
        )


def test_a_refund_that_the_agent_refuses_is_said_and_not_asked_for_ever(place: Place) -> None:
    owed, _ = place.owe()
    at = datetime.now(UTC)
    with place.town():
        bill = Bill.objects.get(reference=owed.bill)
        payment = Payment.objects.create(
            payment=uuid4(),
            bill=bill,
            number=bill.number,
            method="card",
            amount=bill.amount,
            standing="double",
            paid_at=at - timedelta(days=2),
        )
        refund = Refund.objects.create(
            key=uuid4(),
            payment=payment,
            amount=1,
            reason="x",
            is_automatic=True,
            state="approved",
            proposed_at=at,
            next_try_at=at,
        )
    with place.desk():
        refunding.order_due(TOWN, now=at)
    with place.town():
        refund.refresh_from_db()
        assert (refund.state, refund.refusal) == ("refused", Reason.UNKNOWN_RECORD.value)


def test_of_a_card_brand_and_four_digits_are_left_and_nothing_else(place: Place) -> None:
    """Last: everything above has left its traces."""
    owed, account = place.owe()
    pay(place, to_the_agent(place, owed, account))
    settled(place, owed)
    numbers = [SUCCESS, DECLINED, POOR, CHALLENGE, SILENT]
    traces = [
        *numbers,
        *(" ".join(number[at : at + 4] for at in range(0, 16, 4)) for number in numbers),
        *(number.encode().hex() for number in numbers),
        "12/39",
    ]
    kept = []
    for name in place.databases:
        tables = place.rows(name, "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in tables:
            kept += [str(row[0]) for row in place.rows(name, f"SELECT t::text FROM {table} t")]  # noqa: S608
    for server in place.servers.values():
        kept.append(server.log.read_text())
    whole = "\n".join(kept)
    assert "Visa" in whole
    assert [trace for trace in traces if trace in whole] == []
