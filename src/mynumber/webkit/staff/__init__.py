"""Staff of an institution: case workers with sign-in of their own, walled by tenant."""
