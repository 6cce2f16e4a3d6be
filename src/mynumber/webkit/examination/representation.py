"""Whether what the portal says of a proxy's right covers this form today (代理権の範囲と期間). What the law gives, the body that confirmed it looks at again."""

from __future__ import annotations

from datetime import datetime

from mynumber.foundation.procedures.definition import Procedure
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.protocols.representation import Representation
from mynumber.protocols.residents import FourAttributes
from mynumber.webkit.examination.sheets import JAPAN


def require_scope(
    procedure: Procedure,
    proxy: FourAttributes | None,
    representation: Representation | None,
    *,
    at: datetime,
) -> None:
    """Raise Refused unless there is neither a proxy nor a right, or both, and the right covers this form on that day.

    at: when the proxy sent it; what was in force then stays good however long the message took.
    """
    if proxy is None and representation is None:
        return
    if proxy is None or representation is None:
        raise Refused(Hop.PROVIDER, Reason.MALFORMED, "a proxy has a right to act, or there is none")
    by_law = representation.kind.is_by_law
    if not procedure.takes_proxies(by_law=by_law):
        raise not_entitled("nobody may file this for another")
    if not representation.since <= at.astimezone(JAPAN).date() <= representation.until:
        raise not_entitled("the representation is not in force")
    if by_law is (representation.confirmed_by is None):
        raise not_entitled("an office confirms what the law gives, and nothing else")
    if not by_law and procedure.id not in representation.procedures:
        raise not_entitled("the procedure is beyond the scope")


def not_entitled(detail: str) -> Refused:
    """No such right."""
    return Refused(Hop.PROVIDER, Reason.NOT_ENTITLED, detail)
