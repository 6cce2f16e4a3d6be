"""Django settings of the resident's device.

Beside the variables of every face (docs/webkit.md):

MYNUMBER_INTERNAL_URLS  JSON {"portal": "http://127.0.0.1:8105"}: where this process reaches a face whose public host
                        name only browsers resolve. Without it a `*.localhost` name is reached on the loopback address.
"""

import os

from mynumber.wallet.portals import known_places, known_portals
from mynumber.webkit.environment import Environment
from mynumber.webkit.settings import institution_settings

_base = institution_settings(
    "wallet",
    apps=["mynumber.wallet"],
    urlconf="mynumber.wallet.urls",
    database=False,
    # The browser follows the redirect back to the portal as part of sending the PIN form.
    form_actions=("portal",),
    middleware=["mynumber.wallet.language.BegunLanguage"],
)
globals().update(_base)
_environment = _base["MYNUMBER"]
if not isinstance(_environment, Environment):  # pragma: no cover - for the type checker
    raise TypeError("MYNUMBER is an Environment")

_internal_urls = os.environ.get("MYNUMBER_INTERNAL_URLS", "{}")

# A file that the holder signs stays in this process and in the device's own folder.
FILE_UPLOAD_HANDLERS = ["mynumber.wallet.uploads.BoundedUpload"]
WALLET_CARDS = _environment.home / "wallet" / "cards"
WALLET_READERS = _environment.home / "wallet" / "readers"
WALLET_DOCUMENTS = _environment.home / "wallet" / "documents"
WALLET_PORTALS = known_portals(_environment.public_urls, _internal_urls)
WALLET_PLACES = known_places(_environment.public_urls, _internal_urls)
