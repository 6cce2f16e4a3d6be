"""子ども・子育て支援法 (Act 65 of 2012) arts. 10-2 to 10-15: the support benefit for pregnant women, for months from April 2025 on."""

from mynumber.foundation.rules.pregnancy_support.decision import Decision, decide
from mynumber.foundation.rules.pregnancy_support.facts import Claim
from mynumber.foundation.rules.pregnancy_support.payment import lapsed, notifiable_from

__all__ = ["Claim", "Decision", "decide", "lapsed", "notifiable_from"]
