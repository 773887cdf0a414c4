"""How passwords are kept."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """Argon2id, two rounds of OWASP's 46 MiB: the pages' eight threads at once stay within their memory."""

    memory_cost = 46 * 1024
    time_cost = 2
    parallelism = 1
