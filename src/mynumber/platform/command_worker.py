"""Management commands of one institution, one after the other in one process, so that Django starts once for all of them.

The supervisor starts it with the environment of exactly one institution, as for `mynumber run`, and sends orders as lines
of JSON on standard input. After each the exit status goes, as a line, to the descriptor named on the command line; what
the command says goes to standard output. The process ends with its input.
"""

import io
import os
import sys
import traceback

import msgspec

from mynumber.platform.command_order import Order


def carry_out(order: Order) -> int:
    """Run the command as Django's command line does. Returns its exit status."""
    from django.core.management import execute_from_command_line

    sys.stdin = io.TextIOWrapper(io.BytesIO(order.stdin.encode()), encoding="utf-8")
    try:
        execute_from_command_line(["mynumber run", *order.command])
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except Exception:  # noqa: BLE001 - whatever it is: it ends this command, as it would end a process of its own
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


def main(descriptor: int) -> None:
    """Carry out orders until there are no more."""
    from django.core.management.base import BaseCommand

    # Django's checks would load all pages of the institution, and no command needs one.
    BaseCommand.requires_system_checks = []
    for line in sys.stdin.buffer:
        status = carry_out(msgspec.json.decode(line, type=Order))
        os.write(descriptor, b"%d\n" % status)


if __name__ == "__main__":
    main(int(sys.argv[1]))
