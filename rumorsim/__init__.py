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

if TYPE_CHECKING:
    from rumorsim.desk import Desk
    from rumorsim.errors import InputError
    from rumorsim.events import Batch, Kind
    from rumorsim.graphs import (
        FollowGraph,
        follow_graph,
        from_edges,
        from_networkx,
        read_follows,
        to_networkx,
        write_follows,
    )
    from rumorsim.interventions import Intervention
    from rumorsim.measures import Measure
    from rumorsim.results import Result
    from rumorsim.run import Simulation, run, stream
    from rumorsim.scenario import Scenario, load, loads
    from rumorsim.sinks.saved import measure_file, read_events
    from rumorsim.studies.compare import compare
    from rumorsim.studies.delay_map import delay_map
    from rumorsim.studies.optimise import optimise
    from rumorsim.studies.sensitivity import sensitivity
    from rumorsim.studies.sweep import sweep
    from rumorsim.studies.tail import compare_tail
    from rumorsim.world import World

__version__ = "0.1.0"

#: Where each public name lives.
_HOMES = {
    "Batch": "events",
    "Desk": "desk",
    "FollowGraph": "graphs",
    "InputError": "errors",
    "Intervention": "interventions",
    "Kind": "events",
    "Measure": "measures",
    "Result": "results",
    "Scenario": "scenario",
    "Simulation": "run",
    "World": "world",
    "compare": "studies.compare",
    "compare_tail": "studies.tail",
    "delay_map": "studies.delay_map",
    "follow_graph": "graphs",
    "from_edges": "graphs",
    "from_networkx": "graphs",
    "load": "scenario",
    "loads": "scenario",
    "measure_file": "sinks",
    "optimise": "studies.optimise",
    "read_events": "sinks",
    "read_follows": "graphs",
    "run": "run",
    "sensitivity": "studies.sensitivity",
    "stream": "run",
    "sweep": "studies.sweep",
    "to_networkx": "graphs",
    "write_follows": "graphs",
}

__all__ = [
    "Batch",
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
    """This package: importing its module ``run`` does not hide its function ``run``."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name != "run" or not isinstance(value, ModuleType):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
