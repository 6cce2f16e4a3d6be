"""The system account that runs PostgreSQL when the platform is started as root.

PostgreSQL refuses to run as root. An ordinary user runs it as itself; root runs it as an account of its own without
a login shell. That account must be able to walk to the data folder and to the programs. Where a folder on the way
is closed to it (such as /root) it alone gets the right to pass through, by an access control list entry: the folder
stays closed to everybody else, and the entry does not let the account list or read it.
"""

import errno
import os
import pwd
import shutil
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

ACCOUNT = "mynumber-db"

_ACL = "system.posix_acl_access"
_VERSION, _USER_OBJ, _USER, _GROUP_OBJ, _MASK, _OTHER = 2, 0x01, 0x02, 0x04, 0x10, 0x20
_NO_ID = 0xFFFFFFFF
_SEARCH = 1


class AccountError(RuntimeError):
    """PostgreSQL cannot be run safely here. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Account:
    """Whom PostgreSQL runs as: numeric user and group."""

    uid: int
    gid: int

    def own(self, path: Path) -> None:
        """Give a file or folder to this account (nothing to do for an ordinary user)."""
        if os.geteuid() == 0:
            os.chown(path, self.uid, self.gid)


def database_account() -> Account:
    """The account for PostgreSQL: oneself, or for root the system account, created when missing.

    Raises AccountError when the account cannot be created.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    try:
        entry = pwd.getpwnam(ACCOUNT)
    except KeyError:
        _create()
        entry = pwd.getpwnam(ACCOUNT)
    return Account(entry.pw_uid, entry.pw_gid)


def _create() -> None:
    program = shutil.which("useradd", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if program is None:
        raise AccountError(
            f"PostgreSQL does not run as root and there is no useradd: create an account {ACCOUNT}"
        )
    command = [
        program,
        "--system",
        "--user-group",
        "--no-create-home",
        "--shell",
        "/usr/sbin/nologin",
        ACCOUNT,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (fixed words)
    if done.returncode not in (0, 9):  # 9: somebody else has created it meanwhile
        raise AccountError(f"cannot create the account {ACCOUNT}: {done.stderr.strip()}")


def let_through(account: Account, path: Path) -> None:
    """Make every folder above `path` passable for the account (root only; otherwise nothing happens).

    Raises AccountError when a folder is closed and its file system has no access control lists.
    """
    if os.geteuid() != 0:
        return
    for folder in path.resolve().parents:
        status = folder.stat()
        if not _may_search(account, status):
            _grant_search(account, folder, status.st_mode)


def _may_search(account: Account, status: os.stat_result) -> bool:
    if status.st_uid == account.uid:
        return bool(status.st_mode & 0o100)
    if status.st_gid == account.gid:
        return bool(status.st_mode & 0o010)
    return bool(status.st_mode & 0o001)


def _grant_search(account: Account, folder: Path, mode: int) -> None:
    try:
        entries = _read(folder, mode)
        entries[_USER, account.uid] = entries.get((_USER, account.uid), 0) | _SEARCH
        entries[_MASK, _NO_ID] = entries.get((_MASK, _NO_ID), entries[_GROUP_OBJ, _NO_ID]) | _SEARCH
        body = b"".join(struct.pack("<HHI", tag, entries[tag, who], who) for tag, who in sorted(entries))
        os.setxattr(folder, _ACL, struct.pack("<I", _VERSION) + body)
    except OSError as error:
        raise AccountError(
            f"the account {ACCOUNT}, which runs PostgreSQL for root, cannot pass {folder}: "
            f"set MYNUMBER_HOME to a folder it can reach, or allow it with: chmod o+x {folder}"
        ) from error


def _read(folder: Path, mode: int) -> dict[tuple[int, int], int]:
    """The list's entries {(tag, id): rights}; made from the mode bits where there is no list yet."""
    try:
        raw = os.getxattr(folder, _ACL)
    except OSError as error:
        if error.errno != errno.ENODATA:
            raise
        return {
            (_USER_OBJ, _NO_ID): mode >> 6 & 7,
            (_GROUP_OBJ, _NO_ID): mode >> 3 & 7,
            (_OTHER, _NO_ID): mode & 7,
        }
    return {(tag, who): rights for tag, rights, who in struct.iter_unpack("<HHI", raw[4:])}
