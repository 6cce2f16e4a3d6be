"""E-mails: proven addresses, alerts without content, at least once, and what bounces."""

from __future__ import annotations

import re
import ssl
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mynumber.institutions.portal.account.models import Account, EventKind
from mynumber.institutions.portal.account.signing_in import record
from mynumber.institutions.portal.contacts import addresses, alerts, bounces, outbox
from mynumber.institutions.portal.contacts.addresses import Fault, NotProven, TooOften
from mynumber.institutions.portal.contacts.models import Alert, Contact, Mail, Verification
from mynumber.institutions.portal.contacts.posting import MailFolder, MailServer, post_of
from mynumber.webkit.environment import BadEnvironment
from tests.institutions.portal.contacts.mail import Mailbox, mail_server
from tests.institutions.portal.visits import newcomer, now

ADDRESS = "hanako.secret@example.jp"
PERSON = re.compile(r"test-|hanako|証明書の終わり|[0-9]{11}")


def code_in(text: str) -> str:
    found = re.search(r"\b([0-9]{6})\b", text)
    assert found is not None
    return found[1]


def proven(box: Mailbox, post: MailServer, address: str = ADDRESS) -> Account:
    """An account whose address is proven; the mailbox is empty again."""
    account = newcomer()
    addresses.begin(account, address, now=now())
    outbox.deliver_due(post, now=now())
    addresses.prove_by_code(account, code_in(box.words_to(address)[-1]), now=now())
    Mail.objects.all().delete()
    box.arrived.clear()
    return account


def test_an_address_counts_once_its_reader_has_proven_it(box: Mailbox, post: MailServer) -> None:
    account = newcomer()
    addresses.begin(account, ADDRESS, now=now())
    assert addresses.verified(account) is None
    assert addresses.waiting(account, now=now()) == ADDRESS
    assert outbox.deliver_due(post, now=now()) == 1
    (text,) = box.words_to(ADDRESS)
    assert addresses.prove_by_code(account, code_in(text), now=now()) == ADDRESS
    assert addresses.verified(account) == ADDRESS
    assert account.alerted
    # The tables do not show it, and the outbox holds neither address nor code any more.
    with connection.cursor() as cursor:
        for table in ("contact", "contact_mail", "contact_verification"):
            cursor.execute(f"SELECT t::text FROM {table} t")  # noqa: S608 - the names above
            shown = str(cursor.fetchall())
            assert "hanako" not in shown
            assert b"hanako".hex() not in shown
    assert not Mail.objects.exclude(address=None, secret=None).exists()


def test_the_link_proves_it_for_the_account_that_asked_alone(box: Mailbox, post: MailServer) -> None:
    account, other = newcomer(), newcomer()
    addresses.begin(account, ADDRESS, now=now())
    outbox.deliver_due(post, now=now())
    token = re.search(r"confirm\?token=(\S+)", box.words_to(ADDRESS)[0])
    assert token is not None
    with pytest.raises(NotProven, match=Fault.NOTHING_ASKED):
        addresses.prove_by_link(other, token[1], now=now())
    addresses.prove_by_link(account, token[1], now=now())
    with pytest.raises(NotProven, match=Fault.NOTHING_ASKED):
        addresses.prove_by_link(account, token[1], now=now())


def test_tries_and_time_are_limited(box: Mailbox, post: MailServer) -> None:
    account = newcomer()
    addresses.begin(account, ADDRESS, now=now())
    outbox.deliver_due(post, now=now())
    code = code_in(box.words_to(ADDRESS)[0])
    with pytest.raises(NotProven, match=Fault.OVER):
        addresses.prove_by_code(account, code, now=now() + addresses.VALID_FOR)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for _ in range(addresses.MOST_TRIES):
        with pytest.raises(NotProven, match=Fault.WRONG):
            addresses.prove_by_code(account, wrong, now=now())
    with pytest.raises(NotProven, match=Fault.OVER):
        addresses.prove_by_code(account, code, now=now())
    assert addresses.verified(account) is None


def test_nobody_is_written_to_more_than_a_few_times_a_day(box: Mailbox) -> None:
    account = newcomer()
    for _ in range(addresses.MOST_A_DAY):
        addresses.begin(account, "a@example.jp", now=now())
    with pytest.raises(TooOften):
        addresses.begin(account, "b@example.jp", now=now())
    with pytest.raises(TooOften):
        addresses.begin(newcomer(), "A@EXAMPLE.jp", now=now())
    addresses.begin(newcomer(), "a@example.jp", now=now() + timedelta(days=1, minutes=1))


def test_the_old_address_is_told_of_a_change_and_of_its_removal(box: Mailbox, post: MailServer) -> None:
    account = proven(box, post)
    addresses.begin(account, "new@example.jp", now=now())
    outbox.deliver_due(post, now=now())
    assert addresses.verified(account) == ADDRESS
    addresses.prove_by_code(account, code_in(box.words_to("new@example.jp")[0]), now=now())
    addresses.remove(account, now=now())
    outbox.deliver_due(post, now=now())
    assert "このアドレスへの連絡は終わりました" in box.words_to(ADDRESS)[0]
    assert any("このアドレスへの連絡は終わりました" in text for text in box.words_to("new@example.jp"))
    assert addresses.verified(account) is None
    assert not account.alerted
    assert account.events.filter(kind=EventKind.CONTACT_CHANGED).count() == 3


def test_an_alert_says_that_there_is_something_new_and_nothing_else(box: Mailbox, post: MailServer) -> None:
    account = proven(box, post)
    for alert in Alert:
        Mail.objects.all().delete()
        assert alerts.ping(account, alert.value, now())
        outbox.deliver_due(post, now=now())
    texts = box.words_to(ADDRESS)
    assert len(texts) == len(Alert)
    assert len(set(texts)) == 1
    assert "http://portal.localhost:8000/\r\n" in texts[0]
    assert not PERSON.search(texts[0])
    message = box.to(ADDRESS)[0]
    assert set(message.keys()) <= {
        *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"),
        *("MIME-Version", "Content-Type", "Content-Transfer-Encoding", "X-Peer", "X-MailFrom", "X-RcptTo"),
    }


def test_who_wants_no_alert_gets_none(box: Mailbox, post: MailServer) -> None:
    account = proven(box, post)
    Contact.objects.filter(account=account).update(alert_notice=False)
    assert not alerts.ping(account, Alert.NOTICE, now())
    assert not alerts.ping(newcomer(), Alert.NOTICE, now())
    assert alerts.ping(account, Alert.STEP, now())
    # One that waits stands for those after it.
    assert not alerts.ping(account, Alert.STEP, now())
    assert Mail.objects.count() == 1


def test_a_mailbox_cannot_be_filled(box: Mailbox, post: MailServer) -> None:
    account = proven(box, post)
    for _ in range(alerts.MOST_A_DAY + 5):
        alerts.ping(account, Alert.NOTICE, now())
        outbox.deliver_due(post, now=now())
    assert len(box.to(ADDRESS)) == alerts.MOST_A_DAY


def test_events_are_told_and_cost_nothing_where_nobody_wants_them(box: Mailbox, post: MailServer) -> None:
    account = proven(box, post)
    record(account, EventKind.SIGNED_IN, now())
    assert Mail.objects.get().alert == Alert.SIGN_IN
    Mail.objects.all().delete()
    record(account, EventKind.SIGNED_OUT, now())
    assert not Mail.objects.exists()
    for kind in (EventKind.PASSKEY_ADDED, EventKind.REFUSED):
        Mail.objects.all().delete()
        record(account, kind, now())
        assert Mail.objects.count() == 1
    plain = newcomer()
    with CaptureQueriesContext(connection) as asked:
        record(plain, EventKind.SIGNED_IN, now())
    assert len(asked) <= 1
    assert Mail.objects.filter(account=plain).count() == 0


def test_what_is_put_off_is_sent_later_and_once(box: Mailbox, post: MailServer) -> None:
    account = proven(box, post)
    alerts.ping(account, Alert.NOTICE, now())
    box.busy = 2
    at = now()
    assert outbox.deliver_due(post, now=at) == 0
    assert outbox.deliver_due(post, now=at) == 0, "not before its time"
    at += outbox.FIRST_WAIT
    assert outbox.deliver_due(post, now=at) == 0
    at += 2 * outbox.FIRST_WAIT
    assert outbox.deliver_due(post, now=at) == 1
    assert outbox.deliver_due(post, now=at + timedelta(hours=2)) == 0
    assert len(box.to(ADDRESS)) == 1


def test_without_a_server_e_mails_wait_and_are_given_up_after_days(box: Mailbox, post: MailServer) -> None:
    account = proven(box, post)
    alerts.ping(account, Alert.NOTICE, now())
    away = MailServer.parse("smtp://127.0.0.1:9")
    assert outbox.deliver_due(away, now=now()) == 0
    assert Mail.objects.get().failed_at is None
    assert outbox.deliver_due(away, now=now() + outbox.GIVE_UP_AFTER) == 0
    given_up = Mail.objects.get()
    assert (given_up.reason, given_up.address) == ("too_long", None)
    assert addresses.verified(account) == ADDRESS, "the address is not to blame"
    assert outbox.forget(now=now() + outbox.KEPT_FOR + timedelta(days=1)) == 1


def test_an_address_where_nobody_is_gets_nothing_more(box: Mailbox, post: MailServer) -> None:
    account = proven(box, post)
    box.nobody_there.add(ADDRESS)
    alerts.ping(account, Alert.NOTICE, now())
    outbox.deliver_due(post, now=now())
    contact = Contact.objects.get(account=account)
    assert contact.bounced_at is not None
    assert addresses.verified(account) is None
    assert not alerts.ping(account, Alert.NOTICE, now())
    account.refresh_from_db()
    assert not account.alerted


REPORT = """\
From: MAILER-DAEMON@mx.example.jp
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

no such user
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.jp

Final-Recipient: rfc822; x@example.jp
Action: {action}
Status: {status}

--b
Content-Type: text/rfc822-headers

Message-ID: {ident}

--b--
"""


def test_a_report_that_comes_back_marks_the_address(box: Mailbox, post: MailServer) -> None:
    account = proven(box, post)
    alerts.ping(account, Alert.NOTICE, now())
    outbox.deliver_due(post, now=now())
    ident = box.to(ADDRESS)[0]["Message-ID"]

    def take(action: str, status: str, ident: str) -> int:
        report = REPORT.format(action=action, status=status, ident=ident)
        return bounces.take(report.encode(), now=now())

    assert take("failed", "5.2.2", ident) == 0, "a full mailbox is not for good"
    for action, told in (
        ("delayed", ident),
        ("failed", "<00@x>"),
        ("failed", f"<{'0' * 32}@portal.localhost>"),
    ):
        with pytest.raises(bounces.NoReport):
            take(action, "5.1.1", told)
    assert addresses.verified(account) == ADDRESS
    assert take("failed", "5.1.1", ident) == 1
    assert addresses.verified(account) is None


@pytest.mark.parametrize("report", [b"", b"\xff" * 100, b"Subject: x\n\nhello", b"x" * (bounces.LONGEST + 1)])
def test_what_is_no_report_is_refused(report: bytes, box: Mailbox) -> None:
    with pytest.raises(bounces.NoReport):
        bounces.take(report, now=now())


def test_a_server_can_want_tls_that_is_believed(box: Mailbox, post: MailServer, tmp_path: Path) -> None:
    account = proven(box, post)
    server, trusted = certified(tmp_path)
    with mail_server(server) as (secure, port):
        plain = MailServer.parse(f"smtp://127.0.0.1:{port}")
        unknown = MailServer.parse(f"smtp+starttls://localhost:{port}")
        known = MailServer.parse(f"smtp+starttls://localhost:{port}")
        known.context = trusted
        alerts.ping(account, Alert.NOTICE, now())
        at = now()
        for way in (plain, unknown):
            assert outbox.deliver_due(way, now=at) == 0
            at += timedelta(hours=2)
        assert outbox.deliver_due(known, now=at) == 1
        assert len(secure.to(ADDRESS)) == 1


def certified(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's side of TLS for `localhost`, and a client's that trusts it."""
    from datetime import UTC, datetime

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, at = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(hours=1))
        .not_valid_after(at + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    both = folder / "server.pem"
    both.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(both)
    return server, ssl.create_default_context(
        cadata=certificate.public_bytes(serialization.Encoding.PEM).decode()
    )


def test_without_a_mail_server_e_mails_lie_in_a_folder(
    box: Mailbox, post: MailServer, tmp_path: Path
) -> None:
    account = proven(box, post)
    alerts.ping(account, Alert.NOTICE, now())
    assert outbox.deliver_due(MailFolder(tmp_path / "mail"), now=now()) == 1
    (file,) = (tmp_path / "mail").iterdir()
    assert ADDRESS.encode() in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    assert isinstance(post_of({"MYNUMBER_HOME": str(tmp_path)}), MailFolder)
    assert isinstance(post_of({"MYNUMBER_SMTP_URL": "smtp://mx:2525"}), MailServer)
    assert post_of({}) is None


@pytest.mark.parametrize(
    "url", ["", "http://x", "smtp://", "smtp://x:99999", "smtp://x/y", "smtp://x?y=1", "smtp//x"]
)
def test_a_malformed_address_of_the_server_is_named_and_not_shown(url: str) -> None:
    with pytest.raises(BadEnvironment) as refused:
        MailServer.parse(url)
    assert "MYNUMBER_SMTP_URL" in str(refused.value)
    assert repr(MailServer.parse("smtps://me:himitsu@mx")).find("himitsu") < 0


def test_nothing_but_the_parsed_address_can_stand_in_a_header(house: object) -> None:
    from mynumber.institutions.portal.contacts.writing import letter

    mail = Mail(purpose="ping", language="ja")
    for bad in ("a@b.jp\r\nBcc: c@d.jp", "a@b.jp\nX: y"):
        with pytest.raises(ValueError, match=r"(?i)linefeed|newline"):
            letter(mail, bad, None, site="http://portal.localhost:8000", simulation=True, now=now())


def test_the_waiting_address_goes_with_the_account(box: Mailbox, post: MailServer) -> None:
    account = proven(box, post)
    addresses.begin(account, "x@example.jp", now=now())
    addresses.forget(account, now())
    assert not Mail.objects.filter(account=account).exists()
    assert not Verification.objects.filter(account=account).exists()
    assert addresses.verified(account) is None
