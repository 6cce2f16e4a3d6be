"""Offers that are made without being asked."""
