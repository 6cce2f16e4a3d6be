"""Documents as senders make them: an XML or a PDF that names its delivery address and kind inside, signed by the sender."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from uuid import UUID
from zoneinfo import ZoneInfo

from lxml import etree

from mynumber.foundation.documents import sign_pdf, sign_xml
from mynumber.foundation.documents.card import DigestSigner
from mynumber.foundation.people import Wareki
from mynumber.institutions.courier.dispatch.senders import Sender
from mynumber.protocols.deliveries import PDF_ADDRESS, PDF_KIND, XML_NAMESPACE

JAPAN = ZoneInfo("Asia/Tokyo")


def compose(
    sender: Sender, kind: str, *, address: str, about: UUID, signer: DigestSigner, now: datetime
) -> bytes:
    """A signed document of the demonstration."""
    made = sender.kinds[kind]
    if made.form == "xml":
        return sign_xml(
            xml_document(
                made.name, sender.name, made.items, kind=kind, address=address, now=now, keys=dict(made.keys)
            ),
            signer,
            signed_at=now,
        )
    return sign_pdf(
        pdf_document(made.name, sender.name, made.items, kind=kind, address=address, about=about, now=now),
        signer,
        signed_at=now,
    )


def xml_document(
    title: str,
    sender: str,
    items: tuple[tuple[str, str], ...],
    *,
    kind: str,
    address: str,
    now: datetime,
    keys: Mapping[str, str] | None = None,
) -> bytes:
    """The XML of `protocols.deliveries`, not signed yet."""
    root = etree.Element(
        f"{{{XML_NAMESPACE}}}document", {"kind": kind, "address": address}, nsmap={None: XML_NAMESPACE}
    )
    day = now.astimezone(JAPAN)
    for name, text in (
        ("title", title),
        ("sender", sender),
        ("issued", f"{day.year}年{day.month}月{day.day}日"),
    ):
        etree.SubElement(root, f"{{{XML_NAMESPACE}}}{name}").text = text
    for name, text in items:
        key = (keys or {}).get(name)
        named = {"name": name, "key": key} if key else {"name": name}
        etree.SubElement(root, f"{{{XML_NAMESPACE}}}item", named).text = _text(text, day.date())
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))


def _text(text: str, made_on: date) -> str:
    return Wareki.of(made_on + timedelta(days=int(text[1:]))).text if text.startswith("@") else text


def pdf_document(
    title: str,
    sender: str,
    items: tuple[tuple[str, str], ...],
    *,
    kind: str,
    address: str,
    about: UUID,
    now: datetime,
) -> bytes:
    """The PDF, not signed yet."""
    # reportlab and pyHanko take a second to import, and only an operator who sends needs them.
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    from mynumber.webkit.paper import Facts, Mark, Paper, write

    day = now.astimezone(JAPAN)
    paper = Paper(
        title=title,
        mark=Mark(about, sha256(address.encode()).hexdigest()),
        blocks=(Facts(items),),
        on=f"{day.year}年{day.month}月{day.day}日",
        sender=sender,
    )
    writer = IncrementalPdfFileWriter(BytesIO(write(paper)))
    info = generic.DictionaryObject(  # type: ignore[no-untyped-call]
        {
            generic.NameObject(PDF_ADDRESS): generic.TextStringObject(address),
            generic.NameObject(PDF_KIND): generic.TextStringObject(kind),
        }
    )
    writer.set_info(writer.add_object(info))
    target = BytesIO()
    writer.write(target)  # type: ignore[no-untyped-call]
    return target.getvalue()
