"""GraphML: read and written as networkx does, and refused where it is broken or hostile."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from graph_samples import BACKWARD, FORWARD, refused_cheaply, sample

from rumorsim.common.errors import InputError
from rumorsim.graphs import from_edges, from_networkx, read_follows, write_follows

linux = pytest.mark.skipif(sys.platform != "linux", reason="measures memory as Linux counts it")


# -- GraphML and networkx --------------------------------------------------------------


def web() -> nx.DiGraph[Any]:
    found: nx.DiGraph[Any] = nx.gnp_random_graph(40, 0.1, seed=1, directed=True)
    for node in found:
        found.nodes[node]["kind"] = ["quiet", "loud & <proud>"][node % 2]
        if node % 3:
            found.nodes[node]["score"] = node / 7
    for at, edge in enumerate(found.edges):
        found.edges[edge]["weight"] = at / 3
    return found


@pytest.mark.parametrize("direction", [FORWARD, BACKWARD])
def test_networkx_writes_and_we_read(direction: str, tmp_path: Path) -> None:
    nx.write_graphml(web(), tmp_path / "g.graphml")
    found = read_follows(tmp_path / "g.graphml", columns=f"{direction} weight")
    assert found.equals(from_networkx(web(), direction=direction))
    assert read_follows(tmp_path / "g.graphml", columns=direction).weights is None


def test_we_write_and_networkx_reads(tmp_path: Path) -> None:
    graph = from_networkx(web(), direction=FORWARD)
    write_follows(graph, tmp_path / "g.graphml", columns=f"{FORWARD} weight")
    found = nx.read_graphml(tmp_path / "g.graphml", node_type=int)
    assert dict(found.nodes(data=True)) == dict(web().nodes(data=True))
    assert sorted(found.edges(data="weight")) == sorted(web().edges(data="weight"))


PLAIN = '<graphml><graph edgedefault="directed">{}</graph></graphml>'
TWO = '<node id="a"/><node id="b"/><edge source="a" target="b"/>'
WEIGHT = '<key id="w" for="edge" attr.name="weight" attr.type="double">{}</key>'


@pytest.mark.parametrize(
    ("content", "columns", "pairs", "weights"),
    [
        (PLAIN.format(TWO), FORWARD, {("a", "b")}, None),
        (PLAIN.format(TWO), BACKWARD, {("b", "a")}, None),
        (PLAIN.format(TWO), "follower=target followee=source", {("b", "a")}, None),
        (PLAIN.format(TWO.replace("graphml", "g:graphml")), FORWARD, {("a", "b")}, None),
        ("\ufeff<!-- no --><?php no ?>" + PLAIN.format(TWO), FORWARD, {("a", "b")}, None),
        # Ends may come before their nodes; ports and what programs keep are passed over.
        (
            PLAIN.format(
                '<edge source="7" target="-1"/><node id="7"><port/></node><node id="-1"/>'
            ),
            FORWARD,
            {(7, -1)},
            None,
        ),
        (
            PLAIN.format(
                '<key id="y"/>' + TWO.replace("/>", '><data key="y"><y:Fill/>x</data></node>', 1)
            ),
            FORWARD,
            {("a", "b")},
            None,
        ),
        (
            PLAIN.format(
                WEIGHT.format("")
                + TWO
                + '<edge source="b" target="a"><data key="w"> 2.5 </data></edge>'
            ),
            f"{FORWARD} weight",
            {("a", "b"), ("b", "a")},
            [2.5, 1.0],
        ),
        (
            PLAIN.format(WEIGHT.format("<default>0.25</default>") + TWO),
            f"{FORWARD} weight",
            {("a", "b")},
            [0.25],
        ),
    ],
)
def test_ways_to_write_graphml(
    content: str, columns: str, pairs: set[Any], weights: list[float] | None, tmp_path: Path
) -> None:
    for name in ("g.graphml", "g.graphml.gz", "g.xml"):
        raw = content.encode()
        if name == "g.xml" and not raw.startswith(b"<graphml"):
            continue
        (tmp_path / name).write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
        graph = read_follows(tmp_path / name, columns=columns)
        ids = graph.id_list()
        found = {
            (ids[f], ids[a]) for a in range(graph.accounts) for f in graph.followers_of(a).tolist()
        }
        assert found == pairs
        assert (None if graph.weights is None else graph.weights.tolist()) == weights


def test_defaults_of_attributes(tmp_path: Path) -> None:
    keys = (
        '<key id="k" for="node" attr.name="kind"><default>quiet</default></key>'
        '<key id="n" for="all" attr.name="n" attr.type="int"/>'
    )
    nodes = TWO.replace("/>", '><data key="k">loud</data><data key="n">3</data></node>', 1)
    (tmp_path / "g.graphml").write_text(PLAIN.format(keys + nodes))
    graph = read_follows(tmp_path / "g.graphml", columns=FORWARD)
    assert graph.attributes["kind"].tolist() == ["loud", "quiet"]
    assert graph.attributes["n"][0] == 3
    assert np.isnan(graph.attributes["n"][1])


DATA = (
    '<key id="k" for="node" attr.name="n" attr.type="{}"/>'
    '<node id="a"><data key="k">{}</data></node>'
)
WEIGHTED = (
    WEIGHT.format("")
    + '<node id="a"/><node id="b"/>'
    + ('<edge source="a" target="b"><data key="w">{}</data></edge>')
)
XML = '<?xml version="1.0" encoding="{}"?>'
#: What stands in the graph, and what must be said of it.
IN_GRAPH: dict[str, tuple[str, list[str]]] = {
    "one undirected": (TWO.replace("target", 'directed="false" target'), ["undirected"]),
    "node missing": ("\n" + TWO.replace('id="b"', 'id="c"'), ["line 2", 'edge = "b"']),
    "node twice": (TWO + '<node id="a"/>', ["given twice", '"a"']),
    "no id": ("<node/>", ["id: is missing"]),
    "empty id": ('<node id=""/>', ["id: is empty"]),
    "long id": (f'<node id="{"a" * 2000}"/>', ["1,000 characters"]),
    "no source": ('<edge target="a"/>', ["source: is missing"]),
    "no nodes": ("", ["holds no nodes"]),
    "two graphs": (
        '</graph><graph edgedefault="directed"><node id="a"/>',
        ["more than one", "file of its own"],
    ),
    "node in node": ('<node id="a"><node id="b"/></node>', ["directly in <graph>"]),
    "edge in edge": (
        '<edge source="a" target="b"><edge source="b" target="a"/></edge>',
        ["directly in <graph>"],
    ),
    "graph in edge": (
        '<edge source="a" target="b"><graph edgedefault="directed"/></edge>',
        ["<graph>", "in a <node>"],
    ),
    "hyperedge": ("<hyperedge/>", ["hyperedge", "replace each"]),
    "locator": ('<node id="a"><locator/></node>', ["another file"]),
    "unknown key": ('<node id="a"><data key="k">1</data></node>', ["no such key"]),
    "key twice": ('<key id="k" attr.name="n"/><key id="k" attr.name="m"/>', ["declared twice"]),
    "one name twice": (
        '<key id="k" for="node" attr.name="n" attr.type="int"/>'
        '<key id="l" for="node" attr.name="n" attr.type="double"/>'
        '<node id="a"><data key="k">1</data><data key="l">2</data></node>',
        ['data = "n"', "given twice"],
    ),
    "not an int": (DATA.format("int", "1.5"), ['n = "1.5"', "type int"]),
    "not a float": (DATA.format("double", "1_0"), ["type double"]),
    "not a hexadecimal": (DATA.format("float", "0x1p+99999"), ["type float"]),
    "not a truth": (DATA.format("boolean", "ja"), ["type boolean"]),
    "data twice": (DATA.format("int", "1</data><data key='k'>2"), ["given twice"]),
    "long value": (DATA.format("string", "x" * 200_000), ["100,000 characters"]),
}
WHOLE: dict[str, tuple[str, list[str]]] = {
    "not XML": ("1 2\n", ["line 1", "is not XML"]),
    "empty": ("", ["is not XML"]),
    "cut": (PLAIN.format(TWO)[:-9], ["is not XML"]),
    "other XML": ("<html/>", ["not GraphML", "<html>"]),
    "doctype": ("<!DOCTYPE graphml>" + PLAIN.format(TWO), ["line 1", "DOCTYPE"]),
    "encoding": (XML.format("x-none") + PLAIN.format(TWO), ["encoding"]),
    "wide encoding": (XML.format("gb18030") + PLAIN.format(TWO), ["encoding"]),
    "undirected": (PLAIN.format(TWO).replace("directed", "undirected"), ["who follows"]),
    "no direction": (PLAIN.format(TWO).replace(' edgedefault="directed"', ""), ["edgedefault"]),
    "deep": ("<graphml>" + "<a>" * 200, ["100 deep"]),
}
WEIGHTS: dict[str, tuple[str, list[str]]] = {
    "no weights": (TWO, ["no such data", '"weight"']),
    "negative": (WEIGHTED.format("-1"), ["weight = -1.0", "finite number"]),
    "infinite": (WEIGHTED.format("INF"), ["weight = inf", "finite number"]),
    "nan by default": (WEIGHT.format("<default>nan</default>") + TWO, ["weight = nan"]),
}
FAULTS = {
    **{name: (PLAIN.format(body), FORWARD, told) for name, (body, told) in IN_GRAPH.items()},
    **{name: (text, FORWARD, told) for name, (text, told) in WHOLE.items()},
    **{
        f"weights: {name}": (PLAIN.format(body), f"{FORWARD} weight", told)
        for name, (body, told) in WEIGHTS.items()
    },
    "no such end": (
        PLAIN.format(TWO),
        "follower=sourc followee=target",
        ['did you mean "source"'],
    ),
}


@pytest.mark.parametrize("what", FAULTS)
def test_faults_in_graphml_are_told_in_a_line(what: str, tmp_path: Path) -> None:
    content, columns, fragments = FAULTS[what]
    (tmp_path / "g.graphml").write_text(content)
    with pytest.raises(InputError) as refused:
        read_follows(tmp_path / "g.graphml", columns=columns)
    message = str(refused.value)
    assert "\n" not in message
    assert len(message) < 500
    for fragment in fragments:
        assert fragment in message


def test_ids_of_graphml_as_they_are_asked_for(tmp_path: Path) -> None:
    (tmp_path / "g.graphml").write_text(PLAIN.format(TWO.replace('"a"', '"1"')))
    assert read_follows(tmp_path / "g.graphml", columns=FORWARD).id_list() == ["1", "b"]
    with pytest.raises(InputError, match=r'line 1: id = "b": is not a whole number'):
        read_follows(tmp_path / "g.graphml", columns=FORWARD, ids="integer")
    (tmp_path / "g.graphml").write_text(
        PLAIN.format(TWO.replace('"a"', '"1"').replace('"b"', '"0"'))
    )
    assert read_follows(tmp_path / "g.graphml", columns=FORWARD).ids is None
    text = read_follows(tmp_path / "g.graphml", columns=FORWARD, ids="text")
    assert text.id_list() == ["0", "1"]


def test_what_xml_cannot_hold_is_refused(tmp_path: Path) -> None:
    for ids in (["a\0", "b"], ["\ud800", "b"], [1, "1"]):
        graph = from_edges(ids[:1], ids[1:], direction=FORWARD)
        with pytest.raises(InputError, match=r"write \.mapped"):
            write_follows(graph, tmp_path / "g.graphml", columns=FORWARD)
    with pytest.raises(InputError, match="no such end"):
        write_follows(sample(), tmp_path / "g.graphml", columns="follower=a followee=b")
    assert list(tmp_path.iterdir()) == []


# -- hostile files ---------------------------------------------------------------------

LAUGHS = '<!DOCTYPE lolz [<!ENTITY l0 "lol">' + "".join(
    f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10)
)
HOSTILE: dict[str, Callable[[], bytes]] = {
    "billion laughs": lambda: (LAUGHS + "]>" + PLAIN.format("&l9;")).encode(),
    "quadratic": lambda: (
        f'<!DOCTYPE x [<!ENTITY a "{"a" * 100_000}">]>' + PLAIN.format("&a;" * 100_000)
    ).encode(),
    "entity of a file": lambda: (
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + PLAIN.format('<node id="&a;"/>')
    ).encode(),
    "DTD elsewhere": lambda: (
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">' + PLAIN.format(TWO)
    ).encode(),
    "parameter entity": lambda: (
        '<!DOCTYPE x [<!ENTITY % a SYSTEM "file:///etc/passwd"> %a;]>' + PLAIN.format(TWO)
    ).encode(),
    "deep": lambda: b"<graphml>" + b"<a>" * 3_000_000,
    "endless tag": lambda: b"<graphml " + b"a" * 30_000_000,
    "endless comment": lambda: b"<graphml><!-- " + b"a" * 30_000_000,
    "many attributes": lambda: (
        b"<graphml " + b" ".join(b'a%d=""' % i for i in range(2_000_000)) + b"/>"
    ),
    "many keys": lambda: (
        b"<graphml>" + b"".join(b'<key id="%d" attr.name="%d"/>' % (i, i) for i in range(300_000))
    ),
    "long text": lambda: PLAIN.format(DATA.format("string", "x" * 30_000_000)).encode(),
}


@linux
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_graphml_is_refused_fast_and_small(name: str, tmp_path: Path) -> None:
    path = tmp_path / "hostile.graphml"
    path.write_bytes(HOSTILE[name]())
    message = refused_cheaply(path)
    assert "hostile.graphml" in message
    assert "root:" not in message


@linux
def test_exploding_graphml_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.graphml.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(b"<graphml>")
        for _ in range(200):
            file.write(b" " * (1 << 20))
    assert "50-fold" in refused_cheaply(path)


def test_much_that_is_harmless_is_read(tmp_path: Path) -> None:
    """Negative control of the caps: long files are fine where no tag is."""
    padding = "<!-- x -->\n" * 200_000 + " " * 3_000_000
    (tmp_path / "g.graphml").write_text(PLAIN.format(padding + TWO))
    assert read_follows(tmp_path / "g.graphml", columns=FORWARD).follows == 1
