"""Models of [graph] in a scenario: where its follow graph comes from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, Self

import numpy as np
from pydantic import Field, field_validator, model_validator
from typing_extensions import override

from rumorsim.common.errors import InputError
from rumorsim.common.plug_ins import Registry
from rumorsim.common.settings import any_of, replaced
from rumorsim.common.units import Sha256
from rumorsim.graphs.formats import FORMATS, LISTS, check_format
from rumorsim.graphs.made import MADE, GraphModel

if TYPE_CHECKING:
    from rumorsim.graphs.follows import FollowGraph


#: The only keys that go with NAME.mapped, whose arrays say all else themselves.
_OF_ANY_FILE = ("kind", "path", "max_bytes", "sha256")


class GraphFile(GraphModel):
    """Follows read from a file: text, .csv, .parquet, .graphml, a small graph, or .mapped."""

    kind: Literal["file"]
    path: str = Field(
        min_length=1,
        max_length=4096,
        description="The file; a relative path starts at the scenario's folder. A directory"
        " of arrays, NAME.mapped, is read in place and opens at once.",
    )
    columns: str | None = Field(
        None,
        max_length=1000,
        description='What the columns hold, in order: "follower followee" or "followee follower",'
        ' with "weight" and "time" where they are and "_" for a column to skip; or by the names'
        ' in the header: "follower=NAME followee=NAME". Needed for every file but NAME.mapped,'
        " whose arrays say it themselves.",
    )
    ids: Literal["auto", "integer", "text"] = Field(
        "auto",
        description='"integer", "text" (ids as written), or "auto": whole numbers if the first'
        " line has them.",
    )
    header: bool | Literal["yes", "no"] | None = Field(
        None,
        description="Whether the first line holds names of columns. Left out, a first line that"
        " may is refused.",
    )
    separator: Literal["tab", "semicolon", "comma", "blanks"] | None = Field(
        None, description="The separator between cells. Left out, the one that fits all lines."
    )
    comments: Literal["#", "%", "#%", "none"] | None = Field(
        None,
        description='What lines of comment begin with: "#", "%", either ("#%") or neither'
        ' ("none"). Left out, both are skipped unless they may be follows.',
    )
    until: float | str | None = Field(
        None,
        description='Only follows whose "time" is this or earlier: a number, or a date as in the'
        " file.",
    )
    both_ways: bool = Field(
        False,
        description="Whether each line stands for two follows, as in files of undirected"
        " edges or friendships; columns may then be left out where there are two.",
    )
    format: str | None = Field(
        None,
        max_length=100,
        description="The format, where the ending of the name does not say it: "
        + ", ".join(f'"{name}"' for name in (*LISTS, *FORMATS.own))
        + ", or one of another package. All but text, parquet, graphml and matrix-market are read"
        " by networkx and meant for small graphs: at most 32 MB, unless max_bytes says more.",
    )
    id_attribute: str | None = Field(
        None,
        min_length=1,
        max_length=1000,
        description="In a graph format: the attribute of nodes that holds their ids, such as"
        ' "name" in what igraph writes or "label" in what yEd and Gephi write.',
    )
    max_bytes: int | None = Field(
        None, ge=1, description="Limit on the size of the file in bytes, once decompressed."
    )
    sha256: Sha256 | None = Field(
        None,
        description="SHA-256 of the file (of follows.json in NAME.mapped); where it is given, a"
        " changed file is refused. The resolved form holds it.",
    )

    @field_validator("format")
    @classmethod
    def _known(cls, format: str | None) -> str | None:
        return check_format(format)

    @model_validator(mode="after")
    def _columns_named(self) -> GraphFile:
        from rumorsim.graphs.columns import COLUMNS_HELP, parse_columns
        from rumorsim.graphs.sources import is_mapped

        if is_mapped(self.path):
            for key, field in type(self).model_fields.items():
                if key not in _OF_ANY_FILE and getattr(self, key) != field.default:
                    raise ValueError(f"{key} must be left out: the arrays say it themselves")
        elif self.columns is None:
            if self.both_ways:
                return self
            # Key, value, rule and advice, as scenarios tell them.
            raise ValueError(f"graph.columns\t\tis missing\t{COLUMNS_HELP}")
        else:
            parse_columns(self.columns)
        return self

    @override
    def build(self, base_dir: Path) -> FollowGraph:
        from rumorsim.graphs.reading import read_follows

        return read_follows(
            base_dir / self.path,
            columns=self.columns,
            ids=self.ids,
            header=self.header,
            separator=self.separator,
            comments=self.comments,
            both_ways=self.both_ways,
            format=self.format,
            id_attribute=self.id_attribute,
            until=self.until,
            max_bytes=self.max_bytes,
        )


class Given(GraphModel):
    """Handed over from Python: ``scenario.on(graph)``, of networkx, igraph, scipy, numpy ..."""

    kind: Literal["given"]
    sha256: Sha256 | None = Field(
        None, description="Digest of the graph that was handed over; the resolved form holds it."
    )

    @override
    def build(self, base_dir: Path) -> FollowGraph:
        rule = "this graph is handed over from Python and was not"
        advice = "call scenario.on(graph), or name a file"
        raise InputError(rule, key="graph.kind", value='"given"', advice=advice)


class Observed(GraphModel):
    """No follows: posts pass along what the cascades of [replay] show, and nowhere else."""

    kind: Literal["observed"]

    @override
    def build(self, base_dir: Path) -> FollowGraph:
        from rumorsim.graphs.follows import FollowGraph

        return FollowGraph(np.zeros(1, np.int64), np.empty(0, np.int32))


#: What may be a part of a union.
if TYPE_CHECKING:
    Part = GraphModel
else:
    Part = any_of(MADE)


class Union_(GraphModel):
    """Several graphs side by side, such as one for each platform.

    The accounts of the first part come first; each account has the name of its part as the
    attribute ``platform``. No follow leads from one part to another.
    """

    kind: Literal["union"]
    parts: dict[str, Part] = Field(
        min_length=1, max_length=100, description="The graphs by name, in order."
    )

    @property
    @override
    def per_replicate(self) -> bool:
        return any(part.per_replicate for part in self.parts.values())

    @override
    def in_world(self, seed: int, part: int = 0) -> Self:
        if not self.per_replicate:
            return self
        parts = {name: each.in_world(seed, i) for i, (name, each) in enumerate(self.parts.items())}
        return replaced(self, parts=parts)

    @override
    def follows_expected(self) -> float:
        return sum(part.follows_expected() for part in self.parts.values())

    @override
    def build(self, base_dir: Path) -> FollowGraph:
        from rumorsim.graphs.building import side_by_side

        return side_by_side({name: part.build(base_dir) for name, part in self.parts.items()})


#: Every kind of graph by the word it goes by.
_OWN: Final[dict[str, type[GraphModel]]] = {
    **MADE.own,
    "file": GraphFile,
    "given": Given,
    "observed": Observed,
    "union": Union_,
}
GRAPH_CONFIGS: Final = Registry("generator", _OWN, MADE.made)

if TYPE_CHECKING:
    GraphConfig = GraphModel
else:
    GraphConfig = any_of(GRAPH_CONFIGS)
