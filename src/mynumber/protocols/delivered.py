"""A delivered document looked at: whose signature, unchanged, of which kind and for which address, and what it says (docs/protocols/deliveries.md).

The portal looks when a document arrives, and a body again, with eyes of its own, when it comes with an application. Nothing is believed but the bytes that the
signature covers. Loads lxml, signxml and pyHanko (a second, 60 MB): import it where a document is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from typing import Any, Final

from cryptography import x509

from mynumber.foundation.validation import Conclusion, DocumentKind, Report, Trust, kind_of, validate
from mynumber.foundation.validation.limits import MEGABYTE, Limits
from mynumber.foundation.validation.meanings import CheckName, Reason
from mynumber.foundation.validation.words import Language, in_words
from mynumber.foundation.validation.xml_reading import XmlRefused, parse_xml
from mynumber.protocols.deliveries import PDF_ADDRESS, PDF_KIND, SENDER_POLICY, XML_NAMESPACE, Outcome

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
"""What may be otherwise in an hour."""


class Undecided(Exception):
    """Not to be decided now: no list of revocations that counts."""


class Unsound(Exception):
    """The document is not what it says."""

    def __init__(self, outcome: Outcome, detail: str = "") -> None:
        super().__init__(f"unsound: {outcome.value}")
        self.outcome = outcome
        self.detail = detail
        """Reason of the signature check."""


@dataclass(frozen=True, slots=True, repr=False)
class Signed:
    """A document that its sender signed. It does not print itself."""

    form: str
    """pdf, xml or cms."""
    format: str
    """PAdES, XAdES or CMS."""
    serial: str
    """Of the signer's certificate, hexadecimal: whose it is the caller knows."""
    signed_at: datetime | None
    """What the signer says."""
    sha256: str
    sentences: tuple[str, ...]
    """The report of the check in words."""
    issued: str = ""
    lines: tuple[tuple[str, str], ...] = ()
    """Names and values of an XML, for people."""
    values: tuple[tuple[str, str], ...] = ()
    """Of the lines with a key: key and value, for forms."""

    def __repr__(self) -> str:
        return f"Signed({self.form})"


def form_of(document: bytes) -> str:
    """pdf, xml or cms. Raises Unsound."""
    form = _FORMS.get(kind_of(document))
    if form is None:
        raise Unsound(Outcome.UNREADABLE)
    return form


@lru_cache(maxsize=8)
def trust_in(root: bytes, revocation_list: bytes | None) -> Trust:
    """What documents of a provider's senders are checked against: its CA, the newest list, the policy of senders. Raises MalformedTrust."""
    return Trust(
        signature_roots=[root],
        revocation_lists=[] if revocation_list is None else [revocation_list],
        signature_policies=[x509.ObjectIdentifier(SENDER_POLICY)],
    )


def look_at(document: bytes, *, kind: str, address: str, trust: Trust, at: datetime) -> Signed:
    """All of it but whose certificate it is. Raises Unsound, Undecided."""
    form = form_of(document)
    report = validate(document, trust=trust, at=at, include_holder=True, limits=LIMITS)
    content = _signed_content(report)
    if form == "pdf":
        said, named = _Said(), _named_in_pdf(document)  # the signature covers the file to its end
    else:
        said, named = _read_xml(content)
    if named != (kind, address):
        raise Unsound(Outcome.OTHER_SUBJECT)
    signature = report.signatures[0]
    return Signed(
        form=form,
        format=signature.format.value,
        serial=signature.holder.serial if signature.holder else "",
        signed_at=signature.claimed_at,
        sha256=report.sha256,
        sentences=tuple(in_words(report, Language.JAPANESE)),
        issued=said.issued,
        lines=said.lines,
        values=said.values,
    )


def _signed_content(report: Report) -> bytes:
    """Exactly the bytes that one signer signed. Raises Unsound, Undecided."""
    if report.conclusion is not Conclusion.TOTAL_PASSED:
        if report.reason in _LATER:
            raise Undecided
        raise Unsound(Outcome.BAD_SIGNATURE, report.reason.value)
    signature = report.signatures[0]
    coverage = signature.coverage
    covered = signature.check(CheckName.COVERAGE)
    if len(report.signatures) != 1 or coverage is None or signature.holder is None:
        raise Unsound(Outcome.BAD_SIGNATURE, Reason.ONLY_A_PART.value)
    if not coverage.whole or covered is None or covered.reason is not Reason.HOLDS:
        # Later revisions, comments: harmless for a contract, but nobody needs them in a document that was made for one person.
        raise Unsound(Outcome.BAD_SIGNATURE, covered.reason.value if covered else Reason.ONLY_A_PART.value)
    return coverage.content


def _named_in_pdf(content: bytes) -> tuple[str, str]:
    """Kind and address in the document information dictionary."""
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader

    try:
        info = PdfFileReader(BytesIO(content), strict=False).trailer_view["/Info"]
        return str(info[PDF_KIND]), str(info[PDF_ADDRESS])
    except (PdfError, KeyError, ValueError, TypeError, RecursionError):
        raise Unsound(Outcome.UNREADABLE) from None


@dataclass(frozen=True, slots=True, repr=False)
class _Said:
    issued: str = ""
    lines: tuple[tuple[str, str], ...] = ()
    values: tuple[tuple[str, str], ...] = ()


def _read_xml(content: bytes) -> tuple[_Said, tuple[str, str]]:
    """What a document says, and (kind, address)."""
    try:
        root = parse_xml(content, LIMITS)
    except XmlRefused:
        raise Unsound(Outcome.UNREADABLE) from None
    if root.tag != f"{{{XML_NAMESPACE}}}document":
        raise Unsound(Outcome.UNREADABLE)
    items = root.findall(f"{{{XML_NAMESPACE}}}item")
    lines = tuple((_short(item.get("name", "")), _text(item)) for item in items)
    values = tuple((_short(key), _text(item)) for item in items if (key := item.get("key", "")))
    if len(lines) > MOST_LINES or len(dict(values)) != len(values):
        raise Unsound(Outcome.UNREADABLE)
    issued = root.find(f"{{{XML_NAMESPACE}}}issued")
    named = root.get("kind", ""), root.get("address", "")
    return _Said("" if issued is None else _text(issued), lines, values), named


def _text(element: Any) -> str:
    return _short("".join(element.itertext()))


def _short(text: str) -> str:
    if len(text) > LONGEST_TEXT or not text.isprintable():
        raise Unsound(Outcome.UNREADABLE)
    return text
