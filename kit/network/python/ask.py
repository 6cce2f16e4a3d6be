"""Ask the partner one thing about everybody in the sandbox:  python kit/network/python/ask.py sandbox-acme"""

import uuid

from sandbox import folder, sandbox

from mynumber.client import Client, Inquiry

first = sandbox["first"]  # the affair, and the kind of information that the table lets it ask

with Client.open(folder) as client:
    inquiries = [
        Inquiry(
            request_id=uuid.uuid4(),
            addressee=person["addressee"],
            affair=first["affair"],
            provider=sandbox["partner"],
            information=first["information"],
            organisation="福祉課",
        )
        for person in sandbox["people"]
    ]
    for person, answer in zip(sandbox["people"], client.ask_many(inquiries), strict=True):
        print(person["key"], answer.outcome.value, answer.reason or answer.deadline or answer.fact)
