"""The local profile with a fast password hasher: each test signs seven people in."""

from settings.local import *

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
