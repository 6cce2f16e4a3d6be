"""The key ring of this institution, for commands."""

from __future__ import annotations

from django.conf import settings
from django.core.management.base import CommandError

from mynumber.foundation.keyring import KeyRing
from mynumber.webkit.environment import Environment


def own_keyring() -> KeyRing:
    """Raises CommandError when this process has none."""
    environment: Environment = settings.MYNUMBER
    if environment.keys is None:
        raise CommandError(
            "MYNUMBER_KEYS is not set: the keys of the CAs and of this service are in a key ring"
        )
    return KeyRing.open(environment.keys)
