"""Payments: checkouts, cards, Pay-easy, the files of a day."""
