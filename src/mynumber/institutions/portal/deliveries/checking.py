"""Looking at a document that was delivered: whose signature, unchanged, about this address and kind, harmless (docs/protocols/deliveries.md).

Nothing is believed but the bytes that the signature covers.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from io import BytesIO
from threading import BoundedSemaphore
from typing import Any, Final

from cryptography import x509

from mynumber.foundation.validation import Conclusion, DocumentKind, Report, Trust, kind_of, validate
from mynumber.foundation.validation.limits import MEGABYTE, Limits
from mynumber.foundation.validation.meanings import CheckName, Reason
from mynumber.foundation.validation.words import Language, in_words
from mynumber.foundation.validation.xml_reading import XmlRefused, parse_xml
from mynumber.institutions.portal.deliveries.kept import Facts
from mynumber.institutions.portal.deliveries.looked_at import Checked, ComeAgain, NotTaken
from mynumber.institutions.portal.deliveries.models import Provider, Sender, SenderCertificate
from mynumber.protocols.deliveries import (
    PDF_ADDRESS,
    PDF_KIND,
    SENDER_POLICY,
    XML_NAMESPACE,
    Delivery,
    Outcome,
)
from mynumber.webkit.face.harmless import only_shows

AT_ONCE: Final = 2
"""Documents that a process looks at together: a hostile one may take seconds."""
WAIT_SECONDS: Final = 20.0
MOST_LINES: Final = 200
LONGEST_TEXT: Final = 400
LIMITS: Final = Limits(
    document=MEGABYTE,
    xml=MEGABYTE,
    xml_elements=2_000,
    signatures=4,
    pdf_revisions=4,
    pdf_compared=4 * MEGABYTE,
    pdf_decoded=16 * MEGABYTE,
    pdf_stream=8 * MEGABYTE,
)
_FORMS: Final = {DocumentKind.PDF: "pdf", DocumentKind.XML: "xml", DocumentKind.CMS: "cms"}
_LATER: Final = frozenset(
    {
        Reason.NO_STATUS,
        Reason.STATUS_STALE,
        Reason.SUSPENDED,
        Reason.NOT_PROCESSED,
        Reason.ISSUER_NOT_IN_FORCE,
    }
)
"""What may be otherwise in an hour: the provider is told to come again."""

_Lines = tuple[tuple[str, str], ...]
_NO_LINES: Final[_Lines] = ()

_places = BoundedSemaphore(AT_ONCE)


def check(delivery: Delivery, sender: Sender, *, now: datetime) -> Checked:
    """All of it. Raises NotTaken, ComeAgain."""
    if not _places.acquire(timeout=WAIT_SECONDS):
        raise ComeAgain
    try:
        return _check(delivery, sender, now)
    finally:
        _places.release()


def _check(delivery: Delivery, sender: Sender, now: datetime) -> Checked:
    document, form = delivery.document, _FORMS.get(kind_of(delivery.document))
    if form is None:
        raise NotTaken(Outcome.UNREADABLE)
    if form == "pdf" and not only_shows(document):
        raise NotTaken(Outcome.NOT_HARMLESS)
    report = validate(document, trust=trust_of(sender.provider), at=now, include_holder=True, limits=LIMITS)
    content = _signed_content(report, sender)
    if form == "pdf":
        issued, lines = "", _NO_LINES
        named = _named_in_pdf(document)  # the signature covers the file to its end
    else:
        issued, lines, named = _read_xml(content)
    if named != (delivery.kind, delivery.address):
        raise NotTaken(Outcome.OTHER_SUBJECT)
    signature = report.signatures[0]
    facts = Facts(
        title=delivery.title,
        format=signature.format.value,
        signed_at=signature.claimed_at,
        checked_at=report.checked_at,
        sha256=report.sha256,
        sentences=tuple(in_words(report, Language.JAPANESE)),
        issued=issued,
        lines=lines,
    )
    return Checked(form, facts)


def _signed_content(report: Report, sender: Sender) -> bytes:
    """Exactly the bytes that this sender signed. Raises NotTaken, ComeAgain."""
    if report.conclusion is not Conclusion.TOTAL_PASSED:
        if report.reason in _LATER:
            raise ComeAgain
        raise NotTaken(Outcome.BAD_SIGNATURE, report.reason.value)
    signature = report.signatures[0]
    coverage, holder = signature.coverage, signature.holder
    covered = signature.check(CheckName.COVERAGE)
    if len(report.signatures) != 1 or coverage is None or holder is None:
        raise NotTaken(Outcome.BAD_SIGNATURE, Reason.ONLY_A_PART.value)
    if not coverage.whole or covered is None or covered.reason is not Reason.HOLDS:
        # Later revisions, comments: harmless for a contract, but nobody needs them in a document that was made for one person.
        raise NotTaken(Outcome.BAD_SIGNATURE, covered.reason.value if covered else Reason.ONLY_A_PART.value)
    known = SenderCertificate.objects.filter(provider=sender.provider, serial=holder.serial, sender=sender)
    if not known.exists():
        raise NotTaken(Outcome.OTHER_SIGNER)
    return coverage.content


def trust_of(provider: Provider) -> Trust:
    """What documents of this provider's senders are checked against."""
    found = provider.revocation_list
    return _trust(bytes(provider.root), None if found is None else bytes(found))


@lru_cache(maxsize=8)
def _trust(root: bytes, revocation_list: bytes | None) -> Trust:
    return Trust(
        signature_roots=[root],
        revocation_lists=[] if revocation_list is None else [revocation_list],
        signature_policies=[x509.ObjectIdentifier(SENDER_POLICY)],
    )


def _named_in_pdf(content: bytes) -> tuple[str, str]:
    """Kind and address in the document information dictionary."""
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader

    try:
        info = PdfFileReader(BytesIO(content), strict=False).trailer_view["/Info"]
        return str(info[PDF_KIND]), str(info[PDF_ADDRESS])
    except (PdfError, KeyError, ValueError, TypeError, RecursionError):
        raise NotTaken(Outcome.UNREADABLE) from None


def _read_xml(content: bytes) -> tuple[str, _Lines, tuple[str, str]]:
    """Day of issue, lines, and (kind, address) of a document."""
    try:
        root = parse_xml(content, LIMITS)
    except XmlRefused:
        raise NotTaken(Outcome.UNREADABLE) from None
    if root.tag != f"{{{XML_NAMESPACE}}}document":
        raise NotTaken(Outcome.UNREADABLE)
    lines = tuple(
        (_short(item.get("name", "")), _text(item)) for item in root.findall(f"{{{XML_NAMESPACE}}}item")
    )
    if len(lines) > MOST_LINES:
        raise NotTaken(Outcome.UNREADABLE)
    issued = root.find(f"{{{XML_NAMESPACE}}}issued")
    named = root.get("kind", ""), root.get("address", "")
    return "" if issued is None else _text(issued), lines, named


def _text(element: Any) -> str:
    return _short("".join(element.itertext()))


def _short(text: str) -> str:
    if len(text) > LONGEST_TEXT or not text.isprintable():
        raise NotTaken(Outcome.UNREADABLE)
    return text
