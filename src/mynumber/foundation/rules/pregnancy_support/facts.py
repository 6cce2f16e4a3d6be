# ruff: noqa: RUF009 - `asked` makes a dataclasses.field
"""The facts that the support benefit for pregnant women asks about. A fact that is not given is unknown, never a default."""

from dataclasses import dataclass
from datetime import date

from mynumber.foundation.rules.findings import FactSheet, Finding, asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(FactSheet):
    """One pregnancy."""

    confirmed: Finding[bool] = asked("妊娠が医師又は助産師により確認されている")
    ended: Finding[bool] = asked("申請の時に出産、死産又は流産している")
    ended_on: Finding[date] = asked("出産、死産又は流産が確認された日")
    lives_in_japan: Finding[bool] = asked("日本国内に住所を有する")
    lives_here: Finding[bool] = asked("この市町村に住所がある")
    false_statements: Finding[bool] = asked("虚偽の申請や、正当な理由のない報告の拒否がある")
    """施行令第1条の2."""
    due_date: Finding[date] = asked("出産予定日")
    number_notified: Finding[bool] = asked("胎児の数を届け出た")
    notified_on: Finding[date] = asked("胎児の数を届け出た日")
    unborn: Finding[int] = asked("胎児の数", "人")
    """Those of a stillbirth or miscarriage included."""
    paid_elsewhere: Finding[int] = asked("同じ妊娠で他の市町村から受けた妊婦支援給付金の額")
