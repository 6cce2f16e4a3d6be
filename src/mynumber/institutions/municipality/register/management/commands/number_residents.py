"""`number_residents --tenant CODE`: have everybody numbered by J-LIS who is not yet."""

from typing import Any

from mynumber.institutions.municipality.register.commands import TownCommand
from mynumber.institutions.municipality.register.numbering import number_residents


class Command(TownCommand):
    """The command."""

    help = "個人番号のない人を J-LIS に通知し、番号を受け取ります。"

    def work(self, code: str, options: dict[str, Any]) -> None:
        """Number, and say how many were not matched."""
        done = number_residents(code, progress=self.progress)
        self.stdout.write(f"個人番号を受け取った人: {done.numbered:,} 人")
        if done.moved_out:
            self.stdout.write(f"転出・転出の取消しを通知した人: {done.moved_out:,} 人")
        for state, count in done.unmatched.items():
            self.stdout.write(f"職員の確認が必要な人 ({state.value}): {count:,} 人")
