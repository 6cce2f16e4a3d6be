"""The resident's own card: how it stands, its certificates, what happened to it, and reporting it lost."""
