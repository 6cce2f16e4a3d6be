"""Tables of the identity provider. Codes, tokens and handles are kept as SHA-256; attributes of a person only sealed (`vault`)."""

from __future__ import annotations

from typing import Any

from django.db import models

from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.account.sessions import Level

IDENTIFIER_LENGTH = 22
"""128 random bits in base64url."""


class Client(models.Model):
    """A relying party (サービス): who asks, where the browser goes back to, and the keys it proves itself with."""

    client_id = models.CharField(max_length=40, primary_key=True)
    name = models.CharField(max_length=60)
    redirect_uris = models.JSONField()
    """List of absolute URIs; a request names one of them letter for letter."""
    sector = models.CharField(max_length=255)
    """Sector identifier: host whose services see the same subject for one resident (OpenID Connect Core 8.1)."""
    keys = models.JSONField()
    """Public JWK Set: P-256 keys that sign, and a key results are encrypted to."""
    scopes = models.CharField(max_length=200)
    management = models.BinaryField()
    """SHA-256 of the secret that lets a developer change or remove the client."""
    initiate_login_uri = models.CharField(max_length=500, default="", blank=True)
    """Where a resident who moves on from here begins to sign in (OpenID Connect Core 4); empty: there is no such page."""
    registered_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "client"

    # What Authlib asks of a client.

    def get_client_id(self) -> str:
        """The public name of the client."""
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        """None: a request always says where to go back to."""
        return

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """What of the scope this client may ask for; None refuses the request."""
        asked = (scope or "").split()
        return " ".join(asked) if set(asked) <= set(self.scopes.split()) else None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Letter for letter (RFC 9700 4.1.3)."""
        return redirect_uri in self.redirect_uris

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """private_key_jwt and nothing else, at every endpoint."""
        return method == "private_key_jwt"

    def check_response_type(self, response_type: str) -> bool:
        """Code flow only."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """Codes; a client's own token (for the signing API) where it may ask for signatures."""
        if grant_type == "client_credentials":
            return "sign" in self.scopes.split()
        return grant_type == "authorization_code"

    @property
    def id_token_signed_response_alg(self) -> str:
        """ES256 for everybody."""
        return "ES256"


class PushedRequest(models.Model):
    """Parameters that a client left before sending the browser (RFC 9126): used once."""

    handle = models.BinaryField(primary_key=True)
    """SHA-256 of the request_uri."""
    client = models.ForeignKey(Client, on_delete=models.CASCADE)
    parameters = models.JSONField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "pushed_request"


class Assertion(models.Model):
    """A client assertion that was seen (RFC 7523 section 3, 7)."""

    digest = models.BinaryField(primary_key=True)
    """SHA-256 of client and jti."""
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "assertion"


class Interaction(models.Model):
    """One browser's way through an authorization request: card, consent, back to the service. Answered once."""

    interaction_id = models.CharField(max_length=IDENTIFIER_LENGTH, primary_key=True)
    client = models.ForeignKey(Client, on_delete=models.CASCADE)
    parameters = models.JSONField()
    """The request as it was checked."""
    expires_at = models.DateTimeField(db_index=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True)
    """Whose card was proven; null before."""
    authenticated_at = models.DateTimeField(null=True)
    level = models.CharField(max_length=10, default="")
    """Assurance level reached (`sessions.Level`)."""
    attributes = models.BinaryField(null=True)
    """Sealed to the portal's key until the resident has consented."""
    agreed = models.CharField(max_length=200, null=True)
    """What the resident agreed to, while the documents are still to be signed; null before."""
    remember = models.BooleanField(default=False)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "interaction"


class SignTransaction(models.Model):
    """Documents that a service wants signed, and the signatures, encrypted to the service's own key."""

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting"
        SIGNED = "signed"
        DECLINED = "declined"

    transaction_id = models.CharField(max_length=IDENTIFIER_LENGTH, primary_key=True)
    client = models.ForeignKey(Client, on_delete=models.CASCADE)
    documents = models.JSONField()
    """List of name, digest (base64 of SHA-256) and summary."""
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    result = models.TextField(null=True)
    """JWE; the portal cannot open it."""
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "sign_transaction"


class Linkage(models.Model):
    """A resident's standing with a service: what they agreed to hand over, remembered until when."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="linkages")
    client = models.ForeignKey(Client, on_delete=models.CASCADE)
    scopes = models.CharField(max_length=200)
    """Agreed to and remembered; empty when the resident wants to be asked each time."""
    began_at = models.DateTimeField()
    used_at = models.DateTimeField()
    remembered_until = models.DateTimeField()

    class Meta:
        db_table = "linkage"
        constraints = (models.UniqueConstraint(fields=["account", "client"], name="linkage_once"),)


class Disclosure(models.Model):
    """A line of what was handed to whom and when, for the resident to read. Insert-only; holds no value, only the kinds."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="disclosures")
    client_name = models.CharField(max_length=60)
    client_id = models.CharField(max_length=40)
    scopes = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        db_table = "disclosure"
        indexes = (models.Index(fields=["account", "-at"], name="disclosure_of_account"),)


class Authorization(models.Model):
    """What one consent gave one client: a code that is redeemed once, and the tokens that came of it."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="authorizations")
    scope = models.CharField(max_length=200)
    redirect_uri = models.CharField(max_length=2000)
    code = models.BinaryField(unique=True)
    """SHA-256."""
    code_challenge = models.CharField(max_length=43)
    code_expires_at = models.DateTimeField()
    redeemed_at = models.DateTimeField(null=True)
    nonce = models.CharField(max_length=255)
    authenticated_at = models.DateTimeField()
    level = models.CharField(max_length=10)
    attributes = models.BinaryField(null=True)
    """Sealed to the code, then to the access token: who has only this table cannot read them."""
    ends_at = models.DateTimeField(db_index=True)
    """When nothing of it is of use any more: the row is deleted."""

    class Meta:
        db_table = "authorization_code"

    # What Authlib asks of a code.

    def get_redirect_uri(self) -> str:
        """Where the browser was sent back to."""
        return self.redirect_uri

    def get_scope(self) -> str:
        """What the resident agreed to."""
        return self.scope

    def get_nonce(self) -> str:
        """Of the authorization request."""
        return self.nonce

    def get_auth_time(self) -> int:
        """When the card answered, in seconds since 1970."""
        return int(self.authenticated_at.timestamp())

    def get_acr(self) -> str:
        """Authentication context: level, and that revocation was checked."""
        return acr_of(self.level)

    def get_amr(self) -> list[str]:
        """Authentication methods (RFC 8176)."""
        return AMR[Level(self.level)]

    @property
    def code_challenge_method(self) -> str:
        """S256 for everybody."""
        return "S256"


class Token(models.Model):
    """An access token, kept as SHA-256."""

    digest = models.BinaryField(primary_key=True)
    client = models.ForeignKey(Client, on_delete=models.CASCADE)
    authorization = models.ForeignKey(
        Authorization, on_delete=models.CASCADE, null=True, related_name="tokens"
    )
    """Null: the client's own token (client_credentials)."""
    scope = models.CharField(max_length=200)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "token"

    # What Authlib asks of a token.

    def check_client(self, client: Any) -> bool:
        """Whether it was issued to this client."""
        return bool(client.client_id == self.client_id)

    def get_scope(self) -> str:
        """What it opens."""
        return self.scope


class Site(models.Model):
    """Another site whose accounts residents may link with theirs: an OpenID provider that this portal is a client of."""

    key = models.SlugField(max_length=40, primary_key=True)
    """Stands in the redirect URI, so that each site has one of its own (RFC 9700 2.1)."""
    name = models.CharField(max_length=60)
    issuer = models.CharField(max_length=300, unique=True)
    system = models.CharField(max_length=80, unique=True)
    """Its id in the directory: where it is reached, and who may say that a link is over."""
    client_id = models.CharField(max_length=80)
    words = models.CharField(max_length=200, default="")
    """What a link is good for, for people."""
    registered_at = models.DateTimeField()

    class Meta:
        db_table = "site"


class SiteLink(models.Model):
    """One resident's account linked with one of another site: who they are there, in a word that only this portal was given."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="site_links")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="links")
    subject = models.CharField(max_length=255)
    """Pairwise subject at the site."""
    linked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_there = models.BooleanField(default=False)
    """Whether it was ended at the site."""
    told_at = models.DateTimeField(null=True)
    """When the site took note of the end."""
    tries = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "site_link"
        constraints = (
            models.UniqueConstraint(
                fields=["account", "site"], condition=models.Q(ended_at=None), name="site_link_of_account"
            ),
            models.UniqueConstraint(
                fields=["site", "subject"], condition=models.Q(ended_at=None), name="site_link_of_subject"
            ),
        )
        indexes = (
            models.Index(
                fields=["next_try_at"],
                condition=models.Q(ended_at__isnull=False, told_at=None),
                name="site_link_to_tell",
            ),
        )


AMR = {Level.CARD: ["sc", "pin", "mfa"], Level.PASSKEY: ["pop", "user", "mfa"]}
"""By level (RFC 8176): a chip with its PIN; a key whose holder was verified."""


def acr_of(level: str) -> str:
    """The acr value of a level: a card is checked for revocation each time."""
    return f"{level} crl"
