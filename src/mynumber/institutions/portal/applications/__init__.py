"""Procedures: find, fill, sign, send, and see what becomes of it (手続の検索・電子申請)."""
