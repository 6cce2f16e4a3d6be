"""The card again, at the moment of commitment (PORTAL.md A1): the same card that the visit is of, asked for one named thing.

proof = require_card(request, "receiving-account", words="受取口座を変える")
if isinstance(proof, HttpResponse):
    return proof        # to the device; the browser comes back to this very page
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from mynumber.institutions.portal.account import signing_in
from mynumber.institutions.portal.account.pages import device_url
from mynumber.institutions.portal.account.sessions import (
    SeeOther,
    browser_secret,
    known_browser,
    own_path,
    resident_of,
)
from mynumber.institutions.portal.account.signing_in import Proof
from mynumber.protocols.sign_in import Attribute
from mynumber.webkit.environment import origin
from mynumber.webkit.face.errors import Problem, Said, problem_page


def require_card(
    request: HttpRequest, what: str, *, words: str, back_to: str = "", attributes: Iterable[Attribute] = ()
) -> Proof | HttpResponse:
    """The proof of a moment ago that this visit's card was here for `what`, used up by this call; or the way to give it.

    words: what is done, for the holder to read at the device. back_to: where the browser returns (this page). attributes: what the holder
    hands over with it. A card of somebody else gives a page that says so (403). Call it from a view that is marked `resident_only`, inside its transaction.
    """
    now = datetime.now(UTC)
    proof = signing_in.take_proof(f"confirm:{what}", browser=known_browser(request.session), now=now)
    if proof is None:
        asked = signing_in.begin(
            browser=browser_secret(request.session),
            portal=origin(settings.PUBLIC_URL),
            next_path=own_path(back_to or request.get_full_path()),
            now=now,
            purpose=words,
            attributes=attributes,
            proof_of=f"confirm:{what}",
        )
        return SeeOther(device_url(asked))
    if proof.account != resident_of(request).holder:
        # A page and no exception: what is rolled back would leave the wrong card's proof in the way of the right one.
        return problem_page(request, _OTHER_CARD)
    return proof


_OTHER_CARD = Problem(
    title="サインインしたカードと違います",
    what="確かめたカードが、サインインしたときのカードと違うため、止めました。何も変わっていません。",
    advice=("サインインしたときと同じカードで、もう一度試してください。",),
    status=403,
    title_en="This is another card",
    reason="other_card",
    english=Said(
        "This is another card",
        "The card shown is not the one with which you signed in, so this was stopped. Nothing has changed.",
        ("Try again with the card with which you signed in.",),
    ),
    easy=Said(
        "ちがう カードです",
        "入った ときの カードと ちがいます。なにも かわって いません。",
        ("おなじ カードで もう いちど して ください。",),
    ),
)
