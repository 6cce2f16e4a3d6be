"""The registry of receiving accounts (公的給付支給等口座登録簿): one account a person."""

from django.db import models

from mynumber.webkit.membership import KnownPerson


class ReceivingAccount(KnownPerson):
    """公金受取口座. ``holder`` is the registry's own number for the person; the individual number came from J-LIS."""

    holder = models.CharField(max_length=20, primary_key=True)
    bank_code = models.CharField(max_length=4)
    branch_code = models.CharField(max_length=3)
    account_type = models.CharField(max_length=10)
    account_number = models.CharField(max_length=7)
    holder_kana = models.CharField(max_length=100)
    registered_on = models.DateField()

    class Meta(KnownPerson.Meta):
        abstract = False
        db_table = "receiving_account"
