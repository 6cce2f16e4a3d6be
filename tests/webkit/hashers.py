from django.contrib.auth.hashers import PBKDF2PasswordHasher


class OneRound(PBKDF2PasswordHasher):
    """The real algorithm; only the number of rounds differs, which decides how long a test takes."""

    algorithm = "pbkdf2_one_round"
    iterations = 1
