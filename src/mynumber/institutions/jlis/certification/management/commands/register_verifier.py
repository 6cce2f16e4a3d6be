"""``register_verifier``: enter somebody into the register of verifiers, give a new key, or strike them off."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from mynumber.institutions.jlis.certification import verifiers
from mynumber.institutions.jlis.certification.verifiers import BadRegistration, Registration
from mynumber.institutions.jlis.certification.words import VerifierCategory, VerifierPurpose


class Command(BaseCommand):
    """Prints the key once, on standard output, alone on its line; nobody can print it again."""

    help = "検証者を登録し、HTTPで使う鍵を一度だけ表示する（公的個人認証法17条・36条）"

    def add_arguments(self, parser: CommandParser) -> None:
        """Who, and for what."""
        parser.add_argument("identifier", help="登録番号（a-z、0-9、-）")
        parser.add_argument("--name", help="名称。新しく登録するときに必要")
        parser.add_argument(
            "--purpose",
            action="append",
            choices=[purpose.value for purpose in VerifierPurpose],
            help="認める事項。いくつでも",
        )
        parser.add_argument(
            "--category",
            choices=[category.value for category in VerifierCategory],
            default=VerifierCategory.CERTIFIED.value,
        )
        parser.add_argument("--system", help="署名された電文で照会するシステムの名前（portal など）")
        parser.add_argument("--without-key", action="store_true", help="HTTPの鍵を渡さない")
        parser.add_argument("--keep", action="store_true", help="すでに登録があればそのままにする")
        parser.add_argument("--new-key", action="store_true", help="登録済みの検証者の鍵を取り替える")
        parser.add_argument("--end", action="store_true", help="登録を抹消する")

    def handle(self, *_: object, **options: Any) -> None:
        """Raises CommandError for a registration that cannot be."""
        try:
            with transaction.atomic():
                registration = self._change(options)
        except BadRegistration as error:
            raise CommandError(str(error)) from None
        if registration is None:
            self.stderr.write("登録を抹消しました。")
            return
        self.stderr.write(f"登録しました: {registration.verifier.name}")
        if registration.key:
            self.stderr.write("鍵は一度しか表示されません。Authorization: Bearer 鍵 の形で送ってください。")
            self.stdout.write(registration.key)

    def _change(self, options: dict[str, Any]) -> Registration | None:
        identifier, now = options["identifier"], datetime.now(UTC)
        if options["end"]:
            verifiers.end(identifier, at=now)
            return None
        if options["new_key"]:
            return verifiers.renew_key(identifier)
        if options["keep"] and (held := verifiers.held(identifier)) is not None:
            return Registration(held, None)
        return verifiers.register(
            identifier,
            options["name"] or "",
            [VerifierPurpose(purpose) for purpose in options["purpose"] or ()],
            category=VerifierCategory(options["category"]),
            system_id=options["system"],
            with_key=not options["without_key"],
            at=now,
        )
