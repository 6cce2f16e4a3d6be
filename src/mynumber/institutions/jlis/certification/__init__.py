"""Public personal authentication (公的個人認証): cards, authentication certificates, their revocation."""
