"""Create the network's own secrets in its key ring: the keys of codes and the key of the log."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from mynumber.foundation.codes import CodeKeys
from mynumber.foundation.tlog import LogSigner
from mynumber.protocols.node import Node


class Command(BaseCommand):
    help = "符号の鍵と記録台帳の鍵を作り、台帳の公開鍵を書き出します（あるものは作り直しません）。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--origin", default="network.localhost/log", help="name of the log")
        parser.add_argument("--vkey-out", type=Path, help="file for the public key of the log")

    def handle(self, *args: Any, **options: Any) -> None:
        ring = Node.from_environment().keyring
        if not ring.has("codes"):
            ring.add_secret("codes", CodeKeys.generate().to_bytes())
        if not ring.has("log"):
            ring.add_secret("log", LogSigner.generate(options["origin"]).to_bytes())
        vkey = LogSigner.from_bytes(ring.secret("log")).vkey
        if options["vkey_out"]:
            options["vkey_out"].parent.mkdir(parents=True, exist_ok=True)
            options["vkey_out"].write_text(vkey + "\n", encoding="utf-8")
        self.stdout.write(vkey)
