"""DELIVER_NOTICES: notices of institutions come in. Whom they are for says the sheet of the network, and nobody else.

Order: the sheet (signature of a core, for this portal, for this gateway) -> each content is the one that the sheet names -> whose code -> open -> keep.
One that cannot be read holds up no other.
"""

from __future__ import annotations

from datetime import datetime

from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.notices import inbox
from mynumber.institutions.portal.notices.models import InboxNotice
from mynumber.protocols.notices import (
    DELIVER_NOTICES,
    PORTAL,
    DeliverNotices,
    Delivery,
    Happening,
    Notice,
    NoticesDelivered,
    ReadSheet,
    digest_of,
    open_notice,
    read_sheet,
)
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.face.harmless import only_shows
from mynumber.webkit.messages import Question, message_routes, only, this_node


def take(question: Question[DeliverNotices]) -> NoticesDelivered:
    """Put what is delivered into the inboxes. The same notice again is answered with the time at which it first arrived (到達).

    Raises Refused(PORTAL): the sheet's faults, and ANSWER_NOT_BOUND where the contents are not those of the sheet.
    """
    node, now = this_node(), question.at
    key = node.sealing_key(PORTAL)
    sheet = read_sheet(
        question.body.sheet,
        directory=node.directory,
        presenter=question.sender,
        receiver=question.receiver,
        key=key,
        now=now,
    )
    contents = question.body.notices
    if [digest_of(each) for each in contents] != [each.digest for each in sheet.notices]:
        raise Refused(Hop.PORTAL, Reason.ANSWER_NOT_BOUND, "not the notices of the sheet")
    accounts = _accounts(sheet)
    deliveries: list[Delivery | None] = []
    arriving: list[inbox.Arriving] = []
    for content, listed, codes in zip(contents, sheet.notices, sheet.codes, strict=True):
        account = next((accounts[code] for code in codes if code in accounts), None)
        if account is None:
            deliveries.append(Delivery(happening=Happening.NO_ACCOUNT, at=now))
            continue
        try:
            notice = _checked(open_notice(content, listed.notice, sender=sheet.sender, key=key))
        except Refused as refused:
            deliveries.append(Delivery(happening=Happening.REFUSED, at=now, reason=refused.reason))
            continue
        deliveries.append(None)
        arriving.append(inbox.Arriving(account, notice, sheet.sender))
    rows = iter(inbox.put_all(arriving, now=now))
    return NoticesDelivered(deliveries=tuple(each or _arrived(next(rows), now) for each in deliveries))


def _arrived(row: InboxNotice | None, now: datetime) -> Delivery:
    if row is None:
        return Delivery(happening=Happening.REFUSED, at=now, reason=Reason.DUPLICATE_REQUEST)
    return Delivery(happening=Happening.ARRIVED, at=row.arrived_at)


def _accounts(sheet: ReadSheet) -> dict[str, Account]:
    """The account of each code: of several of one person the one that was used last."""
    wanted = {code for codes in sheet.codes for code in codes}
    found = Account.objects.filter(code__in=wanted, closed_at=None).order_by("last_signed_in_at")
    return {account.code: account for account in found if account.code is not None}


def _checked(notice: Notice) -> Notice:
    """A letter is a PDF that only shows pages. Raises Refused(PORTAL, MALFORMED)."""
    if notice.letter is not None and not only_shows(notice.letter):
        raise Refused(Hop.PORTAL, Reason.MALFORMED, "the letter is no PDF that only shows pages")
    return notice


routes = message_routes(DELIVER_NOTICES, take, hop=Hop.PORTAL, may_ask=only("gateway"))
