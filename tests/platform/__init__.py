"""Tests of the platform."""  # noqa: A005 (mirrors the package of that name)
