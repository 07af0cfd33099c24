"""Follow graphs: generated, read, written, converted. Only this package uses networkx.

Names are loaded when first used, so that the model of a graph can be imported without its readers.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rumorsim.graphs.accounts_table import read_accounts_table as read_accounts_table
    from rumorsim.graphs.accounts_table import with_accounts_table as with_accounts_table
    from rumorsim.graphs.building import from_edges as from_edges
    from rumorsim.graphs.config import GraphConfig as GraphConfig
    from rumorsim.graphs.converting import map_follows as map_follows
    from rumorsim.graphs.follows import FollowGraph as FollowGraph
    from rumorsim.graphs.generators import GENERATORS as GENERATORS
    from rumorsim.graphs.handed import follow_graph as follow_graph
    from rumorsim.graphs.making import make_power_law as make_power_law
    from rumorsim.graphs.networks import from_networkx as from_networkx
    from rumorsim.graphs.networks import to_networkx as to_networkx
    from rumorsim.graphs.reading import read_follows as read_follows
    from rumorsim.graphs.writing import write_follows as write_follows

_HOMES = {
    "FollowGraph": "follows",
    "GENERATORS": "generators",
    "GraphConfig": "config",
    "follow_graph": "handed",
    "make_power_law": "making",
    "map_follows": "converting",
    "from_edges": "building",
    "from_networkx": "networks",
    "read_accounts_table": "accounts_table",
    "read_follows": "reading",
    "to_networkx": "networks",
    "with_accounts_table": "accounts_table",
    "write_follows": "writing",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)
