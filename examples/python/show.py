"""A funded show, from the first ticket to the payout. It plays both sides, and needs a running server:

pip install openapi-python-client ruff websockets
python -m openapi_python_client generate --url http://127.0.0.1:8000/schema --meta none --output-path livestream_client
python show.py http://127.0.0.1:8000
"""

from __future__ import annotations

import json
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from livestream_client import AuthenticatedClient, Client
from livestream_client.api.authentication import create_token
from livestream_client.api.goals import create_goal, read_goal
from livestream_client.api.real_time import authorize_channel
from livestream_client.api.service import read_config
from livestream_client.api.sessions import end_session, open_session, start_session
from livestream_client.api.tickets import contribute
from livestream_client.api.wallet import list_earnings
from livestream_client.models import (
    ChannelAuth,
    ChannelAuthRequest,
    Config,
    CreateGoalType,
    CredentialsRequest,
    EarningPage,
    EarningState,
    FundingGoal,
    FundingGoalRequest,
    GoalOutcome,
    GoalState,
    LevelRequest,
    RealtimeConfig,
    Receipt,
    SaleTermsRequest,
    Session,
    SessionAlreadyActiveProblem,
    SessionRequest,
    ShowContextRequest,
    ShowGoal,
    ShowGoalRequest,
    TicketOrderRequest,
    TicketProductRequest,
    TimedLevelRequest,
    TokenPair,
)
from websockets.sync.client import connect

ADDRESS = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
TICKET = {"ticket_product_id": "livestream-show-ticket_200", "ticket_product_type": "show"}

Expected = TypeVar("Expected")


def expect(answer: object, kind: type[Expected]) -> Expected:
    """Return the answer, or raise what was answered instead: a problem, with its `code` and `detail`."""
    if not isinstance(answer, kind):
        raise RuntimeError(f"{getattr(answer, 'code', 'no answer')}: {getattr(answer, 'detail', answer)}")
    return answer


def sign_in(username: str) -> AuthenticatedClient:
    """Return a client that acts for this user."""
    body = CredentialsRequest(username=username, password="demo")
    pair = expect(create_token.sync(client=Client(base_url=ADDRESS), body=body), TokenPair)
    return AuthenticatedClient(base_url=ADDRESS, token=pair.access)


def go_live(streamer: AuthenticatedClient) -> Session:
    """Open a session and start it; one that an earlier run left open is ended first."""
    body = SessionRequest(title="An evening at the piano")
    opened = open_session.sync(client=streamer, body=body)
    if isinstance(opened, SessionAlreadyActiveProblem) and opened.session_id:
        end_session.sync(opened.session_id, client=streamer)
        opened = open_session.sync(client=streamer, body=body)
    return expect(start_session.sync(expect(opened, Session).id, client=streamer), Session)


def wait_for(look: Callable[[], Expected], holds: Callable[[Expected], bool]) -> Expected:
    """Look twice a second until it holds, for at most a minute, and return what was seen then."""
    deadline = time.monotonic() + 60
    while not holds(seen := look()):
        if time.monotonic() > deadline:
            raise TimeoutError("It did not happen within a minute.")
        time.sleep(0.5)
    return seen


@contextmanager
def on_stage(streamer: AuthenticatedClient, show_id: str) -> Iterator[None]:
    """Stay in the channel of a show: its seconds count for as long as the streamer is in it.

    A client that stays connected for long also signs its connection in (`authorize_channel` without a channel, and
    `pusher:signin`), so that it is closed when the user loses access. This one lasts a few seconds.
    """
    realtime = expect(expect(read_config.sync(client=streamer), Config).realtime, RealtimeConfig)
    scheme = "wss" if realtime.tls else "ws"
    host = realtime.host or f"ws-{realtime.cluster}.pusher.com"
    port = f":{realtime.port}" if realtime.port else ""
    with connect(f"{scheme}://{host}{port}/app/{realtime.key}?protocol=7") as connection:
        socket_id = json.loads(json.loads(connection.recv())["data"])["socket_id"]
        channel = f"presence-enc-goal@{show_id}"
        body = ChannelAuthRequest(socket_id=socket_id, channel_name=channel)
        signed = expect(authorize_channel.sync(client=streamer, body=body), ChannelAuth)
        data = {"channel": channel, "auth": signed.auth, "channel_data": signed.channel_data}
        connection.send(json.dumps({"event": "pusher:subscribe", "data": data}))
        yield


streamer, viewer = sign_in("streamer"), sign_in("viewer1")

# The streamer goes live, and sells tickets until 400 coins are reached. The terms bind: a show of 3 seconds.
session = go_live(streamer)
sale_body = FundingGoalRequest(
    session_id=session.id,
    levels=[LevelRequest(title="Tickets", target=400)],
    exp=int(time.time()) + 600,
    context=TicketProductRequest(**TICKET),
    terms=SaleTermsRequest(duration=3),
)
sale = expect(create_goal.sync(client=streamer, type_=CreateGoalType.FUNDING, body=sale_body), FundingGoal)

# The viewer reads the price, and buys two tickets for no more than that. A repeat with the same key pays once.
offered = expect(read_goal.sync(sale.id, client=viewer), FundingGoal)
order = TicketOrderRequest(quantity=2, max_price=2 * offered.terms.price if offered.terms else 400)
bought = expect(contribute.sync(sale.id, client=viewer, body=order, idempotency_key=str(uuid.uuid4())), Receipt)
print(f"viewer1 paid {bought.transfer.amount} coins")
wait_for(
    lambda: expect(read_goal.sync(sale.id, client=viewer), FundingGoal),
    lambda goal: goal.outcome is GoalOutcome.COMPLETED,
)

# The target is reached: the streamer makes the show, and performs it.
show_body = ShowGoalRequest(
    levels=[TimedLevelRequest(title="Nocturne", target=3)],
    context=ShowContextRequest(**TICKET, funding_goal_id=sale.id, session_id=session.id),
)
show = expect(create_goal.sync(client=streamer, type_=CreateGoalType.SHOW, body=show_body), ShowGoal)
with on_stage(streamer, show.id):
    performed = wait_for(
        lambda: expect(read_goal.sync(show.id, client=viewer), ShowGoal),
        lambda goal: goal.state is GoalState.ENDED,
    )
print(f"the show is {performed.outcome} after {performed.progress} seconds")


# The escrow is paid out to the streamer, once.
def earned() -> int:
    page = expect(list_earnings.sync(client=streamer, goal=sale.id), EarningPage)
    return sum(each.amount for each in page.results if each.state is EarningState.SETTLED)


print(f"the streamer earned {wait_for(earned, lambda coins: coins > 0)} coins")
expect(end_session.sync(session.id, client=streamer), Session)
