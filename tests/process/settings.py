"""The local profile for processes that tests start; its passwords take no time, and each test signs seven people in."""

from settings.local import *

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
