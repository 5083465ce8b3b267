"""Who may call: the person concerned, or staff. Finer rules belong to the services."""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView


def is_staff(user: Any) -> bool:
    """Tell whether `user` is an active member of staff."""
    return bool(user and user.is_authenticated and user.is_active and user.is_staff)


class IsStaff(BasePermission):
    """Lets support staff and the payment provider's account in."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return is_staff(request.user)


class IsSelf(BasePermission):
    """Lets a user at what is theirs: objects whose `user_id`, or own id, is the caller's."""

    def has_object_permission(self, request: Request, view: APIView, obj: Any) -> bool:
        return bool(request.user.pk) and getattr(obj, "user_id", obj.pk) == request.user.pk


class IsSelfOrStaff(IsSelf):
    """As IsSelf, and staff."""

    def has_object_permission(self, request: Request, view: APIView, obj: Any) -> bool:
        return is_staff(request.user) or super().has_object_permission(request, view, obj)
