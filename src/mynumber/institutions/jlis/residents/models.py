"""Tables of the residents network. They hold what 住民基本台帳法 art. 30-6, 30-7 let J-LIS keep (本人確認情報), and nothing else.

No model prints a value of a person.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models


class Status(models.TextChoices):
    """Whether a resident record stands behind a person."""

    CURRENT = "current", "現存"
    REMOVED = "removed", "消除"


class People(models.QuerySet["Person"]):
    """Questions to the residents network that more than one message asks."""

    def residents_of(self, municipality: str, *, on: date) -> People:
        """Those who live in a municipality on a day: in its register, and not moved out by then."""
        return self.filter(municipality=municipality, status=Status.CURRENT).exclude(moved_out_on__lte=on)


class Person(models.Model):
    """本人確認情報 of one person: the basic four attributes and the two numbers, with the municipality that last notified them."""

    resident_code = models.CharField("住民票コード", max_length=11, unique=True)
    individual_number = models.CharField("個人番号", max_length=12, unique=True)
    name = models.CharField("氏名", max_length=200)
    name_kana = models.CharField("氏名の振り仮名", max_length=200)
    address = models.CharField("住所", max_length=200)
    birth_date = models.DateField("生年月日")
    sex = models.CharField("性別", max_length=1)
    name_key = models.CharField(max_length=200)
    """The name folded for comparison (`people.fold`)."""
    address_key = models.CharField(max_length=200)
    """The address folded for comparison (`people.fold_address`)."""
    municipality = models.CharField("市区町村", max_length=80)
    """Member id of the municipality whose register the person is in."""
    addressee = models.CharField("宛名番号", max_length=80)
    """The person in that municipality's systems."""
    moved_out_on = models.DateField("転出（予定）年月日", null=True)
    """As that municipality notified; None for its resident. From this day on the person is nobody's resident until another municipality takes them in."""
    moved_out_to = models.CharField("転出先の市区町村", max_length=80, blank=True)
    """Member id of the only municipality that may take the person in; empty when none was named."""
    moved_abroad = models.BooleanField("国外転出", default=False, db_default=False)
    """The moving-out is one abroad (転出届 with a place outside Japan)."""
    died_on = models.DateField("死亡年月日", null=True)
    """With it the record is removed."""
    former_name = models.CharField("旧氏", max_length=200, blank=True, default="", db_default="")
    """旧氏 as registered, to be shown with the name; empty for most."""
    status = models.CharField("区分", max_length=8, choices=Status)
    numbered_at = models.DateTimeField("付番日時")
    changed_at = models.DateTimeField("更新日時")

    objects = People.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["birth_date", "name_key", "address_key", "sex"], name="jlis_person_four_attributes"
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["municipality", "addressee"], name="jlis_person_one_per_entry"),
            models.CheckConstraint(
                condition=models.Q(resident_code__regex="^[0-9]{11}$"), name="jlis_resident_code_form"
            ),
            models.CheckConstraint(
                condition=models.Q(individual_number__regex="^[0-9]{12}$"), name="jlis_individual_number_form"
            ),
            models.CheckConstraint(condition=models.Q(sex__in=["1", "2", "9"]), name="jlis_person_sex"),
            models.CheckConstraint(
                condition=models.Q(moved_out_on__isnull=False) | models.Q(moved_out_to=""),
                name="jlis_person_moved_out_before_to",
            ),
            models.CheckConstraint(
                condition=models.Q(moved_out_on__isnull=False) | models.Q(moved_abroad=False),
                name="jlis_person_moved_out_before_abroad",
            ),
            models.CheckConstraint(
                condition=models.Q(died_on__isnull=True) | models.Q(status="removed"),
                name="jlis_person_died_is_removed",
            ),
        ]

    def __str__(self) -> str:
        return f"Person({self.pk})"


class Entry(models.Model):
    """Every entry that a municipality ever notified, and whose it is.

    It stays when the person moves on, so that a notification that is repeated, however late, never makes a second number.
    """

    municipality = models.CharField("市区町村", max_length=80)
    addressee = models.CharField("宛名番号", max_length=80)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="entries")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["municipality", "addressee"], name="jlis_entry_once"),
        ]

    def __str__(self) -> str:
        return f"Entry({self.pk})"


class FormerAttributes(models.Model):
    """異動の履歴: what a person's attributes and moving-out were until a change. Insert-only for the institution's role.

    The row that a taking-in leaves behind shows on which notified moving-out it stood.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="former_attributes")
    name = models.CharField("氏名", max_length=200)
    name_kana = models.CharField("氏名の振り仮名", max_length=200)
    address = models.CharField("住所", max_length=200)
    birth_date = models.DateField("生年月日")
    sex = models.CharField("性別", max_length=1)
    municipality = models.CharField("市区町村", max_length=80)
    addressee = models.CharField("宛名番号", max_length=80)
    moved_out_on = models.DateField("転出（予定）年月日", null=True)
    moved_out_to = models.CharField("転出先の市区町村", max_length=80, blank=True)
    moved_abroad = models.BooleanField("国外転出", default=False, db_default=False)
    former_name = models.CharField("旧氏", max_length=200, blank=True, default="", db_default="")
    held_from = models.DateTimeField("から")
    held_until = models.DateTimeField("まで")

    def __str__(self) -> str:
        return f"FormerAttributes({self.pk})"


class LookUpKind(models.TextChoices):
    """What was asked for."""

    BY_ATTRIBUTES = "by_attributes", "基本4情報による照会"
    BY_NUMBER = "by_number", "個人番号による照会"
    CODE_ACQUISITION = "code_acquisition", "符号の取得"
    MOVING_IN = "moving_in", "転入による照合"


class LookUpOutcome(models.TextChoices):
    """How it ended."""

    FOUND = "found", "該当あり"
    NONE = "none", "該当なし"
    SEVERAL = "several", "複数該当（回答せず）"
    WITHHELD = "withheld", "転出の通知なし（回答せず）"
    """A moving-in that no notified moving-out allows."""


class LookUpRecord(models.Model):
    """本人確認情報の提供の記録: who asked about whom and what came of it. Insert-only for the institution's role.

    The person is a reference, and only where exactly one was found or withheld; no attribute is written here.
    """

    asked_by = models.CharField("照会した機関", max_length=80)
    message_id = models.CharField("電文番号", max_length=128)
    position = models.IntegerField("電文の中の順番")
    asked_at = models.DateTimeField("照会日時")
    kind = models.CharField("区分", max_length=16, choices=LookUpKind)
    outcome = models.CharField("結果", max_length=8, choices=LookUpOutcome)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="look_ups")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["asked_at"], name="jlis_look_up_time")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["asked_by", "message_id", "position"], name="jlis_look_up_once"),
            models.CheckConstraint(
                condition=models.Q(outcome="found", person__isnull=False)
                | models.Q(outcome__in=["none", "several"], person__isnull=True)
                | models.Q(outcome="withheld"),
                name="jlis_look_up_names_one_or_none",
            ),
        ]

    def __str__(self) -> str:
        return f"LookUpRecord({self.pk})"
