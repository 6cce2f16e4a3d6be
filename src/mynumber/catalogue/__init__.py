"""Procedures as data: a folder each, read and checked by `mynumber.foundation.procedures` (docs/catalogue.md)."""
