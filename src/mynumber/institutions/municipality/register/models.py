"""住民基本台帳: households, people, and apart from them the numbers that the law guards.

All tables are walled by tenant. Nothing here prints a name, an address or a number.
"""

from django.db import models

from mynumber.foundation.numbers import find
from mynumber.protocols.residents import FourAttributes
from mynumber.webkit.tenancy import TenantField


class Sex(models.TextChoices):
    """性別"""

    MALE = "male", "男"
    FEMALE = "female", "女"

    @property
    def digit(self) -> str:
        """As the residents network words it (`protocols.residents.FourAttributes`)."""
        return {"male": "1", "female": "2"}[self.value]


class NationalityKind(models.TextChoices):
    """Japanese national or 外国人住民 (住民基本台帳法 第30条の45)."""

    JAPANESE = "japanese", "日本人"
    FOREIGN = "foreign", "外国人住民"


class Household(models.Model):
    """世帯"""

    tenant = TenantField()
    number = models.IntegerField()
    """世帯番号, unique in the municipality."""

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["tenant", "number"], name="register_household_number"),
        )

    def __str__(self) -> str:
        return f"household {self.pk}"


class Person(models.Model):
    """An entry of the register (住民票, 住民基本台帳法 第7条), or a removed one (消除された住民票) with `moved_out` or `died_on`."""

    tenant = TenantField()
    addressee = models.CharField(max_length=10)
    """宛名番号: this municipality's own number for the person; means nothing elsewhere."""
    # Without a foreign key in the database: a town is taken in by joins that cannot miss, and a check a row would cost more than the row.
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, related_name="members", db_constraint=False
    )
    relation = models.CharField(max_length=40)
    """続柄 to the head of the household, in Japanese."""
    family = models.CharField(max_length=100, blank=True)
    given = models.CharField(max_length=100, blank=True)
    family_kana = models.CharField(max_length=100, blank=True)
    given_kana = models.CharField(max_length=100, blank=True)
    former_family = models.CharField(max_length=100, blank=True)
    """旧氏"""
    former_family_kana = models.CharField(max_length=100, blank=True)
    alphabet = models.CharField(max_length=200, blank=True)
    """Name in the Latin alphabet; where there is one, it is the registered name."""
    birth = models.DateField()
    sex = models.CharField(max_length=6, choices=Sex.choices)
    nationality_kind = models.CharField(max_length=8, choices=NationalityKind.choices)
    nationality = models.CharField(max_length=60, blank=True)
    residence_status = models.CharField(max_length=60, blank=True)
    """在留資格"""
    postal_code = models.CharField(max_length=7, blank=True)
    town = models.CharField(max_length=100, blank=True)
    rest = models.CharField(max_length=100, blank=True)
    moved_in = models.DateField(null=True, blank=True)
    """None: resident since birth."""
    previous_municipality = models.CharField(max_length=6, blank=True)
    previous_address = models.CharField(max_length=300, blank=True)
    moved_out = models.DateField(null=True, blank=True)
    next_municipality = models.CharField(max_length=6, blank=True)
    next_address = models.CharField(max_length=300, blank=True)
    moved_abroad = models.BooleanField(default=False, db_default=False)
    """国外転出: with `moved_out`."""
    died_on = models.DateField(null=True, blank=True)
    """死亡の年月日"""
    changes = models.IntegerField(default=0, db_default=0)
    """How many changes of the entry J-LIS has to hear of, from the first on (`register.changes`)."""
    protected = models.BooleanField(default=False)
    """支援措置: the address must not become known."""
    persona = models.CharField(max_length=40, blank=True)
    """Key of a named persona of the model; empty for everybody else."""
    search_name = models.CharField(max_length=200)
    """氏名 for the search: without spaces, letters in capitals."""
    search_kana = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["tenant", "addressee"], name="register_person_addressee"),
        )
        indexes = (
            models.Index(fields=["tenant", "search_kana"], name="register_person_kana"),
            models.Index(fields=["tenant", "search_name"], name="register_person_name"),
            models.Index(fields=["tenant", "birth"], name="register_person_birth"),
        )

    def __str__(self) -> str:
        return f"person {self.pk}"

    @property
    def name(self) -> str:
        """氏名 as registered."""
        return self.alphabet or "　".join(part for part in (self.family, self.given) if part)

    @property
    def kana(self) -> str:
        """氏名の振り仮名"""
        return "　".join(part for part in (self.family_kana, self.given_kana) if part)

    @property
    def address(self) -> str:
        """住所 as one text, from the prefecture on; of one who left, the last one here."""
        return f"{find(self.tenant).full_name}{self.town}{self.rest}"

    @property
    def is_resident(self) -> bool:
        """住民である, not 転出済み and alive."""
        return self.moved_out is None and self.died_on is None

    def four_attributes(self) -> FourAttributes:
        """基本4情報 at the address here."""
        return FourAttributes(
            name=self.name, address=self.address, birth_date=self.birth, sex=Sex(self.sex).digit
        )

    def four_attributes_before(self) -> FourAttributes:
        """基本4情報 at the address before moving in (転入前の住所)."""
        return FourAttributes(
            name=self.name, address=self.previous_address, birth_date=self.birth, sex=Sex(self.sex).digit
        )


class PersonNumber(models.Model):
    """個人番号 and 住民票コード of a person: specific personal information, in a table of its own.

    Only numbering, acquisition of codes and card issue read it; no page does.
    """

    tenant = TenantField()
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="number")
    individual_number = models.CharField(max_length=12)
    resident_code = models.CharField(max_length=11)
    code_obtained_at = models.DateTimeField(null=True, blank=True)
    """When the municipality's gateway got the code (符号) for the person; None before."""
    notified_moved_out = models.DateField(null=True, blank=True)
    notified_next_municipality = models.CharField(max_length=6, blank=True)
    """What J-LIS was last told of the person's moving out (`Person.moved_out`, `Person.next_municipality`)."""
    notified_changes = models.IntegerField(default=0, db_default=0)
    """Up to which of `Person.changes` J-LIS was told."""

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["tenant", "individual_number"], name="register_number_individual"
            ),
        )

    def __str__(self) -> str:
        return f"numbers of person {self.person_id}"


class Intake(models.Model):
    """A population that was taken in as a whole."""

    tenant = TenantField()
    digest = models.CharField(max_length=64)
    """SHA-256 (hex) of what the population says of itself (`population.json`)."""
    people = models.IntegerField()
    taken_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["tenant", "digest"], name="register_intake_digest"),)

    def __str__(self) -> str:
        return f"intake {self.pk}"
