"""Which years or months an exchange was about: what the parties' own records say beyond that of the network (Act art. 23(1)-(2))."""

from __future__ import annotations

from mynumber.foundation.facts import Period
from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.information import asking
from mynumber.institutions.portal.information.models import OwnInquiry
from mynumber.protocols.information import INVENTORY, PORTAL, OwnRecordQuery
from mynumber.protocols.message import Periods
from mynumber.protocols.records import ExchangeRecord
from mynumber.protocols.refusal import Refused

NEWEST = "いちばん新しいもの（期間の指定なし）"


def words_of(record: ExchangeRecord, account: Account) -> tuple[str, str] | None:
    """(asked, given) in words; None while no party can be asked. An exchange that reached no provider is asked of its inquirer alone."""
    if record.information == INVENTORY:
        return None
    if record.inquirer == PORTAL:
        row = OwnInquiry.objects.filter(pk=record.request_id, account=account).first()
        return _words(tuple(row.periods), tuple(row.given)) if row else None
    query = OwnRecordQuery(inquirer=record.inquirer, request_id=record.request_id)
    parties = [record.provider, record.inquirer] if record.provision else [record.inquirer]
    for party in parties:
        try:
            found = asking.own_record(party, query)
        except Refused:
            continue
        if found.is_known:
            return _words(found.periods, found.given)
    return None


def _words(asked: Periods, given: Periods) -> tuple[str, str]:
    return (_labels(asked) or NEWEST), _labels(given)


def _labels(periods: Periods) -> str:
    return "、".join(Period.parse(period).label_ja for period in periods)
