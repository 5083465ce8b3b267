"""ASGI entry point, for hosts that only speak ASGI; the views stay synchronous."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings.local")

application = get_asgi_application()
