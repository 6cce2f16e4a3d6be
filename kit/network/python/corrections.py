"""Hear which facts you were given were wrong, and say that you have taken note:  python kit/network/python/corrections.py sandbox-acme"""

import time
from collections import Counter

from sandbox import folder, sandbox

from mynumber.client import Client

keys = {one["addressee"]: one["key"] for one in sandbox["people"]}

with Client.open(folder) as client:
    for _ in range(30):  # a correction travels as a letter: at once, or when both sides are up again
        if told := client.corrections():
            break
        time.sleep(1)
    found = Counter((keys[one.addressee], one.information, one.reason.value) for one in told)
    for what, exchanges in found.items():  # each names its request id: look at the case again, and ask anew
        print(*what, "in", exchanges, "exchanges")
    client.corrections(taken=told)  # told again until you say so
