"""What `check` says of the delay from delivery to read, held against worlds that are run.

One post comes to 3,000 readers. Of those who read it, a part of 0.1, 0.5 and 0.9 must have done
so by the delays that are said, and as many never as is said: binomial tests at ALARM. The
reference engine walks through every check-in, so it runs half a day of regular readers.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest
from scipy import stats

from rumorsim import Kind, loads
from rumorsim.scenario.delays import SHOWN, ReadingDelay, delay_words, reading_delays
from rumorsim.scenario.estimates import expectations
from rumorsim.scenario.fields import ScenarioFields
from rumorsim.scenario.inputs import build_graph
from rumorsim.simulation.simulation import Simulation
from rumorsim.world.world import build_world

ALARM = 1e-4
READERS = 3_000
FEEDS = {
    "default": "",
    "attention": 'attention = 20\nbackground = "100 per day"',
    "no background": "attention = 20",
    "background alone": 'background = "100 per day"',
    "alike": 'attention = 3\nbackground = "4 per h"\n'
    'check_ins = { mean = "2 per h", shape = "alike" }',
    "delay": 'reading = "delay"',
}


def scenario(feed: str, extra: str = "") -> ScenarioFields:
    # Nearly all have read it by the end of the century, or of half a day where they are regular.
    horizon = "12 h" if "alike" in feed else "36_000 d"

    return loads(
        f"""
horizon = "{horizon}"
measures = ["reach"]
[graph]
kind = "star"
accounts = {READERS + 1}
[feed]
{feed}
[[stories]]
name = "post"
truth = false
appeal = 0.0
author = {{ ids = [0] }}
{extra}
"""
    )


def said(told: ScenarioFields) -> list[ReadingDelay]:
    graph, attributes = build_graph(told)
    return reading_delays(told, build_world(told, graph, 1, attributes=attributes))


@lru_cache
def observed(feed: str, engine: str) -> np.ndarray:
    """Delays of the first reads, in hours."""
    told = scenario(FEEDS[feed])
    return Simulation(told, engine=engine).advance(told.horizon).only(Kind.EXPOSE).time


def p_values(delays: np.ndarray, expected: ReadingDelay) -> list[float]:
    """Of the part never read, and of the parts read by each quantile."""
    read = len(delays)
    tests = [stats.binomtest(READERS - read, READERS, expected.unread)]
    for part, hours in zip(SHOWN, expected.quantiles, strict=True):
        tests.append(stats.binomtest(int((delays <= hours).sum()), read, part))
    return [test.pvalue for test in tests]


@pytest.mark.parametrize(
    ("feed", "engine"), [*((feed, "fast") for feed in FEEDS), ("alike", "reference")]
)
def test_delays_are_those_of_a_run(feed: str, engine: str) -> None:
    (expected,) = said(scenario(FEEDS[feed]))
    delays = observed(feed, engine)
    if expected.unread == 0:
        assert len(delays) > READERS * 0.98
        delays = np.pad(delays, (0, READERS - len(delays)), constant_values=np.inf)
    assert min(p_values(delays, expected)) > ALARM


def test_the_law_without_attention_is_refused_with_it() -> None:
    """Negative control: attention and background do matter, and so does which of them."""
    (free,) = said(scenario(FEEDS["default"]))
    (cut,) = said(scenario(FEEDS["attention"]))
    assert min(p_values(observed("attention", "fast"), free)) < ALARM
    assert min(p_values(observed("attention", "fast"), cut._replace(quantiles=free.own))) < ALARM
    assert min(p_values(observed("default", "fast"), cut)) < ALARM
    twice = said(scenario(FEEDS["attention"].replace("100", "200")))[0]
    assert min(p_values(observed("attention", "fast"), twice)) < ALARM


def test_the_default_feed_has_the_law_that_was_fitted() -> None:
    """Lomax with shape 0.468 and scale 773 s, as delay reading has it."""
    (default,) = said(scenario(""))
    (lomax,) = said(scenario('reading = "delay"'))
    assert default.unread == 0
    assert default.quantiles == pytest.approx(lomax.quantiles, rel=0.01)
    assert lomax.quantiles == pytest.approx(
        [773 / 3600 * ((1 - part) ** (-1 / 0.468) - 1) for part in SHOWN]
    )


PLATFORMS = """
[platforms.slow]
check_ins = 0.5
[platforms.fast]
check_ins = 2.0
[platforms.empty]
"""


def test_platforms_and_kinds_have_rates_of_their_own() -> None:
    told = scenario("", PLATFORMS).with_({"graph": {"kind": "complete", "accounts": 40}})
    graph, attributes = build_graph(told)
    attributes = {**attributes, "platform": np.array(["slow", "fast"] * 20)}
    world = build_world(told, graph, 1, attributes=attributes)
    slow, fast = reading_delays(told, world)
    assert (slow.platform, fast.platform) == ("slow", "fast")
    assert slow.quantiles == pytest.approx([4 * hours for hours in fast.quantiles])
    assert "#   slow: q10 6.5 min, q50 87.5 min" in "\n".join(delay_words(told, world))
    own = {**attributes, "check_ins": np.full(40, 24.0)}
    world = build_world(told, graph, 1, attributes=own)
    # By the file once an hour, everybody alike: an exponential law, at half the rate.
    assert reading_delays(told, world)[0].quantiles == pytest.approx(
        [-2 * np.log(1 - part) for part in SHOWN], rel=1e-6
    )


def test_check_says_the_delays_and_warns_where_attention_cuts_them() -> None:
    plain = expectations(scenario(""))
    assert "#   q10 3.25 min, q50 43.7 min, q90 29.1 h; never read 0 %" in plain
    assert "warning" not in plain and "on top" not in plain
    cut = expectations(scenario(FEEDS["attention"]))
    assert "#   q10 2.4 min, q50 23.4 min, q90 2.42 h; never read 23.2 %" in cut
    assert "the stories' own posts come" in cut
    for fault in (
        "feed.attention = 20: leaves 23.2 % of deliveries unread; ",
        "feed.attention = 20: cuts the q90 of delays from 29.1 h to 2.42 h; ",
    ):
        assert f'# warning: {fault}"unlimited" keeps the law of check-ins' in cut
    # Little is lost of what regular readers get.
    mild = expectations(scenario(FEEDS["alike"].replace("attention = 3", "attention = 40")))
    assert "Attention 40" in mild and "warning" not in mild


def test_who_never_opens_the_app_has_no_delay() -> None:
    never = scenario('check_ins = { mean = "0 per h" }')
    (delay,) = said(never)
    assert delay.unread == 1 and np.isnan(delay.quantiles).all()
    assert "#   never read 100 %" in expectations(never)
