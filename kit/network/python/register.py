"""Register a copy about each person of the sandbox:  python kit/network/python/register.py sandbox-acme"""

import json
import sys
from pathlib import Path

from mynumber.client import Client
from mynumber.foundation.facts import layout_named, sample

folder = Path(sys.argv[1])
sandbox = json.loads((folder / "sandbox.json").read_text())
row = sandbox["may_be_asked"][
    0
]  # what the partner may ask of you; `mynumber facts schema LAYOUT` shows its layout

with Client.open(folder) as client:
    copies = [
        client.copy(person["addressee"], row["information"], sample(layout_named(row["layout"]), seed=7))
        for person in sandbox["people"]
    ]
    registered = client.register(copies)
    print(row["information"], "stored", registered.stored, "refused", len(registered.refused))
