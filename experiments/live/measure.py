"""How fast the live page is, how long it lasts, and what it looks like.

    python experiments/live/measure.py [--soak MINUTES] [--pictures FOLDER]

Needs the extras live and test, and Debian's chromium and chromium-driver. Prints a table;
with --soak a browser watches, acts and rewinds for so long, and memory is read on both sides;
with --pictures each scenario of the gallery is saved at 1280 x 720, as a tablet and as a phone,
and the pictures of the README are made anew.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "helpers")]

from live_browser import Browser, browser_running  # noqa: E402
from live_page import Page, page_running  # noqa: E402

from rumorsim.web.gallery import GALLERY  # noqa: E402

#: Where each scenario is worth a picture, as a share of its horizon.
MOMENT = 0.55
SIZES = {"": (1280, 720), "-tablet": (820, 1180), "-phone": (390, 844)}


def start_up(browser: Browser, times: int = 5) -> list[float]:
    """Seconds from the command until the page can be used."""
    taken = []
    for _ in range(times):
        with page_running() as page:
            browser.driver.get(f"{page.address}#scenario=one-click")
            browser.wait("return !!(window.rumorsim && rumorsim.frame)")
            taken.append(time.monotonic() - page.started)
            browser.driver.get("about:blank")
    return taken


def frame_rates(browser: Browser, page: Page, scenario: str, times: int = 5) -> list[float]:
    """Frames a second while both worlds play."""
    browser.go(page, scenario=scenario, lang="en")
    browser.order(do="rewind", to=4.0)
    browser.order(do="speed", hours=1.0)
    browser.order(do="play")
    browser.wait("return rumorsim.now > 4.5")
    return [browser.frame_rate() for _ in range(times)]


def soak(browser: Browser, page: Page, minutes: float) -> None:
    """Watch one scenario after the other, with clicks and rewinds; print memory as it goes."""
    end = time.monotonic() + 60 * minutes
    print(f"{'minute':>7} {'server MB':>10} {'page MB':>8}  scenario")
    for name in itertools.cycle(GALLERY):
        if time.monotonic() > end:
            return
        browser.go(page, scenario=name, lang="en")
        horizon = browser.js("return rumorsim.world.horizon")
        browser.order(do="speed", hours=horizon / 20)
        browser.order(do="play")
        for _ in range(4):
            time.sleep(4)
            account = int(time.monotonic() * 1000) % 400
            browser.order(do="act", verb="close", account=account)
            browser.order(do="rewind", to=horizon / 8)
        memory = page.memory() / 1e6, browser.memory() / 1e6
        minute = minutes - (end - time.monotonic()) / 60
        print(f"{minute:7.1f} {memory[0]:10.1f} {memory[1]:8.2f}  {name}", flush=True)


def pictures(browser: Browser, page: Page, folder: Path) -> None:
    """Each scenario of the gallery while something goes on in it."""
    folder.mkdir(parents=True, exist_ok=True)
    for (suffix, size), name in itertools.product(SIZES.items(), GALLERY):
        browser.size(*size, phone=suffix == "-phone")
        browser.go(page, scenario=name, lang="en")
        horizon = browser.js("return rumorsim.world.horizon")
        browser.order(do="speed", hours=horizon / 60)
        browser.at(horizon * MOMENT)
        browser.order(do="play")
        time.sleep(2.0)
        browser.driver.save_screenshot(str(folder / f"{name}{suffix}.png"))
    of_readme(browser, page, folder)


def of_readme(browser: Browser, page: Page, folder: Path) -> None:
    """The pictures of the README: two worlds, other seeds, the gallery."""

    def save(name: str) -> None:
        time.sleep(0.5)
        browser.driver.save_screenshot(str(folder / f"{name}.png"))

    browser.size(1280, 720)
    browser.go(page, scenario="the-list", seed=3, lang="en")
    browser.at(8.0)
    save("two-worlds")
    browser.click("#open-seeds")
    browser.wait("return !!document.querySelector('#seeds-start')")
    save("other-seeds")
    browser.go(page, lang="en")
    browser.wait("return document.querySelector('#gallery').open")
    browser.click("#card-the-list")
    save("gallery")


def told(name: str, values: list[float], unit: str) -> None:
    low, middle, high = min(values), statistics.median(values), max(values)
    print(f"{name:44} {middle:7.2f} {unit:4} ({low:.2f} to {high:.2f})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--soak", type=float, metavar="MINUTES")
    parser.add_argument("--pictures", type=Path, metavar="FOLDER")
    chosen = parser.parse_args()
    with browser_running() as browser:
        if chosen.soak or chosen.pictures:
            with page_running() as page:
                if chosen.pictures:
                    pictures(browser, page, chosen.pictures)
                if chosen.soak:
                    soak(browser, page, chosen.soak)
                browser.driver.get("about:blank")
            return
        told("from the command to a page that can be used", start_up(browser), "s")
        with page_running() as page:
            for name in ("one-click", "big-town"):
                rates = frame_rates(browser, page, name)
                accounts = browser.js("return rumorsim.world.accounts")
                told(f"{name}: two worlds of {accounts:,} accounts", rates, "fps")
            browser.driver.get("about:blank")


if __name__ == "__main__":
    main()
