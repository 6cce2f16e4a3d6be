"""Send the day's changes of many copies as one file, and again as if it had been cut off:  python kit/network/python/differences.py sandbox-acme"""

import uuid

from sandbox import folder, sandbox

from mynumber.client import Client, Purpose, write_lines
from mynumber.foundation.facts import layout_named, sample

row = sandbox["may_be_asked"][0]
lines, file = folder / "differences.jsonl", uuid.uuid4()  # keep the id until the file is through

with Client.open(folder) as client:
    addressees = [person["addressee"] for person in sandbox["people"]]
    fact = sample(layout_named(row["layout"]), seed=8)
    write_lines(lines, (client.copy(one, row["information"], fact) for one in [*addressees, "nobody"]))
    sent = client.send_file(lines, Purpose.COPIES, file)
    print("lines", sent.state.lines, "accepted", sent.state.accepted, "refused", sent.state.refused)
    for one in sent.refused:
        print("line", one.line, one.reason.value)
    again = client.send_file(lines, Purpose.COPIES, file)  # goes on where it stopped: here nothing is left
    print("again: nothing new" if again.state == sent.state else "again: something is wrong")
