"""The live page as it is used: clicking, undoing, looking back, other seeds, a class."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from live_browser import Browser
from live_page import Page
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

pytest_plugins = ["live_fixtures"]

#: An account that stands alone, and where: no other within 30 pixels.
ALONE = """
const sky = rumorsim.skies[1]; const n = rumorsim.world.accounts;
for (let i = 0; i < n; i++) {
  const [x, y] = sky.spot(i); let near = false;
  const tools = document.querySelector('.tools').getBoundingClientRect();
  if (y > tools.top - 30) continue;
  for (let j = 0; j < n && !near; j++) {
    const [u, v] = sky.spot(j); near = j !== i && Math.hypot(x - u, y - v) < 30;
  }
  if (!near) return [i, x, y];
}
"""
CLOSED = "return !!(rumorsim.pasts[1].marks[arguments[0]] & 32)"
HIT = "return [...rumorsim.pasts[1].marks].filter(m => m & 32).length"


def alone(browser: Browser) -> tuple[int, float, float]:
    account, x, y = browser.js(ALONE)
    return account, x, y


# -- clicking ------------------------------------------------------------------------------------


def test_a_click_on_an_account_that_stands_alone_acts_at_once(page: Page, browser: Browser) -> None:
    browser.go(page, scenario="one-click", seed=6, lang="en")
    browser.at(2.0)
    browser.js("rumorsim.camera.closer(3)")
    account, x, y = alone(browser)
    browser.click(".tools .close")
    browser.click_at(x, y)
    browser.wait(CLOSED, account)
    assert not browser.js("return document.querySelector('#account').open")


@pytest.mark.parametrize("beside", [(9, 0), (0, -10), (-12, 6)])
def test_a_near_miss_asks_whether_this_account_was_meant(
    page: Page, browser: Browser, beside: tuple[int, int]
) -> None:
    browser.go(page, scenario="one-click", seed=6, lang="en")
    browser.at(2.0)
    browser.js("rumorsim.camera.closer(3)")
    account, x, y = alone(browser)
    browser.click(".tools .close")
    browser.click_at(x + beside[0], y + beside[1])
    browser.wait("return document.querySelector('#account').open")
    assert f"#{account}" in browser.text("#account-title")
    assert "Is this the account you meant?" in browser.text("#account")
    assert browser.js(HIT) == 0
    assert browser.js("return document.activeElement.className") == "wide close"
    browser.press(Keys.ENTER)
    browser.wait(CLOSED, account)
    assert browser.js(HIT) == 1


def test_a_click_between_two_accounts_asks(page: Page, browser: Browser) -> None:
    browser.go(page, scenario="big-town", seed=1, lang="en")
    browser.click(".tools .close")
    x, y = browser.js(
        "const s = rumorsim.skies[1], b = s.top.getBoundingClientRect(); let best = [1e9];"
        "for (let i = 1; i < 5000; i++) { const [x, y] = s.spot(i);"
        " const far = Math.hypot(x - b.left - b.width / 2, y - b.top - b.height / 2);"
        " if (far < best[0]) best = [far, x, y]; } return best.slice(1);"
    )
    browser.click_at(x, y)
    browser.wait("return document.querySelector('#account').open")
    assert browser.js(HIT) == 0
    browser.press(Keys.ESCAPE)


def test_a_click_on_nothing_does_nothing(page: Page, browser: Browser) -> None:
    browser.go(page, scenario="one-click", seed=6, lang="en")
    browser.click(".tools .close")
    box = browser.js("const b = rumorsim.skies[1].top.getBoundingClientRect(); return [b.x, b.y]")
    browser.click_at(box[0] + 6, box[1] + 6)
    browser.order(do="step", hours=0.1)
    browser.wait("return rumorsim.now >= 0.1")
    assert not browser.js("return document.querySelector('#account').open")
    assert browser.js("return rumorsim.policy.entries.length") == 0


@pytest.mark.parametrize("way", ["u", "control z", "button", "notice"])
def test_a_click_is_undone_with_one_key(page: Page, browser: Browser, way: str) -> None:
    browser.go(page, scenario="one-click", seed=6, lang="en")
    browser.at(2.0)
    author = browser.js("return rumorsim.pasts[1].posts[0].author")
    browser.js("rumorsim.act({ verb: 'close', account: arguments[0] })", author)
    browser.wait(CLOSED, author)
    browser.wait("return !document.querySelector('#notice').hidden")
    assert f"#{author} is closed" in browser.text("#notice")
    browser.order(do="step", hours=6)
    browser.wait("return rumorsim.now > 7.9")
    assert browser.js("const [l, r] = rumorsim.pasts; return l.reachFalse > r.reachFalse")
    if way == "u":
        browser.press("u")
    elif way == "control z":
        body = browser.driver.find_element(By.CSS_SELECTOR, "body")
        body.send_keys(Keys.CONTROL, "z")
    elif way == "button":
        browser.press("p")
        browser.click("#undo")
    else:
        browser.click("#notice-undo")
    browser.wait("return rumorsim.policy.entries.length === 0")
    browser.wait("const [l, r] = rumorsim.pasts; return l.reachFalse === r.reachFalse")
    assert not browser.js(CLOSED, author)
    assert browser.js("return document.querySelector('#undo').disabled")


def test_sliders_and_interventions_are_undone_too_and_stand_where_they_were(
    page: Page, browser: Browser
) -> None:
    browser.go(page, scenario="too-late", seed=5, lang="en")
    browser.at(20.0)
    before = browser.js("return rumorsim.pasts.map(p => p.reachFalse)")
    browser.press("w")
    slider = browser.driver.find_element(By.CSS_SELECTOR, "#slider-reaction")
    slider.send_keys(Keys.HOME)
    browser.wait("return rumorsim.policy.settings.reaction === 0")
    browser.press("u")
    browser.wait("return rumorsim.policy.settings.reaction === null")
    assert slider.get_attribute("value") == "6"
    browser.wait("return rumorsim.pasts[1].reachFalse === arguments[0]", before[1])
    browser.order(do="policy", name="none")
    browser.wait("return document.querySelector('#policy-choice').value === 'none'")
    browser.press("u")
    browser.wait("return rumorsim.policy.entries.length === 1")
    assert browser.js("return document.querySelector('#policy-choice').value") != "none"


# -- looking back --------------------------------------------------------------------------------

STATE = "return rumorsim.pasts.map(p => [p.reachFalse, p.reachTrue, p.posts.length, [...p.slots]])"


def on_curve(browser: Browser, hours: float) -> tuple[float, float]:
    x, y = browser.js(
        "const c = rumorsim.chart, b = c.canvas.getBoundingClientRect();"
        "return [b.left + c.x(arguments[0]) / c.ratio, b.top + b.height / 2]",
        hours,
    )
    return x, y


def test_the_curve_is_dragged_to_look_back_and_the_present_is_come_back_to(
    page: Page, browser: Browser
) -> None:
    browser.go(page, scenario="the-list", seed=3, lang="en")
    browser.at(5.0)
    then = browser.js(STATE)
    browser.at(12.0)
    now = browser.js(STATE)
    points = browser.js("return rumorsim.chart.points.length")
    browser.drag(*(on_curve(browser, hour) for hour in (11.0, 9.0, 7.0, 5.5, 5.0)))
    browser.wait("return rumorsim.looking && Math.abs(rumorsim.now - 5) < 0.05")
    assert browser.js("return rumorsim.present") == 12.0
    browser.js("rumorsim.look(5)")
    browser.wait("return rumorsim.now === 5")
    assert browser.js(STATE) == then
    assert browser.js("return rumorsim.chart.points.length") == points, "the whole curve stays"
    assert "Looking back at Fri 12:00" in browser.text("#looking")
    assert "(Fri 19:00)" in browser.text("#look-return")
    assert all(each < "12:00" for each in browser.js(TIMES))

    browser.js("rumorsim.act({ verb: 'close', account: 1 })")
    browser.wait("return !document.querySelector('#alert').hidden")
    assert "This is the past." in browser.text("#alert")
    browser.press(Keys.ESCAPE)
    browser.wait("return !rumorsim.looking")
    assert browser.js(STATE) == now
    assert browser.js("return [rumorsim.now, rumorsim.policy.entries.length]") == [12.0, 1]
    assert not browser.js("return document.querySelector('#looking').checkVisibility()")


def test_going_on_from_an_earlier_time(page: Page, browser: Browser) -> None:
    browser.go(page, scenario="the-list", seed=3, lang="en")
    browser.at(12.0)
    end = browser.js(STATE)
    browser.js("rumorsim.look(5)")
    browser.wait("return rumorsim.looking")
    browser.click("#look-on")
    browser.wait("return !rumorsim.looking && rumorsim.present === 5")
    browser.js("rumorsim.act({ verb: 'close', account: 1 })")
    browser.wait(CLOSED, 1)
    browser.press("u")
    browser.wait("return rumorsim.policy.entries.length === 1")
    browser.at(12.0)
    assert browser.js(STATE) == end
    browser.js("rumorsim.look(7)")
    browser.wait("return rumorsim.looking")
    browser.press(Keys.SPACE)
    browser.wait("return rumorsim.playing && !rumorsim.looking && rumorsim.now > 7.1")
    browser.press(Keys.SPACE)


def test_looking_back_with_the_keyboard_and_after_the_end(page: Page, browser: Browser) -> None:
    browser.go(page, scenario="one-click", seed=6, lang="en")
    browser.at(24.0)
    browser.press(Keys.ESCAPE)
    browser.js("document.querySelector('#chart').focus()")
    browser.press(Keys.ARROW_LEFT, Keys.ARROW_LEFT)
    browser.wait("return rumorsim.looking && rumorsim.now === 23")
    assert not browser.js("return rumorsim.over")
    browser.press(Keys.HOME)
    browser.wait("return rumorsim.now === 0")
    assert browser.js("return rumorsim.pasts.map(p => p.posts.length)") == [0, 0]
    browser.press(Keys.END)
    browser.wait("return !rumorsim.looking && rumorsim.over")
    assert not browser.js("return document.querySelector('#reveal').open")


def test_a_click_on_the_curve_ahead_goes_on(page: Page, browser: Browser) -> None:
    browser.go(page, scenario="one-click", seed=6, lang="en")
    browser.at(3.0)
    browser.click_at(*on_curve(browser, 10.0))
    browser.wait("return !rumorsim.looking && Math.abs(rumorsim.present - 10) < 0.1")


# -- the news ------------------------------------------------------------------------------------

TIMES = "return [...document.querySelectorAll('#news time')].map(e => e.textContent)"
NEWS = (
    "return [...document.querySelectorAll('#news li')].map(e =>"
    " [e.querySelector('time').textContent, e.querySelector('.badge').className,"
    " e.lastChild.textContent, e.className])"
)


def test_what_happens_in_both_worlds_is_one_line(page: Page, browser: Browser) -> None:
    browser.go(page, scenario="the-list", seed=3, lang="en")
    browser.order(do="policy", name="none")
    browser.at(12.0)
    browser.wait("return rumorsim.policy.entries.length === 0")
    same = browser.js(NEWS)
    assert len(same) > 8
    assert {badge for _, badge, _, _ in same} == {"badge both"}
    told = [text for _, _, text, tone in same if tone == "milestone"]
    assert len(told) == len(set(told)) > 2
    browser.order(do="policy", name="filter the list")
    browser.wait("return rumorsim.policy.entries.length === 1")
    browser.at(12.0)
    apart = browser.js(NEWS)
    assert {badge for _, badge, _, _ in apart} >= {"badge left", "badge right"}
    for news in (same, apart):
        assert news == sorted(news, key=lambda line: line[0], reverse=True)
        lines = [(time, text) for time, _, text, _ in news]
        assert len(lines) == len(set(lines))


def test_the_news_says_of_whom_it_speaks(page: Page, browser: Browser) -> None:
    browser.go(page, scenario="the-list", seed=3, lang="en")
    browser.at(2.0)
    shared = [text for _, _, text, _ in browser.js(NEWS) if "shares" in text]
    assert shared
    for text in shared:
        assert re.fullmatch(r"#\d+ shares “[\w ]+” with (1 follower|[\d,]+ followers)", text)
    before = browser.js(NEWS)
    browser.press("l")
    assert len(browser.js(NEWS)) == len(before), "another language loses no news"
    assert "粉丝" in browser.js(NEWS)[0][2] or "账号" in browser.js(NEWS)[0][2]
    browser.press("l")


def test_numbers_say_which_way_they_went(page: Page, browser: Browser) -> None:
    browser.go(page, scenario="the-list", seed=3, lang="en")
    browser.at(8.0)
    left, right = browser.js("return rumorsim.pasts.map(p => p.reachTrue)")
    assert right > left, "here the policy helps the true story for a while"
    assert browser.text("#lost") == str(right - left)
    assert browser.text("#lost-words") == "more read a true story"
    assert browser.text("#averted-words") == "fewer heard the rumor"
    assert "-" not in browser.text(".tally")
    assert "−" not in browser.text(".tally")


# -- other seeds ---------------------------------------------------------------------------------

INKED = """
const c = document.querySelector(arguments[0]); const d = c.getContext('2d');
return d.getImageData(0, 0, c.width, c.height).data.filter((v, i) => i % 4 === 3 && v > 0).length
"""


def test_fifty_other_seeds_fill_a_histogram(page: Page, browser: Browser) -> None:
    browser.go(page, scenario="in-doubt", seed=7, lang="en")
    browser.js("rumorsim.on('replicates', told => (window.heard ??= []).push(told))")
    browser.press("f")
    browser.wait("return document.querySelector('#seeds').open")
    browser.wait("return document.querySelector('#seeds-start')")
    heard = browser.js("return heard")
    assert len(heard) > 40, "drawn while it runs"
    outcomes = heard[-1]["outcomes"]
    assert [seed for seed, *_ in outcomes] == list(range(8, 58))
    text = browser.text("#seeds")
    left = sum(each[1] for each in outcomes) / 50
    right = sum(each[2] for each in outcomes) / 50
    assert f"On average, {left:.0f} accounts heard the rumor without a policy" in text
    assert f"{right:.0f} with it: {left - right:.0f} fewer" in text
    low, high = heard[-1]["difference"][1:]
    if low is None:
        assert "95% interval" not in text and "too few runs for an interval" in text
    else:
        assert f"95% interval of the mean difference: {-high:.0f} to {-low:.0f} fewer." in text
    same = sum(each[1] == each[2] for each in outcomes)
    worse = sum(each[1] < each[2] for each in outcomes)
    if same + worse:
        assert f"did not help in {same + worse} of 50 runs" in text
    else:
        assert "in every run" in text
    for canvas in ("#seeds-reach", "#seeds-difference"):
        assert browser.js(INKED, canvas) > 3000

    link = browser.driver.find_element(By.CSS_SELECTOR, "#seeds-csv").get_attribute("href")
    path = "/" + str(link).split("/", 3)[3]
    rows = list(csv.reader(io.StringIO(page.get(path, Cookie=page.cookie).body.decode())))
    assert [[int(n) for n in row[:6]] for row in rows[1:]] == outcomes
    browser.press(Keys.ESCAPE)


def test_other_seeds_can_be_stopped_and_are_forgotten_with_the_policy(
    page: Page, browser: Browser
) -> None:
    browser.go(page, scenario="big-town", lang="en")
    browser.click("#open-seeds")
    browser.wait("return document.querySelector('progress').value >= 2")
    browser.click("#seeds-stop")
    browser.wait("return document.querySelector('#seeds-start')")
    done = browser.js("return document.querySelector('progress').value")
    assert 2 <= done < 50
    assert f"Stopped after {done:.0f} of 50 seeds." in browser.text("#seeds-sums")
    browser.press(Keys.ESCAPE)
    browser.order(do="act", verb="close", account=3)
    browser.wait(CLOSED, 3)
    browser.click("#open-seeds")
    assert "Your clicks are repeated" in browser.text("#seeds")
    browser.wait("return document.querySelector('progress').value >= 1")
    # Closing the window ends it: what nobody looks at need not be run.
    browser.js("rumorsim.on('replicates', told => { window.last = told.state; })")
    browser.press(Keys.ESCAPE)
    browser.wait("return window.last === 'stopped'")


# -- a class -------------------------------------------------------------------------------------


def fill(browser: Browser, hands: list[int]) -> None:
    if not browser.js("return document.querySelector('#collect').checked"):
        browser.click("#collect")
    for i, number in enumerate(hands):
        field = browser.driver.find_elements(By.CSS_SELECTOR, ".hands")[i]
        field.clear()
        field.send_keys(str(number))


def test_a_class_predicts_and_sees_what_came_of_it(page: Page, browser: Browser) -> None:
    browser.go(page, lang="en")
    browser.wait("return document.querySelector('#gallery').open")
    browser.click("#card-the-list")
    assert "Play without a prediction" in browser.text(".side .go")
    fill(browser, [3, 12, 7])
    browser.click("#card-too-late")
    assert [f.get_attribute("value") for f in executor_for(browser)] == ["", "", ""]
    browser.driver.refresh()
    browser.wait("return !!(window.rumorsim && rumorsim.frame)")
    browser.click("#open-gallery")
    browser.click("#card-the-list")
    assert [f.get_attribute("value") for f in executor_for(browser)] == ["3", "12", "7"], "kept"
    browser.click(".answers [role=radio]")
    assert browser.text(".side .go") == "Play"
    browser.click(".side .go")
    browser.wait("return rumorsim.world.name === 'the-list' && rumorsim.playing")
    browser.order(do="step", hours=24)
    browser.wait("return document.querySelector('#reveal').open")
    shown = browser.js(ANSWERS, "#reveal")
    assert [each["class"] for each in shown] == [
        "3 of 22 predicted this",
        "12 of 22 predicted this",
        "7 of 22 predicted this",
    ]
    widths = [each["width"] for each in shown]
    assert widths[1] > widths[2] > widths[0] > 0
    assert [("guessed" in each["name"], "came" in each["name"]) for each in shown].count(
        (False, False)
    ) < 3
    browser.click("#reveal .go")
    browser.wait("return document.querySelector('#seeds-start')")
    beside = browser.js(ANSWERS, "#seeds")
    assert [each["class"] for each in beside] == [each["class"] for each in shown]
    counts = [int(re.search(r"in (\d+) of 50 runs", each["notes"])[1]) for each in beside]  # type: ignore[index]
    assert sum(counts) == 50
    assert "your prediction" in beside[0]["notes"]
    browser.press(Keys.ESCAPE)
    browser.click("#open-gallery")
    browser.click("#clear-class")
    assert [f.get_attribute("value") for f in executor_for(browser)] == ["", "", ""]
    browser.click("#collect")
    assert executor_for(browser) == []
    browser.press(Keys.ESCAPE)


ANSWERS = """
return [...document.querySelectorAll(`${arguments[0]} .answers li`)].map(e => ({
  name: e.className, notes: e.querySelector('small').textContent,
  class: e.querySelector('.class-count')?.textContent ?? '',
  width: e.querySelector('.class-bar i')?.getBoundingClientRect().width ?? 0 }))
"""


def executor_for(browser: Browser) -> list[Any]:
    return browser.driver.find_elements(By.CSS_SELECTOR, ".hands")


def test_what_somebody_else_left_in_the_browsers_store_is_not_used(
    page: Page, browser: Browser
) -> None:
    for junk in ("{", "null", '{"hands":{"the-list":"x"},"collect":1}', '{"hands":null}'):
        browser.go(page, scenario="the-list", lang="en")
        browser.js("sessionStorage.setItem('rumorsim-class', arguments[0])", junk)
        browser.driver.refresh()
        browser.wait("return !!(window.rumorsim && rumorsim.frame)")
        browser.click("#open-gallery")
        assert executor_for(browser) == []
        browser.press(Keys.ESCAPE)
    browser.js("sessionStorage.clear()")


# -- the address ---------------------------------------------------------------------------------


def test_an_address_of_no_scenario_opens_the_gallery(page: Page, browser: Browser) -> None:
    browser.go(page, scenario="the-lost", seed=3, lang="en")
    browser.wait("return document.querySelector('#gallery').open")
    assert "There is no scenario called “the-lost”" in browser.text("#gallery .faults")
    assert browser.js("return rumorsim.world.name") == "one-click", "the stage is not empty"
    assert browser.js("return rumorsim.pasts.length") == 2
    assert "scenario=one-click" in browser.js("return location.hash")
    browser.click("#card-too-late")
    browser.click(".side .go")
    browser.wait("return rumorsim.world.name === 'too-late' && rumorsim.playing")
    browser.press(Keys.SPACE)
    browser.js("location.hash = '#scenario=nowhere'")
    browser.wait("return document.querySelector('#gallery').open")
    assert browser.js("return rumorsim.world.name") == "too-late"
    browser.press(Keys.ESCAPE)


@pytest.mark.parametrize("seed", ["-1", "1.5", "abc", "1e3", "99999999999999999999"])
def test_an_address_with_no_seed_says_so(page: Page, browser: Browser, seed: str) -> None:
    browser.go(page, scenario="the-list", seed=seed, lang="en")
    browser.wait("return document.querySelector('#gallery').open")
    assert f"“{seed}” is not a seed" in browser.text("#gallery .faults")
    assert browser.js("return [rumorsim.world.name, rumorsim.world.seed]") == [
        "the-list",
        3,
    ]
    browser.press(Keys.ESCAPE)


def test_the_curve_is_among_what_can_be_saved(page: Page, browser: Browser) -> None:
    browser.go(page, scenario="the-list", seed=3, lang="en")
    browser.at(8.0)
    browser.press("s")
    link = browser.driver.find_element(By.CSS_SELECTOR, "#get-curve\\.csv").get_attribute("href")
    path = "/" + str(link).split("/", 3)[3]
    body = page.get(path, Cookie=page.cookie).body.decode()
    last = list(csv.DictReader(io.StringIO(body)))[-1]
    reach = browser.js("return rumorsim.pasts.map(p => p.reachFalse)")
    assert [int(last[f"{w}_policy_heard_rumor"]) for w in ("no", "with")] == reach
    browser.press(Keys.ESCAPE)
