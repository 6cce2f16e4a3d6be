"""``python -m mynumber.foundation.tlog.receipt FILE --log-key VKEY_FILE``: verify a receipt without any server."""

import argparse
import sys
from pathlib import Path

from mynumber.foundation.tlog.receipt.report import check_file
from mynumber.foundation.tlog.receipt.words import Language


def main() -> int:
    """Exit status: 0 the receipt holds, 1 it does not, 2 it could not be checked."""
    parser = argparse.ArgumentParser(prog="python -m mynumber.foundation.tlog.receipt", description=__doc__)
    parser.add_argument("file", type=Path, help="レシート（.tlog-proof）")
    parser.add_argument("--log-key", type=Path, required=True, help="記録台帳の公開鍵（vkey）のファイル")
    parser.add_argument("--lang", type=Language, choices=list(Language), default=Language.JAPANESE)
    given = parser.parse_args()
    report = check_file(given.file, given.log_key, given.lang)
    (sys.stdout if report.exit_code == 0 else sys.stderr).write(report.text)
    return report.exit_code


if __name__ == "__main__":
    raise SystemExit(main())
