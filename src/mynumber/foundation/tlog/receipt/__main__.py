"""``python -m mynumber.foundation.tlog.receipt FILE --key VKEY [--witness VKEY]``: verify a receipt without any server."""

import argparse
import sys
from pathlib import Path

from mynumber.foundation.tlog.receipt.report import check_file, could_not
from mynumber.foundation.tlog.receipt.trust import Untrusted, trust, trust_policy
from mynumber.foundation.tlog.receipt.words import Language


def main() -> int:
    """Exit status: 0 the receipt holds, 1 it does not, 2 it could not be checked."""
    parser = argparse.ArgumentParser(prog="python -m mynumber.foundation.tlog.receipt", description=__doc__)
    parser.add_argument("file", type=Path, help="レシート（.tlog-proof）")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--key", "--log-key", help="記録台帳の公開鍵（vkey）、またはそのファイル")
    source.add_argument("--policy", type=Path, help="方針（tlog-policy）のファイル")
    parser.add_argument(
        "--witness", action="append", default=[], help="立会人の公開鍵（vkey）、またはそのファイル"
    )
    parser.add_argument("--quorum", type=int, help="必要な立会人の数（指定しなければ --witness の全員）")
    parser.add_argument("--lang", type=Language, choices=list(Language), default=Language.JAPANESE)
    given = parser.parse_args()
    if given.policy and (given.witness or given.quorum is not None):
        parser.error("--witness and --quorum go with --key; a policy names its witnesses itself")
    try:
        policy = (
            trust_policy(given.policy, given.lang)
            if given.policy
            else trust(given.key, given.witness, given.quorum, given.lang)
        )
    except Untrusted as untrusted:
        report = could_not(str(untrusted), given.lang)
    else:
        report = check_file(given.file, policy, given.lang)
    (sys.stdout if report.exit_code == 0 else sys.stderr).write(report.text)
    return report.exit_code


if __name__ == "__main__":
    raise SystemExit(main())
