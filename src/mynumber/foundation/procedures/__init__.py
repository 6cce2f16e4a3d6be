"""Procedures as data: definitions, answers, checks, search, deadlines (docs/catalogue.md)."""
