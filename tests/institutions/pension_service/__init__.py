"""Tests of the pension service."""
