"""The live page fits: on a projector, a laptop, a tablet and a phone, in both languages."""

from __future__ import annotations

import re

import pytest
from live_browser import Browser
from live_page import Page
from selenium.webdriver.common.keys import Keys

pytest_plugins = ["live_fixtures"]

DIALOGS = ("gallery", "seeds", "share", "help", "catalogue")
#: What people press and read: each must be on the screen, whole.
OUT = """
const all = 'button, input, select, canvas, h1, h2, .tally b, .tally dt, .legend li, .stories li'
const seen = e => e.checkVisibility() && !e.closest('dialog') && !e.closest('.hidden');
const wide = document.documentElement.clientWidth;
return [...document.querySelectorAll(all)].filter(seen).filter(e => {
  const b = e.getBoundingClientRect();
  if (!b.width || e.closest('.pane, .trending')) return false;
  const low = arguments[0] ? Infinity : innerHeight;
  return b.right > wide + 1 || b.left < -1 || b.bottom > low + 1 || b.top < -1 - scrollY;
}).map(e => e.outerHTML.slice(0, 80))
"""
#: Pieces of text that lie on one another.
COLLIDING = """
const boxes = [...document.querySelectorAll(
  '.headline h1, .top-buttons button, .world-head h2, .world-head .count, .stories li,'
  + '.tally > div, .tabs button, .transport .buttons, .clock, .speed, .seed, .search,'
  + '.legend li, .curve, .sky')]
  .filter(e => e.checkVisibility()).map(e => [e, e.getBoundingClientRect()]);
const found = [];
for (const [i, [a, p]] of boxes.entries()) for (const [b, q] of boxes.slice(i + 1)) {
  // The controls lie over what is scrolled under them.
  const fixed = e => arguments[0] && !!e.closest('.transport');
  if (a.contains(b) || b.contains(a) || fixed(a) !== fixed(b)) continue;
  const [x, y] = [Math.min(p.right, q.right) - Math.max(p.left, q.left),
    Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top)];
  if (x > 1.5 && y > 1.5) found.push([a.id || a.className || a.tagName, b.id || b.className]);
}
return found
"""


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    ("width", "height"), [(1280, 720), (1366, 768), (1024, 768), (820, 1180), (1920, 1080)]
)
def test_nothing_is_cut_off_or_lies_on_something_else(
    page: Page, browser: Browser, width: int, height: int, lang: str
) -> None:
    browser.size(width, height)
    for scenario in ("the-list", "one-click"):
        browser.go(page, scenario=scenario, seed=3, lang=lang)
        browser.at(8.0)
        assert browser.js(OUT, False) == []
        assert browser.js(COLLIDING, False) == []


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [390, 360])
def test_a_phone_shows_one_column_and_nothing_beside_it(
    page: Page, browser: Browser, width: int, lang: str
) -> None:
    browser.size(width, 844, phone=True)
    for scenario in ("the-list", "word-of-truth"):
        browser.go(page, scenario=scenario, seed=3, lang=lang)
        browser.at(8.0)
        assert (
            browser.js("return [innerWidth, document.documentElement.scrollWidth]") == [width] * 2
        )
        assert browser.js(OUT, True) == []
        assert browser.js(COLLIDING, True) == []
        transport = browser.js(
            "return document.querySelector('#play').getBoundingClientRect().bottom"
        )
        assert transport < 844, "the controls are always in reach"
        browser.js("scrollTo(0, document.documentElement.scrollHeight)")
        ends = browser.js(
            "const t = document.querySelector('.transport').getBoundingClientRect();"
            "const last = document.documentElement.scrollHeight - scrollY;"
            "return [t.top > 0, Math.round(t.bottom), last]"
        )
        assert ends == [True, 844, 844], "the page ends with its controls, not with a blank"


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(("width", "height"), [(1280, 720), (390, 844)])
def test_every_dialog_is_on_the_screen(
    page: Page, browser: Browser, width: int, height: int, lang: str
) -> None:
    browser.size(width, height, phone=width < 600)
    browser.go(page, scenario="the-list", seed=3, lang=lang)
    for name in DIALOGS:
        browser.js("document.getElementById(`open-${arguments[0]}`).click()", name)
        browser.wait("return document.getElementById(arguments[0]).open", name)
        browser.wait("return !!document.querySelector('dialog[open] h2')")
        box = browser.js(
            "const d = document.querySelector('dialog[open]'), b = d.getBoundingClientRect();"
            "return [b.left, b.top, innerWidth - b.right, innerHeight - b.bottom,"
            " d.clientWidth - d.scrollWidth]"
        )
        assert min(box) >= 0, (name, box)
        if name == "seeds":
            browser.wait("return !!document.querySelector('#seeds-start')")
        browser.js("document.querySelector('dialog[open]').close()")


def test_panes_show_what_they_hold_on_a_small_projector(page: Page, browser: Browser) -> None:
    browser.go(page, scenario="the-list", seed=3, lang="en")
    browser.at(8.0)
    whole = (
        "const p = document.querySelector('.panes').getBoundingClientRect();"
        "return [...document.querySelectorAll(arguments[0])].filter(e => {"
        " const b = e.getBoundingClientRect();"
        " return b.top >= p.top - 1 && b.bottom <= p.bottom + 1; }).length"
    )
    assert browser.js(whole, "#news li") >= 6
    browser.press("w")
    assert browser.js(whole, "#whatif .slider") == 4
    assert browser.js(whole, "#whatif button") == 1
    browser.press("p")
    for account in range(12):
        browser.order(do="act", verb="close", account=account)
    browser.wait("return rumorsim.policy.entries.length === 13")
    assert browser.js(whole, "#open-catalogue, #undo") == 2
    scrolls = "const s = document.querySelector('#script'); return s.scrollHeight > s.clientHeight"
    assert browser.js(scrolls)
    browser.js("document.querySelector('#script li:last-child').scrollIntoView()")
    assert browser.js(whole, "#script li:last-child") == 1


@pytest.mark.parametrize("size", [(1280, 720, False), (390, 844, True)])
def test_the_tip_covers_neither_the_tools_nor_what_it_is_about(
    page: Page, browser: Browser, size: tuple[int, int, bool]
) -> None:
    browser.size(*size)
    browser.go(page, scenario="the-list", seed=3, lang="en")
    browser.at(8.0)
    if size[2]:
        browser.js("document.querySelector('#right').scrollIntoView()")
    covered = browser.js(
        """
        const sky = rumorsim.skies[1], tip = document.querySelector('#tip');
        const tools = document.querySelector('.tools').getBoundingClientRect();
        const move = (x, y) => sky.top.dispatchEvent(
          new PointerEvent('pointermove', { clientX: x, clientY: y, pointerType: 'mouse' }));
        const found = []; let shown = 0;
        for (let i = 0; i < rumorsim.world.accounts; i += 7) {
          const [x, y] = sky.spot(i);
          move(x, y);
          if (tip.hidden) continue;
          shown += 1;
          const b = tip.getBoundingClientRect();
          const over = (l, t, r, d) => b.left < r && b.right > l && b.top < d && b.bottom > t;
          if (over(x - 2, y - 2, x + 2, y + 2) || b.right > innerWidth || b.bottom > innerHeight
            || over(tools.left, tools.top, tools.right, tools.bottom)) found.push(i);
        }
        return [shown, found]
        """
    )
    assert covered[0] > 100
    assert covered[1] == []


def test_a_finger_is_asked_before_it_acts(page: Page, browser: Browser) -> None:
    browser.size(390, 844, phone=True)
    browser.go(page, scenario="one-click", seed=6, lang="en")
    browser.at(2.0)
    browser.js("document.querySelector('#right').scrollIntoView()")
    browser.js("document.querySelector('.tools .close').click()")
    account = browser.js("return rumorsim.pasts[1].posts[0].author")
    browser.tap(*browser.js("return rumorsim.skies[1].spot(arguments[0])", account))
    browser.wait("return document.querySelector('#account').open")
    assert browser.js("return [...rumorsim.pasts[1].marks].some(m => m & 32)") is False
    browser.js("document.querySelector('#account .close').click()")
    browser.wait("return [...rumorsim.pasts[1].marks].some(m => m & 32)")
    browser.js("document.querySelector('#notice-undo').click()")
    browser.wait("return ![...rumorsim.pasts[1].marks].some(m => m & 32)")


def test_a_finger_on_the_curve_looks_back(page: Page, browser: Browser) -> None:
    browser.size(390, 844, phone=True)
    browser.go(page, scenario="the-list", seed=3, lang="en")
    browser.at(12.0)
    browser.js("document.querySelector('.curve').scrollIntoView({ block: 'center' })")
    x, y = browser.js(
        "const c = rumorsim.chart, b = c.canvas.getBoundingClientRect();"
        "return [b.left + c.x(6) / c.ratio, b.top + b.height / 2]"
    )
    browser.tap(x, y)
    browser.wait("return rumorsim.looking && Math.abs(rumorsim.now - 6) < 0.3")
    assert browser.js("return document.querySelector('#look-return').checkVisibility()")
    browser.js("document.querySelector('#look-return').click()")
    browser.wait("return !rumorsim.looking && rumorsim.now === 12")


def test_the_way_past_the_top_moves_nothing(page: Page, browser: Browser) -> None:
    browser.go(page, scenario="the-list", seed=3, lang="en")
    before = browser.js(
        "return document.querySelector('#right-sky').getBoundingClientRect().toJSON()"
    )
    browser.js("document.querySelector('.skip').focus()")
    after = browser.js(
        "return document.querySelector('#right-sky').getBoundingClientRect().toJSON()"
    )
    assert after == before


def test_a_window_with_no_room_is_survived(page: Page, browser: Browser) -> None:
    browser.go(page, scenario="the-list", seed=3, lang="en")
    browser.size(700, 120)
    browser.at(3.0)
    browser.size(1280, 720)
    painted = browser.js("return rumorsim.painted")
    browser.wait("return rumorsim.painted > arguments[0] + 5", painted)


#: Words of other languages, of files and of programs.
FOREIGN = {"rumorsim", "compare", "NDJSON", "TOML", "Space", "Enter", "Esc", "http", "scenario"}


def test_chinese_has_no_english_left_in_any_dialog(page: Page, browser: Browser) -> None:
    browser.go(page, scenario="the-list", seed=3, lang="zh")
    browser.at(8.0)
    for name in ("", *DIALOGS):
        if name:
            browser.js("document.getElementById(`open-${arguments[0]}`).click()", name)
            browser.wait("return !!document.querySelector('dialog[open] h2')")
        kinds = 1
        if name == "catalogue":
            kinds = browser.js("return document.querySelectorAll('.kinds button').length")
        for kind in range(kinds):
            if name == "catalogue":
                browser.js("document.querySelectorAll('.kinds button')[arguments[0]].click()", kind)
                browser.js("document.querySelectorAll('details').forEach(d => { d.open = true; })")
            text = browser.text("dialog[open]" if name else "body")
            words = set(re.findall(r"[A-Za-z]{4,}", text)) - FOREIGN
            # Names of fields of scenario files, and of the authors of what is measured.
            said = {each for each in words if not re.search(rf"[\\w.-]*{each}", CODES)}
            assert said == set(), (name, kind, sorted(said))
        if name:
            if name == "seeds":
                browser.wait("return !!document.querySelector('#seeds-start')")
            browser.press(Keys.ESCAPE)


CODES = (
    "whom.categories guilty_kinds judge kind duration delete Bak-Coleman Slaughter Offer-Westort"
)
