"""Bills and what was paid."""
