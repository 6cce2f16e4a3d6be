"""Blind exchanges at the gateway: codes go out encrypted, and what comes encrypted is opened. Off for every member unless listed.

All else of an exchange, records, presentation, answers, notices, recovery, is what it is in the open mode.
"""

from __future__ import annotations

import asyncio
import os

from mynumber.foundation.blind import BlindKey
from mynumber.protocols.blind import (
    REQUEST_BLIND_PERMITS,
    BlindPermitRequests,
    blind_keys,
    blind_request,
    reader_keys,
)
from mynumber.protocols.directory import Directory, UnknownSystem
from mynumber.protocols.exchange import REQUEST_PERMITS, PermitDecisions, PermitRequests
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Hop, Reason
from mynumber.webkit.asgi import Caller

SWITCH = "MYNUMBER_GATEWAY_BLIND"
"""Environment variable: the members, with blanks between, that ask and answer blindly; ``*`` is all. Empty: none."""


class Blinding:
    """What one process of the gateway does blindly for its members."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._members = frozenset(os.environ.get(SWITCH, "").split())
        self._keys: dict[str, dict[str, BlindKey]] = {}
        self._directory: Directory | None = None

    def is_on(self, member: str) -> bool:
        """Whether a member takes part. Then all that it asks is blind: there is no falling back."""
        return not self._members.isdisjoint((member, "*"))

    def reaches(self, member: str, core: str, provider: str) -> bool:
        """Whether a member can ask a provider: openly, or blindly when everybody who is to read it lists a key."""
        if not self.is_on(member):
            return True
        try:
            reader_keys(self._node.directory, core, provider)
        except UnknownSystem:
            return False
        return True

    async def request_permits(
        self,
        caller: Caller,
        asked: PermitRequests,
        *,
        sender: str,
        receiver: str,
        hop: Hop,
        unreachable: Reason,
    ) -> PermitDecisions:
        """Ask a core for permits, blindly if the member takes part. Raises Refused, UnknownSystem, BadCode."""
        if not self.is_on(asked.inquirer):
            return await caller.call(
                REQUEST_PERMITS, asked, sender=sender, receiver=receiver, hop=hop, unreachable=unreachable
            )
        # half a millisecond each: others go on meanwhile
        blinded = await asyncio.to_thread(self._blinded, asked, receiver)
        return await caller.call(
            REQUEST_BLIND_PERMITS, blinded, sender=sender, receiver=receiver, hop=hop, unreachable=unreachable
        )

    def _blinded(self, asked: PermitRequests, core: str) -> BlindPermitRequests:
        pairs = [
            blind_request(one, inquirer=asked.inquirer, core=core, directory=self._node.directory)
            for one in asked.requests
        ]
        return BlindPermitRequests(
            inquirer=asked.inquirer,
            requests=tuple(request for request, _ in pairs),
            blinded=tuple(text for _, text in pairs),
        )

    def keys_of(self, gateway: str) -> dict[str, BlindKey] | None:
        """The keys that open what is blinded for a gateway system, by their ids; None when its member takes no part.

        Read anew when the directory has changed, which lists a key only after the ring has it.
        """
        if not self.is_on(Directory.member_of(gateway)):
            return None
        if self._directory is not (directory := self._node.directory):
            self._keys.clear()
            self._directory = directory
        if gateway not in self._keys:
            self._keys[gateway] = blind_keys(self._node.keyring, gateway)
        return self._keys[gateway]
