"""The witness of the commission (C2SP tlog-witness). Run by uvicorn; one process or many on one database.

    POST /witness/add-checkpoint              old size, consistency proof, checkpoint -> cosignature
    GET  /witness/ORIGIN_HASH/checkpoint      what was cosigned last, for monitors
    GET  /witness/key                         the witness's public key (vkey)

Nobody has to identify themselves: a checkpoint must be signed by a log that the policy names, which is all that counts.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime

import asyncpg

from mynumber.foundation.keyring import KeyRing
from mynumber.foundation.tlog import AddCheckpoint, WitnessReason, WitnessRefused, WitnessSigner
from mynumber.foundation.tlog.witness import LONGEST_REQUEST, SIZE_TYPE, authenticate
from mynumber.institutions.commission import trust
from mynumber.institutions.commission.plain_asgi import PlainApp, Reply
from mynumber.institutions.commission.witness.store import WitnessStore
from mynumber.webkit import logs
from mynumber.webkit.marks import public
from mynumber.webkit.pool import close_pool, open_pool

CONNECTIONS = 4

_log = logs.get_logger(__name__)


class WitnessApp(PlainApp):
    """The ASGI application."""

    largest_body = LONGEST_REQUEST

    def __init__(self) -> None:
        super().__init__()
        self.routes.add("POST", "/witness/add-checkpoint", self._add_checkpoint)
        self.routes.add("GET", "/witness/*/checkpoint", self._checkpoint)
        self.routes.add("GET", "/witness/key", self._key)

    async def start(self) -> None:
        logs.configure("commission")
        self._policy = trust.policy()
        keyring = KeyRing.open(os.environ["MYNUMBER_KEYS"])
        self._signer = WitnessSigner.from_bytes(keyring.secret(trust.WITNESS_KEY))
        self._pool: asyncpg.Pool = await open_pool(os.environ["DATABASE_URL"], connections=CONNECTIONS)
        self._store = WitnessStore(self._pool, self._signer)

    async def stop(self) -> None:
        await close_pool(self._pool)

    async def readiness(self) -> Reply:
        await self._pool.fetchval("SELECT count(*) FROM witnessed_log")
        return Reply.of_json(200, {"status": "ready"})

    @public  # what counts is the log's signature on the checkpoint
    async def _add_checkpoint(self, _word: str, body: bytes | None) -> Reply:
        if body is None:
            return Reply.say(413, "a request is shorter")
        try:
            request = AddCheckpoint.parse(body.decode("utf-8"))
            signed = authenticate(request, self._policy)
            line = await self._store.cosign(request, signed, at=datetime.now(UTC))
        except UnicodeDecodeError:
            return Reply.say(400, "not UTF-8")
        except WitnessRefused as refused:
            return _refusal(refused)
        return Reply(200, line.encode())

    @public  # for anybody who wants to compare it with what the log shows
    async def _checkpoint(self, word: str, _body: bytes | None) -> Reply:
        for log in self._policy.logs:
            note = await self._store.cosigned_note(log.key.name, word)
            if note is not None:
                return Reply(200, note.encode())
        return Reply.say(404, "no checkpoint of such a log was cosigned")

    @public  # a public key
    async def _key(self, _word: str, _body: bytes | None) -> Reply:
        return Reply(200, f"{self._signer.vkey}\n".encode())


def _refusal(refused: WitnessRefused) -> Reply:
    if refused.reason is WitnessReason.OTHER_SIZE:
        return Reply(409, f"{refused.size}\n".encode(), SIZE_TYPE)
    # a size that differs is everyday (two cores, a restart); all else is not
    _log.warning("a checkpoint was not cosigned", reason=refused.reason.value)
    return Reply.say(refused.reason.status, f"{refused.reason.value}: {refused.detail}")


app = WitnessApp()
