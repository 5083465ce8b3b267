"""ASGI entry point, for hosts that only speak ASGI; the views stay synchronous."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings.local")
# Chooses the time limits. Under `manage.py` it is set already.
os.environ.setdefault("PROCESS_KIND", "web")

application = get_asgi_application()
