"""The smallest institution: a WSGI application that is ready and says who it is."""

import os
from collections.abc import Callable, Iterable


def application(environ: dict[str, object], start_response: Callable[..., object]) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{os.environ['MYNUMBER_INSTITUTION']} {os.environ['DATABASE_URL'].partition(':')[0]}".encode()]
