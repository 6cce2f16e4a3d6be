"""Mutated documents: nothing is raised, and whatever passes says exactly what was signed."""

from __future__ import annotations

import base64

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mynumber.foundation.validation import Conclusion, Language, Limits, Reason, in_words, to_json, validate
from mynumber.foundation.validation.meanings import MEANINGS
from tests.foundation.validation.parts import CONTENT, FORMS, check, content_of, house, signed, signed_at

slow = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@st.composite
def mutations(draw: st.DrawFn, size: int) -> list[tuple[str, int, bytes]]:
    """Some changes: where, and what is done there."""
    one = st.tuples(
        st.sampled_from(["flip", "insert", "delete", "repeat", "swap"]),
        st.integers(0, size - 1),
        st.binary(min_size=1, max_size=12),
    )
    return draw(st.lists(one, min_size=1, max_size=4))


def mutated(document: bytes, changes: list[tuple[str, int, bytes]]) -> bytes:
    for kind, place, octets in changes:
        end = place + len(octets)
        head, middle, tail = document[:place], document[place:end], document[end:]
        match kind:
            case "flip":
                document = head + bytes(a ^ b for a, b in zip(middle, octets, strict=False)) + tail
            case "insert":
                document = head + octets + middle + tail
            case "delete":
                document = head + tail
            case "repeat":
                document = head + middle * 3 + tail
            case _:
                document = head + bytes(reversed(middle)) + tail
    return document


@pytest.mark.parametrize("form", FORMS)
@slow
@given(data=st.data())
def test_a_mutated_document_passes_only_with_the_content_that_was_signed(
    form: str, data: st.DataObject
) -> None:
    document, content = signed(form), content_of(form)
    original = check(document, content=content).signatures[0].coverage
    assert original is not None
    changed = mutated(document, data.draw(mutations(len(document))))
    report = check(changed, content=content, include_holder=True)
    to_json(report, in_words(report, Language.JAPANESE))
    assert report.reason is not Reason.NOT_PROCESSED
    if report.conclusion is not Conclusion.TOTAL_PASSED:
        return
    for signature in report.signatures:
        assert signature.coverage is not None
        assert signature.coverage.content == original.content
        if form.startswith("pdf") and changed.upper() != document.upper():
            # Only what is added after signing may differ, and then the report says that there is such a thing.
            assert not signature.coverage.whole or signature.coverage.remarks


@slow
@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"%PDF-1.7\n", b"<", b"0", b"0\x82", b"e30.", b"-----BEGIN CMS-----\n"]),
)
def test_any_bytes_get_a_report_and_never_pass(octets: bytes, head: bytes) -> None:
    report = check(head + octets, content=CONTENT)
    assert report.conclusion is not Conclusion.TOTAL_PASSED
    assert report.reason is not Reason.NOT_PROCESSED
    assert all(each.reason in MEANINGS for signature in report.signatures for each in signature.checks)


@slow
@given(st.integers(0, 2000), st.integers(1, 40))
def test_a_document_cut_anywhere_never_passes(start: int, parts: int) -> None:
    for form in ("cms", "xml", "jws"):
        document = signed(form)
        length = len(document) * parts // 41
        report = validate(
            document[start % len(document) :][:length], trust=house().trust(), at=signed_at(), limits=Limits()
        )
        assert report.conclusion is not Conclusion.TOTAL_PASSED
        assert report.reason is not Reason.NOT_PROCESSED


@slow
@given(st.sampled_from(["alg", "x5c", "iat", "crit", "b64", "jwk", "kid"]), st.data())
def test_a_header_of_ones_own_never_passes(name: str, data: st.DataObject) -> None:
    import msgspec

    first, middle, last = signed("jws").split(b".")
    header = msgspec.json.decode(base64.urlsafe_b64decode(first + b"=="))
    value = data.draw(
        st.one_of(
            st.none(),
            st.booleans(),
            st.integers(),
            st.text(max_size=20),
            st.lists(st.text(max_size=20), max_size=3),
            st.sampled_from(["none", "HS256", "RS384", "rs256", "RS256 "]),
        )
    )
    header[name] = value
    forged = base64.urlsafe_b64encode(msgspec.json.encode(header)).rstrip(b"=")
    report = check(b".".join((forged, middle, last)))
    assert report.conclusion is not Conclusion.TOTAL_PASSED
    assert report.reason is not Reason.NOT_PROCESSED
