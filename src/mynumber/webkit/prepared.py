"""Statements that Django puts together once a process instead of once a request.

Django spends several times more on building a SELECT than on having it answered. A queryset here is written as ever, with `given(NAME)` where a value
will stand; it is compiled at its first use, and later uses only bind values:

    _OPEN = Prepared(lambda: Request.objects.select_related("client").filter(pk=given("id"), ended_at__isnull=True))
    row = _OPEN.first(id=request_id)

    _END = PreparedUpdate(lambda: Request.objects.filter(pk=given("id")), ended_at=given("at"))
    _END(id=request_id, at=now)          # the number of rows

    rows, number = ask("UPDATE request SET ended_at = $2 WHERE id = $1", [request_id, now])
    insert(Request(...))                 # instead of Request.objects.create(...)
    store(row, "ended_at")               # instead of row.save(update_fields=["ended_at"])
    insert(Event(...), wait=False)       # its key is not needed: it travels with the next statement or the COMMIT

On the default database. (Under row-level security PostgreSQL itself plans a statement anew for each role; what is saved here is Django's part.)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections
from django.db.models import Expression, Field, Model, QuerySet
from django.db.models import query as django_query
from django.db.models.base import ModelState
from django.db.models.sql import UpdateQuery
from django.db.transaction import TransactionManagementError

M = TypeVar("M", bound=Model)
_PLACE = re.compile("%(s|%)")
_related_of: Any = (
    django_query.get_related_populators
)  # its arguments differ between Django and its type stubs


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value will stand among the parameters of a statement."""

    name: str


class _Given(Expression):
    def __init__(self, name: str) -> None:
        super().__init__()
        self._place = _Place(name)

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **__: Any) -> Any:
        return "%s", [self._place]


def given(name: str) -> Any:
    """The value that a use gives under this name. It goes to the database as it is: a column's own conversion (JSON) is not made."""
    return _Given(name)


@dataclass(frozen=True, slots=True)
class _Statement:
    sql: str
    parameters: Sequence[Any]

    def bound(self, values: dict[str, object]) -> list[Any]:
        return [values[one.name] if isinstance(one, _Place) else one for one in self.parameters]


def _numbered(sql: str, parameters: Sequence[Any]) -> _Statement:
    """A statement of Django's with the server's own places: $1, $2, ..."""
    numbers = count(1)
    return _Statement(
        _PLACE.sub(lambda found: f"${next(numbers)}" if found[1] == "s" else "%", sql), parameters
    )


def ask(sql: str, values: Sequence[object]) -> tuple[list[tuple[Any, ...]], int]:
    """Run a statement with $1, $2, ...: its rows, and how many there are or were changed. Raises as Django's cursors do."""
    database: Any = connections[DEFAULT_DB_ALIAS]
    found: tuple[list[tuple[Any, ...]], int] = database.ask(sql, values)
    return found


@dataclass(frozen=True, slots=True)
class _Selection:
    statement: _Statement
    locks: bool
    converters: Any
    convert: Any
    model: Any
    names: list[str]
    columns: slice
    related: Any


def say(sql: str, values: Sequence[object]) -> None:
    """Run a statement whose result nobody needs. Inside a transaction it travels with the next one or the COMMIT, and is raised for there."""
    database: Any = connections[DEFAULT_DB_ALIAS]
    database.say(sql, values)


class Prepared(Generic[M]):
    """A SELECT of rows. They come without `__init__` and signals; columns that the queryset defers are read when they are asked for."""

    def __init__(self, queryset: Callable[[], QuerySet[M]]) -> None:
        self._queryset = queryset
        self._selection: _Selection | None = None

    def first(self, **values: object) -> M | None:
        """The first row in the order of the queryset, or None. Raises KeyError for a value that is missing."""
        selection = self._selection
        if selection is None:
            selection = self._selection = self._compile()
        database: Any = connections[DEFAULT_DB_ALIAS]
        if selection.locks and database.get_autocommit():
            raise TransactionManagementError("select_for_update cannot be used outside of a transaction.")
        rows, _ = database.ask(selection.statement.sql, selection.statement.bound(values))
        if not rows:
            return None
        row: Any = rows[0]
        if selection.converters:
            (row,) = selection.convert(rows, selection.converters)
        found: M = selection.model.__new__(selection.model)
        state = ModelState()
        state.adding, state.db = False, database.alias
        found.__dict__.update(zip(selection.names, row[selection.columns], strict=True), _state=state)
        for populator in selection.related:
            populator.populate(row, found)
        return found

    def _compile(self) -> _Selection:
        query: Any = self._queryset()[:1].query
        compiler = query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        found = compiler.klass_info["select_fields"]
        columns = slice(found[0], found[-1] + 1)
        return _Selection(
            _numbered(sql, parameters),
            query.select_for_update,
            compiler.get_converters([expression for expression, _, _ in compiler.select]),
            compiler.apply_converters,
            compiler.klass_info["model"],
            [expression.target.attname for expression, _, _ in compiler.select[columns]],
            columns,
            _related_of(compiler.klass_info, compiler.select, connection.alias),
        )


class PreparedUpdate(Generic[M]):
    """An UPDATE: the rows of a queryset, and what their columns become."""

    def __init__(self, queryset: Callable[[], QuerySet[M]], **columns: object) -> None:
        self._queryset, self._columns = queryset, columns
        self._statement: _Statement | None = None

    def __call__(self, **values: object) -> int:
        """Update; how many rows. Raises KeyError for a value that is missing."""
        statement = self._statement
        if statement is None:
            query: Any = self._queryset().query.chain(UpdateQuery)
            query.add_update_values(self._columns)
            sql, parameters = query.get_compiler(connection=connection).as_sql()
            statement = self._statement = _numbered(sql, parameters)
        return ask(statement.sql, statement.bound(values))[1]


def store(row: Model, *names: str, wait: bool = True) -> None:
    """UPDATE these columns of a row, as `save(update_fields=names)` does, without signals. Raises DatabaseError when it is gone.

    wait: False for a row that this transaction has locked, so that it cannot be gone: see `say`.
    """
    sql, fields = _change(type(row), names)
    database = connections[DEFAULT_DB_ALIAS]
    values = [field.get_db_prep_save(field.pre_save(row, False), database) for field in fields]
    if not wait:
        say(sql, [*values, row.pk])
    elif ask(sql, [*values, row.pk])[1] != 1:
        raise DatabaseError("the row is gone")


def insert(row: M, *, wait: bool = True) -> M:
    """INSERT a new row, as `save(force_insert=True)` does, without signals. wait: False where nobody needs the key that the database gives: see `say`."""
    sql, fields, key = _insertion(type(row))
    database = connections[DEFAULT_DB_ALIAS]
    values = [field.get_db_prep_save(field.pre_save(row, True), database) for field in fields]
    if not wait:
        say(sql, values)
    else:
        rows, _ = ask(sql, values)
        if key is not None:
            setattr(row, key, rows[0][0])
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    return row


@cache
def _change(model: type[Model], names: tuple[str, ...]) -> tuple[str, list[Field[Any, Any]]]:
    meta, quote = model._meta, connection.ops.quote_name
    fields: list[Any] = [meta.get_field(name) for name in names]
    columns = ", ".join(f"{quote(field.column)} = ${number}" for number, field in enumerate(fields, 1))
    key = quote(str(meta.pk.column))
    return f"UPDATE {quote(meta.db_table)} SET {columns} WHERE {key} = ${len(fields) + 1}", fields  # noqa: S608 - names of the model's own


@cache
def _insertion(model: type[Model]) -> tuple[str, list[Field[Any, Any]], str | None]:
    meta, quote = model._meta, connection.ops.quote_name
    key = meta.auto_field
    fields = [field for field in meta.concrete_fields if field is not key]
    names = ", ".join(quote(str(field.column)) for field in fields)
    places = ", ".join(f"${number}" for number in range(1, len(fields) + 1))
    sql = f"INSERT INTO {quote(meta.db_table)} ({names}) VALUES ({places})"  # noqa: S608 - names of the model's own
    if key is None:
        return sql, fields, None
    return f"{sql} RETURNING {quote(str(key.column))}", fields, key.attname
