"""Counts of exchanges, kept up to date by the function ``roll_up_usage`` (:mod:`.rolling`). No person, no code is here."""

from django.db import models


class UsageState(models.Model):
    """How far exchanges are counted: one row, locked while counting."""

    id = models.SmallIntegerField(primary_key=True)
    counted_through = models.DateTimeField(null=True)
    """Exchanges asked before this moment are in the counts; null before the first."""

    class Meta:
        db_table = "usage_state"


class UsageHour(models.Model):
    """What the core decided in an hour."""

    pk = models.CompositePrimaryKey("hour", "reason")
    hour = models.DateTimeField()
    reason = models.CharField(max_length=40)
    """Why it was refused; empty: permitted."""
    asked = models.BigIntegerField()

    class Meta:
        db_table = "usage_hour"


class UsageRow(models.Model):
    """How often an institution was permitted by a rule of the table."""

    pk = models.CompositePrimaryKey("provision", "inquirer")
    provision = models.CharField(max_length=40)
    inquirer = models.CharField(max_length=80)
    asked = models.BigIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        db_table = "usage_row"


class AskerDay(models.Model):
    """What an organisation of an institution asked on a day of Japan: for the oversight body. Replaced while the day lasts."""

    pk = models.CompositePrimaryKey("day", "inquirer", "organisation")
    day = models.DateField()
    inquirer = models.CharField(max_length=80)
    organisation = models.CharField(max_length=100)
    asked = models.BigIntegerField()
    persons = models.BigIntegerField()
    """Different persons, by the codes of the records' own domain, which are not kept here."""
    rules = models.BigIntegerField()
    """Different rules that permitted."""
    odd_hours = models.BigIntegerField()
    """Asked before 7 or from 22 o'clock, or on a Saturday or Sunday."""
    not_in_table = models.BigIntegerField()
    refused = models.BigIntegerField()
    non_disclosure = models.BigIntegerField()
    """Asked with the wish that the record is not shown to the person for a time."""

    class Meta:
        db_table = "asker_day"
