"""Browsers find NAME.localhost by themselves, programs not everywhere. Remove this import once the issuer has a real name."""

import socket
from typing import Any

_resolve = socket.getaddrinfo


def _with_localhost(host: Any, *rest: Any, **more: Any) -> Any:
    return _resolve("127.0.0.1" if str(host).endswith(".localhost") else host, *rest, **more)


socket.getaddrinfo = _with_localhost
