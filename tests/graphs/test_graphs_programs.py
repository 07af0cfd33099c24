"""GraphML as programs write it: NetworkX, igraph, graph-tool, Gephi and yEd."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from graph_samples import FORWARD

from rumorsim.common.errors import InputError
from rumorsim.graphs import FollowGraph, from_networkx, read_follows

CASES = Path(__file__).parents[3] / "shared" / "cases"
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
)


def follows(graph: FollowGraph, names: str | None = None) -> set[tuple[Any, Any]]:
    """Pairs (follower, followee) by original id, or by an attribute."""
    words = graph.id_list() if names is None else graph.attributes[names].tolist()
    return {(words[f], words[a]) for a in range(graph.accounts) for f in graph.followers_of(a)}


def read_text(text: str, folder: Path, columns: str = FORWARD) -> FollowGraph:
    (folder / "g.graphml").write_text(text, encoding="utf-8")
    return read_follows(folder / "g.graphml", columns=columns)


# -- NetworkX --------------------------------------------------------------------------


def test_an_attribute_of_whole_and_other_numbers() -> None:
    graph = read_follows(CASES / "nx_intfloat.graphml", columns=f"{FORWARD} weight")
    assert follows(graph) == {("anna", "bert"), ("bert", "anna")}
    assert graph.attributes["age"].tolist() == [31, 32]
    assert graph.attributes["score"].tolist() == [1.0, 2.5]
    assert graph.weights is not None
    # Anna is followed by Bert with 2.5, Bert by Anna with 1.
    assert graph.weights.tolist() == [2.5, 1.0]


def test_an_attribute_of_text_and_numbers(tmp_path: Path) -> None:
    made: nx.DiGraph[Any] = nx.DiGraph([("a", "b"), ("b", "c"), ("c", "a")])
    made.nodes["a"]["what"], made.nodes["b"]["what"] = 3, "three"
    made.nodes["c"]["what"] = True
    made["a"]["b"]["weight"], made["b"]["c"]["weight"] = 2, 0.5
    nx.write_graphml(made, tmp_path / "g.graphml")
    found = read_follows(tmp_path / "g.graphml", columns=f"{FORWARD} weight")
    assert found.equals(from_networkx(made, direction=FORWARD))
    assert found.attributes["what"].tolist() == [3, "three", True]


# -- igraph ----------------------------------------------------------------------------


def test_what_igraph_writes(tmp_path: Path) -> None:
    igraph = pytest.importorskip("igraph")
    made = igraph.Graph([(0, 1), (1, 2), (2, 0)], directed=True)
    made.vs["name"] = ["小明", "Roe, Ben", "<c>"]
    made.vs["age"] = [31, 32.5, float("nan")]
    made.es["weight"] = [1.0, 2.0, 0.5]
    made.write_graphml(str(tmp_path / "g.graphml"))
    found = read_follows(tmp_path / "g.graphml", columns=f"{FORWARD} weight")
    assert found.id_list() == ["n0", "n1", "n2"]
    assert follows(found, "name") == {("小明", "Roe, Ben"), ("Roe, Ben", "<c>"), ("<c>", "小明")}
    assert found.attributes["age"][:2].tolist() == [31.0, 32.5]
    assert np.isnan(found.attributes["age"][2])
    assert found.weights is not None
    assert found.weights.tolist() == [0.5, 1.0, 2.0]


# -- graph-tool: types of its own, numbers with every bit ------------------------------

GRAPH_TOOL = f"""{HEAD}
  <!-- property keys -->
  <key id="key0" for="node" attr.name="age" attr.type="short" />
  <key id="key1" for="node" attr.name="pos" attr.type="vector_float" />
  <key id="key2" for="node" attr.name="what" attr.type="python_object" />
  <key id="key3" for="node" attr.name="open" attr.type="boolean" />
  <key id="key4" for="node" attr.name="score" attr.type="float" />
  <key id="key5" for="edge" attr.name="w" attr.type="float" />
  <key id="key6" for="graph" attr.name="made" attr.type="vector_string" />
  <graph id="G" edgedefault="directed" parse.nodeids="canonical" parse.edgeids="canonical"
      parse.order="nodesfirst">
    <data key="key6">a, b</data>
    <node id="n0">
      <data key="key0">7</data>
      <data key="key1">0x1.8p+0, -0x1p-1</data>
      <data key="key2">gAN9cQAu</data>
      <data key="key3">1</data>
      <data key="key4">0x1.999999999999ap-4</data>
    </node>
    <node id="n1"><data key="key3">0</data><data key="key4">nan</data></node>
    <edge id="e0" source="n0" target="n1"><data key="key5">0x1.4p+1</data></edge>
  </graph>
</graphml>
"""


def test_what_graph_tool_writes(tmp_path: Path) -> None:
    columns = "follower=source followee=target weight=w"
    found = read_text(GRAPH_TOOL, tmp_path, columns)
    assert follows(found) == {("n0", "n1")}
    assert found.weights is not None
    assert found.weights.tolist() == [2.5]
    assert found.attributes["age"][0] == 7
    assert np.isnan(found.attributes["age"][1])
    assert found.attributes["pos"].tolist() == ["0x1.8p+0, -0x1p-1", None]
    assert found.attributes["what"].tolist() == ["gAN9cQAu", None]
    assert found.attributes["open"].tolist() == [True, False]
    assert found.attributes["score"][0] == 0.1


def test_weights_of_a_type_that_is_no_number_are_refused(tmp_path: Path) -> None:
    text = GRAPH_TOOL.replace(
        'attr.name="w" attr.type="float"', 'attr.name="w" attr.type="vector_float"'
    )
    with pytest.raises(InputError, match=r'line 21: w = "0x1\.4p\+1": a weight must be'):
        read_text(text, tmp_path, "follower=source followee=target weight=w")
    assert read_text(text, tmp_path).weights is None


# -- Gephi -----------------------------------------------------------------------------

GEPHI = f"""{HEAD}
<key attr.name="label" attr.type="string" for="node" id="label"/>
<key attr.name="Edge Label" attr.type="string" for="edge" id="edgelabel"/>
<key attr.name="weight" attr.type="double" for="edge" id="weight"/>
<key attr.name="Interval" attr.type="timeset" for="node" id="timeset"/>
<key attr.name="Modularity Class" attr.type="int" for="node" id="modularity_class"/>
<key attr.name="r" attr.type="int" for="node" id="r"/>
<key attr.name="x" attr.type="float" for="node" id="x"/>
<graph edgedefault="directed">
<node id="17">
<data key="label">Anna</data>
<data key="timeset">&lt;[2001, 2002]&gt;</data>
<data key="modularity_class"></data>
<data key="r">153</data>
<data key="x">-49.4</data>
</node>
<node id="4"><data key="label">小明</data><data key="modularity_class">2</data></node>
<edge id="0" source="17" target="4"><data key="weight">3.0</data></edge>
<edge id="1" source="4" target="17" directed="true"/>
</graph>
</graphml>
"""


def test_what_gephi_writes(tmp_path: Path) -> None:
    found = read_text(GEPHI, tmp_path, f"{FORWARD} weight")
    assert found.id_list() == [4, 17]
    assert follows(found) == {(17, 4), (4, 17)}
    assert found.attributes["label"].tolist() == ["小明", "Anna"]
    assert found.attributes["Interval"].tolist() == [None, "<[2001, 2002]>"]
    assert found.attributes["Modularity Class"][0] == 2
    assert np.isnan(found.attributes["Modularity Class"][1])
    assert found.weights is not None
    assert found.weights.tolist() == [3.0, 1.0]


# -- yEd: how nodes are drawn, ports, groups -------------------------------------------

NODE = """<node id="n{}"><data key="d5"/><port name="p0"/><data key="d6"><y:ShapeNode>
<y:Geometry height="30.0" width="30.0" x="0" y="0"/><y:Fill color="#FFCC00" transparent="false"/>
<y:NodeLabel alignment="center" visible="true">{}<y:LabelModel><y:Smart distance="4.0"/>
</y:LabelModel></y:NodeLabel><y:NodeLabel>second</y:NodeLabel></y:ShapeNode></data></node>
"""
YED = """<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:y="http://www.yworks.com/xml/graphml">
  <!--Created by yEd 3.23-->
  <key attr.name="Beschreibung" attr.type="string" for="graph" id="d0"/>
  <key for="port" id="d1" yfiles.type="portgraphics"/>
  <key attr.name="url" attr.type="string" for="node" id="d4"/>
  <key attr.name="description" attr.type="string" for="node" id="d5"/>
  <key for="node" id="d6" yfiles.type="nodegraphics"/>
  <key for="graphml" id="d7" yfiles.type="resources"/>
  <key for="edge" id="d10" yfiles.type="edgegraphics"/>
  <graph edgedefault="directed" id="G">
    <data key="d0" xml:space="preserve"/>
    {}
    <edge id="e0" source="n0" target="n1" sourceport="p0"><data key="d10"><y:PolyLineEdge>
      <y:Arrows source="none" target="standard"/><y:EdgeLabel>likes</y:EdgeLabel>
    </y:PolyLineEdge></data></edge>
  </graph>
  <data key="d7"><y:Resources/></data>
</graphml>
"""


def test_what_yed_writes(tmp_path: Path) -> None:
    nodes = NODE.format(0, "Anna B") + NODE.format(1, "小明 &amp; Co")
    found = read_text(YED.format(nodes), tmp_path)
    assert follows(found) == {("n0", "n1")}
    assert follows(found, "label") == {("Anna B", "小明 & Co")}
    assert found.attributes["url"].tolist() == [None, None]
    # An attribute of that name is what people gave, and stays.
    told = YED.replace('attr.name="description"', 'attr.name="label"')
    found = read_text(
        told.format(nodes.replace('<data key="d5"/>', '<data key="d5">x</data>')), tmp_path
    )
    assert found.attributes["label"].tolist() == ["x", "x"]


GROUP = """<node id="n{0}" yfiles.foldertype="{2}"><data key="d5">a frame</data><data key="d6">
<y:ProxyAutoBoundsNode><y:Realizers active="0">
<y:GroupNode><y:NodeLabel>Group</y:NodeLabel><y:State closed="false"/></y:GroupNode>
<y:GroupNode><y:NodeLabel>Folder</y:NodeLabel><y:State closed="true"/></y:GroupNode>
</y:Realizers></y:ProxyAutoBoundsNode></data>
<graph edgedefault="directed" id="n{0}:">{1}</graph></node>
"""


def edge(number: int, source: str, target: str, more: str = "") -> str:
    return f'<edge id="x{number}" source="{source}" target="{target}"{more}/>'


def test_members_of_yed_groups_are_accounts(tmp_path: Path) -> None:
    inner = GROUP.format("0::n1", NODE.format("0::n1::n0", "deep"), "folder")
    inside = NODE.format("0::n0", "a") + inner + edge(1, "n0::n0", "n0::n1::n0")
    nodes = GROUP.format(0, inside, "group") + NODE.format(1, "b") + GROUP.format(2, "", "group")
    # An edge between a member and a node outside stands in the outer graph.
    text = YED.format(nodes).replace('source="n0"', 'source="n0::n0"')
    found = read_text(text, tmp_path)
    assert follows(found, "label") == {("a", "b"), ("a", "deep")}
    assert found.id_list() == ["n0::n0", "n0::n1::n0", "n1"]
    assert found.attributes["description"].tolist() == ["", "", ""]


def test_a_yed_group_at_an_edge_is_an_account(tmp_path: Path) -> None:
    nodes = GROUP.format(0, NODE.format("0::n0", "a"), "group") + NODE.format(1, "b")
    found = read_text(YED.format(nodes), tmp_path)
    assert found.id_list() == ["n0", "n0::n0", "n1"]
    assert follows(found, "label") == {("Group", "b")}
    assert found.attributes["description"].tolist() == ["a frame", "", ""]


def test_graphs_in_nodes_without_the_words_of_yed(tmp_path: Path) -> None:
    inside = '<node id="1"/><node id="2"/><edge source="2" target="1"/>'
    head = f'{HEAD}<key id="k" for="node" attr.name="age" attr.type="int"/>'
    text = (
        f'{head}<graph edgedefault="directed"><node id="group">{{}}'
        f'<graph edgedefault="{{}}">{inside}</graph><data key="k">8</data></node>'
        "</graph></graphml>"
    )
    found = read_text(text.format("", "directed"), tmp_path)
    # The group has no part in how ids are read: those of its members are whole numbers.
    assert (found.id_list(), follows(found)) == ([1, 2], {(2, 1)})
    assert np.isnan(found.attributes["age"]).all()
    with pytest.raises(InputError, match=r'data = "age": is given twice'):
        read_text(text.format('<data key="k">7</data>', "directed"), tmp_path)
    # Each graph says for itself which way edges go by default.
    with pytest.raises(InputError, match="is undirected"):
        read_text(text.format("", "undirected"), tmp_path)
    empty = '<graph edgedefault="directed"><node id="g" yfiles.foldertype="folder"/></graph>'
    with pytest.raises(InputError, match="holds groups and no other nodes"):
        read_text(f"{head}{empty}</graphml>", tmp_path)
