"""Scenarios: what people write, how it is read, and what is said when it is wrong."""

from __future__ import annotations

from rumorsim.scenario.inputs import build_graph, input_files
from rumorsim.scenario.loading import AnyScenario, load, loads, scenario_of
from rumorsim.scenario.models import Scenario

__all__ = ["AnyScenario", "Scenario", "build_graph", "input_files", "load", "loads", "scenario_of"]
