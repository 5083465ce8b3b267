"""A headless Chromium that may talk to this machine only, and remembers what it asked for."""

from __future__ import annotations

import json
import os
import re
import shutil
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from settings.environment import BASE_DIR
from tests.support.ports import free_port

CHROMIUM, DRIVER = "chromium", "chromedriver"
_PATIENCE_SECONDS = 90
_FLAGS = (
    "--headless=new",
    "--no-sandbox",  # which root cannot have
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-search-engine-choice-screen",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    "--window-size=1440,1200",
)


def missing() -> str:
    """Say what is missing, empty where both programs are there."""
    absent = [name for name in (CHROMIUM, DRIVER) if shutil.which(name) is None]
    return f"no {' and no '.join(absent)} here (Debian: apt-get install chromium chromium-driver)" if absent else ""


@contextmanager
def chromium(profile: Path) -> Iterator[Browser]:
    """Run a Chromium with an empty profile."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which(CHROMIUM) or CHROMIUM
    for flag in (*_FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    service = webdriver.ChromeService(shutil.which(DRIVER), port=free_port())
    driver = webdriver.Chrome(options=options, service=service)
    try:
        yield Browser(driver)
    finally:
        driver.quit()


class Browser:
    """What a person does at a browser, in their words: go, press, type, read."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver
        self.name = "unnamed"
        self._shots = 0

    def go(self, url: str) -> None:
        """Open an address."""
        self.driver.get(url)

    def fill(self, name: str, text: str) -> WebElement:
        """Type into the visible field of this name."""
        field = self._visible(By.NAME, name)
        field.clear()
        field.send_keys(text)
        return field

    def press(self, text: str, *, within: str = "body") -> None:
        """Press the first visible button or link that says this, and wait for the page that follows."""
        before = self.driver.find_element(By.TAG_NAME, "html")
        self._visible(By.XPATH, f"//{within}//*[self::a or self::button][normalize-space()='{text}']").click()
        self._wait(lambda _: _is_gone(before) and self._is_loaded())

    def submit(self, field: WebElement) -> None:
        """Press Enter in a field, and wait for the page that follows."""
        before = self.driver.find_element(By.TAG_NAME, "html")
        field.submit()
        self._wait(lambda _: _is_gone(before) and self._is_loaded())

    @property
    def text(self) -> str:
        """What can be read on the page."""
        return re.sub(r"\s+", " ", self.driver.find_element(By.ID, "content").text)

    def visible(self, css: str) -> list[WebElement]:
        """Return the elements that can be seen."""
        return [each for each in self.driver.find_elements(By.CSS_SELECTOR, css) if each.is_displayed()]

    def keep_screenshot(self, step: str) -> Path:
        """Keep what the whole page looks like, in the state folder, which is not in the repository."""
        folder = Path(os.environ.get("LIVESTREAM_VAR") or BASE_DIR / "var") / "screenshots"
        folder.mkdir(parents=True, exist_ok=True)
        self._shots += 1
        path = folder / f"{self.name}-{self._shots:02}-{step}.png"
        whole = {"captureBeyondViewport": True, "format": "png"}
        path.write_bytes(b64decode(self.driver.execute_cdp_cmd("Page.captureScreenshot", whole)["data"]))
        return path

    def prefer(self, scheme: str, *, width: int = 1440, height: int = 1000) -> None:
        """Have the person prefer light or dark colours, on a screen of this width."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        phone = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)

    def begin(self, name: str) -> None:
        """Forget the pages of another test, and whoever was signed in."""
        self.name, self._shots = re.sub(r"[^a-z0-9]+", "-", name), 0
        self.prefer("light")
        self.driver.get("about:blank")
        self.driver.delete_all_cookies()
        self.complaints(), self.foreign_hosts("")

    def complaints(self) -> list[str]:
        """Return the console messages since the last call, without Chromium's warnings of a slow network."""
        messages = [f"{each['level']}: {each['message']}" for each in self.driver.get_log("browser")]
        return [each for each in messages if "[Intervention] Slow network" not in each]

    def foreign_hosts(self, own: str) -> set[str]:
        """Return the other machines that pages asked for anything since this was last asked."""
        said = (json.loads(each["message"])["message"] for each in self.driver.get_log("performance"))
        urls = [each["params"]["request"]["url"] for each in said if each["method"] == "Network.requestWillBeSent"]
        return {url for url in urls if urlsplit(url).scheme in ("http", "https", "ws") and not url.startswith(own)}

    def _visible(self, by: str, value: str) -> WebElement:
        return self._wait(lambda driver: next((e for e in driver.find_elements(by, value) if e.is_displayed()), None))

    def _is_loaded(self) -> bool:
        return bool(self.driver.execute_script("return document.readyState === 'complete'"))

    def _wait(self, until):
        return WebDriverWait(self.driver, _PATIENCE_SECONDS, poll_frequency=0.02).until(until)


def _is_gone(element: WebElement) -> bool:
    try:
        element.is_enabled()
    except Exception:  # noqa: BLE001 - the driver has several words for an element of a page that was left
        return True
    return False
