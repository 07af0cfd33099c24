"""The plug-ins in runs of rumorsim; they must be installed."""

from __future__ import annotations

import json
from pathlib import Path

import rumorsim

SCENARIO = """
horizon = "1 d"
measures = ["reach", "loudest"]
graph = { kind = "ring", accounts = 200, neighbours = 6 }
[[stories]]
name = "s"
truth = false
appeal = 0.9
report = 0.2
author = { ids = [0] }
[[policies]]
name = "shadow ban"
[[policies.interventions]]
kind = "shadow-ban"
when = { age = "0 h" }
visibility = 0.0
"""


def test_a_shadow_ban_stops_a_story_and_results_say_what_made_them() -> None:
    scenario = rumorsim.loads(SCENARIO)
    alone, banned = (rumorsim.run(scenario, policy) for policy in ("none", "shadow ban"))
    assert banned.measures["reach"]["accounts"] < alone.measures["reach"]["accounts"]
    assert alone.measures["loudest"]["posts"] == 1
    assert banned.provenance["plug_ins"] == {"rumorsim-plug-in": "0.4.0"}
    again = rumorsim.loads(json.dumps(banned.scenario))
    assert rumorsim.run(again, "shadow ban").digest == banned.digest


def test_a_ring_is_a_valid_graph() -> None:
    graph = rumorsim.loads(SCENARIO).graph.build(Path())
    graph.validate()
    assert graph.accounts == 200 and graph.follows == 1200
    assert graph.followers_of(199).tolist() == [0, 1, 2, 3, 4, 5]
