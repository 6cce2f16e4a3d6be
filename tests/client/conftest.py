"""A running network and gateway, and folders of members as a sandbox writes them."""

from tests.institutions.conftest import exchange

__all__ = ["exchange"]
