"""Loading accounts from the synthetic population (``accounts.ndjson``): stands for the registrations that people made."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import date
from typing import Literal

import msgspec
from django.db import transaction

from mynumber.institutions.digital_agency.accounts.models import ReceivingAccount
from mynumber.webkit.membership import SEX_CODES

ACCOUNT_TYPES = {"1": "普通", "2": "当座", "4": "貯蓄"}


class Line(msgspec.Struct, frozen=True):
    """What of a line is read; see the description of the file in ``mynumber.population.records``."""

    name: str
    birth: date
    sex: Literal["male", "female"]
    address: str
    bank_code: str
    branch_code: str
    account_type: str
    account_number: str
    holder_kana: str
    registered_on: date


_decode = msgspec.json.Decoder(Line).decode


def load(lines: Iterable[bytes]) -> int:
    """Store accounts; one that was loaded before changes nothing. Returns how many are new."""
    known = set(ReceivingAccount.objects.values_list("bank_code", "branch_code", "account_number"))
    accounts = []
    for text in lines:
        line = _decode(text)
        if (line.bank_code, line.branch_code, line.account_number) in known:
            continue
        accounts.append(
            ReceivingAccount(
                holder=secrets.token_hex(8),
                name=line.name,
                birth_date=line.birth,
                sex=SEX_CODES[line.sex],
                address=line.address,
                bank_code=line.bank_code,
                branch_code=line.branch_code,
                account_type=ACCOUNT_TYPES[line.account_type],
                account_number=line.account_number,
                holder_kana=line.holder_kana,
                registered_on=line.registered_on,
            )
        )
    with transaction.atomic():
        ReceivingAccount.objects.bulk_create(accounts, batch_size=2000)
    return len(accounts)
