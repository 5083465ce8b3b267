"""A small site on the REST kernel: one view for each thing the kernel promises."""

import django_filters
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import include, path, re_path
from drf_spectacular.utils import OpenApiParameter
from rest_framework import exceptions, serializers
from rest_framework.generics import ListAPIView
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView

from livestream import clock
from livestream.api import fields, handlers
from livestream.api.idempotency import idempotent
from livestream.api.operations import Tag, operation
from livestream.errors import Conflict, DomainError
from livestream.models import OutboxMessage
from livestream.users import add_tag


class CoolingDown(DomainError):
    status = 429
    code = "cooling_down"
    title = "Too soon"


class SoldOut(Conflict):
    code = "sold_out"
    title = "Sold out"


RAISED = {
    "domain": lambda: CoolingDown("Wait a little", retry_after=30, goal_id="g1"),
    "conflict": SoldOut,
    "http404": lambda: Http404("a secret reason"),
    "denied": PermissionDenied,
    "throttled": lambda: exceptions.Throttled(wait=7),
    "parse": exceptions.ParseError,
    "crash": lambda: ZeroDivisionError("a secret reason"),
    "reserved": lambda: DomainError("Mine", type="x", instance="y", request_id="z"),
}


class RaisingView(APIView):
    permission_classes = (AllowAny,)

    def get(self, request, what):
        raise RAISED[what]()


class LevelSerializer(serializers.Serializer):
    title = fields.StrictTextField(max_length=20)
    target = fields.CoinsField()


class EverythingSerializer(serializers.Serializer):
    goal_id = fields.ObjectIdSerializerField()
    exp = fields.EpochDateTimeField()
    levels = LevelSerializer(many=True)


class EchoView(APIView):
    """Answers the body as it was read."""

    permission_classes = (AllowAny,)

    def post(self, request):
        return Response(request.data)


class TypedView(APIView):
    """Answers the body as it was understood."""

    permission_classes = (AllowAny,)

    def post(self, request):
        serializer = EverythingSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return Response(EverythingSerializer(serializer.validated_data).data)


class MessageSerializer(serializers.Serializer):
    id = serializers.CharField()
    actor = serializers.CharField()


class MessageFilter(django_filters.FilterSet):
    actor = django_filters.CharFilter()


class MessageList(ListAPIView):
    permission_classes = (AllowAny,)
    queryset = OutboxMessage.objects.all()
    serializer_class = MessageSerializer
    filterset_class = MessageFilter

    @operation(
        "list_messages",
        tag=Tag.SERVICE,
        parameters=[OpenApiParameter("kind", str)],
        answers={200: MessageSerializer(many=True)},
    )
    def get(self, request):
        """List messages."""
        return self.list(request)


class PayView(APIView):
    """Stands for a money-moving POST: its one effect is a tag."""

    @idempotent
    def post(self, request, name="pay"):
        add_tag(user_id=request.user.pk, tag=f"paid:{name}:{request.data['note']}", now=clock.now())
        if request.data.get("refuse"):
            raise SoldOut
        if request.data.get("crash"):
            raise ZeroDivisionError
        if request.data.get("answer_400"):
            return Response({"no": True}, status=400)
        if request.data.get("silent"):
            return Response(status=204)
        return Response({"z": 1, "a": [request.data["note"], len(request.user.tags)]}, status=201)


class PersonView(APIView):
    permission_classes = (AllowAny,)

    def get(self, request, user_id):
        return Response({})


def crash(request):
    raise ZeroDivisionError("a secret reason")


def deny(request):
    raise PermissionDenied("a secret reason")


urlpatterns = [
    path("", include("livestream.api.urls")),
    path("raise/<what>", RaisingView.as_view()),
    path("echo", EchoView.as_view()),
    path("typed", TypedView.as_view()),
    path("messages", MessageList.as_view()),
    path("pay", PayView.as_view()),
    path("pay/<name>", PayView.as_view()),
    path("people/<objectid:user_id>", PersonView.as_view()),
    path("plain/crash", crash),
    path("plain/deny", deny),
    re_path(r"^", handlers.page_not_found),
]
handler400 = handlers.bad_request
handler403 = handlers.permission_denied
handler404 = handlers.page_not_found
handler500 = handlers.server_error
