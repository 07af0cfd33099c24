"""GML, Pajek, GEXF, adjacency lists, node-link JSON and Matrix Market: right, or refused."""

from __future__ import annotations

import gzip
import io
import json
import warnings
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from click.testing import CliRunner
from graph_samples import BACKWARD, FORWARD, refused_cheaply
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rumorsim.cli.graph import graph as graph_command
from rumorsim.common.errors import InputError
from rumorsim.graphs import FollowGraph, from_edges, from_networkx, read_follows, write_follows
from rumorsim.graphs.building import named_by
from rumorsim.graphs.formats import FORMATS

CASES = Path(__file__).parents[3] / "shared" / "cases"
#: An example of a name for each format that networkx reads.
NAMES = {name: f"g{each.endings[0]}" for name, each in FORMATS.items() if each.by_networkx}


def pairs(graph: FollowGraph) -> dict[tuple[Any, Any], float | None]:
    """Weights (None without) by follower and followee."""
    ids, found = graph.id_list(), {}
    for account in range(graph.accounts):
        for at in range(graph.offsets[account], graph.offsets[account + 1]):
            weight = None if graph.weights is None else float(graph.weights[at])
            found[ids[graph.followers[at]], ids[account]] = weight
    return found


def read_text(
    name: str, text: str, folder: Path, columns: str = FORWARD, **more: Any
) -> FollowGraph:
    (folder / name).write_text(text, encoding="utf-8")
    return read_follows(folder / name, columns=columns, **more)


# -- right values ----------------------------------------------------------------------


def test_the_cases() -> None:
    columns = f"{FORWARD} weight"
    found = read_follows(CASES / "nr-soc.mtx", columns=FORWARD)
    assert pairs(found) == {(1, 2): None, (2, 3): None, (3, 1): None, (4, 1): None}
    found = read_follows(CASES / "pajek.net", columns=columns)
    anna, bert, carl = "Anna B", "Bert C", "Carl D"
    assert pairs(found) == {(anna, bert): 1.0, (bert, carl): 1.0, (carl, anna): 2.0}
    found = read_follows(CASES / "soil.gexf", columns=BACKWARD)
    assert pairs(found) == {(1, 0): None}
    assert found.ids is None
    assert found.attributes == {}


GML = """Creator "igraph"
# a comment
graph
[ directed 1
  node [ id 4 label "小明" age 3 graphics [ x 1.0 fill "#ff" ] ]
  node [ id 7 label "O'B &amp; &quot;q&quot;" age 2.5 ]
  node [ id 9 label "[]" ]
  edge [ source 4 target 7 weight 2 ]
  edge [ source 4 target 7 weight 3 ]
  edge [ source 7 target 9 ]
]
"""


def test_gml(tmp_path: Path) -> None:
    found = read_text("g.gml", GML, tmp_path, f"{FORWARD} weight")
    assert pairs(found) == {("小明", 'O\'B & "q"'): 2.0, ('O\'B & "q"', "[]"): 1.0}
    assert found.duplicates == 1
    assert found.attributes["age"][found.index_of("小明")] == 3
    assert "graphics" not in found.attributes
    by_number = read_text("g.gml", GML, tmp_path, id_attribute="id")
    assert pairs(by_number) == {(4, 7): None, (7, 9): None}
    assert by_number.attributes["label"][0] == "小明"
    # Where some have no label, all go by their numbers.
    found = read_text("g.gml", GML.replace('label "[]"', ""), tmp_path)
    assert found.id_list() == [4, 7, 9]
    with pytest.raises(InputError, match=r'label = "小明": two accounts have the same id'):
        read_text("g.gml", GML.replace("[]", "小明"), tmp_path)


PAJEK = """*Network example
% a comment
*Vertices 4
1 "Anna B" 0.1 0.2 ellipse ic Red
2 小明
3 "O'Brien"
4

*Arcs
*Edges
1 2 1.5
2 3
"""


def test_pajek(tmp_path: Path) -> None:
    undirected = {("Anna B", "小明"): 1.5, ("小明", "Anna B"): 1.5}
    undirected |= {("小明", "O'Brien"): 1.0, ("O'Brien", "小明"): 1.0}
    with pytest.raises(InputError, match="is undirected"):
        read_text("g.net", PAJEK, tmp_path)
    found = read_text("g.net", PAJEK, tmp_path, f"{FORWARD} weight", both_ways=True)
    assert pairs(found) == undirected
    assert found.id_list() == ["4", "Anna B", "O'Brien", "小明"]
    arcs = '*vertices 3\n*arcs :1 "likes"\n3 1\n3 1 2 l "twice"\n2 2\n'
    found = read_text("g.net", arcs, tmp_path, BACKWARD)
    assert pairs(found) == {(1, 3): None}
    assert (found.self_loops, found.duplicates) == (1, 1)
    found = read_text("g.net", PAJEK, tmp_path, both_ways=True, id_attribute="id")
    assert found.id_list() == [1, 2, 3, 4]


GEXF = """<?xml version="1.0" encoding="UTF-8"?>
<gexf xmlns="http://www.gexf.net/1.3" xmlns:viz="http://www.gexf.net/1.3/viz" version="1.3">
<meta lastmodifieddate="2026-11-29"><creator>Gephi 0.9</creator></meta>
<graph defaultedgetype="directed" mode="static">
<attributes class="node" mode="static">
<attribute id="age" title="age" type="integer"/>
<attribute id="tags" title="tags" type="liststring"/>
<attribute id="sizes" title="sizes" type="listinteger"/>
<attribute id="born" title="born" type="date"/></attributes>
<nodes>
<node id="7" label="Anna"><attvalues><attvalue for="age" value="31"/>
<attvalue for="sizes" value="[1, 2]"/><attvalue for="born" value="2001-01-01"/></attvalues>
<viz:size value="10.0"/><viz:color r="1" g="2" b="3"/></node>
<node id="n2" label="小明"/></nodes>
<edges><edge id="0" source="7" target="n2" weight="2.0"/>
<edge id="1" source="n2" target="7" type="mutual"/></edges>
</graph></gexf>
"""


def test_gexf(tmp_path: Path) -> None:
    found = read_text("g.gexf", GEXF, tmp_path, f"{FORWARD} weight")
    assert pairs(found) == {("7", "n2"): 2.0, ("n2", "7"): 1.0}
    assert found.attributes["label"].tolist() == ["Anna", "小明"]
    assert found.attributes["sizes"].tolist() == ["[1, 2]", None]
    assert found.attributes["born"].tolist() == ["2001-01-01", None]
    assert found.attributes["age"][0] == 31
    assert "viz" not in found.attributes
    named = read_text("g.gexf", GEXF, tmp_path, id_attribute="label")
    assert pairs(named) == {("Anna", "小明"): None, ("小明", "Anna"): None}
    # Known by its first tag alone, or because somebody says so.
    bare = GEXF.partition("\n")[2]
    assert read_text("g.xml", bare, tmp_path).equals(read_text("g.gexf", GEXF, tmp_path))
    with pytest.raises(InputError, match='say format = "gexf"'):
        read_text("g.xml", GEXF, tmp_path)
    assert read_text("g.xml", GEXF, tmp_path, format="gexf").follows == 2


def test_adjacency_lists(tmp_path: Path) -> None:
    text = "#made by\n\n# nobody\n1 2 3 3\n  2 1\t\n4\n"
    found = read_text("g.adjlist", text, tmp_path)
    assert pairs(found) == {(1, 2): None, (1, 3): None, (2, 1): None}
    assert found.id_list() == [1, 2, 3, 4]
    assert found.duplicates == 1
    assert read_text("g.txt", text, tmp_path, format="adjlist").equals(found)
    assert read_text("g.adjlist", "小明 b", tmp_path, BACKWARD).index_of("小明") == 1
    both = read_text("g.adjlist", "a b\nb", tmp_path, both_ways=True)
    assert pairs(both) == {("a", "b"): None, ("b", "a"): None}


NODE_LINK: dict[str, Any] = {
    "directed": True,
    "graph": [],
    "nodes": [{"id": "1", "age": 3, "tags": ["x"]}, {"id": 1}, {"id": [0, 2]}],
    "links": [{"source": "1", "target": 1, "weight": 2}, {"source": 1, "target": [0, 2]}],
}


MIXED = (
    '<gexf xmlns="http://www.gexf.net/1.2draft"><graph{}><nodes><node id="a"/><node id="b"/>'
    '<node id="c"/></nodes><edges>\n{}\n</edges></graph></gexf>'
)


def gexf_edges(*edges: str) -> str:
    """Edges such as "ab directed", numbered from 1, a line each; weights are their numbers."""
    rows = []
    for i, (ends, _, type) in enumerate((each.partition(" ") for each in edges), 1):
        more = f' type="{type}"' if type else ""
        rows.append(f'<edge id="{i}" source="{ends[0]}" target="{ends[1]}" weight="{i}"{more}/>')
    return "\n".join(rows)


@pytest.mark.parametrize(
    ("default", "edges", "expected"),
    [
        ("directed", ("ab", "bc mutual"), {("a", "b"): 1, ("b", "c"): 2, ("c", "b"): 2}),
        ("mutual", ("ab", "bc directed"), {("a", "b"): 1, ("b", "a"): 1, ("b", "c"): 2}),
        ("undirected", ("ab directed", "bc directed"), {("a", "b"): 1, ("b", "c"): 2}),
        ("", ("ab directed", "ca mutual"), {("a", "b"): 1, ("c", "a"): 2, ("a", "c"): 2}),
    ],
)
def test_edges_of_several_types_in_gexf(
    default: str, edges: tuple[str, ...], expected: dict[Any, float], tmp_path: Path
) -> None:
    given = default and f' defaultedgetype="{default}"'
    text = MIXED.format(given, gexf_edges(*edges))
    found = read_text("g.gexf", text, tmp_path, f"{FORWARD} weight")
    assert pairs(found) == expected
    assert found.duplicates == 0


def test_parallel_mutual_edges_are_counted(tmp_path: Path) -> None:
    text = MIXED.format("", gexf_edges("ba directed", "ab mutual"))
    found = read_text("g.gexf", text, tmp_path)
    assert set(pairs(found)) == {("a", "b"), ("b", "a")}
    assert found.duplicates == 1


@pytest.mark.parametrize("default", ["directed", "undirected", "mutual"])
def test_undirected_edges_among_directed_ones_need_both_ways(default: str, tmp_path: Path) -> None:
    edges = gexf_edges("ab directed", "bc undirected", "ca mutual")
    text = MIXED.format(f' defaultedgetype="{default}"', edges)
    with pytest.raises(InputError, match=r"line 3: <edge>: is undirected where.*--both-ways"):
        read_text("g.gexf", text, tmp_path)
    found = read_text("g.gexf", text, tmp_path, both_ways=True)
    every = {("a", "b"), ("b", "c"), ("c", "a")}
    assert set(pairs(found)) == every | {(b, a) for a, b in every}


@pytest.mark.parametrize("key", ["links", "edges"])
def test_node_link(key: str, tmp_path: Path) -> None:
    data = dict(NODE_LINK)
    data[key] = data.pop("links")
    found = read_text("g.json", json.dumps(data), tmp_path, f"{FORWARD} weight")
    assert pairs(found) == {("1", 1): 2.0, (1, (0, 2)): 1.0}
    assert found.attributes["age"][found.index_of("1")] == 3
    assert "tags" not in found.attributes
    data["directed"] = False
    with pytest.raises(InputError, match="is undirected"):
        read_text("g.json", json.dumps(data), tmp_path)
    data["nodes"], data[key] = [{"id": "1"}, {"id": "2"}], [{"source": "1", "target": "2"}]
    found = read_text("g.json", json.dumps(data), tmp_path, both_ways=True)
    assert pairs(found) == {("1", "2"): None, ("2", "1"): None}
    found = read_text("g.json", json.dumps(data), tmp_path, both_ways=True, ids="integer")
    assert found.id_list() == [1, 2]


def d3(ids: list[Any], *links: tuple[Any, Any]) -> str:
    nodes = [{"id": each, "group": i} for i, each in enumerate(ids)]
    edges = [{"source": source, "target": target, "value": 1} for source, target in links]
    return json.dumps({"directed": True, "nodes": nodes, "links": edges})


def test_links_by_position_as_d3_has_them(tmp_path: Path) -> None:
    found = read_text("g.json", d3(["Myriel", "Valjean", "c"], (1, 0), (2, 1)), tmp_path)
    assert set(pairs(found)) == {("Valjean", "Myriel"), ("c", "Valjean")}
    assert found.attributes["group"][found.index_of("Valjean")] == 1


@pytest.mark.parametrize(
    ("ids", "links", "told"),
    [
        # Ids that are numbers, or text that looks like one: a link may mean either.
        ([10, "b"], [(0, 1)], r'links\[0\]\.source = 0: .*if links give positions.* "id"'),
        (["1", "2", "3"], [(1, 2)], r"links\[0\]\.source = 1: .*if links give positions"),
        (["a", "b"], [(0, 2)], r"links\[0\]\.source = 0: .*if links give positions"),
        (["a", "b"], [(-1, 1)], r"source = -1: there is no node of this id; nor is it a position"),
        (["a", "b"], [(0, 1), ("a", "b")], r"links\[0\]\.source = 0: there is no node"),
        (["a", "b"], [(True, False)], "must be text or a whole number"),
    ],
)
def test_links_that_may_be_positions_or_ids_are_refused(
    ids: list[Any], links: list[Any], told: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=told):
        read_text("g.json", d3(ids, *links), tmp_path)


def test_whole_numbers_that_are_ids_are_ids(tmp_path: Path) -> None:
    found = read_text("g.json", d3([1, 0, 2], (1, 0)), tmp_path)
    assert set(pairs(found)) == {(1, 0)}


MTX = "%%MatrixMarket matrix coordinate {} {}\n% made by nobody\n4 4 3\n{}\n"


def test_matrix_market(tmp_path: Path) -> None:
    text = MTX.format("real", "general", "1 2 0.5\n2 3 1e1\n4 1 2")
    found = read_text("g.mtx", text, tmp_path, f"{BACKWARD} weight")
    assert pairs(found) == {(2, 1): 0.5, (3, 2): 10.0, (1, 4): 2.0}
    assert found.id_list() == [1, 2, 3, 4]
    assert read_text("no ending", text, tmp_path, f"{BACKWARD} weight").equals(found)
    assert read_text("g.mtx", text, tmp_path, ids="text").id_list() == ["1", "2", "3", "4"]
    half = MTX.format("pattern", "symmetric", "2 1\n3 1\n4 4")
    with pytest.raises(InputError, match="is undirected: a symmetric matrix"):
        read_text("g.mtx", half, tmp_path)
    found = read_text("g.mtx", half, tmp_path, both_ways=True)
    assert set(pairs(found)) == {(1, 2), (2, 1), (1, 3), (3, 1)}
    assert (found.self_loops, found.duplicates) == (1, 0)
    dense = "%%MatrixMarket matrix array integer general\n2 2\n0\n3\n0\n0\n"
    found = read_text("g.mtx", dense, tmp_path, f"{FORWARD} weight")
    assert pairs(found) == {(2, 1): 3.0}
    twice = MTX.format("pattern", "general", "1 2\n1 2\n3 1")
    assert read_text("g.mtx", twice, tmp_path).duplicates == 1
    both = read_text("g.mtx", twice, tmp_path, both_ways=True)
    assert set(pairs(both)) == {(1, 2), (2, 1), (1, 3), (3, 1)}


def test_matrix_market_without_a_head_is_a_list(tmp_path: Path) -> None:
    with pytest.raises(InputError, match='format = "text"'):
        read_text("g.mtx", "1 2\n2 3\n", tmp_path)
    assert read_text("g.mtx", "1 2\n2 3\n", tmp_path, format="text").follows == 2


# -- there and back --------------------------------------------------------------------

_text = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=5)
_weights = st.floats(0, 1e9, allow_nan=False) | st.integers(0, 1000)


@st.composite
def networks(draw: st.DrawFn, ids: st.SearchStrategy[Any]) -> nx.DiGraph[Any]:
    nodes = draw(st.lists(ids, min_size=1, max_size=6, unique_by=str))
    made: nx.DiGraph[Any] = nx.DiGraph()
    made.add_nodes_from(nodes)
    for one, two in draw(st.lists(st.tuples(*[st.sampled_from(nodes)] * 2), max_size=12)):
        made.add_edge(one, two, weight=draw(_weights))
    for node in nodes:
        made.nodes[node]["kind"] = draw(
            st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=4)
        )
    return made


def expected(network: nx.DiGraph[Any], *, typed: bool = False, ids: str = "auto") -> FollowGraph:
    """The graph as a format knows it: but for typed ones all ids are text in the file."""
    found = from_networkx(network, direction=FORWARD)
    return found if typed else named_by(named_by(found, None, ids="text"), None, ids=ids)


def write_by_networkx(name: str, network: nx.DiGraph[Any]) -> bytes:
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        if name == "node-link":
            file.write(json.dumps(nx.node_link_data(network)).encode())
        else:
            getattr(nx, f"write_{name}")(network, file)
    return file.getvalue()


def unsafe(name: str, words: list[str]) -> bool:
    """Whether networkx itself writes a file from which ids cannot be told any more."""
    if name == "adjlist":
        return any(
            "#" in word or len(word.split()) != 1 or word.split() != [word] for word in words
        )
    if name == "pajek":
        return any(set(word) & set("\"'\\") or word != " ".join(word.split()) for word in words)
    return any("\ufffe" in word or "\uffff" in word for word in words)


@pytest.mark.parametrize("name", [name for name in NAMES if FORMATS[name].ours])
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_what_networkx_writes_is_read_as_the_same_graph(
    name: str, data: st.DataObject, tmp_path: Path
) -> None:
    network = data.draw(networks(_text | st.integers(-5, 10**20)))
    words = list(map(str, network))
    if unsafe(name, words):
        return
    if name in ("pajek", "adjlist"):
        for node in network:
            network.nodes[node].clear()
    (tmp_path / NAMES[name]).write_bytes(write_by_networkx(name, network))
    columns = FORWARD if name == "adjlist" or not network.edges else f"{FORWARD} weight"
    found = read_follows(tmp_path / NAMES[name], columns=columns)
    wanted = expected(network, typed=name == "node-link")
    assert found.id_list() == wanted.id_list()
    assert set(pairs(found)) == set(pairs(wanted))
    if name != "adjlist" and network.edges:
        assert pairs(found) == pairs(wanted)
    if name in ("gml", "gexf", "node-link"):
        special = ["()", "[]"] if name == "gml" else []
        kinds = [None if each in special else each for each in wanted.attributes["kind"].tolist()]
        assert found.attributes["kind"].tolist() == kinds


@pytest.mark.parametrize("name", NAMES)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_what_is_written_is_read_back_or_refused(
    name: str, data: st.DataObject, tmp_path: Path
) -> None:
    network = data.draw(networks(st.text(max_size=4) | st.integers()))
    graph = from_networkx(network, direction=FORWARD)
    weighted = graph.weights is not None and name != "adjlist"
    columns = f"{FORWARD} weight" if weighted else FORWARD
    path = tmp_path / NAMES[name]
    path.unlink(missing_ok=True)
    try:
        write_follows(graph, path, columns=columns)
    except InputError:
        assert list(tmp_path.iterdir()) == []
        return
    back = read_follows(path, columns=columns, ids="text")
    wanted = expected(network, ids="text")
    assert back.id_list() == wanted.id_list()
    assert set(pairs(back)) == set(pairs(wanted))
    if weighted:
        assert pairs(back) == pairs(wanted)


def test_plain_graphs_are_not_refused(tmp_path: Path) -> None:
    """Negative control of the test above; and a gzip of every format."""
    graph = from_edges(
        ["小明", "b c", "7"], ["b c", "7", "小明"], direction=FORWARD, weights=[1, 2, 3]
    )
    for name, ending in NAMES.items():
        if name == "adjlist":
            with pytest.raises(InputError, match="read as another graph"):
                write_follows(graph, tmp_path / ending, columns=FORWARD)
            continue
        path = tmp_path / f"{ending}.gz"
        write_follows(graph, path, columns=f"{FORWARD} weight")
        assert gzip.decompress(path.read_bytes())
        assert read_follows(path, columns=f"{FORWARD} weight").equals(
            read_follows(path, columns=f"{FORWARD} weight", format=name)
        )
        assert pairs(read_follows(path, columns=f"{FORWARD} weight")) == pairs(graph)


def test_same_graph_same_bytes(tmp_path: Path) -> None:
    graph = from_edges([0, 1, 2], [1, 2, 0], direction=FORWARD)
    for ending in NAMES.values():
        for folder in ("a", "b"):
            (tmp_path / folder).mkdir(exist_ok=True)
            write_follows(graph, tmp_path / folder / ending, columns=FORWARD)
        assert (tmp_path / "a" / ending).read_bytes() == (tmp_path / "b" / ending).read_bytes()
    assert b"2026" not in (tmp_path / "a" / "g.gexf").read_bytes()


def test_attributes_are_kept_where_a_format_knows_them(tmp_path: Path) -> None:
    network: nx.DiGraph[Any] = nx.DiGraph([("a", "b")])
    network.nodes["a"].update(age=3, score=0.5, what="<x>", open=True, id=9, end="now", mix=1)
    network.nodes["b"].update(age=4, what="", mix="one", open=False)
    network.nodes["b"]["two words"] = 1
    graph = from_networkx(network, direction=FORWARD)
    wanted = {
        "node-link": ["age", "score", "what", "open", "end", "two words"],
        "gexf": ["age", "score", "what", "open", "two words"],
        "gml": ["age", "score", "what", "open", "end"],
        "pajek": [],
        "adjlist": [],
    }
    for name, kept in wanted.items():
        path = tmp_path / NAMES[name]
        write_follows(graph, path, columns=FORWARD)
        assert FORMATS[name].kept(graph) == kept
        back = read_follows(path, columns=FORWARD).attributes
        for attribute in kept:
            values = graph.attributes[attribute].tolist()
            if name == "gml" and attribute == "open":
                values = [1, 0]
            assert str(back[attribute].tolist()) == str(values)
        done = CliRunner().invoke(
            graph_command, ["convert", str(path), str(path) + ".gz", "--columns", FORWARD]
        )
        assert done.exit_code == 0, done.output


# -- faults ----------------------------------------------------------------------------

VERTICES = '*Vertices 2\n1 "a"\n2 "b"\n'
ONE_NODE = '{"directed": true, "nodes": [{"id": 1}], "links": %s}'
G = (
    '<gexf xmlns="http://www.gexf.net/1.2draft"><graph defaultedgetype="directed">'
    "<nodes>%s</nodes></graph></gexf>"
)
A = G % "<node id='a'/>"
EDGE = "</nodes>\n<edges><edge source='a' target='%s'/></edges>"
X = "<attributes class='node'><attribute id='x' title='x' type='integer'/></attributes><nodes>"
ONE = "<node id='a'><attvalues><attvalue for='x' value='one'/></attvalues></node>"
PATTERN = MTX.format("pattern", "general", "1 2")
DENSE = "%%MatrixMarket matrix array real general\n90000 90000\n1\n"
FAULTS: dict[str, tuple[str, str, list[str]]] = {
    "gml: empty": ("g.gml", "", ["cannot be read as GML", "no graph"]),
    "gml: token": ("g.gml", 'graph [\n node [ id 1 ] ]\n "x', ["line 3", "cannot be read as GML"]),
    "gml: no nodes": ("g.gml", "graph [ directed 1 ]", ["holds no nodes"]),
    "gml: no end": ("g.gml", "graph [ node [ id 1 ]", ["line 2, column 1", "expected ']'"]),
    "gml: unknown end": (
        "g.gml",
        "graph [ directed 1 node [ id 1 ] edge [ source 1 target 2 ] ]",
        ["undefined target 2"],
    ),
    "gml: node twice": (
        "g.gml",
        "graph [ node [ id 1 ] node [ id 1 ] ]",
        ["node id 1 is duplicated"],
    ),
    "gml: undirected": ("g.gml", "graph [ node [ id 1 ] ]", ["is undirected", "both_ways"]),
    "gml: deep": ("g.gml", "graph [ " + "a [ " * 5000, ["nested too deeply"]),
    "gml: huge": ("g.gml", f"graph [ node [ id {'9' * 5000} ] ]", ["cannot be read as GML"]),
    "gml: not UTF-8": ("g.gml", "\udcff", ["line 1", "not text in UTF-8"]),
    "gml: id of another kind": (
        "g.gml",
        "graph [ directed 1 node [ id 1.5 ] ]",
        ["id = 1.5", "text or whole"],
    ),
    "pajek: empty": ("g.net", "", ["line 1", '"*Vertices"']),
    "pajek: a list": ("g.net", "1 2\n", ["line 1", '"1 2"', "is it Pajek"]),
    "pajek: no vertices": ("g.net", "*arcs\n1 2\n", ["no *Vertices"]),
    "pajek: count": (
        "g.net",
        "*Vertices 3\n1 a\n2 b\n*arcs\n",
        ["line 1", "says 3 vertices and lists 2"],
    ),
    "pajek: two-mode": ("g.net", "*Vertices 3 2\n", ["line 1", "two-mode"]),
    "pajek: huge": ("g.net", "*Vertices 999999999\n", ["says 999,999,999 vertices and lists 0"]),
    "pajek: order": ("g.net", "*Vertices 2\n2 a\n1 b\n", ["line 2", "must be vertex 1"]),
    "pajek: label twice": (
        "g.net",
        "*Vertices 2\n1 a\n2 a\n",
        ["line 3", '"a"', "have this label"],
    ),
    "pajek: a quote inside": (
        "g.net",
        '*Vertices 1\n1 "a"b"\n',
        ["line 2", "quotes that do not match", "no quotes inside"],
    ),
    "pajek: quotes": ("g.net", "*Vertices 1\n1 O'Brien\n", ["line 2", "quotes"]),
    "pajek: arcs and edges": (
        "g.net",
        VERTICES + "*Arcs\n1 2\n*Edges\n2 1\n",
        ["line 4", "only list"],
    ),
    "pajek: two lists": ("g.net", VERTICES + "*Arcs :1\n1 2\n*Arcs :2\n2 1\n", ["only list"]),
    "pajek: matrix": ("g.net", VERTICES + "*Matrix\n0 1\n1 0\n", ["*Matrix", "only list"]),
    "pajek: unknown vertex": (
        "g.net",
        VERTICES + "*Arcs\n1 3\n",
        ["line 5", '"3"', "vertices 1 to 2"],
    ),
    "pajek: one end": ("g.net", VERTICES + "*Arcs\n1\n", ["line 5", "two vertices"]),
    "pajek: value": ("g.net", VERTICES + "*Arcs\n1 2 x\n", ["line 5", '"x"', "number"]),
    "gexf: doctype": ("g.gexf", "<!DOCTYPE x [<!ENTITY a 'b'>]><gexf/>", ["line 1", "DOCTYPE"]),
    "gexf: not XML": ("g.gexf", "1 2\n", ["line 1", "is not XML", "is this GEXF?"]),
    "gexf: other XML": ("g.gexf", "<graphml/>", ["is not GEXF"]),
    "gexf: no graph": ("g.gexf", "<gexf/>", ["cannot be read as GEXF", "No <graph>"]),
    "gexf: deep": ("g.gexf", "<gexf>" * 200, ["100 deep"]),
    "gexf: node twice": (
        "g.gexf",
        G % "<node id='a'/>\n<node id='a'/>",
        ["line 2", '"a"', "given twice"],
    ),
    "gexf: no id": ("g.gexf", G % "<node label='a'/>", ["line 1", "id is missing"]),
    "gexf: unknown end": (
        "g.gexf",
        A.replace("</nodes>", EDGE % "b"),
        ["line 2", '"b"', "no node of this id"],
    ),
    "gexf: for a time": ("g.gexf", G % "<node id='a' start='1'/>", ["line 1", "for a time only"]),
    "gexf: undirected edge": (
        "g.gexf",
        A.replace("</nodes>", EDGE % "a' type='undirected"),
        ["is undirected", "both_ways"],
    ),
    "gexf: type of edge": (
        "g.gexf",
        A.replace("</nodes>", EDGE % "a' type='likes"),
        ["line 2", '"likes"', "directed, undirected, mutual"],
    ),
    "gexf: default type": (
        "g.gexf",
        A.replace("'directed'", "'sideways'").replace('"directed"', '"sideways"'),
        ["line 1", '"sideways"', "defaultedgetype must be one of"],
    ),
    "gexf: bad number": (
        "g.gexf",
        (G % ONE).replace("<nodes>", X),
        ["cannot be read as GEXF", "one"],
    ),
    "adjlist: empty": ("g.adjlist", "# nothing\n", ["holds no nodes"]),
    "adjlist: comment": ("g.adjlist", "a b\na #c\n", ["line 2", '"a #c"', "# within a line"]),
    "json: no JSON": ("g.json", "{\n1", ["line 2, column 1", "is not JSON"]),
    "json: deep": ("g.json", "[" * 200_000, ["nested too deeply"]),
    "json: a list": ("g.json", "[]", ["must be {"]),
    "json: no nodes": ("g.json", '{"links": []}', ["nodes: must be a list"]),
    "json: no links": ("g.json", '{"nodes": []}', ["one list of links"]),
    "json: both": ("g.json", '{"nodes": [], "links": [], "edges": []}', ["one list of links"]),
    "json: no id": ("g.json", '{"nodes": [{"name": 1}], "links": []}', ["nodes[0].id: is missing"]),
    "json: id": (
        "g.json",
        '{"nodes": [{"id": 1.5}], "links": []}',
        ["nodes[0].id = 1.5", "whole number"],
    ),
    "json: id twice": (
        "g.json",
        '{"nodes": [{"id": 1}, {"id": 1}], "links": []}',
        ["nodes[1].id = 1"],
    ),
    "json: true is no id": (
        "g.json",
        '{"nodes": [{"id": true}], "links": []}',
        ["nodes[0].id = true"],
    ),
    "json: unknown end": (
        "g.json",
        ONE_NODE % '[{"source": 1, "target": 0}]',
        ["links[0].target = 0", "no node of this id"],
    ),
    "json: directed": (
        "g.json",
        (ONE_NODE % "[]").replace("true", '"yes"'),
        ["directed", "true or false"],
    ),
    "json: undirected": ("g.json", (ONE_NODE % "[]").replace("true", "false"), ["is undirected"]),
    "json: huge": ("g.json", ONE_NODE % f"[{'9' * 5000}]", ["node-link JSON"]),
    "mtx: empty": ("g.mtx", "", ["cannot be read as a Matrix Market file"]),
    "mtx: not square": (
        "g.mtx",
        MTX.format("pattern", "general", "").replace("4 4 3", "4 5 0"),
        ["4 x 5", "square"],
    ),
    "mtx: cut": ("g.mtx", MTX.format("pattern", "general", "1 2\n2 3"), ["Matrix Market"]),
    "mtx: promises": (
        "g.mtx",
        PATTERN.replace("4 4 3", "4 4 999999999999"),
        ["999,999,999,999 entries"],
    ),
    "mtx: accounts": (
        "g.mtx",
        PATTERN.replace("4 4 3", "2000000000 2000000000 1"),
        ["2,000,000,000 accounts"],
    ),
    "mtx: dense": ("g.mtx", DENSE, ["8,100,000,000 entries"]),
    "mtx: line": ("g.mtx", MTX.format("real", "general", "1 2 3\n1 x 3\n1 2 3"), ["line 5"]),
    "mtx: outside": ("g.mtx", MTX.format("pattern", "general", "1 2\n2 3\n5 1"), ["line 6"]),
    "mtx: complex": (
        "g.mtx",
        MTX.format("complex", "general", "1 2 1 1\n2 3 1 1\n3 1 1 1"),
        ["complex"],
    ),
    "mtx: skew": (
        "g.mtx",
        MTX.format("real", "skew-symmetric", "2 1 1\n3 1 1\n4 1 1"),
        ["skew-symmetric"],
    ),
    "mtx: zero": (
        "g.mtx",
        MTX.format("real", "general", "1 2 1\n2 3 0\n3 1 1"),
        ["1 stored entry is 0"],
    ),
    "mtx: none": (
        "g.mtx",
        "%%MatrixMarket matrix coordinate pattern general\n0 0 0\n",
        ["no accounts"],
    ),
}


@pytest.mark.parametrize("what", FAULTS)
def test_faults_are_told_in_a_line(what: str, tmp_path: Path) -> None:
    name, content, fragments = FAULTS[what]
    path = tmp_path / name
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    done = CliRunner().invoke(graph_command, ["info", str(path), "--columns", FORWARD])
    assert done.exit_code == 2, done.output
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith(f"error: {path}")
    assert len(lines[0]) < 600
    for fragment in fragments:
        assert fragment in lines[0]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("g.gml", GML.replace("directed 1", "directed 1 x 1")),
        ("g.mtx", MTX.format("pattern", "general", "1 2\n2 3\n3 1")),
        ("g.adjlist", "a b"),
        ("g.json", ONE_NODE % '[{"source": 1, "target": 1}]'),
    ],
)
def test_weights_that_are_not_there(name: str, content: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"weights?"):
        read_text(name, content, tmp_path, "follower=source followee=target weight=mass")


@pytest.mark.parametrize("value", ["x", -1, 1e400, [1], 10**400])
def test_weights_that_are_none(value: Any, tmp_path: Path) -> None:
    links = json.dumps([{"source": 1, "target": 1, "weight": value}])
    with pytest.raises(InputError, match=r"g\.json.*a weight must be"):
        read_text("g.json", ONE_NODE % links, tmp_path, f"{FORWARD} weight")


@pytest.mark.parametrize("name", FORMATS)
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(raw=st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_a_graph_or_refused(name: str, raw: bytes, tmp_path: Path) -> None:
    path = tmp_path / f"g{FORMATS[name].endings[0]}"
    path.write_bytes(raw)
    try:
        read_follows(path, columns=FORWARD, both_ways=True).validate()
    except InputError as error:
        message = str(error)
    else:
        return
    assert str(path) in message


@pytest.mark.parametrize(
    ("name", "start", "again", "end"),
    [
        ("g.gml", b"graph [ ", b"node [ id 1 ] ", b"]"),
        ("g.json", b'{"nodes": [], "links": [', b"[[[[1]]]], ", b"1]}"),
        ("g.adjlist", b"", b"a b c d e f\n", b""),
        ("g.gexf", b"<gexf>", b"<node id='a'/>", b"</gexf>"),
        ("g.net", b"*vertices 1\n", b"*\n", b""),
    ],
)
def test_large_files_are_refused_before_they_are_parsed(
    name: str, start: bytes, again: bytes, end: bytes, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(start + again * (40_000_000 // len(again)) + end)
    message = refused_cheaply(path)
    assert "holds more than 33,554,432 bytes" in message
    assert "read whole, by networkx" in message
    assert "raise max_bytes" in message


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("g.gml", b"\n" * 1_000_000),
        ("g.gml", b"graph\n" * 3_000_000),
        ("g.json", b"[" * 20_000_000),
        ("g.gexf", b"<gexf>" + b"<a>" * 3_000_000),
        ("g.mtx", b"%" * 20_000_000),
        ("g.net", b"*vertices 999999999\n"),
    ],
)
def test_hostile_files_are_refused_fast(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    assert name in refused_cheaply(tmp_path / name)


# -- doors -----------------------------------------------------------------------------


def test_formats_in_scenarios(tmp_path: Path) -> None:
    from rumorsim.scenario import loads
    from rumorsim.simulation.running import run

    (tmp_path / "g.data").write_text(GML, encoding="utf-8")
    text = """
    horizon = "1 d"
    [graph]
    kind = "file"
    path = "g.data"
    columns = "followee follower"
    format = "{}"
    id_attribute = "label"
    [[stories]]
    name = "a"
    truth = false
    appeal = 0.5
    author = {{ ids = ["小明"] }}
    """
    scenario = loads(text.format("gml"), tmp_path)
    first = run(scenario)
    assert first.scenario["graph"]["format"] == "gml"
    again = run(loads(json.dumps(first.scenario), tmp_path))
    assert again.digest == first.digest
    with pytest.raises(InputError, match=r'graph\.format = "gm": .*did you mean "gml"'):
        loads(text.format("gm"), tmp_path)
    with pytest.raises(
        InputError, match=r"graph\.format: must be left out|format must be left out"
    ):
        loads(text.format("gml").replace("g.data", "g.mapped").replace("columns", "# columns"))


def test_ids_by_attribute_are_checked(tmp_path: Path) -> None:
    for attribute, fragment in (
        ("lable", 'did you mean "label"'),
        ("age", "has none"),
        ("fixed", "two accounts have the same id"),
    ):
        text = GML.replace("label", "fixed 1 label")
        with pytest.raises(InputError, match=fragment):
            read_text("g.gml", text, tmp_path, id_attribute=attribute)
    with pytest.raises(InputError, match="list of follows has no attributes"):
        read_text("g.txt", "1 2\n", tmp_path, id_attribute="name")
    with pytest.raises(InputError, match="a matrix has no attributes"):
        read_text(
            "g.mtx",
            MTX.format("pattern", "general", "1 2\n2 3\n3 1"),
            tmp_path,
            id_attribute="name",
        )


def test_the_list_of_formats() -> None:
    done = CliRunner().invoke(graph_command, ["formats"])
    assert done.exit_code == 0
    for name, each in FORMATS.items():
        line = next(line for line in done.stdout.splitlines() if line.startswith(name))
        assert each.endings[0] in line
        assert ("small graphs" in line) == each.by_networkx
    assert np.all([len(line) <= 100 for line in done.stdout.splitlines()])


def test_formats_that_are_only_read(tmp_path: Path) -> None:
    graph = from_edges([0], [1], direction=FORWARD)
    with pytest.raises(InputError, match=r"read only; one of \.graphml, \.gexf"):
        write_follows(graph, tmp_path / "g.mtx", columns=FORWARD)
