"""Notices (お知らせ) on their way: from the member's system through the core's sheet to the portal, and back what became of them."""
