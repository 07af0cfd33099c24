"""Background against a closed form: what pushes a post out of the feed, at which rate.

Of two Poisson processes, background at rate b and check-ins at rate c, the first A points
are all background with probability (b / (b + c)) ** A: then the post is missed for good.
A binomial test at ALARM fails a true model that often; seeds are fixed.
"""

from __future__ import annotations

import pytest
from scipy import stats

from rumorsim import Kind, loads
from rumorsim.simulation.simulation import Simulation

ALARM = 1e-3
READERS = 2_000


def exposed(engine: str, background: float, attention: int) -> int:
    """Readers of the one post of a star's centre."""
    told = loads(
        f"""
horizon = "12 h"
measures = ["reach"]
[graph]
kind = "star"
accounts = {READERS + 1}
[feed]
attention = {attention}
background = "{background!r} per h"
check_ins = {{ mean = "1 per h", shape = "alike" }}
[[stories]]
name = "post"
truth = false
appeal = 0.0
author = {{ ids = [0] }}
"""
    )
    return len(Simulation(told, engine=engine).advance(told.horizon).only(Kind.EXPOSE))


def p_value(found: int, background: float, attention: int) -> float:
    missed = (background / (background + 1.0)) ** attention
    return float(stats.binomtest(found, READERS, 1 - missed).pvalue)


@pytest.mark.parametrize("engine", ["fast", "reference"])
@pytest.mark.parametrize(("background", "attention"), [(2.0, 3), (4.0, 1), (10.0, 8)])
def test_background_pushes_posts_out(engine: str, background: float, attention: int) -> None:
    assert p_value(exposed(engine, background, attention), background, attention) > ALARM


def test_half_the_background_or_one_place_more_is_refused() -> None:
    """Negative control."""
    assert p_value(exposed("fast", 1.0, 3), 2.0, 3) < ALARM
    assert p_value(exposed("fast", 2.0, 4), 2.0, 3) < ALARM
