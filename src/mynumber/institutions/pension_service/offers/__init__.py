"""Offers of relief that nobody had to ask for (プッシュ型の案内): who owes premiums and probably need not pay them gets the draft of the application."""
