"""The identity provider: other people's services sign residents in with the card (docs/protocols/openid-connect.md)."""
