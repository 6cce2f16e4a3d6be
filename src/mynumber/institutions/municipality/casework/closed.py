"""What a provider that is closed says of itself: when it answers again, and which document the applicant may bring meanwhile."""

from collections.abc import Iterable

from mynumber.institutions.municipality.casework.models import CaseInquiry
from mynumber.institutions.municipality.systems import ask_gateway
from mynumber.protocols.hours import AVAILABILITY, Availability, AvailabilityQuery
from mynumber.protocols.refusal import Reason, Refused
from mynumber.webkit.face.words import moment


def availability_of(inquiries: Iterable[CaseInquiry], *, code: str) -> dict[str, Availability]:
    """The providers that refused as closed, each asked once; one of which nothing is known is missing.

    When the town's own gateway does not answer, it is asked no more: a page waits for it once.
    """
    told: dict[str, Availability] = {}
    for provider in {one.provider for one in inquiries if one.refused_why is Reason.PROVIDER_CLOSED}:
        try:
            told[provider] = ask_gateway(code, AVAILABILITY, AvailabilityQuery(provider=provider))
        except Refused as refused:
            if refused.reason is Reason.UNREACHABLE:
                break
    return told


def advice(information: str, told: Availability) -> str:
    """What to do about a kind of information of that provider."""
    if told.is_open:
        return "受付が始まっています。もう一度照会してください。"
    paper = next((one for one in told.papers if one.information == information), None)
    document = f"「{paper.name}」（{paper.where}）" if paper else "書類"
    opens = f"受付が始まるのは {moment(told.opens_at).words} です。" if told.opens_at else ""
    return f"{opens}急ぐときは、本人に{document}の提出を求めてください。"
