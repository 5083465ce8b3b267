"""The console as a person uses it: panes, buttons by their labels, fields by their labels, and what can be read."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from selenium.common.exceptions import (
    ElementClickInterceptedException,
    ElementNotInteractableException,
    StaleElementReferenceException,
)
from selenium.webdriver.remote.webelement import WebElement

from tests.browser.chromium import Browser
from tests.support.waiting import until

PATIENCE_SECONDS = 40
# The page was drawn again between the question where something is and the use of the answer.
_DRAWN_AGAIN = (StaleElementReferenceException, ElementNotInteractableException, ElementClickInterceptedException)


_FINDING = """
const [css, wanted] = arguments;
const pane = document.querySelector(css);
const shown = (what) => [...pane.querySelectorAll(what)].filter((each) => each.checkVisibility());
"""


class Pane:
    """One pane of the page, in which somebody is signed in."""

    def __init__(self, browser: Browser, name: str, *, window: str | None = None) -> None:
        self._browser = browser
        self._css = f"#pane-{name}"
        self._window = window

    def press(self, label: str) -> None:
        """Press the button that says this, once it can be pressed."""
        self._act(lambda: self._button(label), lambda button: button.click(), what=f"a button “{label}”")

    def type(self, label: str, key: str) -> None:
        """Type a key on the button that says this."""
        self._act(lambda: self._button(label), lambda button: button.send_keys(key), what=f"a button “{label}”")

    def fill(self, label: str, text: object) -> None:
        """Type into the field with this label."""

        def write(field: WebElement) -> None:
            field.clear()
            field.send_keys(str(text))

        self._act(lambda: self._field(label), write, what=f"a field “{label}”")

    def choose(self, label: str, option: str) -> None:
        """Choose an option of the list with this label."""
        self._act(lambda: self._field(label), lambda field: field.send_keys(option), what=f"a list “{label}”")

    def follow(self, streamer: str) -> None:
        """Watch the stream of this streamer, once it is live."""

        def stream() -> WebElement | None:
            return self._find("shown('.stream').find((each) => each.innerText.startsWith(wanted))", streamer)

        self._act(stream, lambda button: button.click(), what=f"the stream of {streamer}")

    def sees(self, text: str, *, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until this can be read in the pane."""
        self._until(lambda: text in self.text, what=f"“{text}” in {self._css}", seconds=seconds)

    def does_not_see(self, text: str) -> None:
        """Wait until this can no longer be read in the pane."""
        self._until(lambda: text not in self.text, what=f"no “{text}” in {self._css}")

    def cannot_press(self, label: str) -> bool:
        """Whether there is a button that says this, and it is disabled."""
        self._look_at_window()
        button = self._button(label)
        return button is not None and not button.is_enabled()

    def sees_performed(self, least: int, *, of: int) -> None:
        """Wait until so many seconds of a performance, or more, are over."""

        def over() -> bool:
            found = re.search(rf"(\d+) of {of} seconds performed", self.text)
            return bool(found and int(found[1]) >= least)

        self._until(over, what=f"{least} of {of} seconds performed in {self._css}")

    def has_coins(self, coins: int) -> None:
        """Wait until the balance is this."""
        self._until(lambda: self.coins == coins, what=f"{coins} coins in {self._css}, now {self.coins}")

    @property
    def text(self) -> str:
        """What can be read in the pane."""
        self._look_at_window()
        return re.sub(r"\s+", " ", self._find("pane.innerText"))

    def wait_for_coins(self) -> int:
        """Return the balance, once it is shown."""
        self._until(lambda: self.coins >= 0, what="a balance")
        return self.coins

    @property
    def coins(self) -> int:
        """The balance; -1 while it is not shown."""
        self._look_at_window()
        digits = re.sub(r"\D", "", self._find("pane.querySelector('.balance')?.innerText") or "")
        return int(digits) if digits else -1

    def hears(self, event: str) -> None:
        """Wait until the pane has heard this push."""
        self._until(lambda: event in self.pushes, what=f"a push {event} in {self._css}")

    @property
    def pushes(self) -> list[str]:
        """The names of the pushes that the pane has heard, the newest first."""
        self._look_at_window()
        return list(self._find("[...pane.querySelectorAll('.log-push code')].map((each) => each.textContent)"))

    @property
    def is_connected(self) -> bool:
        """Whether the pane says that changes arrive by themselves."""
        self._look_at_window()
        return bool(self._find("pane.querySelector('.dot.good')"))

    def _button(self, label: str) -> WebElement | None:
        usable = "(each) => each.ariaBusy !== 'true' && each.innerText.trim() === wanted"
        return self._find(f"shown('button').find({usable})", label)

    def _field(self, label: str) -> WebElement | None:
        return self._find("shown('label').find((each) => each.innerText.trim() === wanted)?.control", label)

    def _find(self, expression: str, wanted: str = "") -> Any:
        """Return what an expression finds in the pane; asking the driver about each element takes far longer."""
        return self._browser.driver.execute_script(f"{_FINDING} return {expression};", self._css, wanted)

    def _act(self, find: Callable[[], WebElement | None], act: Callable[[WebElement], Any], *, what: str) -> None:
        def acted() -> bool:
            self._look_at_window()
            found = find()
            if found is not None:
                act(found)
            return found is not None

        self._until(acted, what=what)

    def _until(self, holds: Callable[[], bool], *, what: str, seconds: float = PATIENCE_SECONDS) -> None:
        def quietly() -> bool:
            try:
                return holds()
            except _DRAWN_AGAIN:
                return False

        try:
            until(quietly, what=what, seconds=seconds, every=0.05)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.text}") from None

    def _look_at_window(self) -> None:
        if self._window is not None and self._browser.driver.current_window_handle != self._window:
            self._browser.driver.switch_to.window(self._window)
