"""Leave a file of inquiries for the night, follow its progress, read the results:  python kit/network/python/night.py sandbox-acme [HOW MANY]"""

import sys
import time
import uuid
from collections import Counter
from itertools import cycle, islice

from sandbox import folder, sandbox

from mynumber.client import Client, Inquiry, Purpose, write_lines

count = int(sys.argv[2]) if len(sys.argv) > 2 else 600
# what a person answers ends days later than the rest of the file
people = [person for person in sandbox["people"] if person["ends"] != "waiting"]
lines, file = folder / "night.jsonl", uuid.uuid4()


def inquiry(person: dict[str, str]) -> Inquiry:
    return Inquiry(
        request_id=uuid.uuid4(),
        addressee=person["addressee"],
        affair=sandbox["first"]["affair"],
        provider=sandbox["partner"],
        information=sandbox["first"]["information"],
        organisation="福祉課",
    )


with Client.open(folder) as client:
    write_lines(lines, (inquiry(person) for person in islice(cycle(people), count)))
    state = client.send_file(lines, Purpose.INQUIRIES, file).state
    while state is not None and state.ended_at is None:
        print("answered", state.answered, "of", state.accepted)
        time.sleep(0.5)
        state = client.file_state(file)
    ends = Counter((one.reason or one.outcome).value for one in client.results(file))
    for end, times in ends.most_common():
        print(times, end)
