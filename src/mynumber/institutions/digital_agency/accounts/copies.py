"""Copies (副本) of the registry: 公的給付支給等口座登録簿関係情報."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from mynumber.foundation.law import InformationKind
from mynumber.institutions.digital_agency.accounts.models import ReceivingAccount
from mynumber.protocols.copies import Copy
from mynumber.protocols.facts import ReceivingAccountFact


def copies(as_of: datetime) -> Iterator[Copy]:
    """One copy for each account whose holder's individual number is known."""
    identified = ReceivingAccount.objects.exclude(individual_number=None).order_by("pk")
    for account in identified.iterator(chunk_size=1000):
        fact = ReceivingAccountFact(
            bank_code=account.bank_code,
            branch_code=account.branch_code,
            account_type=account.account_type,
            account_number=account.account_number,
            holder_kana=account.holder_kana,
            registered_on=account.registered_on,
        )
        yield Copy(
            addressee=account.pk,
            information=InformationKind.RECEIVING_ACCOUNT.value,
            as_of=as_of,
            fact=msgspec.Raw(msgspec.json.encode(fact)),
        )
