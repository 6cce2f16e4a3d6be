"""The network from a member's own system: ask, register copies, read the own records, publish and hear of events, check receipts.

    from mynumber.client import Client

    with Client.open("sandbox-acme") as client:
        answer = client.ask("V0001", affair="81-1", provider="sandbox.acme.partner", information="local_tax", organisation="福祉課")
        print(answer.outcome, answer.fact)

The folder holds the member's keys and the signed directory of systems: `mynumber sandbox create` writes one. See docs/network.md.
"""

from mynumber.client.answers import Answer, PeriodAnswer
from mynumber.client.folder import BadFolder, MemberFile, MemberFolder
from mynumber.client.member import Client, Registered
from mynumber.foundation.facts import Period
from mynumber.protocols.exchange import Inquiry, Outcome
from mynumber.protocols.refusal import Hop, Reason, Refused

__all__ = [
    "Answer",
    "BadFolder",
    "Client",
    "Hop",
    "Inquiry",
    "MemberFile",
    "MemberFolder",
    "Outcome",
    "Period",
    "PeriodAnswer",
    "Reason",
    "Refused",
    "Registered",
]
