"""XML that tries to pass for signed: wrapping, hiding, entities, weight."""

from __future__ import annotations

import base64

import pytest
from cryptography import x509
from lxml import etree

from mynumber.foundation.documents import sign_xml
from mynumber.foundation.validation import CheckName, Conclusion, Limits, Reason, validate
from tests.foundation.validation.parts import XML, check, house, outcomes, signed, signed_at
from tests.support.signing import rsa_key

DS = "{http://www.w3.org/2000/09/xmldsig#}"
XADES = "{http://uri.etsi.org/01903/v1.3.2#}"


def tree(document: bytes | None = None) -> etree._Element:
    return etree.fromstring(document or signed("xml"))


def written(root: etree._Element) -> bytes:
    document: bytes = etree.tostring(root, encoding="UTF-8")
    return document


def with_id() -> bytes:
    """A document whose root has an Id, so that the signature refers to it by name."""
    return sign_xml(b"<letter Id='l1'><amount>100</amount></letter>", house().card(), signed_at=signed_at())


def test_a_root_that_is_referred_to_by_its_name_is_the_whole_document() -> None:
    assert b'URI="#l1"' in with_id()
    assert check(with_id()).conclusion is Conclusion.TOTAL_PASSED


def test_a_signed_element_within_an_unsigned_document_is_only_a_part() -> None:
    wrapped = b"<bundle><amount>900</amount>" + with_id() + b"</bundle>"
    wrapped = wrapped.replace(b"<?xml version='1.0' encoding='UTF-8'?>\n", b"")
    report = check(wrapped)
    assert (report.conclusion, report.reason) == (Conclusion.INDETERMINATE, Reason.ONLY_A_PART)


def test_the_classic_wrapping_attack_is_seen() -> None:
    """The signed element goes into the signature, another takes its place."""
    original = tree(with_id())
    signature = original.find(f"{DS}Signature")
    assert signature is not None
    original.remove(signature)
    evil = etree.fromstring(b"<letter Id='l2'><amount>900</amount></letter>")
    etree.SubElement(signature, f"{DS}Object").append(original)
    evil.append(signature)
    report = check(written(evil))
    assert report.conclusion is not Conclusion.TOTAL_PASSED
    assert report.reason in (Reason.ONLY_A_PART, Reason.CONTENT_DIFFERS)


def test_wrapping_with_a_twin_of_the_name_is_seen() -> None:
    original = tree(with_id())
    signature = original.find(f"{DS}Signature")
    assert signature is not None
    original.remove(signature)
    for attribute in ("Id", "ID", "id"):
        evil = etree.Element("letter", {attribute: "l1"})
        etree.SubElement(evil, "amount").text = "900"
        evil.append(signature)
        evil.append(original)
        report = check(written(evil))
        assert report.conclusion is not Conclusion.TOTAL_PASSED, attribute
        evil.remove(original)


def test_a_part_that_alone_is_signed_is_handed_out_exactly() -> None:
    original = tree(with_id())
    signature = original.find(f"{DS}Signature")
    assert signature is not None
    original.remove(signature)
    outer = etree.Element("bundle")
    outer.append(original)
    etree.SubElement(outer, "amount").text = "900"
    outer.append(signature)
    report = check(written(outer))
    assert (report.conclusion, report.reason) == (Conclusion.INDETERMINATE, Reason.ONLY_A_PART)
    coverage = report.signatures[0].coverage
    assert coverage is not None
    assert not coverage.whole
    assert coverage.content == b'<letter Id="l1"><amount>100</amount></letter>'


def test_nothing_hides_inside_the_signature() -> None:
    root = tree()
    signature = root.find(f"{DS}Signature")
    assert signature is not None
    hidden = etree.SubElement(signature, f"{DS}Object")
    etree.SubElement(hidden, "amount").text = "900"
    report = check(written(root))
    assert (report.conclusion, report.reason) == (Conclusion.TOTAL_FAILED, Reason.UNSIGNED_BYTES)
    signature.remove(hidden)
    etree.SubElement(signature, "amount").text = "900"
    assert check(written(root)).reason is Reason.UNREADABLE  # the schema of signatures has no such element


def test_unsigned_properties_are_remarked_and_other_things_there_are_not_accepted() -> None:
    root = tree()
    properties = root.find(f".//{XADES}QualifyingProperties")
    assert properties is not None
    etree.SubElement(properties, f"{XADES}UnsignedProperties")
    report = check(written(root))
    assert report.conclusion is Conclusion.TOTAL_PASSED
    coverage = report.signatures[0].coverage
    assert coverage is not None
    assert [remark.value for remark in coverage.remarks] == ["unsigned_attributes"]
    etree.SubElement(properties, "hidden")
    assert outcomes(check(written(root)))[CheckName.COVERAGE] == "unsigned_bytes"


def test_comments_are_said_not_to_be_signed() -> None:
    report = check(signed("xml").replace(b">100<", b">1<!-- 9 -->00<"))
    assert report.conclusion is Conclusion.TOTAL_PASSED
    assert outcomes(report)[CheckName.COVERAGE] == "comments_unsigned"
    coverage = report.signatures[0].coverage
    assert coverage is not None
    assert b"<!--" not in coverage.content


@pytest.mark.parametrize("where", ["before", "after"])
def test_an_instruction_outside_of_the_root_is_not_signed_and_not_accepted(where: str) -> None:
    document, instruction = signed("xml"), b"<?xml-stylesheet href='evil.xsl'?>"
    changed = (
        document.replace(b"?>\n", b"?>\n" + instruction, 1) if where == "before" else document + instruction
    )
    assert check(changed).reason is Reason.UNSIGNED_BYTES


def test_entities_and_document_types_are_refused() -> None:
    bomb = (
        b"<!DOCTYPE a [<!ENTITY a 'aaaaaaaaaa'>"
        + b"".join(b"<!ENTITY %c '&%c;&%c;&%c;&%c;'>" % (n + 1, n, n, n, n) for n in range(97, 110))
        + b"]>"
    )
    body = signed("xml").split(b"?>\n", 1)[1]
    for head in (bomb, b"<!DOCTYPE a SYSTEM 'file:///etc/passwd'>", b"<!DOCTYPE a>"):
        report = check(head + body)
        assert (report.conclusion, report.reason) == (Conclusion.TOTAL_FAILED, Reason.ENTITIES)
    used = bomb + body.replace(b">100<", b">&n;<")
    assert check(used).conclusion is Conclusion.TOTAL_FAILED
    wide = ("<!DOCTYPE a>" + "<a/>").encode("utf-16")
    assert check(wide).reason is Reason.ENTITIES


def test_heavy_documents_are_put_aside() -> None:
    trust, at = house().trust(), signed_at()
    small = Limits(xml=100_000, xml_elements=1000, xml_attributes=50)
    for document in (
        b"<a>" + b" " * 200_000 + b"</a>",
        b"<a>" + b"<b/>" * 2000 + b"</a>",
        b"<a " + b" ".join(b"a%d=''" % n for n in range(60)) + b"/>",
        b"<a>" + b"".join(b"<b xmlns:n%d='urn:%d'/>" % (n, n) for n in range(500)) + b"</a>",
    ):
        report = validate(document, trust=trust, at=at, limits=small)
        assert report.reason is Reason.TOO_LARGE
    deep = b"<a>" * 5000 + b"</a>" * 5000
    assert validate(deep, trust=trust, at=at).reason is Reason.UNREADABLE


def test_transforms_that_are_not_known_are_not_passed_over() -> None:
    xslt = signed("xml").replace(
        b"http://www.w3.org/2000/09/xmldsig#enveloped-signature",
        b"http://www.w3.org/TR/1999/REC-xslt-19991116",
        1,
    )
    assert check(xslt).reason is Reason.UNSUPPORTED


def test_weak_algorithms_are_refused() -> None:
    weak = signed("xml").replace(
        b"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", b"http://www.w3.org/2000/09/xmldsig#rsa-sha1"
    )
    assert check(weak).reason is Reason.WEAK_ALGORITHM
    digest = signed("xml").replace(
        b"http://www.w3.org/2001/04/xmlenc#sha256", b"http://www.w3.org/2000/09/xmldsig#sha1", 1
    )
    assert check(digest).reason is Reason.WEAK_ALGORITHM
    secret = signed("xml").replace(
        b"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        b"http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
    )
    assert check(secret).reason is Reason.WEAK_ALGORITHM


def test_another_certificate_in_the_signature_is_noticed() -> None:
    root = tree()
    element = root.find(f".//{DS}X509Certificate")
    assert element is not None
    element.text = base64.b64encode(house().stamping_certificate).decode()
    report = check(written(root))
    assert outcomes(report)[CheckName.SIGNER] == "another_certificate"
    assert report.conclusion is Conclusion.TOTAL_FAILED
    element.getparent().remove(element)
    assert check(written(root)).reason is Reason.NO_CERTIFICATE


def test_two_signatures_are_not_guessed_about() -> None:
    root = tree()
    signature = root.find(f"{DS}Signature")
    assert signature is not None
    root.append(etree.fromstring(written(signature)))
    assert check(written(root)).reason is Reason.UNSUPPORTED


def test_plain_xml_dsig_enveloped_and_enveloping() -> None:
    """As signxml makes them with a key of its own: the forms of other people's software."""
    from signxml.algorithms import SignatureConstructionMethod
    from signxml.signer import XMLSigner

    certificate = x509.load_der_x509_certificate(house().certificate)
    for method in (SignatureConstructionMethod.enveloped, SignatureConstructionMethod.enveloping):
        signer = XMLSigner(method=method)
        root = signer.sign(etree.fromstring(b"<a><b>1</b></a>"), key=rsa_key(4), cert=[certificate])
        report = check(etree.tostring(root))
        assert report.conclusion is Conclusion.TOTAL_PASSED, (method, outcomes(report))
        changed = check(etree.tostring(root).replace(b"<b>1</b>", b"<b>2</b>"))
        assert changed.reason is Reason.CONTENT_DIFFERS


def test_a_signature_beside_its_content_needs_it() -> None:
    from signxml.algorithms import SignatureConstructionMethod
    from signxml.signer import XMLSigner

    content = b"<a><b>1</b></a>"
    signature = etree.tostring(
        XMLSigner(method=SignatureConstructionMethod.detached).sign(
            etree.fromstring(content),
            key=rsa_key(4),
            cert=[x509.load_der_x509_certificate(house().certificate)],
            reference_uri="content.xml",
        )
    )
    good = check(signature, content=content)
    assert good.conclusion is Conclusion.TOTAL_PASSED
    assert good.signatures[0].coverage is not None
    assert good.signatures[0].coverage.content == content
    assert check(signature).reason is Reason.CONTENT_MISSING
    assert check(signature, content=b"<a><b>2</b></a>").reason is Reason.CONTENT_DIFFERS
    within = b"<bundle><amount>900</amount>" + signature + b"</bundle>"
    assert check(within, content=content).reason is Reason.ONLY_A_PART


def test_the_plain_document_is_not_signed() -> None:
    assert check(XML).reason is Reason.NO_SIGNATURE
