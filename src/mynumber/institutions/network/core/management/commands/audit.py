"""Check every record against the log and every checkpoint against every earlier one."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mynumber.foundation.tlog import LogSigner
from mynumber.institutions.network.core import publication
from mynumber.institutions.network.core.audit import audit
from mynumber.protocols.node import Node


class Command(BaseCommand):
    help = "記録の表と台帳を突き合わせます。変えられた記録があれば、番号を示して 1 で終わります。"

    def handle(self, *args: Any, **options: Any) -> None:
        vkey = LogSigner.from_bytes(Node.from_environment().keyring.secret("log")).vkey
        result = audit(vkey, publication.policy().witness_keys)
        self.stdout.write(
            f"記録 {result.entries} 件、チェックポイント {result.checkpoints} 個、"
            f"立会人の署名 {result.cosignatures} 個を調べました（署名済み {result.size} 件）。"
        )
        if result.forgotten:
            self.stdout.write(f"7年を過ぎて消した記録は {result.forgotten} 件です。台帳の葉は残っています。")
        for finding in result.findings:
            self.stdout.write(f"異常：{finding}")
        if result.findings:
            raise CommandError("台帳と合わない記録があります。")
        self.stdout.write("異常はありません。")
