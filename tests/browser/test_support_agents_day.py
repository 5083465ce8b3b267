"""A support agent's day: a viewer asks where their money is, and gets it back."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from selenium.webdriver.common.by import By

from livestream.models import User
from tests.browser import looks
from tests.support.outbox import run_due
from tests.support.people import make_funding, make_session, make_user
from tests.support.shows import buy
from wallet.selectors import balance_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

PASSWORD = "a-password-for-tests"
REASON = "The streamer fell ill"


@pytest.fixture
def agent(transactional_db):
    """Somebody who may look at everything, and refund."""
    user = User.objects.create_user("lead", password=PASSWORD, is_staff=True)
    user.user_permissions.add(*Permission.objects.all())
    return user


@pytest.fixture
def kai(transactional_db):
    return make_user(name="kai", coins=1000)


@pytest.fixture
def funding(kai):
    """A sale that kai bought two tickets of, and others some."""
    goal = make_funding(make_session(make_user(name="mei")), target=2000)
    buy(goal, kai, 2)
    for number in range(3):
        buy(goal, make_user(name=f"viewer{number}", coins=1000))
    run_due()
    return goal


def log_in(browser, live_server):
    browser.go(f"{live_server.url}/admin/")
    browser.fill("username", "lead")
    browser.submit(browser.fill("password", PASSWORD))


def search(browser, live_server, page, term):
    browser.go(f"{live_server.url}/admin/{page}/")
    browser.submit(browser.fill("q", term))


def story_of(browser, live_server, goal):
    search(browser, live_server, "goals/goal", goal.id)
    browser.press("Story")


def test_a_ticket_is_found_the_story_read_the_money_refunded_and_seen_to_be(browser, live_server, agent, kai, funding):
    log_in(browser, live_server)
    search(browser, live_server, "goals/contribution", "kai")
    assert "kai" in browser.text
    assert "viewer0" not in browser.text
    browser.keep_screenshot("ticket")

    story_of(browser, live_server, funding)
    assert "1,000 of 2,000 coins have been paid so far" in browser.text
    assert "1,000 coins are held in escrow: it is not decided yet who gets them." in browser.text
    browser.submit(browser.fill("payer", "kai"))
    assert "kai paid 400 coins. 400 coins are held in escrow" in browser.text
    browser.keep_screenshot("story")

    browser.press("Refund…")
    assert funding.escrow_id in browser.text
    browser.fill("reason", REASON)
    browser.keep_screenshot("confirmation")
    browser.press("Yes, I\u2019m sure")
    browser.keep_screenshot("refunded")
    run_due()

    story_of(browser, live_server, funding)
    assert "Refunded by lead of support" in browser.text
    assert f"because: “{REASON}”." in browser.text
    assert "All 1,000 coins were given back to those who paid them." in browser.text
    browser.submit(browser.fill("payer", "kai"))
    assert "kai paid 400 coins. All 400 coins were given back." in browser.text
    browser.keep_screenshot("seen")
    assert balance_of(user_id=kai.pk) == 1000


def test_kinds_of_entries_can_be_hidden_without_a_script(browser, live_server, agent, funding):
    log_in(browser, live_server)
    browser.go(f"{live_server.url}/admin/goals/goal/{funding.id}/story/")
    assert browser.visible('tr[data-kind="push"]')
    browser.driver.find_element(By.ID, "show-push").click()
    assert browser.visible('tr[data-kind="push"]') == []
    assert browser.visible('tr[data-kind="money"]')


@pytest.mark.parametrize(("scheme", "width"), [("dark", 1440), ("light", 480)])
def test_it_can_be_read_in_the_dark_and_on_a_phone(browser, live_server, agent, funding, scheme, width):
    browser.prefer(scheme, width=width)
    log_in(browser, live_server)
    browser.go(f"{live_server.url}/admin/goals/goal/{funding.id}/story/")
    browser.keep_screenshot(scheme)
    texts = ".story-headline, .story-timeline .detail, .story-timeline .title a"
    assert browser.visible(texts)
    assert looks.hard_to_read(browser, texts) == []
    assert looks.fits_its_width(browser)
