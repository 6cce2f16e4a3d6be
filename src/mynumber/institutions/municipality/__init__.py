"""A municipality (市区町村): resident register, local tax, and the desk of the case worker. Multi-tenant: one tenant a local government code."""
