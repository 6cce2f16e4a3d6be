"""The network from a member's own system: ask, register copies, files of both, correct, read the own records, hear of events, check receipts.

    from mynumber.client import Client

    with Client.open("sandbox-acme") as client:
        answer = client.ask("V0001", affair="81-1", provider="sandbox.acme.partner", information="local_tax", organisation="福祉課")
        print(answer.outcome, answer.fact)

The folder holds the member's keys and the signed directory of systems: `mynumber sandbox create` writes one. See docs/network.md.
"""

from mynumber.client.answers import Answer, PeriodAnswer, read_answer
from mynumber.client.files import FileSent, write_lines
from mynumber.client.folder import BadFolder, MemberFile, MemberFolder
from mynumber.client.member import Client, ObtainAsked, Registered
from mynumber.foundation.facts import Period
from mynumber.protocols.corrections import CorrectionReason
from mynumber.protocols.exchange import Inquiry, Outcome
from mynumber.protocols.files import Purpose
from mynumber.protocols.holders import ObtainState
from mynumber.protocols.holds import Hold, HoldReason
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.protocols.residents import FourAttributes

__all__ = [
    "Answer",
    "BadFolder",
    "Client",
    "CorrectionReason",
    "FileSent",
    "FourAttributes",
    "Hold",
    "HoldReason",
    "Hop",
    "Inquiry",
    "MemberFile",
    "MemberFolder",
    "ObtainAsked",
    "ObtainState",
    "Outcome",
    "Period",
    "PeriodAnswer",
    "Purpose",
    "Reason",
    "Refused",
    "Registered",
    "read_answer",
    "write_lines",
]
