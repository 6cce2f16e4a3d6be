"""Addressing notices (お知らせ): the core turns a member's code into the portal's and records that it did. No tables of its own."""
