"""The live page end to end, in headless Chromium: what a person does and sees."""

from __future__ import annotations

import itertools
import json
import time
from pathlib import Path

import numpy as np
import pytest
from live_browser import Browser, strangers
from live_page import Page, page_running
from selenium.webdriver.common.keys import Keys

from rumorsim import load, run
from rumorsim.web.gallery import GALLERY
from rumorsim.web.script import NAME

pytest_plugins = ["live_fixtures"]

CLOSED = 32
TWO_LISTS = """
horizon = "1 d"
seed = 3
[platforms.weibo]
preset = "weibo"
accounts = 300
trending = { slots = 4, pinned = 1, refresh = "20 min" }
[platforms.douyin]
preset = "douyin"
accounts = 200
trending = { slots = 3, refresh = "20 min", topics = "0 per h" }
[[stories]]
name = "a"
truth = false
appeal = 0.1
author = { random = 20 }
at = ["1 h"]
[[stories]]
name = "b"
truth = true
appeal = 0.1
author = { random = 20 }
at = ["1 h"]
[[policies]]
name = "pin"
[[policies.interventions]]
kind = "promote"
when = { at = ["3 h"] }
whom = { stories = ["b"] }
"""
#: The author of the first post, and where it is on the right-hand world.
AUTHOR = "const a = rumorsim.pasts[1].posts[0].author; return [a, ...rumorsim.skies[1].spot(a)]"


def events_of(page: Page, browser: Browser, side: str) -> list[dict[str, object]]:
    session = browser.js("return rumorsim.world.session")
    body = page.get(f"/download/{session}/{side}.ndjson", Cookie=page.cookie).body
    return [json.loads(line) for line in body.splitlines()[1:-1]]


# -- watching and acting ----------------------------------------------------------------------


def test_the_gallery_asks_and_play_begins(page: Page, browser: Browser) -> None:
    browser.go(page, lang="en")
    browser.wait("return document.querySelector('#gallery').open")
    assert len(browser.driver.find_elements("css selector", ".card")) == len(GALLERY)
    browser.click("#card-too-late")
    browser.click(".answers button:nth-child(2)")
    browser.click(".side .go")
    browser.wait("return rumorsim.world.name === 'too-late' && rumorsim.playing")
    browser.wait("return rumorsim.now > 1")
    assert browser.text("#title") == "Six hours"
    browser.order(do="pause")
    browser.at(29.99)
    browser.order(do="play")
    browser.wait("return document.querySelector('#reveal').open")
    assert "what happened" in browser.text("#reveal .came")
    assert "your prediction" in browser.text("#reveal .guessed")
    browser.press(Keys.ESCAPE)


def test_a_click_shows_whom_an_account_told_and_who_hangs_on_it(
    page: Page, browser: Browser
) -> None:
    browser.go(page, scenario="one-click", seed=6, lang="en")
    browser.at(6.0)
    browser.click(".tools .look")
    account, x, y = browser.js(AUTHOR)
    browser.click_at(x, y)
    browser.wait("return document.querySelector('#account').open")
    browser.wait("return rumorsim.skies[0].sparks.hung.length")
    hung = browser.js("return rumorsim.skies[0].sparks.hung")
    tree = browser.js("return rumorsim.pasts[0].tree(arguments[0])", account)
    told = set(tree[1::2])
    tellers = browser.js("return Array.from(rumorsim.pasts[0].tellerFalse)")
    assert tree and all(tellers[hearer] == teller for teller, hearer in batched(tree))
    # Whoever hangs on it had it from it; one author began it all here.
    assert set(hung) <= told and account not in hung
    assert f"{len(told):,} heard it from here" in browser.text("#account")
    assert f"{len(hung)} account" in browser.text("#account .hangs-0")
    assert browser.js("return rumorsim.skies[0].sparks.tree.length") == len(tree)
    browser.press(Keys.ESCAPE)
    browser.wait("return rumorsim.skies[0].sparks.tree.length === 0")


def batched(ties: list[int]) -> list[tuple[int, int]]:
    return list(zip(ties[::2], ties[1::2], strict=True))


def test_an_account_that_is_clicked_is_closed_on_the_right_alone(
    page: Page, browser: Browser, tmp_path: Path
) -> None:
    browser.go(page, scenario="one-click", seed=6, lang="en")
    browser.at(2.0)
    account, x, y = browser.js(AUTHOR)
    browser.click(".tools .close")
    browser.click_at(x, y)
    browser.wait("return rumorsim.pasts[1].marks[arguments[0]] & 32", account)
    assert not browser.js("return rumorsim.pasts[0].marks[arguments[0]] & 32", account)
    browser.order(do="speed", hours=12)
    browser.order(do="play")
    browser.wait("return rumorsim.over")
    left, right = (
        int(browser.text(f"#{side}-reach").replace(",", "")) for side in ("left", "right")
    )
    assert right < left
    assert int(browser.text("#averted").replace(",", "")) == left - right
    assert browser.text("#wrong") == "0"
    assert browser.text("#acts") == "1 action"

    mine, theirs = events_of(page, browser, "right"), events_of(page, browser, "left")
    moment = next(float(str(e["time"])) for e in mine if e["kind"] == "action")
    before = [[e for e in each if float(str(e["time"])) < moment] for each in (mine, theirs)]
    assert before[0] == before[1]
    assert len(before[0]) > 20
    assert mine != theirs
    assert len({e["account"] for e in theirs if e["kind"] == "expose" and e["story"] == 0}) == left

    session = browser.js("return rumorsim.world.session")
    file = tmp_path / "scenario.toml"
    file.write_bytes(page.get(f"/download/{session}/scenario.toml", Cookie=page.cookie).body)
    events = tmp_path / "again.ndjson"
    run(load(file), NAME, events=events, measures=())
    assert [json.loads(line) for line in events.read_text().splitlines()[1:-1]] == mine


def test_what_the_page_shows_is_what_happened(page: Page, browser: Browser) -> None:
    """The state of every account, worked out in the browser, against the events."""
    browser.go(page, scenario="in-doubt", seed=3, lang="en")
    browser.at(30.0)
    for side, name in enumerate(("left", "right")):
        marks = np.array(browser.js("return [...rumorsim.pasts[arguments[0]].marks]", side))
        events = events_of(page, browser, name)
        for kind, bit in (("expose", 1), ("share", 2)):
            who = {e["account"] for e in events if e["kind"] == kind and e["story"] == 0}
            assert who <= set(np.flatnonzero(marks & bit).tolist())
        verb = {e["account"] for e in events if e["kind"] == "action" and e["value"] == 2.0}
        assert verb == set(np.flatnonzero(marks & CLOSED).tolist())
        assert (side == 1) == bool(verb)


def test_choosing_in_the_dialog_and_deleting_a_post(page: Page, browser: Browser) -> None:
    browser.go(page, scenario="one-click", seed=6, lang="en")
    browser.at(1.0)
    _, x, y = browser.js(AUTHOR)
    browser.click(".tools .look")
    browser.click_at(x, y)
    browser.wait("return document.querySelector('#account').open")
    browser.click("#account .delete")
    browser.wait("return rumorsim.pasts[1].posts.some(p => p.gone)")
    assert not browser.js("return rumorsim.pasts[0].posts.some(p => p.gone)")
    assert browser.js("return rumorsim.policy.entries[0].intervention.kind") == "delete-posts"


def test_stories_can_be_kept_off_the_list_and_corrected(page: Page, browser: Browser) -> None:
    for scenario, button, kind in (
        ("the-list", "filter", "filter-trending"),
        ("word-of-truth", "correct", "correct"),
    ):
        browser.go(page, scenario=scenario, lang="en")
        browser.order(do="policy", name="none")
        browser.at(5.0)
        browser.click("#right-stories button")
        browser.click(f"#account .{button}")
        browser.wait("return rumorsim.policy.entries.length === 1")
        assert browser.js("return rumorsim.policy.entries[0].intervention.kind") == kind
        browser.at(browser.js("return rumorsim.world.horizon"))
        reach = browser.js("return rumorsim.pasts.map(p => p.reachFalse)")
        assert reach[1] < reach[0]


LIST = "return [...document.querySelectorAll('#{side}-trending {what}')].map(e => e.innerText)"


def listed(browser: Browser, side: str, what: str = "li") -> list[str]:
    """What is seen of one world's trending list: rank and story, slot by slot."""
    return [" ".join(text.split()) for text in browser.js(LIST.format(side=side, what=what))]


def seen_by_side(browser: Browser) -> list[list[str]]:
    return [listed(browser, side, "li > :last-child > [aria-hidden]") for side in ("left", "right")]


def test_the_trending_lists_are_seen_and_a_story_in_them_can_be_filtered_by_keyboard(
    page: Page, browser: Browser
) -> None:
    browser.go(page, scenario="the-list", seed=3, lang="en")
    browser.order(do="policy", name="none")
    browser.at(0.1)
    assert listed(browser, "left") == [f"{n} another topic" for n in range(1, 7)]
    browser.at(5.0)
    assert seen_by_side(browser)[0] == seen_by_side(browser)[1] == ["tap water", "school roof"]
    slots = browser.js("return [...rumorsim.pasts[0].slots]")
    assert [each >= 0 for each in slots] == [
        "topic" not in each for each in listed(browser, "left")
    ]
    roles = "return ['ol', 'li'].map(e => document.querySelectorAll(`#left-trending ${e}`).length)"
    assert browser.js(roles) == [1, 6]
    assert browser.driver.find_elements("css selector", "#left-trending button") == []
    assert browser.js("return document.querySelector('#right-trending').ariaLabel") == (
        "Trending list – With policy"
    )

    tab_to(browser, '#right-trending button[data-story="0"]')
    browser.js("window.rows = [...document.querySelectorAll('#right-trending li button')]")
    browser.press(Keys.ENTER)
    browser.wait("return document.querySelector('#account').open")
    assert "tap water" in browser.text("#account-title")
    tab_to(browser, "#account .filter")
    browser.press(Keys.ENTER)
    browser.wait("return ![...rumorsim.pasts[1].slots].includes(0)")
    assert seen_by_side(browser) == [["tap water", "school roof"], ["school roof"]]
    assert browser.js("return rows.map(row => row.isConnected)") == [False, True], "only what left"
    assert browser.js("return rumorsim.policy.entries[0].intervention.kind") == "filter-trending"

    browser.press("l")
    assert seen_by_side(browser) == [["自来水", "校舍屋顶"], ["校舍屋顶"]]
    assert listed(browser, "right")[0] in ("1 其他话题", "1 校舍屋顶 真消息：校舍屋顶")
    browser.go(page, scenario="one-click", lang="en")
    assert not browser.js("return document.querySelector('#left-trending').checkVisibility()")


def test_the_keyboard_stays_with_a_story_that_moves_on_the_list(
    page: Page, browser: Browser
) -> None:
    browser.go(page, scenario="the-list", seed=3, lang="en")
    browser.order(do="policy", name="none")
    browser.at(9.0)
    button = "#right-trending button"
    browser.wait("return !!document.querySelector(arguments[0])", button)
    browser.js("document.querySelector(arguments[0]).focus()", button)
    story = browser.js("return document.activeElement.dataset.story")
    moved = 0
    for hour in np.arange(9.5, 13.0, 0.5):
        before = browser.js("return [...rumorsim.pasts[1].slots]").index(int(story))
        browser.order(do="step", hours=0.5)
        browser.wait("return rumorsim.now >= arguments[0] - 1e-6", float(hour))
        assert browser.js("return document.activeElement.dataset.story") == story
        moved += browser.js("return [...rumorsim.pasts[1].slots]").index(int(story)) != before
    assert moved
    browser.order(do="act", verb="filter", story=int(story))
    browser.wait("return document.activeElement.id === 'right-trending'")


def test_several_lists_and_what_is_pinned(browser: Browser, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(TWO_LISTS, "utf-8")
    with page_running(str(own)) as page:
        browser.go(page, scenario="own", lang="en")
        browser.at(6.0)
        heads = ["weibo: trending list", "douyin: trending list"]
        assert listed(browser, "left", "h3") == heads
        left, right = listed(browser, "left"), listed(browser, "right")
        assert len(left) == len(right) == 8
        assert left[0] == "pinned another topic"
        assert right[0].startswith("pinned b")
        assert [each.split()[0] for each in left] == ["pinned", *"1234", *"123"]
        assert "empty" in left[-1], "no topics contend for it"
        assert "pinned" in browser.text("#right-stories")
        assert "pinned" not in browser.text("#left-stories")
        browser.driver.get("about:blank")


def test_what_cannot_be_is_told_in_the_readers_language(page: Page, browser: Browser) -> None:
    browser.go(page, scenario="one-click", lang="zh")
    browser.order(do="add", intervention={"kind": "close-accounts", "when": {"reports": 0}})
    browser.wait("return !document.querySelector('#alert').hidden")
    assert browser.text("#alert") == "何时 › 举报数 = 0：至少为 1"
    browser.order(do="add", intervention={"kind": "campaign", "end": {}})
    browser.wait("return document.querySelector('#alert').textContent.includes('数字加单位')")
    assert "英文说明" not in browser.text("#alert")
    # What no word has been found for is told in English, and that it is.
    browser.js("rumorsim.told({ type: 'fault', lines: ['is odd'], words: [null] })")
    assert browser.text("#alert") == "无法执行（英文说明）：is odd"
    browser.press("l")
    browser.order(do="act", verb="close", account=10**6)
    browser.wait(
        "return document.querySelector('#alert').textContent.includes('does not exist here')"
    )


def test_a_policy_is_built_from_the_catalogue(page: Page, browser: Browser) -> None:
    browser.go(page, scenario="too-late", seed=5, lang="en")
    browser.order(do="policy", name="none")
    browser.at(20.0)
    before = browser.js("return rumorsim.pasts.map(p => p.reachFalse)")
    browser.press("a")
    browser.wait("return document.querySelector('#catalogue form')")
    browser.click("#catalogue button.go")
    browser.wait("return rumorsim.policy.entries.length === 1")
    browser.wait("return !document.querySelector('#catalogue').open")
    browser.wait(f"return rumorsim.pasts[1].reachFalse < {before[1]}")
    assert browser.js("return rumorsim.pasts[0].reachFalse") == before[0]
    browser.press("p")
    browser.click("#script .drop")
    browser.wait("return rumorsim.policy.entries.length === 0")
    browser.wait("return rumorsim.pasts[0].reachFalse === rumorsim.pasts[1].reachFalse")


def test_a_form_that_cannot_be_is_told_so(page: Page, browser: Browser) -> None:
    browser.go(page, scenario="one-click", lang="en")
    browser.press("a")
    browser.wait("return document.querySelector('#catalogue form')")
    for field in browser.driver.find_elements("css selector", "#catalogue fieldset input")[:1]:
        field.send_keys("soon")
    browser.click("#catalogue button.go")
    browser.wait("return document.querySelector('.faults').textContent.length > 10")
    assert browser.js("return rumorsim.policy.entries.length") == 0
    browser.press(Keys.ESCAPE)


def test_sliders_begin_both_worlds_anew(page: Page, browser: Browser) -> None:
    browser.go(page, scenario="too-late", seed=5, lang="en")
    browser.at(20.0)
    before = browser.js("return rumorsim.pasts.map(p => p.reachFalse)")
    browser.press("w")
    slider = browser.driver.find_element("css selector", "#slider-reaction")
    assert slider.get_attribute("value") == "6", "it stands where the scenario has it"
    slider.send_keys(Keys.HOME)
    browser.wait("return rumorsim.pasts[1].reachFalse < arguments[0]", before[1])
    assert browser.js("return rumorsim.pasts[0].reachFalse") == before[0]


def test_the_address_is_the_world(page: Page, browser: Browser) -> None:
    browser.go(page, scenario="the-loud", seed=12, lang="en")
    browser.at(20.0)
    reach = browser.js("return rumorsim.pasts.map(p => p.reachFalse)")
    address = browser.js("return location.href")
    assert "scenario=the-loud" in address
    assert "seed=12" in address
    browser.driver.get("about:blank")
    browser.driver.get(address)
    browser.wait("return !!(window.rumorsim && rumorsim.frame)")
    browser.at(20.0)
    assert browser.js("return rumorsim.pasts.map(p => p.reachFalse)") == reach
    browser.driver.refresh()
    browser.wait("return !!(window.rumorsim && rumorsim.frame)")
    assert browser.js("return [rumorsim.world.name, rumorsim.world.seed]") == [
        "the-loud",
        12,
    ]


def test_zoom_search_and_who_told_whom(page: Page, browser: Browser) -> None:
    browser.go(page, scenario="too-late", seed=5, lang="en")
    browser.at(10.0)
    far = browser.js(
        "const p = rumorsim.pasts[1];"
        "for (let i = 0; i < p.accounts; i++) if (p.chain(i).length > 3) return i;"
    )
    browser.press("/", str(far), Keys.ENTER)
    browser.wait("return !document.querySelector('#tip').hidden")
    assert f"#{far}" in browser.text("#tip")
    assert "heard it from #" in browser.text("#tip")
    assert browser.js("return rumorsim.camera.zoom") >= 4
    chain = browser.js("return rumorsim.skies[1].sparks.chain")
    assert len(chain) > 3
    assert chain[-1] in browser.js(
        "return rumorsim.pasts[1].posts.filter(p => p.from < 0).map(p => p.author)"
    )
    browser.press("0")
    assert browser.js("return rumorsim.camera.zoom") == 1


# -- for everybody --------------------------------------------------------------------------------


def focused(browser: Browser) -> str:
    return str(
        browser.js("const a = document.activeElement; return a.id || a.className || a.tagName")
    )


def tab_to(browser: Browser, code: str) -> None:
    for _ in range(80):
        if browser.js(
            f"return !!document.activeElement && document.activeElement.matches('{code}')"
        ):
            return
        browser.press(Keys.TAB)
    raise AssertionError(f"the keyboard never comes to {code}")


def test_everything_can_be_done_with_the_keyboard(page: Page, browser: Browser) -> None:
    browser.go(page, lang="en")
    browser.wait("return document.querySelector('#gallery').open")
    tab_to(browser, ".answers button")
    browser.press(Keys.ENTER)
    assert browser.js("return document.activeElement.getAttribute('aria-checked')") == "true"
    tab_to(browser, ".side .go")
    browser.press(Keys.ENTER)
    browser.wait("return rumorsim.playing && rumorsim.now > 0.5")
    browser.js("document.activeElement.blur()")
    browser.press(Keys.SPACE)
    browser.wait("return !rumorsim.playing")
    now = browser.js("return rumorsim.now")
    browser.press(".")
    browser.wait("return rumorsim.now > arguments[0]", now)
    tab_to(browser, "#right-sky .pulses")
    outline = browser.js("return getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid", "where the keyboard is can be seen"
    browser.press("1", Keys.ARROW_RIGHT, Keys.ARROW_DOWN)
    account = browser.js("return rumorsim.skies[1].sparks.chosen")
    assert account >= 0
    browser.press(Keys.ENTER)
    browser.wait("return document.querySelector('#account').open")
    tab_to(browser, "#account .close")
    browser.press(Keys.ENTER)
    browser.wait("return rumorsim.pasts[1].marks[arguments[0]] & 32", account)
    tab_to(browser, "#right-sky .pulses")
    browser.press("2", Keys.ARROW_LEFT, Keys.ARROW_LEFT)
    other = browser.js("return rumorsim.skies[1].sparks.chosen")
    assert other not in (account, -1)
    browser.press(Keys.ENTER)
    browser.wait("return rumorsim.pasts[1].marks[arguments[0]] & 32", other)
    browser.press("r")
    browser.wait("return rumorsim.now === 0")
    browser.press("?")
    browser.wait("return document.querySelector('#help').open")
    browser.press(Keys.ESCAPE)
    browser.press("s")
    browser.wait("return document.querySelector('#share').open")
    browser.press(Keys.ESCAPE)


def test_every_control_has_a_name(page: Page, browser: Browser) -> None:
    for opening in ("", "open-gallery", "open-seeds", "open-share", "open-help", "open-catalogue"):
        browser.go(page, scenario="the-list", lang="en")
        if opening:
            browser.js("document.getElementById(arguments[0]).click()", opening)
            browser.wait("return !!document.querySelector('dialog[open] h2')")
        nameless = browser.js(
            "const all = 'button, a, input, select, canvas, dialog[open]';"
            "return [...document.querySelectorAll(all)]"
            ".filter(e => e.checkVisibility() && e.getAttribute('aria-hidden') !== 'true')"
            ".filter(e => !(e.getAttribute('aria-label') || e.textContent.trim() || e.title"
            " || e.labels?.length || e.getAttribute('aria-labelledby')))"
            ".map(e => e.outerHTML.slice(0, 80))"
        )
        assert nameless == []


def test_both_languages(page: Page, browser: Browser) -> None:
    browser.go(page, scenario="too-late", lang="en")
    assert browser.js("return document.documentElement.lang") == "en"
    english = browser.text("body")
    assert not any("一" <= c <= "鿿" for c in english)
    assert browser.text("#language") == "ZH"
    browser.click("#language")
    assert browser.js("return document.documentElement.lang") == "zh-Hans"
    assert browser.text("#title") == "六个小时"
    assert "lang=zh" in browser.js("return location.hash")
    chinese = browser.text("body")
    assert sum("一" <= c <= "鿿" for c in chinese) > 100
    assert browser.text("#language") == "EN"
    browser.press("l")
    assert browser.text("#title") == "Six hours"


def test_motion_is_reduced_for_those_who_ask(page: Page, browser: Browser) -> None:
    feature = {"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]}
    for wanted, moves in ((feature, False), ({"features": []}, True)):
        browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", wanted)
        browser.go(page, scenario="the-list", seed=3, lang="en")
        browser.js(
            "window.most = 0; const s = rumorsim.skies[0].sparks;"
            "const look = () => { most = Math.max(most, s.flying + s.rings.length); };"
            "setInterval(look, 10)"
        )
        browser.order(do="speed", hours=2)
        browser.order(do="play")
        browser.wait("return rumorsim.now > 8")
        assert (browser.js("return window.most") > 0) == moves


def test_names_are_text_and_never_markup(browser: Browser, tmp_path: Path) -> None:
    wicked = "<img src=x onerror=alert(1)>"
    (tmp_path / "follows.csv").write_text(
        "follower,followee\n" + "".join(f'"{wicked}{i}",star\n' for i in range(30)), "utf-8"
    )
    own = tmp_path / "own.toml"
    own.write_text(
        f'name = "{wicked}"\nhorizon = "1 d"\n[graph]\nkind = "file"\npath = "follows.csv"\n'
        'columns = "follower followee"\n[feed]\ncheck_ins = { mean = "2 per h", shape = "alike" }\n'
        f'[[stories]]\nname = "{wicked}"\ntruth = false\nappeal = 0.5\n'
        'author = { ids = ["star"] }\n',
        "utf-8",
    )
    with page_running(str(own)) as page:
        browser.go(page, scenario="own", lang="en")
        browser.at(20.0)
        assert browser.text("#title") == wicked
        browser.press("/", "onerror=alert(1)>7", Keys.ENTER)
        browser.wait("return !document.querySelector('#tip').hidden")
        assert wicked in browser.text("#tip")
        assert browser.js("return document.images.length") == 1, "the mark of the page itself"
        browser.driver.get("about:blank")


# -- how fast ----------------------------------------------------------------------------------


def test_the_page_can_be_used_within_two_seconds(browser: Browser) -> None:
    """On a machine that does nothing else: what the server waits for a processor is allowed for.

    The browser waits for one as well, so that the first of eight starts in time is enough.
    """
    taken: list[float] = []
    while len(taken) < 8 and min(taken, default=2.0) >= 2.0:
        with page_running() as page:
            browser.driver.get(f"{page.address}#scenario=one-click")
            browser.wait("return !!(window.rumorsim && rumorsim.frame)")
            taken.append((time.monotonic() - page.started) / page.slowness())
            browser.driver.get("about:blank")
    assert min(taken) < 2.0


#: Milliseconds of processor time that the page may take for a frame: 4 to 7 were seen, and
#: thirty frames a second leave 33.
FRAME_COST = 15.0


def test_five_thousand_accounts_at_thirty_frames_a_second(page: Page, browser: Browser) -> None:
    """In software rendering, both worlds playing.

    What a frame costs is the page's own; how many there are depends on what else the machine
    does, so that the first of eight windows of three seconds with enough of them is enough.
    """
    browser.go(page, scenario="big-town", lang="en")
    assert browser.js("return rumorsim.world.accounts") == 5000
    browser.order(do="rewind", to=4.0)
    browser.order(do="speed", hours=1.0)
    browser.order(do="play")
    browser.wait("return rumorsim.now > 4.5")
    rates = []
    while len(rates) < 8 and max(rates, default=0.0) < 30.0:
        rate, cost = browser.frames()
        assert browser.js("return rumorsim.playing")
        assert cost < FRAME_COST
        rates.append(rate)
    assert max(rates) >= 30.0


def test_the_frame_rate_check_can_fail(page: Page, browser: Browser) -> None:
    browser.go(page, scenario="one-click", lang="en")
    browser.js(
        "let sum = 0;"
        "const busy = () => { for (let i = 0; i < 8e7; i++) sum += Math.sqrt(i); };"
        "const late = () => { busy(); requestAnimationFrame(late); }; late()"
    )
    rate, cost = browser.frames()
    assert rate < 30.0
    assert cost > FRAME_COST
    browser.driver.get("about:blank")


def test_the_check_for_strangers_can_fail(page: Page, browser: Browser) -> None:
    browser.driver.get("about:blank")
    browser.requests()
    browser.js(
        "document.body.append(Object.assign(new Image(), { src: 'http://192.0.2.1/x.png' }))"
    )
    time.sleep(0.3)
    assert strangers(browser.requests()) == ["http://192.0.2.1/x.png"]
    browser.driver.get("about:blank")
    browser.complaints()
    browser.requests()


@pytest.mark.long
def test_memory_stays_flat_for_twenty_minutes(page: Page, browser: Browser) -> None:
    """One scenario after the other with clicks and rewinds; what is held after three minutes."""
    began, held = time.monotonic(), []
    for name in itertools.cycle(GALLERY):
        browser.go(page, scenario=name, lang="en")
        horizon = browser.js("return rumorsim.world.horizon")
        browser.order(do="speed", hours=horizon / 20)
        browser.order(do="play")
        for account in range(4):
            time.sleep(4)
            browser.order(do="act", verb="close", account=account)
            browser.order(do="rewind", to=horizon / 8)
        minutes = (time.monotonic() - began) / 60
        if minutes > 3:
            held.append((page.memory(), browser.memory()))
        if minutes > 20:
            break
    quarter = len(held) // 4
    for side, most in ((0, 25e6), (1, 1.5e6)):
        first, last = ([each[side] for each in part] for part in (held[:quarter], held[-quarter:]))
        assert np.median(last) - np.median(first) < most
