"""What a client does every day, in the words that come to mind. It is typed strictly, and runs against a server."""

from __future__ import annotations

import sys
import time
from typing import assert_never

from livestream_client import AuthenticatedClient, Client
from livestream_client.api.authentication import create_token
from livestream_client.api.events import read_events
from livestream_client.api.goals import end_goal, list_goals
from livestream_client.api.invitations import trigger_private
from livestream_client.api.sessions import end_session, list_feed, list_sessions, open_session, start_session
from livestream_client.models import (
    CredentialsRequest,
    EndGoalRequest,
    EscrowRefunded,
    EventPage,
    ExclusiveGoal,
    FundingGoal,
    GoalEnded,
    GoalNotActiveProblem,
    GoalPage,
    InvitationRequest,
    KaraokeGoal,
    LiveSessionPage,
    PriceChangedProblem,
    PricesRequest,
    Session,
    SessionPage,
    SessionRequest,
    ShowGoal,
    TokenPair,
    TriggerExclusiveGoal,
    TriggerPrivateGoal,
)

ADDRESS = sys.argv[1]
Goal = FundingGoal | ShowGoal | KaraokeGoal | TriggerPrivateGoal | TriggerExclusiveGoal | ExclusiveGoal


def sign_in(username: str) -> AuthenticatedClient:
    pair = create_token.sync(
        client=Client(base_url=ADDRESS), body=CredentialsRequest(username=username, password="demo")
    )
    assert isinstance(pair, TokenPair)
    return AuthenticatedClient(base_url=ADDRESS, token=pair.access)


def describe(goal: Goal) -> str:
    """Describe a goal: each type has members of its own, and the type checker knows them all."""
    match goal:
        case FundingGoal():
            return f"tickets at {goal.terms.price if goal.terms else '?'} coins, {goal.progress} coins so far"
        case ShowGoal():
            return f"a show of the sale {goal.context.funding_goal_id}"
        case KaraokeGoal():
            return f"karaoke, song {goal.level + 1} of {len(goal.levels)}"
        case TriggerPrivateGoal():
            return f"a private show for {goal.price.joining} coins"
        case TriggerExclusiveGoal():
            return f"a 1-on-1 of {goal.metadata.prepaid_duration} seconds"
        case ExclusiveGoal():
            return f"a 1-on-1 from the invitation {goal.context.trigger_goal_id}"
        case _:
            assert_never(goal)


streamer, viewer = sign_in("streamer"), sign_in("viewer2")
settings = SessionRequest(title="Every day", prices=PricesRequest(sd=60, exclusive=120))
session = open_session.sync(client=streamer, body=settings)
assert isinstance(session, Session)
start_session.sync(session.id, client=streamer)

live = list_sessions.sync(client=viewer, active=True)
assert isinstance(live, SessionPage)
print(f"live: {any(each.id == session.id and each.active for each in live.results)}")
# The feed has their goals as well; a session is in it a moment after it went live.
feed = list_feed.sync(client=viewer)
assert isinstance(feed, LiveSessionPage)
assert all(describe(goal) for entry in feed.results for goal in entry.goals)

# A private show: what it costs is known before it is paid, and a refusal has a code with members of its own.
exp = int(time.time()) + 120
dear = trigger_private.sync(session.id, client=viewer, body=InvitationRequest(exp=exp, duration=60, max_price=1))
if isinstance(dear, PriceChangedProblem):
    print(f"it costs {dear.price} coins")
invited = trigger_private.sync(session.id, client=viewer, body=InvitationRequest(exp=exp, duration=60, max_price=60))
assert isinstance(invited, Goal)
print(describe(invited))

# The streamer declines; deciding twice is refused by code.
declined = end_goal.sync(invited.id, client=streamer, body=EndGoalRequest(agree=False))
assert isinstance(declined, TriggerPrivateGoal)
print(declined.ended_because)
if isinstance(end_goal.sync(invited.id, client=streamer, body=EndGoalRequest(agree=False)), GoalNotActiveProblem):
    print("answered already")

running = list_goals.sync(client=viewer, session=session.id, active=True)
assert isinstance(running, GoalPage)
print(f"{len(running.results)} active")

events = read_events.sync(client=viewer)
assert isinstance(events, EventPage)
for event in events.results:
    match event:
        case GoalEnded():
            print(f"ended: {event.data.ended_because}")
        case EscrowRefunded():
            print(f"{event.data.amount} coins came back")
end_session.sync(session.id, client=streamer)
