"""Dispatch: senders and their signing certificates, documents that are made, signed, sent and answered."""
