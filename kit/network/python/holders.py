"""Ask who holds a code for somebody, and have the partner obtain one:  python kit/network/python/holders.py sandbox-acme"""

import uuid

import msgspec
from sandbox import folder, sandbox

from mynumber.client import Client, FourAttributes, Inquiry, Reason

first, person = sandbox["first"], next(one for one in sandbox["people"] if one["key"] == "sota")

with Client.open(folder) as client:
    held = client.who_holds(person["addressee"], affair=first["affair"], organisation="福祉課")
    print("who holds a code:", *(one.member for one in held.holders))
    (answer,) = client.ask_many(
        [
            Inquiry(
                request_id=uuid.uuid4(),
                addressee=person["addressee"],
                affair=first["affair"],
                provider=sandbox["partner"],
                information=first["information"],
                organisation="福祉課",
            )
        ]
    )
    print(person["key"], answer.reason or answer.outcome.value)
    if answer.reason is Reason.PROVIDER_HAS_NO_CODE:
        attributes = msgspec.convert(
            person["attributes"], FourAttributes
        )  # sealed for the partner's own system
        print("asked the partner to obtain one:", client.ask_to_obtain(answer, attributes).state.value)
    now = client.availability(sandbox["partner"])
    print("the partner answers now" if now.is_open else f"closed until {now.opens_at}: ask for {now.papers}")
