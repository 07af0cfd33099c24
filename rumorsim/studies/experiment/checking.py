"""Whether an experiment has anything to compare, before the first run is made."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from rumorsim.common.errors import Fault, InputError
from rumorsim.common.plurals import counted
from rumorsim.events.treatment import Treatment
from rumorsim.scenario import Scenario
from rumorsim.scenario.inputs import build_graph
from rumorsim.world.arms import lay_out_arms
from rumorsim.world.reserve import Reserve
from rumorsim.world.settings.arms import Arms

#: Periods of a switchback, at least: two with treatment and two without.
_PERIODS: Final = 4
#: And at most (assumption: a year by the hour).
_MOST_PERIODS: Final = 10_000
#: Units in either arm, at least: of fewer nobody knows how they vary.
_UNITS: Final = 2


def check_arms(scenario: Scenario, seed: int) -> None:
    """InputError where a scenario's arms leave nothing to compare in the world of ``seed``."""
    arms = scenario.arms
    assert arms is not None
    too_many = _too_many(arms, scenario.horizon)
    if too_many is not None:
        raise InputError(too_many)
    graph, attributes = build_graph(scenario, seed)
    nobody_returns = Reserve(np.arange(graph.accounts, dtype=np.int32), {})
    given = (arms, graph, seed, {**graph.attributes, **attributes}, scenario.horizon)
    fault = _fault(arms, lay_out_arms(*given, nobody_returns), scenario.horizon)
    if fault is not None:
        raise InputError(fault)


def _too_many(arms: Arms, horizon: float) -> Fault | None:
    """Periods are counted for each account: more than anybody would look at would fill memory."""
    key, period = ("switch", arms.switch) if arms.switch is not None else ("every", arms.every)
    if period is None or horizon / period <= _MOST_PERIODS:
        return None
    rule = f"gives {math.ceil(horizon / period):,} periods; at most {_MOST_PERIODS:,} are counted"
    return Fault(rule, key=f"arms.{key}", value=f"{period:g} h", advice="make it longer")


def _fault(arms: Arms, laid: Treatment, horizon: float) -> Fault | None:
    ever = np.isfinite(laid.begins)
    units = len(np.unique(laid.unit[laid.unit >= 0]))
    treated = len(np.unique(laid.unit[ever]))
    if arms.top is not None:
        if not ever.all():
            return None
        rule = f"is everybody: there are {counted(len(ever), 'account')}"
        return Fault(rule, key="arms.top", value=f"{arms.top:,}", advice="treat fewer")
    if arms.switch is not None:
        periods = int((horizon - arms.start) / arms.switch)
        if periods >= _PERIODS:
            return None
        rule = f"gives {counted(periods, 'whole period')}; {_PERIODS} are the least"
        return Fault(rule, key="arms.switch", value=f"{arms.switch:g} h", advice="make it shorter")
    last = arms.start + (arms.stages - 1) * (arms.every or 0.0)
    if last >= horizon:
        rule = f"puts the last of {arms.stages:,} stages at {last:g} h, after the horizon"
        advice = "make it shorter, or the stages fewer"
        return Fault(rule, key="arms.every", value=f"{arms.every:g} h", advice=advice)
    if treated == units and arms.stages == 1:
        if arms.start > 0:
            return None
        rule = "everybody is treated all the time, so that there is nothing to compare with"
        advice = "treat a part, switch on and off (arms.switch), or begin later (arms.start)"
        return Fault(rule, key="arms", advice=advice)
    if min(treated, units - treated if arms.stages == 1 else treated) >= _UNITS:
        return None
    found = f"treats {treated:,} of {counted(units, 'unit')}"
    rule = f"{found}, and at least {_UNITS} must be treated and {_UNITS} not"
    advice = {"community": "raise arms.resolution for smaller communities"}.get(
        arms.by, "choose another share, or smaller units"
    )
    return Fault(rule, key="arms.share", value=f"{arms.share:g}", advice=advice)
