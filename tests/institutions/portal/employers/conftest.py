"""A portal with a city that takes applications, as the engine's own tests have it."""

from tests.institutions.portal.applications.conftest import city, listening, person

__all__ = ["city", "listening", "person"]
