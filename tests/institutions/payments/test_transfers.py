"""From payment orders to the bank and back, with real processes: gathered, approved, sent, paid, returned, asked anew; twice, through a crash, and out of order."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from django.db import connections

from mynumber.foundation.zengin.transfers import decode, encode
from mynumber.institutions.municipality.applications import deciding
from mynumber.institutions.municipality.applications.models import Application, PayoutOrder
from mynumber.institutions.municipality.payouts import asking, gathering, sending
from mynumber.institutions.municipality.payouts.gathering import CannotPay, No
from mynumber.institutions.municipality.payouts.models import FileEntry, Hold, Transfer, TransferFile
from mynumber.protocols.refusal import Reason, Refused
from mynumber.protocols.transfers import (
    COMPARE,
    SEND_TRANSFERS,
    TELL_TRANSFERS,
    Compare,
    FileStanding,
    ReturnReason,
    SendTransfers,
    TransferOutcome,
    TransferResult,
    TransferResults,
    TransfersTaken,
)
from mynumber.webkit.examination.refusals import CannotDo
from mynumber.webkit.tenancy import acting_as
from tests.institutions.payments.orders import (
    CLOSED,
    WITHOUT_BRANCH,
    Ordered,
    approve,
    gather,
    member,
    order,
    payment_day,
    standing,
    state_of,
    told,
    transfers_of,
)
from tests.institutions.payments.place import CITY, OTHER_CITY, TOWN, Place, staff_browser
from tests.support.waiting import eventually


def at_bank(place: Place, file: TransferFile) -> str:
    """The path of a file at the bank's window."""
    ((number,),) = place.rows("acquirer", f"SELECT id FROM transfer_file WHERE file = '{file.file}'")  # noqa: S608
    return f"/bank/{number}"


def carry_out(place: Place, file: TransferFile) -> None:
    """The day comes."""
    path = at_bank(place, file)
    _press(place, path, f"{path}/hurry")


def _press(place: Place, page: str, action: str) -> None:
    agent = place.agent
    _, _, text = agent.get(page)
    status, _, text = agent.send(action, text)
    assert status == 302, text[-2000:]


def sent(place: Place) -> TransferFile:
    """A file of what waits, at the bank."""
    file = gather(place)
    approve(place, file)
    with place.desk():
        sending.send_due(TOWN, now=datetime.now(UTC))
    eventually(lambda: state_of(place, file) == "taken", "the bank takes the file")
    return file


def result(transfer: Transfer, file: TransferFile, /, **changed: Any) -> TransferResult:
    said: dict[str, Any] = {
        "file": file.file,
        "reference": transfer.reference,
        "version": 1,
        "outcome": TransferOutcome.PAID,
        "amount": transfer.amount,
        "at": datetime.now(UTC),
    }
    return TransferResult(**{**said, **changed})


def tell(place: Place, said: TransferResult, *, sender: str = "acquirer", receiver: str = CITY) -> None:
    place.ask(TELL_TRANSFERS, TransferResults(results=(said,)), sender=sender, receiver=receiver)


def refused(act: Any) -> Reason:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.reason


def test_orders_are_gathered_approved_by_another_sent_paid_and_agree_with_the_bank(place: Place) -> None:
    first, second = order(place, 30_000), order(place, 12_500)
    home = f"/{TOWN}/payouts/"
    with place.desk():
        clerk, boss = staff_browser(place, "yamada"), staff_browser(place, "kimura")
        page = clerk.get(home).content.decode()
        assert "下3けた567" in page
        assert "1234567" not in page
        sunday = payment_day() + timedelta(days=6 - payment_day().weekday())
        assert "営業日" in clerk.post(home, {"pay_on": sunday.isoformat()}).content.decode()
        made = clerk.post(home, {"pay_on": payment_day().isoformat()})
        assert made.status_code == 302, made.content.decode()[-2000:]
        path = made.headers["Location"]
        assert "別の決裁者" in clerk.get(path).content.decode()
        assert clerk.post(f"{path}/approve").status_code == 403
        assert boss.post(f"{path}/approve").status_code == 302
        assert boss.post(f"{path}/approve").status_code == 409
        content = b"".join(clerk.post(f"{path}/file.txt"))
    with place.town():
        file = TransferFile.objects.get(pk=int(path.rpartition("/")[2]))
        assert "downloaded" in FileEntry.objects.filter(file=file).values_list("act", flat=True)
    read = decode(content)
    assert content == bytes(file.content)
    amounts = {each.reference: each.amount for each in read.transfers}
    for each in (first, second):
        (transfer,) = transfers_of(place, each)
        assert amounts[transfer.reference] == each.amount
    assert (read.total, len(read.transfers)) == (file.total, file.count)
    eventually(lambda: state_of(place, file) == "taken", "the bank takes the file")
    carry_out(place, file)
    eventually(lambda: state_of(place, file) == "done", "every result is there")
    for each in (first, second):
        assert standing(place, each) == ("closed", "paid")
        assert told(place, each) == ["transfer_sent", "paid", "closed"]
    with place.desk():
        page = clerk.post(f"{path}/comparison").content.decode()
    assert "銀行と合っています" in page
    standing_there = place.ask(COMPARE, Compare(file=file.file), sender=CITY)
    assert standing_there.paid.yen + standing_there.returned.yen == file.total
    assert standing_there.waiting.count == 0


def test_money_that_comes_back_goes_to_a_person_who_asks_for_another_account(place: Place) -> None:
    ordered = order(place, account=CLOSED)
    file = sent(place)
    carry_out(place, file)
    eventually(lambda: state_of(place, file) == "done", "the result is there")
    (transfer,) = transfers_of(place, ordered)
    assert (transfer.state, transfer.reason) == ("returned", "closed")
    assert standing(place, ordered) == ("decided", "ordered")
    with place.town():
        assert not gathering.orders().filter(pk=ordered.order).exists(), "not paid again by itself"
    with place.desk():
        clerk = staff_browser(place, "yamada")
        assert "口座が解約されていました" in clerk.get(f"/{TOWN}/payouts/").content.decode()
        assert clerk.post(f"/{TOWN}/payouts/orders/{ordered.order}/ask").status_code == 302
        assert clerk.post(f"/{TOWN}/payouts/orders/{ordered.order}/ask").status_code == 409
        assert clerk.post(f"/{TOWN}/payouts/orders/{ordered.order}/again").status_code == 409
        assert "答えを待っています" in clerk.get(f"/{TOWN}/payouts/").content.decode()
    assert told(place, ordered) == ["transfer_sent", "payment_returned"]
    with place.town():
        body = Application.objects.get(reference=ordered.application).steps.get(step="payment_returned").body
        said = msgspec.json.decode(bytes(body))
    assert [each["path"] for each in said["fields"]] == ["account"]
    assert "9999993" not in bytes(body).decode()
    assert said["account"].endswith("下3けた993")


def test_the_same_account_can_be_tried_again_and_is_a_transfer_of_its_own(place: Place) -> None:
    ordered = order(place, account=CLOSED)
    file = sent(place)
    carry_out(place, file)
    eventually(lambda: state_of(place, file) == "done", "the result is there")
    with place.town():
        row = PayoutOrder.objects.get(pk=ordered.order)
        asking.order_again(row, member("yamada"), at=datetime.now(UTC))
    again = gather(place)
    first, second = transfers_of(place, ordered)
    assert (first.state, second.state) == ("returned", "waiting")
    assert first.reference[:17] == second.reference[:17]
    assert (first.reference[17:], second.reference[17:]) == ("001", "002")
    assert second.file_id == again.pk


def test_an_account_that_no_file_can_carry_is_asked_for_and_holds_up_nobody(place: Place) -> None:
    broken, sound = order(place, account=WITHOUT_BRANCH), order(place)
    file = gather(place)
    assert transfers_of(place, broken) == []
    (transfer,) = transfers_of(place, sound)
    assert transfer.file_id == file.pk
    with place.town():
        row, good = (PayoutOrder.objects.get(pk=each.order) for each in (broken, sound))
        with pytest.raises(CannotPay):
            asking.ask_account(good, member("yamada"), at=datetime.now(UTC))
        asking.ask_account(row, member("yamada"), at=datetime.now(UTC))
        assert Hold.objects.get(order=row).asked_at is not None
    assert told(place, broken) == ["payment_returned"]


def test_two_who_gather_at_once_take_an_order_once(place: Place) -> None:
    ordered = order(place)
    found: list[object] = []

    def run() -> None:
        try:
            with acting_as(TOWN):
                found.append(gathering.gather(TOWN, payment_day(), member("yamada"), at=datetime.now(UTC)).pk)
        except CannotPay as cannot:
            found.append(cannot.why)
        finally:
            connections.close_all()

    with place.desk():
        threads = [threading.Thread(target=run) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found.count(No.NOTHING) == 1
    assert len(transfers_of(place, ordered)) == 1


def test_what_is_being_paid_cannot_be_confirmed_by_hand_and_what_was_confirmed_is_not_gathered(
    place: Place,
) -> None:
    ordered, cash = order(place), order(place)
    with place.town():
        application = Application.objects.get(reference=cash.application)
        deciding.confirm_paid(application, member("yamada"), at=datetime.now(UTC))
    file = gather(place)
    assert transfers_of(place, cash) == []
    with place.town():
        application = Application.objects.get(reference=ordered.application)
        with pytest.raises(CannotDo):
            deciding.confirm_paid(application, member("yamada"), at=datetime.now(UTC))
        with pytest.raises(CannotPay) as own:
            gathering.decide(file, member("yamada"), approve=True, at=datetime.now(UTC))
        assert own.value.why is No.OWN
        gathering.decide(file, member("kimura"), approve=False, at=datetime.now(UTC))
        assert gathering.orders().filter(pk=ordered.order).exists(), "sent back: gathered anew"


class _Killed(BaseException):
    """The process is gone."""


def test_a_crash_between_sending_and_noting_pays_nothing_twice(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    ordered = order(place)
    file = gather(place)

    def die(*_: object) -> None:
        raise _Killed

    place.kill("municipality")
    approve(place, file)
    with place.desk(), monkeypatch.context() as patch:
        patch.setattr(sending, "_taken", die)
        with pytest.raises(_Killed):
            sending.send_due(TOWN, now=datetime.now(UTC))
    assert state_of(place, file) == "approved", "nothing was noted"
    carry_out(place, file)
    place.kill("acquirer")
    for name in ("municipality", "acquirer"):
        place.servers[name].start()
    eventually(lambda: state_of(place, file) == "done", "the next processes bring it to its end")
    assert standing(place, ordered) == ("closed", "paid")
    assert len(transfers_of(place, ordered)) == 1
    count = f"SELECT count(*) FROM transfer WHERE file_id = {at_bank(place, file).rpartition('/')[2]}"  # noqa: S608
    assert place.rows("acquirer", count) == [(file.count,)]


def test_the_bank_knows_what_it_has_and_refuses_what_is_not_the_sender_s(place: Place) -> None:
    order(place)
    file = sent(place)
    content = bytes(file.content)

    def send(**changed: Any) -> TransfersTaken:
        whole = {"file": file.file, "pay_on": file.pay_on, "content": content}
        sender = changed.pop("sender", CITY)
        return place.ask(SEND_TRANSFERS, SendTransfers(**{**whole, **changed}), sender=sender)

    taken = send()
    assert send() == taken
    assert (taken.count, taken.total, taken.digest) == (file.count, file.total, file.digest)
    read = decode(content)
    once_more = encode(replace(read, transfers=read.transfers[:1], day=read.day))
    cents = encode(replace(read, transfers=(replace(read.transfers[0], amount=1),)))
    yesterday = datetime.now(UTC).date() - timedelta(days=2)
    past = encode(replace(read, month=yesterday.month, day=yesterday.day))
    later = file.pay_on + timedelta(days=1)
    for changed, reason in (
        ({"file": uuid4()}, Reason.DUPLICATE_REQUEST),
        ({"content": cents}, Reason.DUPLICATE_REQUEST),
        ({"file": uuid4(), "content": cents}, Reason.DUPLICATE_REQUEST),
        ({"file": uuid4(), "content": once_more + b" "}, Reason.MALFORMED),
        ({"file": uuid4(), "content": b""}, Reason.MALFORMED),
        ({"pay_on": later}, Reason.DUPLICATE_REQUEST),
        ({"file": uuid4(), "content": cents, "pay_on": later}, Reason.MALFORMED),
        ({"file": uuid4(), "content": past, "pay_on": yesterday}, Reason.OUT_OF_PLACE),
        ({"file": uuid4(), "sender": OTHER_CITY}, Reason.WRONG_INSTITUTION),
        ({"sender": "portal"}, Reason.NOT_ENTITLED),
    ):
        assert refused(lambda changed=changed: send(**changed)) is reason, changed
    assert refused(lambda: place.ask(COMPARE, Compare(file=file.file), sender=OTHER_CITY)) is (
        Reason.UNKNOWN_RECORD
    )
    standing_there: FileStanding = place.ask(COMPARE, Compare(file=file.file), sender=CITY)
    assert (standing_there.waiting.count, standing_there.waiting.yen) == (file.count, file.total)


def test_a_file_that_the_bank_refuses_is_said_and_its_orders_are_free_again(place: Place) -> None:
    ordered = order(place)
    file = gather(place)
    with place.town():
        TransferFile.objects.filter(pk=file.pk).update(pay_on=file.pay_on + timedelta(days=300))
    approve_late(place, file)
    eventually(lambda: state_of(place, file) == "refused", "the bank refuses")
    with place.town():
        gathering.drop_refused(file, member("kimura"), at=datetime.now(UTC))
        assert gathering.orders().filter(pk=ordered.order).exists()
    (transfer,) = transfers_of(place, ordered)
    assert transfer.state == "dropped"


def approve_late(place: Place, file: TransferFile) -> None:
    """Approved, whatever became of the day."""
    with place.town():
        now = datetime.now(UTC)
        TransferFile.objects.filter(pk=file.pk).update(
            state="approved", second=member("kimura"), second_at=now, next_try_at=now
        )


def test_results_twice_out_of_order_or_of_another_change_nothing(place: Place) -> None:
    ordered = order(place)
    file = sent(place)
    (transfer,) = transfers_of(place, ordered)
    for said, reason in (
        (result(transfer, file, amount=1), Reason.MALFORMED),
        (result(transfer, file, reference="9" * 20), Reason.UNKNOWN_RECORD),
        (result(transfer, file, file=uuid4()), Reason.UNKNOWN_RECORD),
    ):
        assert refused(lambda said=said: tell(place, said)) is reason
    good = result(transfer, file)
    assert refused(lambda: tell(place, good, sender="portal")) is Reason.NOT_ENTITLED
    assert refused(lambda: tell(place, good, receiver=OTHER_CITY)) is Reason.UNKNOWN_RECORD
    assert standing(place, ordered) == ("decided", "ordered")
    for _ in range(2):
        tell(place, good)
    assert told(place, ordered) == ["transfer_sent", "paid", "closed"]
    back = result(transfer, file, version=2, outcome=TransferOutcome.RETURNED, reason=ReturnReason.RECALLED)
    tell(place, back)
    tell(place, good)
    assert standing(place, ordered) == ("decided", "ordered"), "open again, and the older word is late"
    with place.town():
        assert Hold.objects.get(order=ordered.order).reason == "recalled"
    # A file that nobody approved has no results.
    waiting = order(place)
    unsent = gather(place)
    (transfer,) = transfers_of(place, waiting)
    assert refused(lambda: tell(place, result(transfer, unsent))) is Reason.MALFORMED


def test_money_that_comes_back_late_is_told_by_the_bank(place: Place) -> None:
    ordered: Ordered = order(place)
    file = sent(place)
    carry_out(place, file)
    eventually(lambda: standing(place, ordered) == ("closed", "paid"), "it is paid")
    path = at_bank(place, file)
    (transfer,) = transfers_of(place, ordered)
    _, _, text = place.agent.get(path)
    query = f"SELECT id FROM transfer WHERE reference = '{transfer.reference}'"  # noqa: S608
    ((number,),) = place.rows("acquirer", query)
    assert re.search(rf"{path}/transfers/{number}/return", text)
    _press(place, path, f"{path}/transfers/{number}/return")
    eventually(lambda: standing(place, ordered) == ("decided", "ordered"), "the case is open again")
