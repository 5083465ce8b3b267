"""The console, by clicking alone: what one pane does, the other sees by push, and the money is where it belongs.

Any demo user can be on either side. Each story has its own two, so that none meets what another left behind.
"""

from __future__ import annotations

import re

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser import looks
from tests.browser.chromium import Browser
from tests.browser.console import Pane
from tests.process.house import House
from tests.support.waiting import until

pytestmark = pytest.mark.slow

Panes = tuple[Pane, Pane]

# What is performed of a show: as short as can be seen going on.
SECONDS = 4

MAY_WATCH = "You may watch what you paid for until"
LOST = "The connection to the service is lost. This page is connecting again; what you see may be out of date."

# Hold back the answer to opening a session, until the network breaks off.
HOLD_SESSIONS = """
const real = window.fetch;
window.sentSessions = 0;
window.fetch = (url, options) => {
  if (options.method !== "POST" || url.pathname !== "/sessions") return real(url, options);
  window.sentSessions += 1;
  return new Promise((_, fail) => { window.breakOff = () => fail(new TypeError("Failed to fetch")); });
};
"""
# Longer than the pause before the call would be repeated.
BREAK_OFF = "window.breakOff(); setTimeout(arguments[0], 1000);"


def enter(panes: Panes, streamer: str, viewer: str) -> tuple[int, int]:
    """Sign both in, go live, and return what they had before."""
    stage, audience = panes
    stage.press(f"Sign in as {streamer}")
    audience.press(f"Sign in as {viewer}")
    before = stage.wait_for_coins(), audience.wait_for_coins()
    stage.press("Go live")
    audience.follow(streamer)
    return before


def leave(stage: Pane) -> None:
    stage.press("End the session")
    stage.press("Really end it?")
    stage.sees("Open a session")


def sell(panes: Panes) -> None:
    """Sell tickets for a short show, and buy the first of two."""
    stage, audience = panes
    stage.fill("Length of the show", SECONDS)
    stage.press("Sell tickets")
    audience.press("Buy for 200 coins")
    stage.sees("200 of 400 coins")


def sell_out(panes: Panes) -> None:
    """Do the same, and buy the second one too."""
    sell(panes)
    panes[1].press("Buy for 200 coins")


def test_a_newcomer_follows_the_hints_and_a_show_is_paid_out(console: Browser, panes: Panes) -> None:
    stage, audience = panes
    earned, spent = enter(panes, "streamer", "viewer1")
    stage.sees("Sell tickets for a show, or wait for an invitation.")
    sell_out(panes)
    audience.sees("The target is reached. The streamer makes the show now.")
    stage.sees("The target is reached. Make the show.")
    for pane in panes:
        assert re.search(rf"Promised length {SECONDS} seconds The show starts at [\d:]+ at the latest", pane.text)
    stage.press("Make the show")
    stage.sees("Go on stage. The seconds count while you are on it.")
    stage.press("Go on stage")

    audience.sees_performed(1, of=SECONDS)
    audience.hears("goal.started")
    stage.sees("Performed and paid.")
    stage.has_coins(earned + 400)
    audience.has_coins(spent - 400)
    audience.sees("paid out")
    audience.sees("It was performed, and the streamer was paid.")
    stage.hears("escrow.completed")
    leave(stage)
    assert console.complaints() == []


def test_a_show_that_is_called_off_is_refunded(console: Browser, panes: Panes) -> None:
    stage, audience = panes
    earned, spent = enter(panes, "viewer2", "viewer3")
    sell_out(panes)
    audience.has_coins(spent - 400)
    stage.sees("The target is reached. Make the show.")
    stage.press("Call it off")
    stage.press("Really end it?")

    audience.hears("escrow.refunded")
    audience.has_coins(spent)
    audience.sees("200 coins came back: the streamer called it off")
    audience.sees("Your coins came back. Invite the streamer")
    stage.sees("It did not take place: every viewer has all of their money back.")
    stage.has_coins(earned)
    leave(stage)
    assert console.complaints() == []


def test_an_invitation_that_is_agreed_to_is_performed_and_paid(console: Browser, panes: Panes) -> None:
    stage, audience = panes
    earned, spent = enter(panes, "viewer4", "viewer5")
    audience.fill("For", 3)
    audience.press("Invite for 30 coins")
    audience.has_coins(spent - 30)
    audience.press("Add 3 seconds for 30 coins")
    audience.sees("Really pay 30 coins more?")
    stage.sees("It pays 30 coins if you perform it to its end.")
    stage.press("Agree")

    audience.hears("goal.agreed")
    stage.sees("Performed and paid.")
    stage.has_coins(earned + 30)
    leave(stage)
    assert console.complaints() == []


def be_declined(panes: Panes) -> None:
    """Invite in vain, and read how long to wait; the money is back before the next invitation."""
    stage, audience = panes
    audience.press("Invite for 100 coins")
    stage.press("Decline")
    audience.sees("The streamer takes no new invitation yet. You may invite again in 4:")
    assert audience.cannot_press("Invite for 100 coins")
    audience.sees("Your coins came back. Wait for a ticket sale, or invite again later.")


def test_a_1_on_1_that_is_cut_short_is_split(console: Browser, panes: Panes) -> None:
    stage, audience = panes
    earned, spent = enter(panes, "viewer3", "viewer2")
    be_declined(panes)
    audience.choose("Invite to", "1-on-1")
    audience.fill("For", 60)
    audience.press("Invite for 1,200 coins")
    audience.has_coins(spent - 1200)
    stage.press("Agree")
    stage.press("Go on stage")
    audience.sees_performed(2, of=60)
    audience.sees(MAY_WATCH)
    console.driver.refresh()
    console.driver.execute_script("window.isTheSamePage = true")
    stage.sees("Go on stage. The seconds count while you are on it.")
    audience.sees(MAY_WATCH)
    stage.press("End it early")
    stage.press("Really end it?")

    audience.hears("exclusive.closed")
    audience.does_not_see(MAY_WATCH)
    stage.sees("It was cut short: you are paid for what you performed, the rest is refunded to the viewer.")
    until(lambda: stage.coins > earned and audience.coins > spent - 1200, what="both parts of the money", seconds=40)
    performed = (stage.coins - earned) // 20  # at 1,200 coins a minute
    assert 2 <= performed < 60
    assert stage.coins - earned == spent - audience.coins == 20 * performed
    leave(stage)
    assert console.complaints() == []


def test_a_ticket_is_given_back_on_two_phones(console: Browser, console_house: House) -> None:
    driver = console.driver
    first = driver.current_window_handle
    console.go(f"{console_house.address}/?lang=en&pane=streamer")
    driver.execute_script("window.isTheSamePage = true")
    driver.switch_to.new_window("tab")
    console.go(f"{console_house.address}/?lang=en&pane=viewer")
    second = driver.current_window_handle
    stage, audience = Pane(console, "streamer", window=first), Pane(console, "viewer", window=second)
    _, spent = enter((stage, audience), "viewer5", "viewer4")
    sell((stage, audience))
    audience.has_coins(spent - 200)
    audience.press("Give back a purchase of 200 coins")

    stage.sees("0 of 400 coins")
    stage.hears("goal.progress.updated")
    audience.has_coins(spent)
    leave(stage)
    assert console.complaints() == []
    driver.switch_to.window(second)
    driver.close()
    driver.switch_to.window(first)


def test_a_duplicated_tab_begins_signed_out_and_a_reloaded_one_stays_signed_in(
    console: Browser, console_house: House
) -> None:
    driver = console.driver
    console.go(f"{console_house.address}/?lang=en&pane=viewer")
    first = driver.current_window_handle
    tab = Pane(console, "viewer", window=first)
    tab.press("Sign in as viewer3")
    tab.wait_for_coins()

    driver.execute_script("window.open(location.href)")  # which copies what the tab has stored, as duplicating does
    [second] = set(driver.window_handles) - {first}
    Pane(console, "viewer", window=second).sees("Who are you?")
    driver.close()
    driver.switch_to.window(first)
    driver.refresh()
    driver.execute_script("window.isTheSamePage = true")
    tab.wait_for_coins()


def test_a_call_that_is_being_repeated_ends_with_its_sign_in(console: Browser, panes: Panes) -> None:
    stage, _ = panes
    stage.press("Sign in as viewer3")
    console.driver.execute_script(HOLD_SESSIONS)
    stage.press("Go live")
    stage.press("Sign out")
    stage.press("Sign in as viewer4")
    stage.sees("Open a session")
    console.driver.execute_async_script(BREAK_OFF)
    assert console.driver.execute_script("return window.sentSessions") == 1


def test_it_can_be_read_and_used_on_a_phone_and_without_a_mouse(console: Browser, console_house: House) -> None:
    console.prefer("light", width=360)
    console.go(f"{console_house.address}/?lang=en&pane=streamer")
    console.driver.execute_script("window.isTheSamePage = true")
    stage = Pane(console, "streamer")
    stage.press("Sign in as viewer2")
    stage.fill("1-on-1", 0)
    stage.type("Go live", Keys.ENTER)
    stage.sees("Target")
    assert console.driver.switch_to.active_element.tag_name != "body"

    assert looks.out_of_reach(console) == []
    assert looks.nameless(console) == []
    for scheme in ("dark", "light"):
        console.prefer(scheme, width=360)
        assert looks.hard_to_read(console, "body, body *") == []
        assert looks.fits_its_width(console)
    stage.type("Perform", Keys.ARROW_RIGHT)
    stage.sees("Nobody is live.")
    assert console.driver.switch_to.active_element.text == "Watch"
    stage.type("Watch", Keys.ARROW_LEFT)
    leave(stage)


def test_the_panes_recover_after_the_server_was_killed(panes: Panes, console_house: House) -> None:
    stage, audience = panes
    earned, spent = enter(panes, "viewer1", "viewer5")
    sell(panes)

    console_house.kill()
    stage.sees(LOST)
    audience.sees(LOST)
    audience.press("Buy for 200 coins")
    audience.sees("Waiting for the service…")
    console_house.start()
    until(lambda: stage.is_connected and audience.is_connected, what="both to be connected again", seconds=15)

    stage.sees("The target is reached. Make the show.")
    stage.press("Make the show")
    assert LOST not in stage.text
    assert LOST not in audience.text
    stage.press("Go on stage")
    audience.sees_performed(1, of=SECONDS)
    stage.has_coins(earned + 400)
    audience.has_coins(spent - 400)
    leave(stage)
