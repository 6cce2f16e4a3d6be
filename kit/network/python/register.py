"""Register a copy about each person of the sandbox:  python kit/network/python/register.py sandbox-acme"""

from sandbox import folder, sandbox

from mynumber.client import Client
from mynumber.foundation.facts import layout_named, sample

# what the partner may ask of you; `mynumber facts schema LAYOUT` shows its layout
row = sandbox["may_be_asked"][0]

with Client.open(folder) as client:
    copies = [
        client.copy(person["addressee"], row["information"], sample(layout_named(row["layout"]), seed=7))
        for person in sandbox["people"]
    ]
    registered = client.register(copies)
    print(row["information"], "stored", registered.stored, "refused", len(registered.refused))
