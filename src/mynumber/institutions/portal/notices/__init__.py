"""The inbox (お知らせ)."""
