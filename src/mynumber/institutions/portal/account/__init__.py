"""Who is here: sign-in with the card, sessions, accounts, and the code (符号) of the account's person."""
