"""The preset `weibo-2012`: rumors and other posts in one scenario, and their posterior."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from rumorsim.common.csv_text import write_records
from rumorsim.common.files import json_text
from rumorsim.studies.calibrate.answer import Calibration
from rumorsim.studies.calibrate.inference import systematic
from rumorsim.studies.runner.posterior import CALIBRATION, DRAWS

PLACE = Path(__file__).resolve().parents[2] / "configs" / "calibrated"
NAME = "weibo-2012"
#: Draws of equal weight that are shipped.
COUNT = 200

SCENARIO = """\
# Weibo around 2012: rumors and other posts as calibrated to real cascades (CED, Song et al. 2018).
#   rumorsim compare weibo-2012 --posterior weibo-2012
# Numbers marked "fitted" are medians of the posterior in the folder of the same name, made by
# experiments/calibration/run.py --preset; with --posterior each world has a draw of its own.
name = "weibo-2012"
horizon = "14 d"

[graph]
kind = "power-law"
accounts = 30_000                 # assumption
mean_followers = 10               # assumption: only its product with the appeal acts on shares
follower_exponent = 2.6

[accounts]
receptivity = 1.0                 # assumption: the data do not tell it from the vigour of posts

[feed]
attention = "unlimited"           # so that the fitted law of delays is the effective one
background = "0 per day"
check_ins = {{ mean = {check_ins}, shape = {shape} }}  # fitted to delays of later generations

[[stories]]
name = "rumor"
truth = false
copies = 40
author = {{ kind = "celebrity" }}
{rumors}
[[stories]]
name = "other"
truth = true
copies = 40
author = {{ most_followed = 1 }}    # authors of other posts have 30 times the followers of rumors'
{others}
[[policies]]
name = "takedown at 4 h"          # of the rumors, by whoever knows which they are
[[policies.interventions]]
kind = "take-down-story"
when = {{ at = ["4 h"] }}
whom = {{ stories = ["rumor"] }}

[[policies]]
name = "takedown at 24 h"
[[policies.interventions]]
kind = "take-down-story"
when = {{ at = ["24 h"] }}
whom = {{ stories = ["rumor"] }}

[[policies]]
name = "slow what spreads"        # whatever it says
[[policies.interventions]]
kind = "circuit-breaker"
when = {{ shares = 100 }}
flow = 0.5
"""

STORY = """\
appeal = {appeal}                 # fitted, as all below
vigour = {vigour}
original = {original}
shares_across = {{ law = "lognormal", sigma = {vary} }}

[stories.visits]                  # by people who do not follow the author
mean = {visits}
sigma = 1.3                       # assumption: the data do not tell it from the vigour of posts
followers_exponent = {visitors}
delay = {{ law = "lognormal", median = {delay}, sigma = {delay_sigma} }}
"""


def write_preset(fits: Mapping[str, Calibration]) -> None:
    """Write scenario and posterior.

    Both kinds are drawn independently of one another; the timetables are those of the rumors.
    """
    folder = PLACE / NAME
    folder.mkdir(parents=True, exist_ok=True)
    rumors = _medians(fits["rumors"])
    text = SCENARIO.format(
        check_ins=rumors["check-ins"],
        shape=rumors["check-ins-shape"],
        **{kind: _story(_medians(found)) for kind, found in fits.items()},
    )
    (PLACE / f"{NAME}.toml").write_text(text, encoding="utf-8")
    parameters: list[dict[str, Any]] = []
    columns: dict[str, list[str]] = {}
    for place, (kind, found) in enumerate(fits.items()):
        which = _resampled(found, place)
        for i, each in enumerate(found.parameters):
            story = all(key.startswith("stories") for key in each.sets)
            name = f"{kind}-{each.name}" if story else each.name
            keys = [key.replace("stories[0]", f"stories[{place}]") for key in each.sets]
            parameters.append({**found.as_dict()["parameters"][i], "name": name, "keys": keys})
            columns[name] = [json.dumps(found.values[row][i]) for row in which]
    rows = [
        {"draw": i, "weight": 1 / COUNT, **{name: column[i] for name, column in columns.items()}}
        for i in range(COUNT)
    ]
    write_records(folder / DRAWS, rows)
    said = {"name": NAME, "parameters": parameters}
    (folder / CALIBRATION).write_text(json_text(said), encoding="utf-8")


def _resampled(found: Calibration, place: int) -> list[int]:
    """Numbers of draws, each as often as its weight says, in an order of its own."""
    which = systematic(found.weights, COUNT)
    order: list[int] = np.random.default_rng(place).permutation(which).tolist()
    return order


def _medians(found: Calibration) -> dict[str, str]:
    """Medians of the posterior as they are written in a file, to three digits."""
    said = {}
    for name in found.names:
        middle = found.quantiles(name)[1]
        if isinstance(middle, str):
            number, _, unit = middle.partition(" ")
            said[name] = f'"{float(number):.3g} {unit}"'
        else:
            said[name] = f"{float(f'{middle:.3g}'):g}"
    return said


def _story(medians: Mapping[str, str]) -> str:
    return STORY.format(
        appeal=medians["appeal"],
        vigour=medians["vigour"],
        original=medians["original"],
        vary=medians["shares-vary"],
        visits=medians["visits"],
        visitors=medians["visitors"],
        delay=medians["visit-delay"],
        delay_sigma=medians["visit-delay-sigma"],
    )
