"""Where an application and a decision stand, in the words of the law."""

from __future__ import annotations

from typing import Final

from django.db import models


class State(models.TextChoices):
    """Where an application stands."""

    ARRIVED = "arrived", "受付待ち"
    """到達"""
    EXAMINED = "examined", "審査中"
    """受理"""
    CORRECTING = "correcting", "補正待ち"
    PROPOSED = "proposed", "決裁待ち"
    """起案"""
    DECIDED = "decided", "決定済み"
    CLOSED = "closed", "完了"
    WITHDRAWN = "withdrawn", "取下げ"


LIVE: Final = (State.ARRIVED, State.EXAMINED, State.CORRECTING, State.PROPOSED)
"""Neither decided nor withdrawn: at most one for an entitlement."""


class Outcome(models.TextChoices):
    """決定の内容"""

    GRANTED = "granted", "認める"
    GRANTED_IN_PART = "granted_in_part", "一部を認める"
    REFUSED = "refused", "認めない"


class DecisionState(models.TextChoices):
    """Four eyes: what one proposes another approves."""

    PROPOSED = "proposed", "決裁待ち"
    RETURNED = "returned", "差戻し"
    APPROVED = "approved", "決裁済み"
