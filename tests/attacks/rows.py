"""One row of a table, made from what its columns want: for tests that need one of everything and care for none of it."""

from __future__ import annotations

import itertools
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models

WORDS = "x"
_numbers = itertools.count(1)


class Rows:
    """Rows that are made when they are first asked for, one a model; `words` stands in every text."""

    def __init__(self, words: str = WORDS, **given: Any) -> None:
        self.words = words
        self.given = given
        """Values of fields of this name, whatever the model."""
        self.made: dict[type[models.Model], Any] = {}

    def __getitem__(self, model: type[models.Model]) -> Any:
        if model not in self.made:
            values = {
                field.name: self._value(field) for field in model._meta.concrete_fields if self._needs(field)
            }
            self.made[model] = model._base_manager.create(**values)
        return self.made[model]

    def _value(self, field: models.Field[Any, Any]) -> Any:
        if isinstance(field, models.ForeignKey):
            return self[field.related_model]
        return self.given.get(field.name) or value_of(field, self.words)

    def _needs(self, field: models.Field[Any, Any]) -> bool:
        """Whether the table takes no row without it, or it is a text."""
        if isinstance(field, models.AutoField) or (field.null and field.name not in self.given):
            return False
        is_text = type(field) in (models.CharField, models.TextField) and not field.choices
        return is_text or not field.has_default() or field.unique


def value_of(field: models.Field[Any, Any], words: str) -> Any:
    """Something that the column takes."""
    if field.choices:
        return next(iter(field.flatchoices))[0]
    now = datetime.now(UTC)
    match field:
        case models.UUIDField():
            return uuid4()
        case models.DateTimeField():
            return now + timedelta(hours=1)
        case models.DateField():
            return now.date()
        case models.BooleanField():
            return True
        case models.IntegerField() | models.DecimalField():
            return next(_numbers)
        case models.BinaryField():
            return secrets.token_bytes(32)
        case models.JSONField():
            return {}
        case ArrayField():
            return []
        case models.CharField() | models.TextField():
            text = secrets.token_hex(8) if field.unique else words
            return text[: field.max_length]
    raise NotImplementedError(type(field))
