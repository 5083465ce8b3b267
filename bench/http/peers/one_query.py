"""The base: a view of Django REST framework that makes one query and answers one row.

`gunicorn --pythonpath bench/http/peers one_query:application` serves `/rows/{id}`. There is no authentication, no
middleware, and no serializer: it is the least that a view of the framework with the ORM costs. Its database settings
are those of the service, except that Django's own backend checks each connection. With `CHECKED=no`, no connection is
checked.
"""

from __future__ import annotations

import os

import django
from django.conf import settings
from django.db import models

from settings.databases import from_url
from settings.limits import LIMITS
from settings.process_kinds import WEB

DATABASE = from_url(os.environ["DATABASE_URL"], pool_size=20, limits=LIMITS[WEB]) | {
    "ENGINE": "django.db.backends.postgresql",
    "CONN_HEALTH_CHECKS": os.environ.get("CHECKED") != "no",
}
settings.configure(
    SECRET_KEY="of no use here",  # noqa: S106 - nothing is signed
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    DATABASES={"default": DATABASE},
    INSTALLED_APPS=["rest_framework"],
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "DEFAULT_PERMISSION_CLASSES": [],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "UNAUTHENTICATED_USER": None,
    },
    USE_TZ=True,
)
django.setup()

# What follows reads the settings when it is imported.
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.urls import path  # noqa: E402
from rest_framework.request import Request  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework.views import APIView  # noqa: E402


class Person(models.Model):
    """A row of the service's table of users."""

    id = models.CharField(primary_key=True, max_length=24)
    username = models.CharField(max_length=150)
    is_active = models.BooleanField()

    class Meta:
        app_label = "one_query"
        managed = False
        db_table = "livestream_user"

    def __str__(self) -> str:
        return self.username


class RowView(APIView):
    """GET /rows/{id}"""

    def get(self, request: Request, row_id: str) -> Response:
        """Answer with one row, found by its primary key."""
        person = Person.objects.get(pk=row_id)
        return Response({"id": person.id, "username": person.username, "is_active": person.is_active})


urlpatterns = [path("rows/<str:row_id>", RowView.as_view())]
application = get_wsgi_application()
