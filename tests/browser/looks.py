"""Whether a page can be read, and used without a mouse."""

from __future__ import annotations

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from tests.browser.chromium import Browser

LEAST_CONTRAST = 4.5  # WCAG 2.2, level AA, for texts of any size
MOST_CONTROLS = 100


def hard_to_read(browser: Browser, css: str) -> list[str]:
    """Return the visible texts that have too little contrast with what they are written on, as WCAG counts it."""
    found: list[str] = browser.driver.execute_script(_HARD_TO_READ, css, LEAST_CONTRAST)
    return found


def fits_its_width(browser: Browser) -> bool:
    """Return whether nobody has to scroll sideways."""
    return bool(browser.driver.execute_script("return document.documentElement.scrollWidth <= window.innerWidth"))


def reached_by_tab(browser: Browser) -> list[WebElement]:
    """Return what the Tab key reaches, from the first control of the page on."""
    driver = browser.driver
    driver.execute_script("document.querySelector('a, button').focus()")
    reached: list[WebElement] = []
    while (at := driver.switch_to.active_element).tag_name != "body" and at not in reached:
        reached.append(at)
        assert len(reached) < MOST_CONTROLS
        ActionChains(driver).send_keys(Keys.TAB).perform()
    return reached


def out_of_reach(browser: Browser) -> list[str]:
    """Return the visible controls that the Tab key does not reach, other than those that arrow keys do."""
    controls = browser.visible("a, button:not([role=tab][tabindex='-1']), input, select, summary")
    reached = reached_by_tab(browser)
    return [each.get_attribute("outerHTML") for each in controls if each not in reached]


def nameless(browser: Browser) -> list[str]:
    """Return the visible controls that a screen reader has no name for."""
    controls = browser.visible("a, button, input, select, progress, [role=img], [role=group]")
    return [each.get_attribute("outerHTML") for each in controls if not each.accessible_name]


_HARD_TO_READ = """
const [css, least] = arguments;
const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
const rgb = (colour) => {
  canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
  return canvas.getImageData(0, 0, 1, 1).data;
};
const behind = (node) => {
  for (; node; node = node.parentElement) {
    const found = rgb(getComputedStyle(node).backgroundColor);
    if (found[3] > 250) return found;
  }
  return [255, 255, 255, 255];
};
const light = (c) => [0.2126, 0.7152, 0.0722].reduce((sum, weight, i) => {
  const share = c[i] / 255;
  return sum + weight * (share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4);
}, 0);
const contrast = (node) => {
  const pair = [light(rgb(getComputedStyle(node).color)), light(behind(node))].sort((a, b) => b - a);
  return (pair[0] + 0.05) / (pair[1] + 0.05);
};
const says = (node) => [...node.childNodes].some((each) => each.nodeType === Node.TEXT_NODE && each.data.trim());
return [...document.querySelectorAll(css)]
  .filter((node) => says(node) && node.checkVisibility() && node.tagName !== 'OPTION' && contrast(node) < least)
  .map((node) => `${contrast(node).toFixed(2)} ${node.outerHTML}`);
"""
