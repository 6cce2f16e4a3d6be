"""A delivered document in an application: chosen with its sender shown, fields filled and fixed, and everything that may not be used refused in plain words."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from mynumber.foundation.documents import sign_xml
from mynumber.institutions.courier.dispatch import authority, composing, sending
from mynumber.institutions.courier.dispatch.senders import SENDERS
from mynumber.institutions.portal.applications import committing, drafts, finding, kept
from mynumber.institutions.portal.applications.models import Application
from mynumber.institutions.portal.deliveries import documents
from mynumber.institutions.portal.deliveries.models import DeliveredDocument, HandedIn
from mynumber.platform.databases import InstitutionDatabase
from mynumber.webkit.messages import this_node
from tests.institutions.portal.deliveries.firm import LIFE, PDF_KIND, XML_KIND, Firm, Resident, now
from tests.institutions.portal.deliveries.test_delivering import account_of, bring
from tests.institutions.portal.house import House

CLINIC, NOTE = "hidamari_clinic", "clinic_note"
DUE = (now() + timedelta(days=200)).date()


def note(firm: Firm, address: str, *, due: str = DUE.isoformat()) -> bytes:
    """A clinic's note, signed with its real key."""
    said = {"due_date": due, "unborn": "2", "clinic": "ひだまり架空クリニック"}
    plain = composing.xml_document(
        "妊娠の証明",
        "ひだまり架空クリニック",
        tuple((f"項目 {key}", text) for key, text in said.items()),
        kind=NOTE,
        address=address,
        now=now(),
        keys={f"項目 {key}": key for key in said},
    )
    with firm.acting():
        return sign_xml(plain, authority.signer_of(this_node().keyring, CLINIC), signed_at=now())


def received(firm: Firm, resident: Resident) -> DeliveredDocument:
    """The note, in the resident's box."""
    resident.sign_in().link()
    resident.consent(CLINIC, NOTE)
    address = resident.told()
    bring(firm, address, note(firm, address), sender=CLINIC, kind=NOTE)
    return DeliveredDocument.objects.get(account=account_of(resident), kind=NOTE)


def draft_of(resident: Resident) -> Application:
    procedure = finding.procedure_on("pregnancy_notification", now().date())
    application, _ = drafts.begin(account_of(resident), procedure, now=now())
    # The consent with the card is a test of its own; here only the form is filled.
    Application.objects.filter(pk=application.pk).update(agreed_at=now(), prefilled_at=now())
    application.refresh_from_db()
    return application


def use(resident: Resident, application: Application, ident: object, document: str = NOTE) -> Any:
    page = f"/applications/{application.pk}/documents"
    return resident.browser.post_form(page, page, document=document, use=str(ident))


def words_in(response: Any) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", response.content.decode()))


def test_a_note_fills_its_fields_for_good_and_gives_them_back(resident: Resident, firm: Firm) -> None:
    delivered = received(firm, resident)
    assert "妊娠の届出" in resident.browser.text(f"/deliveries/{delivered.pk}/")
    application = draft_of(resident)
    page = resident.browser.text(f"/applications/{application.pk}/documents")
    for words in ("届いた書類から選ぶ", "ひだまり架空クリニック", "署名を確かめてあります", "出産予定日"):
        assert words in page
    assert use(resident, application, delivered.pk).status_code == 303
    assert use(resident, application, delivered.pk).status_code == 303  # a second press changes nothing
    (paper,) = application.papers.all()
    assert drafts.paper_content(paper) == documents.content(account_of(resident), delivered.pk)
    assert "署名を確かめました" in resident.browser.text(f"/applications/{application.pk}/documents")

    form = f"/applications/{application.pk}/form/request"
    shown = resident.browser.text(form)
    assert "ひだまり架空クリニックが署名した書類から" in shown
    assert 'name="due_date"' not in shown
    sent = {"weeks": "9", "shown": "weeks due_date", "due_date": "令和8年12月1日", "unborn": "1"}
    resident.browser.post_form(form, form, **sent)
    application.refresh_from_db()
    values = drafts.reading_of(application, kept.content_of(application), now=now()).values
    assert (values["due_date"], values["unborn"], values["weeks"]) == (DUE.isoformat(), 2, 9)

    (attached,) = committing.attachments(application)
    assert attached.delivered is not None
    assert (attached.delivered.sender, attached.delivered.kind) == (CLINIC, NOTE)
    assert attached.delivered.address == resident.connection.address
    assert attached.media_type == "application/xml"

    # The resident may delete the document: what was handed in stays. Taken out of the draft, its fields are asked again.
    assert documents.delete(account_of(resident), delivered.pk)
    page = f"/applications/{application.pk}/documents"
    assert resident.browser.post_form(page, page, remove=str(paper.pk)).status_code == 303  # type: ignore[attr-defined]
    assert 'name="due_date"' in resident.browser.text(form)
    assert not HandedIn.objects.filter(paper=paper.pk).exists()


def test_only_ones_own_documents_of_the_right_kind_are_used(
    resident: Resident, house: House, firm: Firm
) -> None:
    theirs = received(firm, Resident(house, firm, house.holder(), firm.customer()))
    address = resident.ready()
    firm.send(address, LIFE, XML_KIND)
    firm.send(address, LIFE, PDF_KIND)
    mine = {one.kind: one for one in documents.usable(account_of(resident))}
    application = draft_of(resident)
    for ident in (theirs.pk, uuid4(), "x", ""):
        refused = use(resident, application, ident)
        assert refused.status_code == 422
        assert str(theirs.pk) not in refused.content.decode()
    assert "届いた書類の中にありません" in words_in(use(resident, application, theirs.pk))
    assert "種類が違います" in words_in(use(resident, application, mine[XML_KIND].id))
    documents.delete(account_of(resident), mine[XML_KIND].id)
    assert "消した書類は使えません" in words_in(use(resident, application, mine[XML_KIND].id))
    assert not application.papers.exists()
    # Any PDF may stand beside: it fills nothing.
    assert use(resident, application, mine[PDF_KIND].id).status_code == 303
    assert not kept.content_of(Application.objects.get(pk=application.pk)).fixed


def test_tampered_or_revoked_documents_are_refused_in_plain_words(
    resident: Resident, house: House, firm: Firm, neighbours: House
) -> None:
    delivered = received(firm, resident)
    application = draft_of(resident)
    good = bytes(delivered.content)
    overwrite(neighbours.database, delivered, good[:-1] + bytes([good[-1] ^ 1]))
    assert "署名されたときと内容が違います" in words_in(use(resident, application, delivered.pk))
    # Sealed rightly, but not what was signed.
    from mynumber.institutions.portal.deliveries import kept as sealed

    signed = sealed.content_of(delivered)
    forged = signed.replace(b">2<", b">5<")
    assert forged != signed
    overwrite(neighbours.database, delivered, sealed.seal(forged, about=f"{delivered.pk}/content"))
    assert "署名されたときと内容が違います" in words_in(use(resident, application, delivered.pk))
    overwrite(neighbours.database, delivered, good)
    assert use(resident, application, delivered.pk).status_code == 303

    with firm.acting():
        ring = this_node().keyring
        authority.revoke(CLINIC, now=now() - timedelta(seconds=2))
        authority.issue(ring, authority.authority_of(ring), SENDERS[CLINIC], now=now())
        assert sending.tell_trust(now=now(), force=True)
    assert "失効しているか" in words_in(use(resident, application, delivered.pk))
    from mynumber.institutions.portal.applications import received as handing

    application.refresh_from_db()
    with pytest.raises(handing.NotUsable) as no:
        handing.require_sound(application, now=now())
    assert "妊娠の証明" in no.value.sentence
    assert "失効しているか" in no.value.sentence


def overwrite(database: InstitutionDatabase, document: DeliveredDocument, content: bytes) -> None:
    """As somebody who has the tables: the portal's own role cannot."""
    with psycopg.connect(database.owner_url) as owner:
        owner.execute("UPDATE delivered_document SET content = %s WHERE id = %s", (content, document.pk))
