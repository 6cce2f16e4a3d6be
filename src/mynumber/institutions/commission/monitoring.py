"""The monitor of the commission: looks at every log of the policy, again and again. Run by uvicorn, one process.

    GET /monitor/state     what it holds of each log, and the open alarms (JSON)
    GET /readyz            503 while an alarm stands that this process has seen itself

Alarms are in the log of the process, in the table ``alarm``, and on the page of the commission.
"""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime
from functools import partial

import aiohttp
import asyncpg

from mynumber.foundation.tlog.note import LONGEST_NOTE
from mynumber.institutions.commission import trust
from mynumber.institutions.commission.monitor.watching import NoAnswer, NothingThere, Watch
from mynumber.institutions.commission.plain_asgi import PlainApp, Reply
from mynumber.webkit import logs
from mynumber.webkit.asgi import DATABASE_FAILURES
from mynumber.webkit.background import end, keep_running
from mynumber.webkit.marks import public
from mynumber.webkit.pool import close_pool, open_pool

CONNECTIONS = 2
SECONDS_VARIABLE = "MYNUMBER_MONITOR_SECONDS"
DEFAULT_SECONDS = 5.0
"""Between two looks at a log."""
ANSWER_SECONDS = 10.0
RETENTION_SECONDS = 3600

_log = logs.get_logger(__name__)


class MonitorApp(PlainApp):
    """The ASGI application and its endless work."""

    def __init__(self) -> None:
        super().__init__()
        self.routes.add("GET", "/monitor/state", self._state)

    async def start(self) -> None:
        logs.configure("commission")
        self._seconds = float(os.environ.get(SECONDS_VARIABLE) or DEFAULT_SECONDS)
        self._started = datetime.now(UTC)
        policy = trust.policy()
        self._pool: asyncpg.Pool = await open_pool(os.environ["DATABASE_URL"], connections=CONNECTIONS)
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS), cookie_jar=aiohttp.DummyCookieJar()
        )
        watches = [
            Watch(self._pool, log, policy, _Below(self._session, log.url), started=self._started)
            for log in policy.logs
            if log.url is not None
        ]
        self._tasks = [
            asyncio.create_task(keep_running("monitor", partial(self._follow, watch))) for watch in watches
        ]
        self._tasks.append(asyncio.create_task(keep_running("retention", self._forget)))

    async def stop(self) -> None:
        await end(self._tasks)
        await self._session.close()
        await close_pool(self._pool)

    async def _follow(self, watch: Watch) -> None:
        while True:
            await asyncio.sleep(self._seconds)  # first: who has just started has seen nothing yet
            try:
                await watch.look(datetime.now(UTC))
            except DATABASE_FAILURES as error:
                _log.error("the monitor waits for its database", exception=logs.outline(error))

    async def _forget(self) -> None:
        """Delete what is past seven years (Cabinet Order art. 30), here because this process always runs."""
        while True:
            try:
                await self._pool.execute("SELECT forget_helped_tests()")
            except DATABASE_FAILURES as error:
                _log.error("old tests of sameness stay", exception=logs.outline(error))
            await asyncio.sleep(RETENTION_SECONDS)

    async def readiness(self) -> Reply:
        rows = await self._pool.fetch(
            "SELECT kind FROM alarm WHERE closed_at IS NULL AND last_at >= $1 ORDER BY kind", self._started
        )
        kinds = [row["kind"] for row in rows]
        return Reply.of_json(
            503 if kinds else 200, {"status": "alarm" if kinds else "ready", "alarms": kinds}
        )

    @public  # figures of public logs
    async def _state(self, _word: str, _body: bytes | None) -> Reply:
        logs_ = await self._pool.fetch(
            "SELECT origin, size, encode(root, 'hex') AS root, looked_at, witnessed_at FROM watched_log ORDER BY origin"
        )
        alarms = await self._pool.fetch(
            "SELECT origin, kind, raised_at, last_at, times FROM alarm WHERE closed_at IS NULL ORDER BY raised_at"
        )
        return Reply.of_json(
            200, {"logs": [dict(row) for row in logs_], "alarms": [dict(row) for row in alarms]}
        )


class _Below:
    """Reads what is below the address of a log."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url

    async def __call__(self, path: str) -> bytes:
        try:
            async with self._session.get(f"{self._url}/{path}", allow_redirects=False) as response:
                if response.status == 404:
                    raise NothingThere
                if response.status != 200:
                    raise NoAnswer
                return await _at_most(response, LONGEST_NOTE)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise NoAnswer from error


async def _at_most(response: aiohttp.ClientResponse, limit: int) -> bytes:
    data = bytearray()
    async for chunk in response.content.iter_any():
        data += chunk
        if len(data) > limit:
            raise NoAnswer
    return bytes(data)


app = MonitorApp()
