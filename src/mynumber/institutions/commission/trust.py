"""Which logs the commission watches and cosigns: the policy file that the operator of the network publishes (``MYNUMBER_LOG_POLICY``).

The commission trusts the file for keys and addresses only; in production it keeps a copy of its own.
"""

from __future__ import annotations

import os
from pathlib import Path

from mynumber.foundation.tlog import Policy

POLICY_VARIABLE = "MYNUMBER_LOG_POLICY"
WITNESS_KEY = "witness"
"""Name of the secret in the commission's ring with which its witness signs (WitnessSigner.to_bytes)."""


def policy_text() -> str:
    """The file as it is. Raises OSError; RuntimeError when the environment does not name it."""
    path = os.environ.get(POLICY_VARIABLE)
    if not path:
        raise RuntimeError(
            f"{POLICY_VARIABLE} is not set; `mynumber serve` sets it, or see docs/protocols/witness.md"
        )
    return Path(path).read_text(encoding="utf-8")


def policy() -> Policy:
    """The known logs and witnesses. Raises BadPolicy too."""
    return Policy.parse(policy_text())
