"""A headless Chromium for tests of the live page, and what it shows."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from live_page import Page
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains

__all__ = ["Browser", "browser_running", "strangers"]

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
_OPTIONS = """
    --headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --hide-scrollbars
    --disable-background-networking --disable-component-update --disable-sync
    --disable-dev-shm-usage
"""


class Browser:
    """What a person does in a browser, and what the page then shows."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver

    def size(self, width: int, height: int, phone: bool = False) -> None:
        """``phone``: what is too wide makes the page wider, and there are fingers for a mouse."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        touch = {"enabled": phone, **({"maxTouchPoints": 2} if phone else {})}
        self.driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", touch)

    def tap(self, x: float, y: float) -> None:
        """A finger on the screen, and off it again."""
        begin = {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]}
        self.driver.execute_cdp_cmd("Input.dispatchTouchEvent", begin)
        end = {"type": "touchEnd", "touchPoints": []}
        self.driver.execute_cdp_cmd("Input.dispatchTouchEvent", end)

    def drag(self, *points: tuple[float, float]) -> None:
        """Press at the first point, move along the others, let go at the last."""
        actions = ActionChains(self.driver, duration=20).w3c_actions
        pointer = actions.pointer_action
        pointer.move_to_location(*(int(each) for each in points[0]))
        pointer.pointer_down()
        for x, y in points[1:]:
            pointer.move_to_location(int(x), int(y))
        pointer.pointer_up()
        actions.perform()

    def go(self, page: Page, **asked: object) -> None:
        """Open the page at a scenario (or at the gallery) and wait until it can be used."""
        hash_ = "&".join(f"{key}={value}" for key, value in asked.items())
        self.driver.get("about:blank")
        self.driver.get(f"{page.address}#{hash_}")
        self.wait("return !!(window.rumorsim && rumorsim.frame)")

    def js(self, code: str, *given: Any) -> Any:
        return self.driver.execute_script(code, *given)

    def wait(self, code: str, *given: Any, seconds: float = 60.0) -> Any:
        """The first true value of some code; AssertionError if none comes."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = self.js(code, *given)
            if found:
                return found
            time.sleep(0.05)
        raise AssertionError(f"never true: {code}")

    def order(self, **order: Any) -> None:
        self.js("rumorsim.order(arguments[0])", order)

    def at(self, hours: float) -> None:
        """Rewind (or go on) and wait until the page shows that hour."""
        self.order(do="rewind", to=hours)
        self.wait("return Math.abs(rumorsim.now - arguments[0]) < 1e-9", hours)

    def press(self, *keys: str) -> None:
        for key in keys:
            ActionChains(self.driver).send_keys(key).perform()

    def click(self, what: str) -> None:
        self.driver.find_element("css selector", what).click()

    def click_at(self, x: float, y: float) -> None:
        actions = ActionChains(self.driver)
        actions.w3c_actions.pointer_action.move_to_location(int(x), int(y)).click()
        actions.perform()

    def text(self, what: str) -> str:
        return str(self.driver.find_element("css selector", what).text)

    def complaints(self) -> list[str]:
        """What the console has to complain about since it was asked last."""
        return [str(line["message"]) for line in self.driver.get_log("browser")]

    def requests(self) -> list[str]:
        """The address of every request since it was asked last, sockets included."""
        found = []
        for line in self.driver.get_log("performance"):
            message = json.loads(line["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                found.append(message["params"]["request"]["url"])
            elif message["method"] == "Network.webSocketCreated":
                found.append(message["params"]["url"])
        return found

    def memory(self) -> int:
        """Bytes of the page's JavaScript heap after a collection."""
        self.driver.execute_cdp_cmd("HeapProfiler.collectGarbage", {})
        return int(self.driver.execute_cdp_cmd("Runtime.getHeapUsage", {})["usedSize"])

    def frames(self, seconds: float = 3.0) -> tuple[float, float]:
        """Frames painted a second, and the processor time of the page for each, in ms.

        The time is that of the main thread: script, style, layout and the painting that is
        not left to other threads. Unlike the rate, it does not depend on what else is running.
        """

        def count() -> Any:
            return self.js("return [rumorsim.painted, performance.now()]")

        def spent() -> float:
            told = self.driver.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
            return float({each["name"]: each["value"] for each in told}["TaskDuration"])

        before, used = count(), spent()
        time.sleep(seconds)
        after, used = count(), spent() - used
        painted = after[0] - before[0]
        return 1000 * painted / (after[1] - before[1]), 1000 * used / painted


def strangers(requests: list[str]) -> list[str]:
    """Requests that leave this machine."""
    own = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:http://127.0.0.1:", "chrome:")
    return [each for each in requests if not each.startswith(own)]


@contextmanager
def browser_running() -> Iterator[Browser]:
    """A Chromium with a profile of its own; the tests are skipped where there is none."""
    if CHROMIUM is None or DRIVER is None:
        pytest.skip("needs chromium and chromedriver (Debian: apt install chromium-driver)")
    profile = tempfile.mkdtemp()
    options = Options()
    options.binary_location = CHROMIUM
    for each in (*_OPTIONS.split(), f"--user-data-dir={profile}"):
        options.add_argument(each)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    try:
        browser = Browser(driver)
        driver.execute_cdp_cmd("Performance.enable", {"timeDomain": "threadTicks"})
        browser.size(1280, 720)
        yield browser
    finally:
        driver.quit()
        shutil.rmtree(profile, ignore_errors=True)
