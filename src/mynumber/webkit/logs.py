"""Structured logs that cannot carry a person: JSON lines of allow-listed keys. No Django here.

Three nets, because each alone has holes:

1. Only keys on the allow-list pass; the names of others are listed under "dropped", their values are gone.
2. A value is a number, a boolean, or a short text without a run of 11 or more digits (an individual number has 12, a resident
   code 11); whatever else it is, it is masked.
3. An exception leaves its types, its frames (file, line, function) and, for PostgreSQL, SQLSTATE and the names of schema
   objects. Never its message: PostgreSQL's DETAIL holds the row, a ValueError holds the input.

The same goes for log calls of other libraries: their template is kept when arguments were separate, the arguments are not.
"""

import logging
import os
import re
import sys
import threading
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, cast

import msgspec

# Where rich is installed structlog loads it for the colours of a terminal: a tenth of all that a process loads at its start.
_without_rich = "rich" not in sys.modules
if _without_rich:
    sys.modules["rich"] = None  # type: ignore[assignment]
import structlog  # noqa: E402

if _without_rich:
    del sys.modules["rich"]

ALLOWED_KEYS: Final = frozenset(
    {
        "action",
        "affair",
        "attempt",
        "bytes",
        "checkpoint_size",
        "command",
        "count",
        "duration_ms",
        "event",
        "exception",
        "hop",
        "institution",
        "items",
        "kid",
        "kind",
        "level",
        "logger",
        "method",
        "migration",
        "municipality",
        "outcome",
        "pid",
        "port",
        "process",
        "reason",
        "receiver",
        "request_id",
        "route",
        "rows",
        "sender",
        "signal",
        "size",
        "status",
        "step",
        "system",
        "template",
        "tenant",
        "timestamp",
        "where",
    }
)
"""Keys whose values never describe a person. Add one only if no value of it ever can."""

MASK: Final = "***"
MAX_TEXT: Final = 200
MAX_FRAMES: Final = 40
MAX_CHAIN: Final = 5

_PERSONAL_DIGITS = re.compile(r"[0-9０-９][0-9０-９ \-]{9,}[0-9０-９]")
_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_LETTERS = str.maketrans("0123456789", "ghijklmnop")
"""Makes an id of letters alone, which cannot be taken for somebody's number and masked."""
_encoder = msgspec.json.Encoder()


def configure(institution: str, *, level: int = logging.INFO) -> None:
    """Send structlog and the standard library's logging to standard output as masked JSON lines; idempotent.

    Also replaces the hooks for uncaught exceptions, which would print messages.
    """
    _configure_structlog(institution, level)
    root = logging.getLogger()
    root.handlers[:] = [handler for handler in root.handlers if not isinstance(handler, MaskingHandler)]
    root.addHandler(MaskingHandler())
    root.setLevel(max(level, logging.INFO))
    for name in ("django.request", "django.server"):
        # The request log says it already, with the route instead of the path.
        logging.getLogger(name).disabled = True
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_thread


@dataclass(slots=True)
class _Info:
    """What `say` has to know."""

    institution: str = "unknown"
    is_written: bool = True


_info = _Info()


def _configure_structlog(institution: str, level: int) -> None:
    _info.institution, _info.is_written = institution, level <= logging.INFO
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            _stamp,
            _name_exception,
            _InstitutionName(institution),
            mask,
            _render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_StandardOutput,
        cache_logger_on_first_use=False,
    )


def get_logger(name: str) -> structlog.typing.FilteringBoundLogger:
    """A logger: `log.info("permit granted", kind=..., duration_ms=...)`. The event is a constant sentence.

    It looks its configuration up at each use, so a module may make one before `configure` runs.
    """
    return cast(structlog.typing.FilteringBoundLogger, structlog.get_logger(logger_name=name))


def say(logger: str, event: str, **fields: object) -> None:
    """An info line as `get_logger(logger).info(event, ...)` writes it, for the line that each request has: without what was bound, and at a fifth of the CPU."""
    if _info.is_written:
        line = {
            **fields,
            "event": event,
            "level": "info",
            "logger_name": logger,
            "institution": _info.institution,
        }
        _StandardOutput().msg(_render(None, "", mask(None, "", _stamp(None, "", line))))


def request_id(header: str | None) -> str:
    """The caller's request id if it is well formed (8 to 64 letters, digits, - or _), else a fresh one."""
    if header is not None and _REQUEST_ID.fullmatch(header) and not _PERSONAL_DIGITS.search(header):
        return header
    return os.urandom(16).hex().translate(_LETTERS)


def mask(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The structlog processor that lets only allow-listed keys and harmless values through."""
    dropped = sorted(_text(key) for key in event if key not in ALLOWED_KEYS)
    clean = {key: _clean(value) for key, value in event.items() if key in ALLOWED_KEYS and key != "exception"}
    if "exception" in event and isinstance(event["exception"], ExceptionOutline):
        clean["exception"] = event["exception"].fields
    if dropped:
        clean["dropped"] = dropped
    return clean


class ExceptionOutline:
    """What may be said about an exception: types, frames, SQLSTATE. Only `outline` makes one."""

    __slots__ = ("fields",)

    def __init__(self, fields: Mapping[str, object]) -> None:
        self.fields = fields


def outline(exception: BaseException) -> ExceptionOutline:
    """Types and frames of an exception and of what caused it, without any message or local variable."""
    links: list[dict[str, object]] = []
    current: BaseException | None = exception
    while current is not None and len(links) < MAX_CHAIN:
        links.append(_outline_one(current))
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    first, *causes = links
    return ExceptionOutline({**first, "causes": causes} if causes else first)


def _outline_one(exception: BaseException) -> dict[str, object]:
    kind = type(exception)
    fields: dict[str, object] = {
        "type": f"{kind.__module__}.{kind.__qualname__}",
        "frames": _frames(exception.__traceback__),
    }
    # PostgreSQL: the code and the names of schema objects are about the program; the rest is about the row.
    sqlstate = getattr(exception, "sqlstate", None)
    if isinstance(sqlstate, str):
        fields["sqlstate"] = _text(sqlstate)
        diagnosis = getattr(exception, "diag", None)
        for name in ("schema_name", "table_name", "column_name", "constraint_name"):
            value = getattr(diagnosis, name, None)
            if isinstance(value, str):
                fields[name] = _text(value)
    # The operating system: "no space left" and "connection refused" must be told apart, without file names.
    errno = getattr(exception, "errno", None)
    if isinstance(exception, OSError) and isinstance(errno, int):
        fields["errno"] = errno
    return fields


def _frames(traceback: TracebackType | None) -> list[str]:
    frames: list[str] = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        frames.append(f"{_module_path(code.co_filename)}:{traceback.tb_lineno} {code.co_qualname}")
        traceback = traceback.tb_next
    return frames[-MAX_FRAMES:]


def _module_path(filename: str) -> str:
    """The path from the package on: where a person installed it is nobody's business."""
    for marker in ("/site-packages/", "/src/"):
        _, found, rest = filename.rpartition(marker)
        if found:
            return rest
    return Path(filename).name


def _clean(value: object) -> object:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        # Quantities are small; a number of eleven digits is somebody's.
        return value if abs(value) < 10**10 else MASK
    if isinstance(value, str):
        return _text(value)
    return MASK


def _text(value: object) -> str:
    text = str(value)
    if len(text) > MAX_TEXT:
        return MASK
    return _PERSONAL_DIGITS.sub(MASK, text)


def _stamp(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    name = event.pop("logger_name", None)
    if name is not None:
        event["logger"] = name
    event["timestamp"] = datetime.now(UTC).isoformat(timespec="milliseconds")
    return event


class _InstitutionName:
    def __init__(self, institution: str) -> None:
        self._institution = institution

    def __call__(self, _: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["institution"] = self._institution
        return event


def _name_exception(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    info = event.pop("exc_info", None)
    exception = info if isinstance(info, BaseException) else None
    if isinstance(info, tuple):
        exception = info[1]
    elif info and exception is None:
        exception = sys.exc_info()[1]
    if exception is not None:
        event["exception"] = outline(exception)
    return event


def _render(_: object, __: str, event: MutableMapping[str, Any]) -> str:
    return _encoder.encode(event).decode()


class _StandardOutput:
    """Writes whole lines to the current standard output (looked up each time: tests and supervisors replace it)."""

    def __init__(self, *_: object) -> None:
        pass

    def msg(self, line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    debug = info = warning = error = critical = exception = log = msg


class MaskingHandler(logging.Handler):
    """Other libraries' log calls: logger, level, place and the template, but not the arguments."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record as a masked JSON line."""
        fields: dict[str, object] = {"where": f"{Path(record.pathname).name}:{record.lineno}"}
        if record.args and isinstance(record.msg, str):
            fields["template"] = record.msg
        if record.exc_info and record.exc_info[1] is not None:
            fields["exc_info"] = record.exc_info[1]
        level = record.levelname.lower()
        logger = structlog.get_logger().bind(logger=record.name)
        getattr(logger, level if level in {"info", "warning", "error", "critical"} else "info")(
            "library", **fields
        )


def _log_uncaught(
    kind: type[BaseException], exception: BaseException, traceback: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    get_logger(__name__).critical("uncaught exception", exc_info=exception.with_traceback(traceback))


def _log_uncaught_in_thread(arguments: threading.ExceptHookArgs) -> None:
    if arguments.exc_value is not None and not isinstance(arguments.exc_value, SystemExit):
        get_logger(__name__).critical("uncaught exception in a thread", exc_info=arguments.exc_value)


# Whatever is logged before `configure` is masked too: structlog's own default prints local variables.
_configure_structlog(os.environ.get("MYNUMBER_INSTITUTION", "unknown"), logging.INFO)
