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

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from rumorsim.common.renamed import install

if TYPE_CHECKING:
    from rumorsim.common.errors import InputError
    from rumorsim.events.observed.cascades import Cascades
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
    from rumorsim.platform.desk import Desk
    from rumorsim.platform.interventions import Intervention
    from rumorsim.scenario import Scenario, load, loads
    from rumorsim.simulation.results import Result
    from rumorsim.simulation.running import run, stream
    from rumorsim.simulation.simulation import Simulation
    from rumorsim.studies.compare.compare import compare
    from rumorsim.studies.delay_map.delay_map import delay_map
    from rumorsim.studies.optimise.optimise import optimise
    from rumorsim.studies.sensitivity.sensitivity import sensitivity
    from rumorsim.studies.sweep.sweep import sweep
    from rumorsim.studies.tail.tail import compare_tail
    from rumorsim.world.world import World

__version__ = "0.1.0"

#: Where each public name lives.
_HOMES = {
    "Batch": "events.stream",
    "Cascades": "events.observed.cascades",
    "Desk": "platform.desk",
    "FollowGraph": "graphs",
    "InputError": "common.errors",
    "Intervention": "platform.interventions",
    "Kind": "events.stream",
    "Measure": "measures",
    "Result": "simulation.results",
    "Scenario": "scenario",
    "Simulation": "simulation.running",
    "World": "world.world",
    "compare": "studies.compare.compare",
    "compare_tail": "studies.tail.tail",
    "delay_map": "studies.delay_map.delay_map",
    "follow_graph": "graphs",
    "from_edges": "graphs",
    "from_networkx": "graphs",
    "load": "scenario",
    "loads": "scenario",
    "measure_file": "measures.saved",
    "optimise": "studies.optimise.optimise",
    "read_cascades": "events.observed.reading",
    "read_events": "events.sinks",
    "read_follows": "graphs",
    "run": "simulation.running",
    "sensitivity": "studies.sensitivity.sensitivity",
    "stream": "simulation.running",
    "sweep": "studies.sweep.sweep",
    "to_networkx": "graphs",
    "write_follows": "graphs",
}

__all__ = [
    "Batch",
    "Cascades",
    "Desk",
    "FollowGraph",
    "InputError",
    "Intervention",
    "Kind",
    "Measure",
    "Result",
    "Scenario",
    "Simulation",
    "World",
    "compare",
    "compare_tail",
    "delay_map",
    "follow_graph",
    "from_edges",
    "from_networkx",
    "load",
    "loads",
    "measure_file",
    "optimise",
    "read_cascades",
    "read_events",
    "read_follows",
    "run",
    "sensitivity",
    "stream",
    "sweep",
    "to_networkx",
    "write_follows",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]


class _Package(ModuleType):
    """Module type of the package: the old module ``run`` does not hide the function."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name != "run" or not isinstance(value, ModuleType):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
install()
