"""A karaoke evening: a level a song, paid by nobody."""

from __future__ import annotations

from functools import partial

from livestream.demo import acts
from livestream.demo.cast import Cast
from livestream.demo.registry import scenario
from livestream.demo.server import Body

SONGS = [{"title": "Moon River", "target": 2}, {"title": "Jolene", "target": 4}]


@scenario(name="karaoke", title="A karaoke evening: each song is a level of one goal")
def play_karaoke(cast: Cast) -> None:
    """Sing two songs without leaving the stage."""
    session = acts.go_live(cast, title="Karaoke")
    body = {"session_id": session["id"], "levels": SONGS}
    made = cast.streamer.call("POST", "/goals?type=karaoke", body, expected=["karaoke_already_active"]).body
    shown = cast.streamer.get(f"/sessions/{session['id']}")["karaoke_goal"]
    goal = cast.streamer.get(f"/goals/{shown['goal']}")
    cast.story.report("streamer", f"opens the karaoke with {len(SONGS)} songs", goal=goal)
    cast.story.check("the session shows its karaoke", holds=made.get("id", shown["goal"]) == shown["goal"])
    on_stage = {"goal_id": goal["id"], "user_id": cast.streamer.id}
    cast.stage.enters(**on_stage)
    for number, song in enumerate(SONGS, start=1):
        title = song["title"]
        sung = acts.wait_for_goal(cast, goal, what=f"the end of {title}", holds=partial(_reached, number))
        cast.story.report("streamer", f"has sung “{title}”", goal=sung)
    done = acts.wait_for_goal(cast, goal, what="the last song", holds=lambda g: g["state"] == "ended")
    cast.story.check("the karaoke is completed", holds=done["outcome"] == "completed")
    cast.stage.leaves(**on_stage)
    acts.report_log(cast, goal=done)
    acts.end_session(cast, session=session)


def _reached(level: int, goal: Body) -> bool:
    return bool(goal["level"] >= level)
