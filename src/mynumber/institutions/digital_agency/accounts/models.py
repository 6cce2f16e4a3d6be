"""The registry of receiving accounts (公的給付支給等口座登録簿): one account a person."""

from django.db import models


class ReceivingAccount(models.Model):
    """公金受取口座. ``holder`` is the registry's own number for the person; the individual number came from J-LIS."""

    holder = models.CharField(max_length=20, primary_key=True)
    name = models.CharField(max_length=200)
    birth_date = models.DateField()
    sex = models.CharField(max_length=1)
    address = models.CharField(max_length=300)
    individual_number = models.CharField(max_length=12, null=True, unique=True)
    """Null until the look-up by the four attributes found exactly one person."""
    look_up = models.CharField(max_length=10, default="")
    """How the last look-up ended: found, none, several; empty before."""
    bank_code = models.CharField(max_length=4)
    branch_code = models.CharField(max_length=3)
    account_type = models.CharField(max_length=10)
    account_number = models.CharField(max_length=7)
    holder_kana = models.CharField(max_length=100)
    registered_on = models.DateField()

    class Meta:
        db_table = "receiving_account"
