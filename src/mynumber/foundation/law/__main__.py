"""`python -m mynumber.foundation.law report [DAY]`: the figures of the parse."""

import sys
from datetime import UTC, date, datetime, timedelta, timezone

from mynumber.foundation.law.errors import NotInForce
from mynumber.foundation.law.report import report_lines


def main(arguments: list[str]) -> int:
    """Print the report of a day (today if none is given). Returns the exit status."""
    match arguments:
        case ["report"]:
            day = datetime.now(UTC).astimezone(timezone(timedelta(hours=9))).date()
        case ["report", text]:
            try:
                day = date.fromisoformat(text)
            except ValueError:
                sys.stderr.write(f"日付ではありません: {text}\n")
                return 2
        case _:
            sys.stderr.write("python -m mynumber.foundation.law report [2026-06-14]\n")
            return 2
    try:
        sys.stdout.write("\n".join(report_lines(day)) + "\n")
    except NotInForce as error:
        sys.stderr.write(f"{day.isoformat()} の表はありません（{error.since.isoformat()} から）。\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
