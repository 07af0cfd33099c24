"""rumorsim: a streaming rumor-propagation simulator.

A scenario builds a world; an engine lets posts spread through it; what happens leaves as
a stream of events; measures listen::

    import rumorsim

    scenario = rumorsim.load("configs/quickstart.toml")
    result = rumorsim.run(scenario, policy="close accounts", seed=7)
    print(result.measures["reach"]["accounts"])

Names are loaded when first used, so that importing costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rumorsim.common.renamed import exports, install

if TYPE_CHECKING:
    from rumorsim.common.errors import InputError
    from rumorsim.events.observed.cascades import Cascades
    from rumorsim.events.observed.parents import (
        ParentLaw,
        ParentModel,
        fit_parent_law,
        infer_parents,
        naive_parents,
    )
    from rumorsim.events.observed.parents.streams import Forests, infer_forests
    from rumorsim.events.observed.reading import read_cascades
    from rumorsim.events.saved import read_events
    from rumorsim.events.stream import Batch, Kind
    from rumorsim.graphs import (
        FollowGraph,
        follow_graph,
        from_edges,
        from_networkx,
        read_follows,
        to_networkx,
        write_follows,
    )
    from rumorsim.measures import Measure
    from rumorsim.measures.saved import measure_file
    from rumorsim.measures.spread_data import bootstrap_spread, spread_statistics
    from rumorsim.measures.spread_statistics import SpreadStatistic
    from rumorsim.platform.desk import Desk
    from rumorsim.platform.interventions import Intervention
    from rumorsim.scenario import Scenario, load, loads
    from rumorsim.simulation.results import Result
    from rumorsim.simulation.running import run, stream
    from rumorsim.simulation.simulation import Simulation
    from rumorsim.studies.calibrate.checking import self_check
    from rumorsim.studies.calibrate.running import calibrate
    from rumorsim.studies.calibrate.simulating import simulator
    from rumorsim.studies.compare.running import compare
    from rumorsim.studies.delay_map.running import delay_map
    from rumorsim.studies.experiment.running import experiment
    from rumorsim.studies.explain.running import explain
    from rumorsim.studies.optimise.running import optimise
    from rumorsim.studies.sensitivity.running import sensitivity
    from rumorsim.studies.sweep.running import sweep
    from rumorsim.studies.tail.running import compare_tail
    from rumorsim.world.world import World

__version__ = "0.1.0"

#: Where each public name lives.
_HOMES = {
    "Batch": "events.stream",
    "Cascades": "events.observed.cascades",
    "Desk": "platform.desk",
    "FollowGraph": "graphs",
    "Forests": "events.observed.parents.streams",
    "InputError": "common.errors",
    "Intervention": "platform.interventions",
    "Kind": "events.stream",
    "Measure": "measures",
    "ParentLaw": "events.observed.parents",
    "ParentModel": "events.observed.parents",
    "Result": "simulation.results",
    "Scenario": "scenario",
    "Simulation": "simulation.running",
    "SpreadStatistic": "measures.spread_statistics",
    "bootstrap_spread": "measures.spread_data",
    "World": "world.world",
    "calibrate": "studies.calibrate.running",
    "compare": "studies.compare.running",
    "compare_tail": "studies.tail.running",
    "delay_map": "studies.delay_map.running",
    "explain": "studies.explain.running",
    "experiment": "studies.experiment.running",
    "fit_parent_law": "events.observed.parents",
    "follow_graph": "graphs",
    "from_edges": "graphs",
    "from_networkx": "graphs",
    "infer_forests": "events.observed.parents.streams",
    "infer_parents": "events.observed.parents",
    "load": "scenario",
    "loads": "scenario",
    "measure_file": "measures.saved",
    "naive_parents": "events.observed.parents",
    "optimise": "studies.optimise.running",
    "read_cascades": "events.observed.reading",
    "read_events": "events.sinks",
    "read_follows": "graphs",
    "run": "simulation.running",
    "self_check": "studies.calibrate.checking",
    "sensitivity": "studies.sensitivity.running",
    "spread_statistics": "measures.spread_data",
    "simulator": "studies.calibrate.simulating",
    "stream": "simulation.running",
    "sweep": "studies.sweep.running",
    "to_networkx": "graphs",
    "write_follows": "graphs",
}

__all__ = [
    "Batch",
    "Cascades",
    "Desk",
    "FollowGraph",
    "Forests",
    "InputError",
    "Intervention",
    "Kind",
    "Measure",
    "ParentLaw",
    "ParentModel",
    "Result",
    "Scenario",
    "Simulation",
    "SpreadStatistic",
    "World",
    "bootstrap_spread",
    "calibrate",
    "compare",
    "compare_tail",
    "delay_map",
    "experiment",
    "explain",
    "fit_parent_law",
    "follow_graph",
    "from_edges",
    "from_networkx",
    "infer_forests",
    "infer_parents",
    "load",
    "loads",
    "measure_file",
    "naive_parents",
    "optimise",
    "read_cascades",
    "read_events",
    "read_follows",
    "run",
    "self_check",
    "sensitivity",
    "simulator",
    "spread_statistics",
    "stream",
    "sweep",
    "to_networkx",
    "write_follows",
]


def __dir__() -> list[str]:
    return [*__all__, "__version__"]


exports(__name__, _HOMES)
install()
