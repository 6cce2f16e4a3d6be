"""A face with every component of the shared face on it, for the browser tests and for a person to look at."""
