"""The network's apps for this folder: its tests import models, whichever other tests are collected."""

from __future__ import annotations

from tests.webkit import faces

PROJECT = "mynumber.institutions.network.settings"
faces.install(PROJECT)
