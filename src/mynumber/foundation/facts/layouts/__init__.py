"""The layouts, by subject."""

from __future__ import annotations

from mynumber.foundation.facts.language import Layout
from mynumber.foundation.facts.layouts import (
    care,
    children,
    disability,
    former,
    health,
    medical,
    pensions,
    registers,
    work,
)

ALL: tuple[Layout, ...] = (
    *registers.LAYOUTS,
    *pensions.LAYOUTS,
    *work.LAYOUTS,
    *medical.LAYOUTS,
    *care.LAYOUTS,
    *children.LAYOUTS,
    *disability.LAYOUTS,
    *health.LAYOUTS,
    *former.LAYOUTS,
)
"""Every layout, in the order of the documentation."""
