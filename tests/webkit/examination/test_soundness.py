"""What an office takes as the answers of a form."""

from __future__ import annotations

from datetime import date

import pytest

from mynumber.foundation.procedures.answers import encode
from mynumber.foundation.procedures.loading import catalogue
from mynumber.protocols.refusal import Reason, Refused
from mynumber.webkit.examination.soundness import sound_answers

FORM = catalogue().get("pension_exemption", date(2026, 5, 1))


def test_answers_that_contradict_each_other_are_refused_whatever_sent_them() -> None:
    sound = {"months_from": "2026-04", "months_until": "2026-06"}
    assert sound_answers(FORM, encode(FORM, sound)) == sound
    with pytest.raises(Refused, match="contradict") as refused:
        sound_answers(FORM, encode(FORM, {**sound, "months_until": "2026-03"}))
    assert refused.value.reason is Reason.MALFORMED
