"""When a provider's gateway answers, and the document that stands in while it does not."""

from __future__ import annotations

from datetime import time
from typing import Annotated

import msgspec

from mynumber.protocols.message import Batch, KindName, Message, Moment, ShortText, SystemId

Weekday = Annotated[int, msgspec.Meta(ge=0, le=6)]
"""0 is Monday, in Japan."""


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Hours(_Body, frozen=True, kw_only=True):
    """A time of a weekday at which the gateway answers (Japan)."""

    weekday: Weekday
    opens: time
    closes: time
    """00:00 is the end of the day."""


class Closed(_Body, frozen=True, kw_only=True):
    """A time at which it does not, whatever the hours say."""

    begins: Moment
    ends: Moment
    why: ShortText


class Paper(_Body, frozen=True, kw_only=True):
    """The paper document for a kind of information."""

    information: KindName
    name: ShortText
    where: Annotated[str, msgspec.Meta(max_length=200)]


class AvailabilityQuery(_Body, frozen=True, kw_only=True):
    """A member asks its own gateway about a provider, or a gateway asks a provider's."""

    provider: SystemId


class Availability(_Body, frozen=True, kw_only=True):
    provider: SystemId
    is_open: bool
    opens_at: Moment | None = None
    """When it is open again; None while it is open, or when no opening is known."""
    hours: Batch[Hours] = ()
    """Empty: at all times."""
    closures: Batch[Closed] = ()
    """Those that have not ended."""
    papers: Batch[Paper] = ()


AVAILABILITY = Message("availability.v1", AvailabilityQuery, Availability)
"""From a member to its own gateway."""
QUERY_HOURS = Message("provider-hours.v1", AvailabilityQuery, Availability)
"""From a gateway to the provider's gateway."""
