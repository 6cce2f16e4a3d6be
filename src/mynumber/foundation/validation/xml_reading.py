"""Reading a stranger's XML: no entities, no document type, nothing loaded, and bounds on everything that sorts or nests."""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

from mynumber.foundation.validation.limits import Limits
from mynumber.foundation.validation.meanings import CheckName, Reason


class XmlRefused(Exception):
    """The document is not looked at further."""

    def __init__(self, reason: Reason, check: CheckName = CheckName.FORMAT) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.check = check


def parser() -> etree.XMLParser:
    """No entity is replaced, nothing is loaded, libxml2's own bounds stay on."""
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )


def parse_xml(document: bytes, limits: Limits) -> etree._Element:
    """The root of a document that is safe to look at. Raises XmlRefused."""
    if len(document) > limits.xml:
        raise XmlRefused(Reason.TOO_LARGE)
    try:
        root = etree.fromstring(document, parser())
    except (etree.XMLSyntaxError, ValueError, LookupError):
        raise XmlRefused(Reason.UNREADABLE) from None
    information = root.getroottree().docinfo
    if information.internalDTD is not None or information.externalDTD is not None:
        raise XmlRefused(Reason.ENTITIES)
    _require_bounded(root, limits)
    # Instructions outside of the root can change what a reader sees (xml-stylesheet), and signxml does not hash them.
    if any(_outside(root)):
        raise XmlRefused(Reason.UNSIGNED_BYTES, CheckName.COVERAGE)
    return root


def _require_bounded(root: etree._Element, limits: Limits) -> None:
    for count, element in enumerate(root.iter()):
        if isinstance(element, etree._Entity):
            raise XmlRefused(Reason.ENTITIES)
        if count > limits.xml_elements:
            raise XmlRefused(Reason.TOO_LARGE)
        if isinstance(element.tag, str) and len(element.attrib) > limits.xml_attributes:
            raise XmlRefused(Reason.TOO_LARGE)
    for count, _ in enumerate(etree.iterwalk(root, events=("start-ns",))):
        if count > limits.xml_elements // 10:
            raise XmlRefused(Reason.TOO_LARGE)


def _outside(root: etree._Element) -> Iterable[bool]:
    for axis in (True, False):
        for sibling in root.itersiblings(preceding=axis):
            yield isinstance(sibling, etree._ProcessingInstruction)
