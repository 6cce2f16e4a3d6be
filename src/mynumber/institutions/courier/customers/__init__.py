"""Customers: how they sign in (by number and password, or with the portal's sign-in), and how the portal links them (OpenID provider)."""
