"""Looking at a document at the portal: harmless, signed by this very sender, about this address and kind (docs/protocols/deliveries.md).

When it arrives, and again before it is handed in with an application: a certificate may have been revoked since.
"""

from __future__ import annotations

from datetime import datetime
from threading import BoundedSemaphore
from typing import Final

from mynumber.institutions.portal.deliveries.kept import Facts
from mynumber.institutions.portal.deliveries.looked_at import Checked, ComeAgain, NotTaken
from mynumber.institutions.portal.deliveries.models import Sender, SenderCertificate
from mynumber.protocols import delivered
from mynumber.protocols.delivered import Undecided, Unsound
from mynumber.protocols.deliveries import Outcome
from mynumber.webkit.face.harmless import only_shows

AT_ONCE: Final = 2
"""Documents that a process looks at together: a hostile one may take seconds."""
WAIT_SECONDS: Final = 20.0

_places = BoundedSemaphore(AT_ONCE)


def check(document: bytes, sender: Sender, *, kind: str, address: str, title: str, now: datetime) -> Checked:
    """All of it. Raises NotTaken, ComeAgain."""
    if not _places.acquire(timeout=WAIT_SECONDS):
        raise ComeAgain
    try:
        return _check(document, sender, kind, address, title, now)
    except Unsound as unsound:
        raise NotTaken(unsound.outcome, unsound.detail) from None
    except Undecided:
        raise ComeAgain from None
    finally:
        _places.release()


def _check(document: bytes, sender: Sender, kind: str, address: str, title: str, now: datetime) -> Checked:
    if delivered.form_of(document) == "pdf" and not only_shows(document):
        raise NotTaken(Outcome.NOT_HARMLESS)
    provider = sender.provider
    listed = provider.revocation_list
    trust = delivered.trust_in(bytes(provider.root), None if listed is None else bytes(listed))
    signed = delivered.look_at(document, kind=kind, address=address, trust=trust, at=now)
    known = SenderCertificate.objects.filter(provider=provider, serial=signed.serial, sender=sender)
    if not known.exists():
        raise NotTaken(Outcome.OTHER_SIGNER)
    facts = Facts(
        title=title,
        format=signed.format,
        signed_at=signed.signed_at,
        checked_at=now,
        sha256=signed.sha256,
        sentences=signed.sentences,
        issued=signed.issued,
        lines=signed.lines,
        values=signed.values,
    )
    return Checked(signed.form, facts)
