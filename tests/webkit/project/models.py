"""One walled table and one that belongs to nobody."""

from django.db import models

from mynumber.webkit.tenancy import TenantField


class Entry(models.Model):
    tenant = TenantField()
    text = models.CharField(max_length=100)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["tenant", "text"], name="entry_text_in_tenant"),)

    def __str__(self) -> str:
        return f"entry {self.pk}"


class Word(models.Model):
    text = models.CharField(max_length=100)

    def __str__(self) -> str:
        return f"word {self.pk}"


class Event(models.Model):
    tenant = TenantField()
    text = models.CharField(max_length=100)

    def __str__(self) -> str:
        return f"event {self.pk}"
