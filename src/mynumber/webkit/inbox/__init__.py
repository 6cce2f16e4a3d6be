"""Which signed messages this institution has acted upon: a message has its effect once."""
