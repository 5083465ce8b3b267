"""WSGI entry point, for gunicorn in production and waitress in the one-process server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings.local")
# Chooses the time limits. Under `manage.py` it is set already.
os.environ.setdefault("PROCESS_KIND", "web")

application = get_wsgi_application()
