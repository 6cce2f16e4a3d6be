"""Filling in a form of the catalogue on pages: what portal and counter share. What stands in a draft, how a section is drawn and read, how answers are shown."""
