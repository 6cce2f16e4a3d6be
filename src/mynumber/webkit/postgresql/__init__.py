"""Django's backend for PostgreSQL as every institution uses it (ENGINE)."""
