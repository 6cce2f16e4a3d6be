"""The door for signed messages: who may send which kind, and each message once."""
