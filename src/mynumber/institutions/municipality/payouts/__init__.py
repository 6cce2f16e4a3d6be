"""Payouts (支払): approved orders become files for the bank, and what the bank answers becomes the end of a case or a question to the resident."""
