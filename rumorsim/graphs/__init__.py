"""The follow graph: made, read, written, converted. The only room with networkx.

Names are loaded when first used, so that describing a graph costs nothing but pydantic.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rumorsim.graphs.accounts_table import read_accounts_table, with_accounts_table
    from rumorsim.graphs.building import from_edges
    from rumorsim.graphs.config import GraphConfig
    from rumorsim.graphs.follows import FollowGraph
    from rumorsim.graphs.generators import GENERATORS
    from rumorsim.graphs.handed import follow_graph
    from rumorsim.graphs.networks import from_networkx, to_networkx
    from rumorsim.graphs.reading import read_follows
    from rumorsim.graphs.writing import write_follows

__all__ = [
    "GENERATORS",
    "FollowGraph",
    "GraphConfig",
    "follow_graph",
    "from_edges",
    "from_networkx",
    "read_accounts_table",
    "read_follows",
    "to_networkx",
    "with_accounts_table",
    "write_follows",
]

_HOMES = {
    "FollowGraph": "follows",
    "GENERATORS": "generators",
    "GraphConfig": "config",
    "follow_graph": "handed",
    "from_edges": "building",
    "from_networkx": "networks",
    "read_accounts_table": "accounts_table",
    "read_follows": "reading",
    "to_networkx": "networks",
    "with_accounts_table": "accounts_table",
    "write_follows": "writing",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)
