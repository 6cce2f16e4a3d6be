"""What the tests of validation share: one signed document of each form, made once a run."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache

from mynumber.foundation.documents import sign_cms, sign_jws, sign_pdf, sign_xml
from mynumber.foundation.validation import CheckName, Report, Trust, validate
from tests.support.signing import SigningHouse, plain_pdf, signing_house

CONTENT = "委任状: 花子は太郎に届出を委任します。".encode()
XML = "<届 xmlns='urn:example'><氏名>花子</氏名><額 単位='円'>100</額></届>".encode()
FORMS = ("cms", "cms-beside", "cms-stamped", "pdf", "pdf-stamped", "xml", "jws", "jws-beside")


@cache
def house() -> SigningHouse:
    return signing_house()


def signed_at() -> datetime:
    """Some minutes after everything was issued."""
    return house().now + timedelta(minutes=5)


@cache
def signed(form: str) -> bytes:
    """A document of a form, signed with the card."""
    at, card, stamp = signed_at(), house().card(), house().stamp(signed_at())
    match form:
        case "cms":
            return sign_cms(CONTENT, card, signed_at=at, detached=False)
        case "cms-beside":
            return sign_cms(CONTENT, card, signed_at=at)
        case "cms-stamped":
            return sign_cms(CONTENT, card, signed_at=at, detached=False, time_stamp=stamp)
        case "pdf":
            return sign_pdf(plain_pdf(), card, signed_at=at)
        case "pdf-stamped":
            return sign_pdf(plain_pdf(), card, signed_at=at, time_stamp=stamp)
        case "xml":
            return sign_xml(XML, card, signed_at=at)
        case "jws":
            return sign_jws(CONTENT, card, signed_at=at)
        case _:
            return sign_jws(CONTENT, card, signed_at=at, detached=True)


def content_of(form: str) -> bytes | None:
    """What has to be handed in beside the document."""
    return CONTENT if form.endswith("-beside") else None


@cache
def fresh_trust() -> Trust:
    """Roots and fresh lists, made once."""
    return house().trust()


def check(
    document: bytes, *, trust: Trust | None = None, at: datetime | None = None, **more: object
) -> Report:
    """Validate at a time (a minute after signing) with fresh lists."""
    at = at or signed_at() + timedelta(minutes=1)
    content = more.get("content")
    assert content is None or isinstance(content, bytes)
    return validate(
        document,
        trust=trust or fresh_trust(),
        at=at,
        content=content,
        include_holder=bool(more.get("include_holder", False)),
    )


def outcomes(report: Report) -> dict[CheckName, str]:
    """The reasons of the only signature's checks."""
    (signature,) = report.signatures
    return {each.name: each.reason.value for each in signature.checks}
