"""`make picture`: the picture of the console in the README, taken of a show that is performed at this moment."""

from __future__ import annotations

import sys
from base64 import b64decode
from pathlib import Path
from tempfile import TemporaryDirectory

from settings.environment import BASE_DIR
from tests.browser.chromium import Browser, chromium, missing
from tests.browser.console import Pane
from tests.process.databases import make_database
from tests.process.house import House

PICTURE = BASE_DIR / "docs" / "console.png"
LARGEST_BYTES = 200 * 1024
WIDTH, HEIGHT = 1280, 860


def perform(browser: Browser) -> None:
    """Play a funded show until its third second on stage."""
    stage, audience = Pane(browser, "streamer"), Pane(browser, "viewer")
    stage.press("Sign in as streamer")
    audience.press("Sign in as viewer1")
    stage.press("Go live")
    stage.press("Sell tickets")
    audience.press("Buy for 200 coins")
    stage.sees("200 of 400 coins")
    audience.press("Buy for 200 coins")
    stage.press("Make the show")
    stage.press("Go on stage")
    audience.sees("4 of 10 seconds performed")


def take(browser: Browser) -> bytes:
    """Return what the window shows, as a PNG."""
    return b64decode(browser.driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})["data"])


def main() -> None:
    if absent := missing():
        sys.exit(absent)
    with TemporaryDirectory() as folder:
        var = Path(folder)
        house = House(var=var, database=make_database(name="picture", var=var), channels=True)
        house.start("--prepare")
        try:
            with chromium(var / "chromium") as browser:
                browser.prefer("light", width=WIDTH, height=HEIGHT)
                browser.driver.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": True})
                browser.go(f"{house.address}/?lang=en")
                perform(browser)
                picture = take(browser)
        finally:
            house.stop()
    if len(picture) > LARGEST_BYTES:
        sys.exit(f"the picture has {len(picture):,} bytes, more than {LARGEST_BYTES:,}")
    PICTURE.write_bytes(picture)


if __name__ == "__main__":
    main()
