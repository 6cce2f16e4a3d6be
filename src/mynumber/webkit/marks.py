"""The explicit mark that every view and every message endpoint carries: who may call it. No Django here.

    @public                     anybody; say why in a comment where it is not obvious
    @staff_only                 a signed-in case worker of this institution (and tenant)
    @staff_only("supervisor")   ... holding one of these roles
    @resident_only              a resident with a session of this face
    @resident_only(level="aal2") ... also with a session of this lower assurance level
    @signed_message             a system that signs its message; the view authenticates the envelope itself
    @registered                 whoever was registered and shows the key it was given then; the view checks it itself

Exactly one: marking twice is an error when the module is imported.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, TypeVar, overload

AnyView = TypeVar("AnyView", bound=Callable[..., Any])

_ATTRIBUTE: Final = "mynumber_mark"


class Access(StrEnum):
    """Kinds of callers a view is for."""

    PUBLIC = "public"
    STAFF = "staff"
    RESIDENT = "resident"
    SIGNED_MESSAGE = "signed_message"
    REGISTERED = "registered"


@dataclass(frozen=True, slots=True)
class Mark:
    """The mark of one view; `roles` is empty when every role of staff will do."""

    access: Access
    roles: frozenset[str] = frozenset()
    level: str = ""
    """Of residents: the lowest assurance level that will do, in the words of the face; empty: its highest."""

    def __str__(self) -> str:
        return f"{self.access}({', '.join(sorted(self.roles))})" if self.roles else str(self.access)


class MarkedTwice(TypeError):
    """A view carries two access marks."""


def set_mark(view: AnyView, mark: Mark) -> AnyView:
    """Put `mark` on a view function or view class and return it. Raises MarkedTwice."""
    if mark_of(view) is not None:
        raise MarkedTwice(f"{getattr(view, '__qualname__', view)!s} already has an access mark")
    setattr(view, _ATTRIBUTE, mark)
    return view


def mark_of(view: object) -> Mark | None:
    """The mark of a view function, a view class, or the function `as_view()` made of one; None if it has none."""
    for holder in (view, getattr(view, "view_class", None)):
        mark = getattr(holder, _ATTRIBUTE, None)
        if isinstance(mark, Mark):
            return mark
    return None


def public(view: AnyView) -> AnyView:
    """Anybody may call this view."""
    return set_mark(view, Mark(Access.PUBLIC))


@overload
def resident_only(view: AnyView, /) -> AnyView: ...
@overload
def resident_only(*, level: str) -> Callable[[AnyView], AnyView]: ...
def resident_only(*args: Any, level: str = "") -> Any:
    """Only a resident signed in to this face may call this view: with the face's highest assurance level, or at least `level`."""

    def decorate(view: AnyView) -> AnyView:
        return set_mark(view, Mark(Access.RESIDENT, level=level))

    return decorate(args[0]) if args else decorate


def signed_message(view: AnyView) -> AnyView:
    """Only systems call this view, and it authenticates the signed envelope itself before anything else."""
    return set_mark(view, Mark(Access.SIGNED_MESSAGE))


def registered(view: AnyView) -> AnyView:
    """Only programs of registered parties call this view, and it checks the key they show before anything else."""
    return set_mark(view, Mark(Access.REGISTERED))


@overload
def staff_only(view: AnyView, /) -> AnyView: ...
@overload
def staff_only(*roles: str) -> Callable[[AnyView], AnyView]: ...
def staff_only(*args: Any) -> Any:
    """Only signed-in staff, with one of `roles` if any are given, may call this view.

    Used bare (`@staff_only`) or with roles (`@staff_only("supervisor")`).
    """
    if len(args) == 1 and callable(args[0]) and not isinstance(args[0], str):
        return set_mark(args[0], Mark(Access.STAFF))
    if not args or not all(isinstance(role, str) for role in args):
        raise TypeError("@staff_only takes a view, or the names of roles")
    roles = frozenset(str(role) for role in args)

    def decorate(view: AnyView) -> AnyView:
        return set_mark(view, Mark(Access.STAFF, roles))

    return decorate


@dataclass(frozen=True, slots=True)
class Route:
    """One route of a face: its pattern (never a path somebody asked for), its view's dotted name, its mark."""

    pattern: str
    view: str
    mark: Mark | None
    called: object = field(default=None, compare=False, repr=False)
    """The view itself, where it is Django's."""


class RouteTable:
    """The routes of a raw ASGI app: an unmarked handler cannot even be registered.

    Handlers are of any callable type; the app looks them up by method and exact path.
    """

    def __init__(self) -> None:
        self._handlers: dict[tuple[str, str], Callable[..., Any]] = {}

    def add(self, method: str, path: str, handler: Callable[..., Any]) -> None:
        """Register a marked handler. Raises TypeError without a mark, ValueError for a route given twice."""
        if mark_of(handler) is None:
            raise TypeError(f"{handler!r} has no access mark")
        if (method, path) in self._handlers:
            raise ValueError(f"{method} {path} is registered twice")
        self._handlers[method, path] = handler

    def find(self, method: str, path: str) -> Callable[..., Any] | None:
        """The handler of exactly this method and path."""
        return self._handlers.get((method, path))

    def walk(self) -> list[Route]:
        """Every route, for the test that proves each has a mark."""
        return [
            Route(f"{method} {path}", f"{handler.__module__}.{handler.__qualname__}", mark_of(handler))
            for (method, path), handler in sorted(self._handlers.items(), key=lambda item: item[0])
        ]
