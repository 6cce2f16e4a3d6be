"""Paying bills (納付)."""
