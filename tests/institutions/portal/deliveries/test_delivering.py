"""Signed documents arrive from senders the resident consented to, and nothing else does."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest

from mynumber.foundation.documents import sign_cms, sign_pdf, sign_xml
from mynumber.foundation.documents.card import DigestSigner
from mynumber.institutions.courier.dispatch import authority, composing, sending
from mynumber.institutions.courier.dispatch.senders import SENDERS
from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.deliveries import connecting, documents, items
from mynumber.institutions.portal.deliveries.models import Arrival, DeliveredDocument
from mynumber.institutions.portal.notices import inbox
from mynumber.protocols import wire
from mynumber.protocols.deliveries import (
    DELIVER,
    LARGEST_DOCUMENT,
    SENDER_TRUST,
    Delivery,
    Outcome,
    Receipt,
    SenderTrust,
)
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.messages import this_node
from tests.institutions.portal.deliveries.firm import (
    BANK,
    LIFE,
    PAGE,
    PDF_KIND,
    XML_KIND,
    Firm,
    Resident,
    now,
)
from tests.institutions.portal.house import House

ITEMS = SENDERS[LIFE].kinds[XML_KIND].items


def account_of(resident: Resident) -> Account:
    return Account.objects.get(certificate_serial=resident.holder.serial)


def xml_for(address: str, *, kind: str = XML_KIND) -> bytes:
    return composing.xml_document("証明書", "保険", ITEMS, kind=kind, address=address, now=now())


def pdf_for(address: str) -> bytes:
    return composing.pdf_document(
        "お知らせ", "保険", ITEMS, kind=PDF_KIND, address=address, about=uuid4(), now=now()
    )


def bring(firm: Firm, address: str, document: bytes, **changes: Any) -> Receipt:
    """Deliver as the firm's system, with its real keys, whatever the document is. Raises Refused."""
    given: dict[str, Any] = {
        "delivery": uuid4(),
        "address": address,
        "sender": LIFE,
        "kind": XML_KIND,
        "title": "証明書",
        "document": document,
        "at": now(),
        **changes,
    }
    with firm.acting():
        sending.tell_trust(now=now())
        return wire.call(
            this_node(),
            DELIVER,
            Delivery(**given),
            sender="courier",
            receiver="portal",
            hop=Hop.PROVIDER,
            now=partial(datetime.now, now().tzinfo),
        )


def signer(firm: Firm, sender: str = LIFE) -> DigestSigner:
    with firm.acting():
        return authority.signer_of(this_node().keyring, sender)


def signed(firm: Firm, address: str, sender: str = LIFE, *, kind: str = XML_KIND) -> bytes:
    return sign_xml(xml_for(address, kind=kind), signer(firm, sender), signed_at=now())


def test_a_document_arrives_is_read_used_and_deleted(resident: Resident, house: House, firm: Firm) -> None:
    address = resident.ready()
    assert firm.send(address, LIFE, XML_KIND).outcome == Outcome.DELIVERED
    assert firm.send(address, LIFE, PDF_KIND).outcome == Outcome.DELIVERED
    mine = account_of(resident)
    assert [one.kind for one in documents.usable(mine)] == [PDF_KIND, XML_KIND]
    assert len(items.items(mine, now())) == 2
    pages = {one.kind: f"/deliveries/{one.pk}/" for one in documents.of_account(mine)}
    assert inbox.find(mine, documents.of_account(mine)[0].pk) is not None

    listed = resident.browser.text("/deliveries/")
    assert "生命保険料控除証明書" in listed
    page = resident.browser.text(pages[XML_KIND])
    for words in ("1文字も変わっていません", "あおぞら架空生命保険", "63000", "この署名は有効です"):
        assert words in page
    assert resident.number not in page
    file: Any = resident.browser.get(f"{pages[PDF_KIND]}file")
    assert file.content.startswith(b"%PDF-")
    assert file.headers["Content-Disposition"].startswith("attachment")

    somebody = Resident(house, firm, house.holder(), firm.customer()).sign_in()
    for path in (pages[XML_KIND], f"{pages[XML_KIND]}file", f"{pages[XML_KIND]}delete"):
        assert somebody.browser.get(path).status_code == 404
    assert documents.content(account_of(somebody), DeliveredDocument.objects.latest("arrived_at").pk) is None

    gone: Any = resident.browser.post_form(f"{pages[XML_KIND]}delete", f"{pages[XML_KIND]}delete")
    assert gone.status_code == 303
    assert resident.browser.get(pages[XML_KIND]).status_code == 404
    assert Arrival.objects.filter(connection=resident.connection, outcome=Outcome.DELIVERED).count() == 2


def test_a_delivery_is_taken_once_however_often_it_comes(resident: Resident, firm: Firm) -> None:
    address, ident = resident.ready(), uuid4()
    document = signed(firm, address)
    first = bring(firm, address, document, delivery=ident)
    assert bring(firm, address, document, delivery=ident) == first
    with pytest.raises(Refused) as other:
        bring(firm, address, document, delivery=ident, title="別の題")
    assert other.value.reason is Reason.DUPLICATE_REQUEST
    assert DeliveredDocument.objects.filter(connection=resident.connection).count() == 1


def test_without_consent_nothing_arrives_and_a_withdrawal_counts_at_once(
    resident: Resident, firm: Firm
) -> None:
    resident.sign_in().link()
    resident.consent(LIFE, PDF_KIND)
    address = resident.told()
    document = signed(firm, address)
    assert bring(firm, address, document).outcome is Outcome.NO_CONSENT
    resident.consent(LIFE, PDF_KIND, XML_KIND)
    assert bring(firm, address, document).outcome is Outcome.DELIVERED
    page = resident.browser.text(PAGE)
    assert "同意しています" in page
    assert "同意のない種類の書類だったため" in page
    # The firm has not heard of it yet, and that does not matter.
    connecting.withdraw(resident.connection, resident.connection.provider.senders.get(key=LIFE), now=now())
    assert bring(firm, address, document).outcome is Outcome.NO_CONSENT
    assert DeliveredDocument.objects.filter(connection=resident.connection).count() == 1
    ended: Any = resident.browser.post_form(PAGE, f"{PAGE}end")
    assert ended.status_code == 303
    assert bring(firm, address, document).outcome is Outcome.NO_CONNECTION
    assert bring(firm, "A" * 32, document).outcome is Outcome.NO_CONNECTION
    assert "届いた書類はありません" not in resident.browser.text("/deliveries/")


def test_what_is_wrong_with_a_document_is_said(resident: Resident, house: House, firm: Firm) -> None:
    address = resident.ready()
    good = signed(firm, address)
    unsigned = xml_for(address)
    other = Resident(house, firm, house.holder(), firm.customer())
    elsewhere = other.ready()
    cases = [
        (unsigned, {}, Outcome.BAD_SIGNATURE, "no_signature"),
        (good.replace(b"63000", b"93000"), {}, Outcome.BAD_SIGNATURE, "content_differs"),
        (signed(firm, address, BANK), {}, Outcome.OTHER_SIGNER, ""),
        (sign_xml(unsigned, house_card(house), signed_at=now()), {}, Outcome.BAD_SIGNATURE, "untrusted"),
        # Made for somebody else, or as another kind, and brought to this address.
        (signed(firm, elsewhere), {}, Outcome.OTHER_SUBJECT, ""),
        (signed(firm, address, kind=PDF_KIND), {}, Outcome.OTHER_SUBJECT, ""),
        (good, {"sender": "nobody"}, Outcome.UNKNOWN_SENDER, ""),
        (good, {"kind": "tax_return"}, Outcome.UNKNOWN_SENDER, ""),
        (good, {"sender": BANK, "kind": "loan_balance_certificate"}, Outcome.NO_CONSENT, ""),
        (b"hello", {}, Outcome.UNREADABLE, ""),
        (sign_xml(b"<other/>", signer(firm), signed_at=now()), {}, Outcome.UNREADABLE, ""),
    ]
    for document, changes, outcome, detail in cases:
        receipt = bring(firm, address, document, **changes)
        assert (receipt.outcome, receipt.detail) == (outcome, detail)
    assert not DeliveredDocument.objects.filter(connection=resident.connection).exists()
    assert bring(firm, address, good).outcome is Outcome.DELIVERED


def house_card(house: House) -> DigestSigner:
    """A resident's own signature card: a good one, of another hierarchy."""
    certificate, sign = house.with_signature(house.holder()).signing()

    class Card:
        def __init__(self) -> None:
            self.certificate = certificate

        def sign(self, digest: bytes) -> bytes:
            return sign(digest)

    return Card()


def test_signed_xml_in_a_cms_is_taken_and_entities_are_not(resident: Resident, firm: Firm) -> None:
    address = resident.ready()
    cms = sign_cms(xml_for(address), signer(firm), signed_at=now(), detached=False)
    assert bring(firm, address, cms).outcome is Outcome.DELIVERED
    bomb = b'<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa">]>' + xml_for(address).split(b"?>", 1)[1]
    hostile = sign_cms(bomb, signer(firm), signed_at=now(), detached=False)
    assert bring(firm, address, hostile).outcome is Outcome.UNREADABLE


def test_a_pdf_that_acts_or_was_added_to_is_refused(resident: Resident, firm: Firm) -> None:
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    address = resident.ready()
    writer = IncrementalPdfFileWriter(BytesIO(pdf_for(address)))
    writer.root["/OpenAction"] = generic.DictionaryObject(  # type: ignore[no-untyped-call]
        {
            generic.NameObject("/S"): generic.NameObject("/JavaScript"),
            generic.NameObject("/JS"): generic.TextStringObject("app.alert(1)"),
        }
    )
    writer.update_root()  # type: ignore[no-untyped-call]
    target = BytesIO()
    writer.write(target)  # type: ignore[no-untyped-call]
    acting = sign_pdf(target.getvalue(), signer(firm), signed_at=now())
    assert bring(firm, address, acting, kind=PDF_KIND).outcome is Outcome.NOT_HARMLESS
    good = sign_pdf(pdf_for(address), signer(firm), signed_at=now())
    twice = sign_pdf(good, signer(firm, BANK), signed_at=now())
    assert bring(firm, address, twice, kind=PDF_KIND).outcome is Outcome.BAD_SIGNATURE
    assert bring(firm, address, good + b"%%more", kind=PDF_KIND).outcome is Outcome.BAD_SIGNATURE
    assert bring(firm, address, good, kind=PDF_KIND).outcome is Outcome.DELIVERED


def test_a_message_with_too_large_a_document_or_from_somebody_else_is_refused(
    resident: Resident, firm: Firm
) -> None:
    address = resident.ready()
    with pytest.raises(Refused) as large:
        bring(firm, address, b"%PDF-" + b"0" * LARGEST_DOCUMENT)
    assert large.value.reason is Reason.MALFORMED
    node = resident.house.exchange.systems.node("jlis")
    stranger = Delivery(
        delivery=uuid4(), address=address, sender=LIFE, kind=XML_KIND, title="x", document=b"x", at=now()
    )
    with pytest.raises(Refused) as other:
        wire.call(
            node,
            DELIVER,
            stranger,
            sender="jlis",
            receiver="portal",
            hop=Hop.PROVIDER,
            now=partial(datetime.now, now().tzinfo),
        )
    assert other.value.reason is Reason.NOT_ENTITLED


def test_a_senders_certificate_is_revoked_and_replaced(resident: Resident, firm: Firm) -> None:
    address = resident.ready()
    old = signed(firm, address)
    with firm.acting():
        ring = this_node().keyring
        before = authority.revocation_list(ring, now=now() - timedelta(hours=1))
        authority.revoke(LIFE, now=now() - timedelta(seconds=2))
        authority.issue(ring, authority.authority_of(ring), SENDERS[LIFE], now=now())
        assert sending.tell_trust(now=now(), force=True)
    assert bring(firm, address, old).detail in {"revoked", "revoked_unproven"}
    assert bring(firm, address, signed(firm, address)).outcome is Outcome.DELIVERED
    # An older list does not bring it back.
    trust(firm, before)
    assert bring(firm, address, old).outcome is Outcome.BAD_SIGNATURE


def trust(firm: Firm, revocation_list: bytes, *certificates: bytes) -> None:
    with firm.acting():
        wire.call(
            this_node(),
            SENDER_TRUST,
            SenderTrust(certificates=certificates, revocation_list=revocation_list),
            sender="courier",
            receiver="portal",
            hop=Hop.PROVIDER,
            now=partial(datetime.now, now().tzinfo),
        )


def test_only_what_the_registered_authority_signed_is_trusted(resident: Resident, firm: Firm) -> None:
    with firm.acting():
        fine = authority.revocation_list(this_node().keyring, now=now())
        foreign = authority._self_signed(now())
    with pytest.raises(Refused) as certificate:
        trust(firm, fine, foreign.certificate)
    assert certificate.value.reason is Reason.BAD_SIGNATURE
    with pytest.raises(Refused) as listed:
        trust(firm, b"\x30\x03\x02\x01\x01")
    assert listed.value.reason is Reason.BAD_SIGNATURE
