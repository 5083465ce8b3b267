"""Goals over HTTP: list, read, create by type, end (spec section 3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.db.models import QuerySet
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from goals import errors, examples, representation, selectors
from goals.bodies import EndBody
from goals.event_serializers import GoalEventSerializer
from goals.filters import GoalFilter
from goals.models import Goal
from goals.representation import privacy
from goals.serializers import GoalSerializer
from goals.services import answering, leaving, locking
from goals.views import making
from livestream import clock, context
from livestream.api.answers import answer, answers
from livestream.api.bodies import caller_id, validated
from livestream.api.etags import answer_if_changed, etag_of
from livestream.api.idempotency import idempotent
from livestream.api.operations import Tag, operation
from livestream.models import User

# What `agree` in the body of DELETE means; without it, the streamer ends the goal, and a payer withdraws.
_ENDINGS: dict[bool | None, Callable[..., Any]] = {
    True: answering.agree,
    False: answering.disagree,
    None: leaving.end_or_withdraw,
}
_OF_ENDING = (
    errors.NotYourGoal,
    errors.GoalNotFound,
    errors.AlreadyAgreed,
    errors.GoalNotActive,
    errors.StageTaken,
    errors.AgreeNotAllowed,
    errors.AgreeRequired,
)


class GoalViewSet(GenericViewSet[Goal]):
    """Everybody may read goals. Streamers create and end them; payers can take an invitation back."""

    serializer_class = GoalSerializer
    filterset_class = GoalFilter
    cursor_ordering = ("-created_at", "-id")

    def get_queryset(self) -> QuerySet[Goal]:
        return selectors.goals()

    @operation(
        "list_goals",
        tag=Tag.GOALS,
        answers={200: GoalSerializer(many=True)},
        answer_examples={"A show and the sale that pays for it": examples.GOALS},
    )
    def list(self, request: Request) -> Response:
        """List goals.

        The newest come first. Filters are combined. `breakdown` has only your own coins here: who else paid is in the
        answer about one goal.
        """
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        user = cast("User", request.user)
        documents = representation.goals_for(page or [], user_id=user.pk, is_staff=user.is_staff)
        return self.get_paginated_response(answers(GoalSerializer, documents))

    @operation(
        "read_goal",
        tag=Tag.GOALS,
        answers={200: GoalSerializer},
        errors=(errors.GoalNotFound,),
        answer_examples={"A sale of tickets": examples.SALE, "A show": examples.SHOW},
    )
    def retrieve(self, request: Request, goal_id: str) -> Response:
        """Read a goal.

        Tickets that were bought a moment ago are included in its `progress`. `breakdown`, and who invited, are only
        for the streamer, for support and for the payer concerned. It has up to 1,000 payers, those of most coins first.
        """
        user = cast("User", request.user)
        goal, coins = selectors.goal_and_coins_of(goal_id, payer_id=user.pk)
        if privacy.reader_of(user).reads_everything(streamer_id=goal.streamer_id):
            return Response(as_answer(goal, request))
        seen = representation.ViewerGoal(goal, user, coins)
        return answer_if_changed(request, etag_of(*seen.state), lambda: answer(GoalSerializer, seen.document()))

    @operation(
        "create_goal",
        tag=Tag.GOALS,
        request=making.BODIES,
        answers={201: GoalSerializer},
        parameters=[making.TYPE],
        errors=making.REFUSALS,
        request_examples={
            "A sale of tickets": examples.SALE_BODY,
            "The show of a sale": examples.SHOW_BODY,
            "A karaoke": examples.KARAOKE_BODY,
        },
        answer_examples={
            "A sale of tickets": examples.SALE | {"progress": 0, "version": 1},
            "The show of a sale": examples.SHOW,
            "A karaoke": examples.KARAOKE,
        },
    )
    @idempotent
    def create(self, request: Request) -> Response:
        """Create a goal.

        `type` says which goal is created, and each type has a body of its own:

        - `funding` sells tickets for a show. Targets are coins. `terms` are what the sale promises before anybody
          pays: the show lasts at least `duration` seconds, and starts at most `start_within` seconds after the sale has
          reached its target and closed.
        - `show` is the show of a sale that has reached its target. Its target is seconds to perform.
        - `karaoke` has a level for each song, with targets in seconds that add up. Nobody pays for it.

        With `nbf` in the future, a show or a karaoke starts then, and otherwise at once. Private shows and 1-on-1s are
        not created here: a viewer invites the streamer to them.
        """
        return self._answer(making.make(request).id, status.HTTP_201_CREATED)

    @operation(
        "end_goal",
        tag=Tag.GOALS,
        request=EndBody,
        answers={200: GoalSerializer},
        errors=_OF_ENDING,
        request_examples={"Accept an invitation": {"agree": True}, "Decline it": {"agree": False}, "End a goal": {}},
        answer_examples={"A declined invitation": examples.DECLINED, "A sale called off": examples.CALLED_OFF},
    )
    @idempotent
    def deactivate_goal(self, request: Request, goal_id: str) -> Response:
        """End a goal, or answer an invitation.

        - The streamer answers an invitation with `agree`: `true` accepts it, and `false` declines it and refunds its
          payers.
        - Without `agree`, the streamer ends a goal. A sale that has reached its target can be called off until its
          show starts: everybody is refunded, and a show that is only scheduled ends with it. A private show or a
          1-on-1 that is running is split: performed seconds are paid, and the rest is refunded.
        - Without `agree`, the viewer who invited takes the invitation back while it is not answered.

        The answer is the goal as it is now. If it is not certain yet whether a performance has reached its target, the
        goal is still active: it completes or ends some seconds later.
        """
        end = _ENDINGS[validated(request, EndBody).get("agree")]
        end(
            goal_id=goal_id,
            caller_id=caller_id(request),
            triggerer=context.client_id() or None,
            now=clock.now(),
        )
        return self._answer(goal_id)

    @operation(
        "list_goal_events",
        tag=Tag.GOALS,
        answers={200: GoalEventSerializer(many=True)},
        errors=(errors.GoalNotFound, errors.NotYourGoal),
        answer_examples={"The first event": examples.GOAL_EVENTS},
    )
    def events(self, request: Request, goal_id: str) -> Response:
        """List what happened to a goal.

        The newest events come last. Only the streamer of the goal and support may read them.
        """
        locking.refuse_others_but_support(goal_id=goal_id, user=request.user)
        events: Any = selectors.events_of(goal_id=goal_id)
        page = self.paginate_queryset(events)
        documents = representation.event_documents(page or [])
        return self.get_paginated_response(answers(GoalEventSerializer, documents))

    def _answer(self, goal_id: str, code: int = status.HTTP_200_OK) -> Response:
        return Response(as_answer(selectors.get_goal(goal_id), self.request), status=code)


def as_answer(goal: Goal, request: Request) -> dict[str, Any]:
    """Return the goal as the caller may see it."""
    user = cast("User", request.user)
    document = representation.goal_for(goal, user_id=user.pk, is_staff=user.is_staff)
    return answer(GoalSerializer, document)
