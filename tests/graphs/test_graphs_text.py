"""Dialects of edge lists: read as they were meant, or refused with what to say; never guessed."""

from __future__ import annotations

import gzip
import json
import tarfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from click.testing import CliRunner

from rumorsim import load
from rumorsim.cli.graph import graph as graph_command
from rumorsim.common.errors import InputError
from rumorsim.graphs import FollowGraph, read_follows, write_follows
from rumorsim.graphs.columns import looks_like_names, names_a_column
from rumorsim.scenario import build_graph

FORWARD = "follower followee"
CASES = Path(__file__).resolve().parents[3] / "shared" / "cases"


def written(folder: Path, content: str | bytes, name: str = "follows.txt") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def pairs_of(graph: FollowGraph) -> set[tuple[Any, Any]]:
    ids = graph.id_list()
    return {(ids[f], ids[a]) for a in range(graph.accounts) for f in graph.followers_of(a).tolist()}


def weights_of(graph: FollowGraph) -> dict[tuple[Any, Any], float]:
    ids = graph.id_list()
    assert graph.weights is not None
    ends = [(ids[f], ids[a]) for a in range(graph.accounts) for f in graph.followers_of(a).tolist()]
    return dict(zip(ends, graph.weights.tolist(), strict=True))


def refused(path: Path, columns: str = FORWARD, **options: Any) -> str:
    with pytest.raises(InputError) as error:
        read_follows(path, columns=columns, **options)
    message = str(error.value)
    assert "\n" not in message
    assert str(path) in message
    return message


# --- headers -------------------------------------------------------------------------------

HEADERS = [
    "user_id,friend_id\nanna,bert\nbert,carl\ncarl,anna\n",
    "src\tdst\nanna\tbert\nbert\tanna\n",
    "Source;Target\nanna;bert\nbert;anna\n",
    "from to\nanna bert\nbert anna\n",
    "FromUserId,ToUserId\nanna,bert\nbert,anna\n",
    '"screen_name","friend"\n"anna","bert"\n"bert","anna"\n',
    "node1 node2\nanna bert\nbert anna\n",
    "用户,关注者\n小明,小红\n小红,小明\n",
    "u,v\nanna,bert\nbert,anna\n",
    "Abonné,Célébrité\nu1,u2\nu2,u3\n",
    "A,B\n1,2\n",
    "ann,7\n7,8\n8,7\n",
]


@pytest.mark.parametrize("text", HEADERS)
def test_a_first_line_that_looks_like_names_is_refused(text: str, tmp_path: Path) -> None:
    path = written(tmp_path, text)
    message = refused(path)
    assert "line 1" in message
    assert "--header yes" in message
    top = text.split("\n")[0]
    lines = text.count("\n")
    assert read_follows(path, columns=FORWARD, header=True).follows == lines - 1
    as_data = read_follows(path, columns=FORWARD, header="no", ids="text")
    assert as_data.follows == lines
    assert as_data.id_list()[0] not in ("", top)


@pytest.mark.parametrize(
    "text",
    [
        "ann bob\nbob cy\n",
        "user1 user2\nuser3 user4\nuser5 user6\n",
        # Words for columns that are accounts of other lines too.
        "friend user\nuser ann\nann friend\n",
        "a b\nc d\n",
        "7 8\n8 9\n",
    ],
)
def test_accounts_in_the_first_line_stay_accounts(text: str, tmp_path: Path) -> None:
    found = read_follows(written(tmp_path, text), columns=FORWARD)
    assert found.follows == text.count("\n")
    assert found.read_as is not None
    assert found.read_as.header_line == 0


def test_a_header_that_is_sure_is_taken_and_told(tmp_path: Path) -> None:
    for text in ("A,B\n1,2\n2,3\n3,4\n", "who,whom\n1,2\n", "follower,followee\nann,bob\n"):
        found = read_follows(written(tmp_path, f"# x y z\n\n{text}"), columns=FORWARD)
        assert found.read_as is not None
        assert found.read_as.header_line == 3
        assert found.read_as.skipped == {"comment": 1, "empty": 1}
        assert "line 3 is a header" in found.read_as.as_sentence()


def test_names_of_ours_that_are_also_ids_are_refused(tmp_path: Path) -> None:
    message = refused(written(tmp_path, "follower,bob\nbob,follower\n"))
    assert '"follower" is an id in other lines' in message


@pytest.mark.parametrize(
    "text",
    [
        "user_id,friend_id\nann,bob\nbob,user_id\ncy,ann\n",
        "user_id,friend_id\nann,bob\nuser_id,friend_id\ncy,ann\n",
        "Source\tTarget\nann\tbob\nbob\tTarget\n",
        "Source\tTarget\nSource\tTarget\nann\tbob\n",
        "src,dst\nann,bob\nbob,src\n",
    ],
)
def test_one_id_that_recurs_settles_no_header(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, text)
    message = refused(path)
    assert "looks like the names of columns" in message and "--header yes" in message
    assert read_follows(path, columns="follower followee", header=False).accounts > 1
    rows = text.splitlines()[1:]
    assert read_follows(path, columns="follower followee", header=True).follows == len(rows)


@pytest.mark.parametrize(
    "text",
    [
        "user1,user2\nuser2,user1\n",
        "user,friend\nfriend,user\n",
        "ann,friend\nfriend,bob\n",
        "name,ann\nbob,name\n",
    ],
)
def test_accounts_that_recur_are_no_header(tmp_path: Path, text: str) -> None:
    assert read_follows(written(tmp_path, text), columns="follower followee").follows == 2


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("follower,followee,follower", "follower followee _"),
        ("follower,followee,Followee", "follower followee _"),
        ("a,b,a", "follower followee _"),
        ("a,b,x,x", "follower followee _ _"),
    ],
)
def test_a_name_of_two_columns_is_refused_by_order_too(
    tmp_path: Path, header: str, columns: str
) -> None:
    path = written(tmp_path, f"{header}\n" + ",".join("1234"[: header.count(",") + 1]) + "\n")
    assert "two columns have this name" in refused(path, columns, header=True)
    path = written(tmp_path, "a,b,,\n1,2,,\n")  # columns without names have none twice
    assert read_follows(path, columns="follower followee _ _", header=True).follows == 1


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("// x\n1 2\n2 3\n", 1),
        ("// x\n1 2\n2 3\n3 4\n4 5\n", 1),
        ("ann bob\n// x\ncy dan\n", 2),
        ("1 2\n" * 300 + "// 4\n3 4\n", 301),
        ("// a longer comment\nann bob\n", 1),
    ],
)
def test_comments_of_other_programs_are_no_follows(tmp_path: Path, text: str, line: int) -> None:
    message = refused(written(tmp_path, text))
    assert f"line {line}: " in message and "looks like a comment" in message
    assert "begin comments with #" in message


def test_ids_may_begin_with_slashes_where_that_is_said(tmp_path: Path) -> None:
    path = written(tmp_path, "//a bob\nbob //c\n")
    assert "looks like a comment" in refused(path)
    found = read_follows(path, columns=FORWARD, comments="none")
    assert pairs_of(found) == {("//a", "bob"), ("bob", "//c")}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ann|bob\nbob|cy\n", "spaces, tabs, commas or semicolons"),
        ("1 -> 2\n2 -> 3\n", "leave out the arrows"),
        ("digraph { a -> b; }\n", "this is DOT"),
        ("strict graph G {\n a -- b;\n}\n", "this is DOT"),
    ],
)
def test_other_notations_are_named(tmp_path: Path, text: str, said: str) -> None:
    assert said in refused(written(tmp_path, text))


@pytest.mark.parametrize(("name", "said"), [("g.lgl", "LGL"), ("g.dot", "DOT"), ("g.gv", "DOT")])
def test_formats_of_other_programs_are_named(tmp_path: Path, name: str, said: str) -> None:
    path = written(tmp_path, "1 2\n", name)
    assert f"this is {said}" in refused(path) and "write GraphML" in refused(path)
    graph = read_follows(path, columns=FORWARD, format="text")
    assert graph.follows == 1
    with pytest.raises(InputError, match=f"this is {said}"):
        write_follows(graph, tmp_path / f"new-{name}", columns=FORWARD)


def test_accounts_called_graph_are_read(tmp_path: Path) -> None:
    path = written(tmp_path, "graph a {'w': 1}\na graph {}\n")
    assert read_follows(path, columns=FORWARD).follows == 2


def test_columns_by_name_need_a_header(tmp_path: Path) -> None:
    path = written(tmp_path, "src,dst\n1,2\n")
    message = refused(path, "follower=src followee=dst", header=False)
    assert "header = false: columns by name need a header" in message
    message = refused(written(tmp_path, "src,src\n1,2\n"), "follower=src followee=dst")
    assert "two columns have this name" in message


def test_what_was_written_with_names_in_a_comment_is_read_back(tmp_path: Path) -> None:
    found = read_follows(written(tmp_path, "user friend\nx y\n"), columns=FORWARD, header=False)
    write_follows(found, tmp_path / "out.txt", columns=FORWARD)
    assert read_follows(tmp_path / "out.txt", columns=FORWARD).equals(found)


def test_words_that_columns_are_called_by() -> None:
    for word in ("user_id", "FriendID", "source", "Node 1", "to", "screen-name", "被关注者"):
        assert names_a_column(word), word
    for word in ("anna", "from_me", "bbc_news", "7", "", "u1"):
        assert not names_a_column(word), word
    assert not looks_like_names(["ann", "bob"], ["ann1", "bo"])
    assert looks_like_names(["ann", "bob"], ["ann1", "bo2"])


# --- separators ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "separator", "pairs"),
    [
        ("ann\tRoe, Ben\nben\tPoe, Cy\n", "tab", {("ann", "Roe, Ben"), ("ben", "Poe, Cy")}),
        (
            "Roe, Ben;Poe, Cy\nPoe, Cy;x,y\n",
            "semicolon",
            {("Roe, Ben", "Poe, Cy"), ("Poe, Cy", "x,y")},
        ),
        ("Ann Lee,Bob Ray\nBob Ray,Cy\n", "comma", {("Ann Lee", "Bob Ray"), ("Bob Ray", "Cy")}),
        ("a,b c\nc d,e\ne f\n", "blanks", {("a,b", "c"), ("c", "d,e"), ("e", "f")}),
        ("1, 2\n2, 3\n", "comma", {(1, 2), (2, 3)}),
        ("1 ;2\n2 ;3\n", "semicolon", {(1, 2), (2, 3)}),
        ("1 2\n2\t3\n", "blanks", {(1, 2), (2, 3)}),
        ('"Lee, Ann"\tbob\nbob\tcy\n', "tab", {("Lee, Ann", "bob"), ("bob", "cy")}),
        ('"Ann Lee" bob\nbob "Cy ""C"" D"\n', "blanks", {("Ann Lee", "bob"), ("bob", 'Cy "C" D')}),
        ('"a;b";c\nc;d\n', "semicolon", {("a;b", "c"), ("c", "d")}),
        ('" ann",ann\nann,b\n', "comma", {(" ann", "ann"), ("ann", "b")}),
    ],
)
def test_separators_that_the_lines_agree_with(
    text: str, separator: str, pairs: set[tuple[Any, Any]], tmp_path: Path
) -> None:
    found = read_follows(written(tmp_path, text), columns=FORWARD)
    assert pairs_of(found) == pairs
    assert found.read_as is not None
    assert found.read_as.separator == separator
    said = read_follows(written(tmp_path, text), columns=FORWARD, separator=separator)
    assert said.equals(found)


@pytest.mark.parametrize(
    "text",
    [
        "a;,b\n",
        "x,y z\nz,y x\n",
        "a;b,c\nc;b,a\n",
        "ann;bob;0,5\nbob;cy;1,0\n",
        "1,2 3,4\n3,4 1,2\n",
    ],
)
def test_lines_that_agree_with_two_separators_are_refused(text: str, tmp_path: Path) -> None:
    message = refused(written(tmp_path, text))
    assert "may be separated by" in message
    assert "--separator" in message


def test_a_name_that_ends_in_csv_decides_between_commas_and_blanks(tmp_path: Path) -> None:
    text = "ann,Ben Roe\nbob,Cy Poe\n"
    assert "may be separated by comma or by blanks" in refused(written(tmp_path, text))
    found = read_follows(written(tmp_path, text, "f.csv"), columns=FORWARD)
    assert pairs_of(found) == {("ann", "Ben Roe"), ("bob", "Cy Poe")}


def test_a_separator_that_is_said_holds_for_every_line(tmp_path: Path) -> None:
    path = written(tmp_path, "a;b,c\nc;b,a\n")
    found = read_follows(path, columns=FORWARD, separator="comma")
    assert pairs_of(found) == {("a;b", "c"), ("c;b", "a")}
    assert "1 column where 2" in refused(path, separator="tab")
    with pytest.raises(InputError, match='did you mean "semicolon"'):
        read_follows(path, columns=FORWARD, separator="semicolons")


# --- attributes as networkx writes them -----------------------------------------------------


def test_lists_that_networkx_wrote(tmp_path: Path) -> None:
    made = nx.DiGraph()
    made.add_edge("ann", "bob", weight=2.0, since=2011)
    made.add_edge("bob", "ann", weight=0.5)
    made.add_edge("bob", "cy", note="a {b} 'c'")
    for separator in (" ", "\t", ",", ", ", ";"):
        nx.write_edgelist(made, tmp_path / "g.edgelist", delimiter=separator)
        found = read_follows(tmp_path / "g.edgelist", columns=f"{FORWARD} weight")
        assert weights_of(found) == {
            ("ann", "bob"): 2.0,
            ("bob", "ann"): 0.5,
            # As elsewhere, a weight that is missing is 1.
            ("bob", "cy"): 1.0,
        }
        assert found.read_as is not None
        assert found.read_as.attributes
        assert read_follows(tmp_path / "g.edgelist", columns=FORWARD).weights is None
    nx.write_edgelist(nx.path_graph(4, nx.DiGraph), tmp_path / "g.edgelist")
    found = read_follows(tmp_path / "g.edgelist", columns=FORWARD)
    assert pairs_of(found) == {(0, 1), (1, 2), (2, 3)}


def test_attributes_by_name(tmp_path: Path) -> None:
    path = written(tmp_path, "0 1 {'w': np.float64(2.5), 'since': 2011}\n1 2 {'since': 2012}\n")
    found = read_follows(path, columns="follower=source followee=target weight=w time=since")
    assert weights_of(found) == {(0, 1): 2.5, (1, 2): 1.0}
    assert found.read_as is not None
    assert found.read_as.times == (2011.0, 2012.0)
    turned = read_follows(path, columns="follower=target followee=source")
    assert pairs_of(turned) == {(1, 0), (2, 1)}
    message = refused(path, "follower=src followee=target")
    assert 'did you mean "source"' in message


def test_attributes_that_are_not_on_every_line_or_no_dict(tmp_path: Path) -> None:
    lines = [f"{i} {i + 1} {{}}" for i in range(300)]
    lines[250] = "250 251"
    assert "line 251" in refused(written(tmp_path, "\n".join(lines)))
    weighted = f"{FORWARD} weight"
    path = written(tmp_path, "0 1 {'weight': open}\n1 2 {'weight': 1}\n")
    assert "cannot be read" in refused(path, weighted)
    path = written(tmp_path, "0 1 {'weight': -1}\n1 2 {'weight': 1}\n")
    assert "at least 0" in refused(path, weighted)
    # Ids in braces are ids.
    path = written(tmp_path, "{0} {1}\n{1} {}\n")
    assert pairs_of(read_follows(path, columns=FORWARD)) == {("{0}", "{1}"), ("{1}", "{}")}


# --- comments ------------------------------------------------------------------------------


def test_ids_that_begin_with_a_mark_are_never_skipped_in_silence(tmp_path: Path) -> None:
    path = written(tmp_path, "ann,#news\n#news,bob\n")
    message = refused(path)
    assert 'line 2: "#news,bob": may be a comment or a follow' in message
    assert '--comments "#"' in message
    both = read_follows(path, columns=FORWARD, comments="none")
    assert pairs_of(both) == {("ann", "#news"), ("#news", "bob")}
    one = read_follows(path, columns=FORWARD, comments="#")
    assert pairs_of(one) == {("ann", "#news")}
    assert one.read_as is not None
    assert one.read_as.skipped == {"comment": 1}
    only = refused(written(tmp_path, "#a #b\n#b #c\n"))
    assert "holds no follows; 2 lines begin with # or %" in only
    assert "--comments none" in only
    mixed = refused(written(tmp_path, "7 8\n#news 7\n"))
    assert "may be a comment or a follow" in mixed


@pytest.mark.parametrize(
    "text",
    [
        "# ann bob\n7 8\n8 9\n",
        "7 8\n#8 7\n8 9\n",
        "7 8\n# two words\n8 9\n",
        "% asym unweighted\n% 2 3\n7 8\n8 9\n",
        "#source target\n7 8\n8 9\n",
        "7 8\n#note\n##\n8 9\n",
    ],
)
def test_comments_among_whole_numbers(text: str, tmp_path: Path) -> None:
    found = read_follows(written(tmp_path, text), columns=FORWARD)
    assert pairs_of(found) == {(7, 8), (8, 9)}
    assert found.read_as is not None
    assert found.read_as.skipped == {"comment": text.count("\n") - 2}


def test_comments_among_text(tmp_path: Path) -> None:
    text = "# made by hand, in May\n# Follower\tFollowee\nann\tbob\n# the end\nbob\tann\n"
    found = read_follows(written(tmp_path, text), columns=FORWARD)
    assert pairs_of(found) == {("ann", "bob"), ("bob", "ann")}
    assert found.read_as is not None
    assert found.read_as.skipped == {"comment": 3}
    for text in ("ann bob\n# note\n", "#source target\nann bob\n", "#a,b\n#b,c\nann,bob\n"):
        assert "may be a comment or a follow" in refused(written(tmp_path, text))


def test_only_the_marks_that_are_said_are_comments(tmp_path: Path) -> None:
    path = written(tmp_path, "% x\n#a #b\n#b #c\n")
    found = read_follows(path, columns=FORWARD, comments="%")
    assert pairs_of(found) == {("#a", "#b"), ("#b", "#c")}
    with pytest.raises(InputError, match=r'comments = "//": there is no such word for it'):
        read_follows(path, columns=FORWARD, comments="//")


def test_far_comments_are_counted_by_the_compiled_reader(tmp_path: Path) -> None:
    lines = [f"{i} {i + 1}" for i in range(40_000)]
    lines[100] += "\n# early"
    lines[20_000] += "\n# note\n#5 6\n\n"
    lines[30_000] += "\n#odd"
    path = written(tmp_path, "\n".join(lines))
    found = read_follows(path, columns=FORWARD)
    assert found.follows == 40_000
    assert found.read_as is not None
    assert found.read_as.skipped == {"comment": 4, "empty": 2}
    lines[35_000] = "#x 6"
    message = refused(written(tmp_path, "\n".join(lines)))
    assert f"line {35_001 + 6}: " in message


# --- quotes and ids ------------------------------------------------------------------------


def test_an_id_with_quotes_and_without_is_one_account_between_commas_only(tmp_path: Path) -> None:
    found = read_follows(written(tmp_path, '"ann",bob\nbob,ann\n'), columns=FORWARD)
    assert pairs_of(found) == {("ann", "bob"), ("bob", "ann")}
    for separator in ("\t", " "):
        text = f'"ann"{separator}bob\nbob{separator}ann\n'
        message = refused(written(tmp_path, text))
        assert 'id = "ann": is in quotes in some lines and not in others' in message


def test_quotes_that_do_not_match(tmp_path: Path) -> None:
    for separator in ",;\t ":
        path = written(tmp_path, f'ann{separator}bob\n"bob{separator}ann\n')
        assert "line 2" in refused(path, separator=None)
        assert "quotes that do not match" in refused(path)


@pytest.mark.parametrize("header", [None, "yes", "no"])
@pytest.mark.parametrize("first", ["9.06E+17 1.2E+18", "5 1.2E+18", "9.06E+17 5"])
@pytest.mark.parametrize("rest", ["1 2\n2 3\n3 1\n1 3\n", "ann bob\nbob cy\n", ""])
def test_rounded_ids_in_the_first_line_are_no_header(
    header: Any, first: str, rest: str, tmp_path: Path
) -> None:
    path = written(tmp_path, f"{first}\n{rest}")
    told = r"line 1: follow\w+ = \"[\d.]+E\+1[78]\": is a number without all its digits.*--ids text"
    with pytest.raises(InputError, match=told):
        read_follows(path, columns=FORWARD, header=header)
    # Whoever means them as they stand has them, and as follows.
    found = read_follows(path, columns=FORWARD, header="no", ids="text")
    assert found.follows == 1 + rest.count("\n")


def test_a_rounded_id_further_down_is_told_as_such(tmp_path: Path) -> None:
    path = written(tmp_path, "1 2\n2 3\n3 9.06E+17\n")
    with pytest.raises(InputError, match=r'line 3: followee = "9.06E\+17": is a number without'):
        read_follows(path, columns=FORWARD)


def test_ids_that_a_spreadsheet_has_rounded_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "bob,ann\nann,9.06E+17\nbob,9.07E+17\n", "f.csv")
    message = refused(path)
    assert "2 of 4 ids are numbers without all their digits" in message
    assert "--ids text" in message
    assert read_follows(path, columns=FORWARD, ids="text").accounts == 4
    long = [906123456789012000 + 1000 * i for i in range(6)]
    text = "\n".join(f"{a},{b}" for a, b in pairwise(long))
    assert "6 of 6 ids end in 00" in refused(written(tmp_path, text))
    # Long ids as they are.
    whole = written(tmp_path, text.replace("000", "123"))
    assert read_follows(whole, columns=FORWARD).accounts == 6


# --- columns -------------------------------------------------------------------------------


def test_columns_that_are_skipped(tmp_path: Path) -> None:
    path = written(tmp_path, "1 2 9 MT\n2 3 8 RT\n")
    assert pairs_of(read_follows(path, columns="follower followee _ _")) == {(1, 2), (2, 3)}
    found = read_follows(path, columns="weight follower followee _")
    assert weights_of(found) == {(2, 9): 1.0, (3, 8): 2.0}
    assert 'say columns = "follower followee _ _"' in refused(path)
    for columns in ("follower followee _ _ _", "follower _ _"):
        with pytest.raises(InputError, match="columns"):
            read_follows(path, columns=columns)


def test_skipped_columns_far_inside_a_file(tmp_path: Path) -> None:
    lines = [f"{i},x{i},{i + 1},0.5,{i}" for i in range(40_000)]
    lines[20_000] = '20000,"a,b",20001,1e-3,2e4'
    path = written(tmp_path, "\n".join(lines))
    found = read_follows(path, columns="follower _ followee weight time", until=29_999)
    assert found.follows == 30_000
    assert weights_of(found)[20_000, 20_001] == 1e-3
    assert found.read_as is not None
    assert found.read_as.times == (0.0, 39_999.0)
    assert found.read_as.too_late == 10_000


def test_follows_until_a_time(tmp_path: Path) -> None:
    dated = f"{FORWARD} time"
    path = written(tmp_path, "a,b,2011-05-03\nb,c,2012-01-01T00:00:00Z\nc,a,2013-01-01\n")
    assert read_follows(path, columns=dated, until="2012-01-01").follows == 2
    assert read_follows(path, columns=dated).follows == 3
    assert "leaves no follows" in refused(path, dated, until="2010-01-01")
    assert "needs times" in refused(path, f"{FORWARD} _", until="2010-01-01")
    with pytest.raises(InputError, match='until = "May": must be a number or a date'):
        read_follows(path, columns=dated, until="May")
    path = written(tmp_path, "a,b,2011-05-03\nb,c,then\n")
    assert 'line 2: time = "then": must be a number or a date' in refused(path, dated)


def test_columns_by_names_with_blanks(tmp_path: Path) -> None:
    path = written(tmp_path, "User ID,Friend ID,When\nann,bob,3\nbob,ann,4\n")
    columns = 'follower="User ID" followee="Friend ID" time=When'
    found = read_follows(path, columns=columns)
    assert pairs_of(found) == {("ann", "bob"), ("bob", "ann")}
    assert found.read_as is not None
    assert found.read_as.columns == columns


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ("follower followee weight weight", "must name each column once"),
        ("follower followee since", "must name each column once"),
        ("follower _ weight", "which column holds the follower"),
        ('follower="a followee=b', "quotes that do not match"),
        ("follower=a followee=b _=c", "its own name"),
    ],
)
def test_columns_that_make_no_sense(columns: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message):
        read_follows(written(tmp_path, "1 2 3\n"), columns=columns)


def test_skipped_columns_under_a_header_that_says_otherwise(tmp_path: Path) -> None:
    path = written(tmp_path, "since,follower,followee,x\n1,2,3,4\n2,3,4,5\n")
    assert pairs_of(read_follows(path, columns=FORWARD)) == {(2, 3), (3, 4)}
    assert "the header has them at other places" in refused(path, "follower followee _ _")
    found = read_follows(path, columns="_ follower followee _")
    assert pairs_of(found) == {(2, 3), (3, 4)}


# --- what is no UTF-8 text -----------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("name", ["f.csv", "f.txt.gz"])
def test_text_with_a_byte_order_mark(encoding: str, name: str, tmp_path: Path) -> None:
    text = "émile,小明\r\n小明,ann\r\n"
    raw = ("\ufeff" + text if encoding.endswith("be") else text).encode(encoding)
    path = written(tmp_path, gzip.compress(raw) if name.endswith(".gz") else raw, name)
    found = read_follows(path, columns=FORWARD)
    assert pairs_of(found) == {("émile", "小明"), ("小明", "ann")}


def test_encodings_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    path = written(tmp_path, "ann,bob\n".encode("utf-16-le"))
    assert "UTF-16 needs a byte order mark" in refused(path)
    path = written(tmp_path, "ann,bob\n".encode("utf-16")[:-1])
    assert "is not text in UTF-16" in refused(path)
    path = written(tmp_path, "ann,émile\n".encode("latin-1"))
    assert "save it as UTF-8" in refused(path)
    path = written(tmp_path, "ann,bob\rbob,ann\r")
    assert "carriage returns" in refused(path)


def test_tar_archives_are_named(tmp_path: Path) -> None:
    inner = written(tmp_path, "1 2\n2 3\n", "edges.txt")
    for name in ("f.tar.gz", "f.tgz", "f.txt.gz", "f.tar"):
        with tarfile.open(tmp_path / name, "w" if name == "f.tar" else "w:gz") as archive:
            archive.add(inner, "edges.txt")
        message = refused(tmp_path / name)
        assert "is a tar archive" in message
        assert f"tar -xf {name}" in message


# --- doors ---------------------------------------------------------------------------------

SCENARIO = """
name = "text"
start = "2023-03-10 08:00"
horizon = "1 d"
[graph]
kind = "file"
path = "follows.txt"
columns = "follower followee _"
{keys}
[[stories]]
name = "s"
truth = false
appeal = 0.5
author = {{ most_followed = 1 }}
"""


@pytest.mark.parametrize(
    ("keys", "follows"),
    [
        ('header = true\ncomments = "#"', 2),
        ('header = "no"\ncomments = "none"', 4),
        ('header = "yes"\ncomments = "none"\nseparator = "comma"\nids = "text"', 3),
    ],
)
def test_scenarios_say_how_a_file_is_read(keys: str, follows: int, tmp_path: Path) -> None:
    written(tmp_path, "user,friend,x\nann,bob,1\n#tag,ann,2\nbob,ann,3\n")
    path = written(tmp_path, SCENARIO.format(keys=keys), "scenario.toml")
    scenario = load(path)
    graph, _ = build_graph(scenario)
    assert graph.follows == follows
    written(tmp_path, json.dumps(scenario.resolved()), "resolved.json")
    again, _ = build_graph(load(tmp_path / "resolved.json"))
    assert again.equals(graph)


def test_scenarios_refuse_words_that_there_are_not(tmp_path: Path) -> None:
    written(tmp_path, "1 2 3\n")
    for keys in ('header = "maybe"', 'separator = "pipe"', 'comments = "//"', 'ids = "int"'):
        path = written(tmp_path, SCENARIO.format(keys=keys), "scenario.toml")
        with pytest.raises(InputError, match=r"graph\." + keys.split()[0]):
            load(path)


def run(*words: object) -> Any:
    return CliRunner().invoke(graph_command, [str(word) for word in words])


def test_commands_tell_what_was_decided(tmp_path: Path) -> None:
    path = written(tmp_path, "# x y z\nsource,target\nann,bob\nbob,ann\n", "f.csv")
    done = run("info", path, "--columns", FORWARD)
    assert done.exit_code == 2
    assert "--header yes" in done.stderr
    done = run("info", path, "--columns", FORWARD, "--header", "yes")
    assert done.exit_code == 0
    told = " ".join(done.stdout.split())
    for part in ("comma-separated text", "line 2 is a header", "ids are text", "1 comment line "):
        assert part in told
    done = run("info", path, "--columns", FORWARD, "--header", "no", "--json")
    read_as = json.loads(done.stdout)["read_as"]
    assert read_as["header_line"] == 0
    assert read_as["separator"] == "comma"
    done = run("convert", path, tmp_path / "out.txt", "--columns", FORWARD, "--header", "yes")
    assert "line 2 is a header" in done.stderr
    assert read_follows(tmp_path / "out.txt", columns=FORWARD).follows == 2


def test_convert_leaves_out_what_a_graph_does_not_hold(tmp_path: Path) -> None:
    path = written(tmp_path, "1 2 0.5 100 x\n2 3 1.5 200 y\n")
    done = run(
        "convert", path, tmp_path / "out.txt", "--columns", "follower followee weight time _",
        "--until", 150, "--comments", "%", "--separator", "blanks",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "1 later one left out" in done.stderr
    assert weights_of(read_follows(tmp_path / "out.txt", columns=f"{FORWARD} weight")) == {
        (1, 2): 0.5
    }


@pytest.mark.parametrize("name", ["g.mapped", "g.graphml", "g.parquet"])
def test_what_only_text_has_is_refused_elsewhere(name: str, tmp_path: Path) -> None:
    if name.endswith(".parquet"):
        pytest.importorskip("pyarrow", reason="Parquet needs the extra [data]")
    found = read_follows(written(tmp_path, "1 2\n2 3\n"), columns=FORWARD)
    columns = None if name.endswith(".mapped") else FORWARD
    write_follows(found, tmp_path / name, columns=columns)
    for option in ({"header": True}, {"separator": "tab"}, {"comments": "#"}, {"until": 3}):
        with pytest.raises(InputError, match=r"must be left out|needs times"):
            read_follows(tmp_path / name, columns=columns, **option)  # type: ignore[arg-type]


# --- the cases that were reported ------------------------------------------------------------


def case(name: str) -> Path:
    if not (CASES / name).exists():
        pytest.skip(f"needs ../shared/cases/{name}, which is not part of the project")
    return CASES / name


def test_reported_cases() -> None:
    assert pairs_of(read_follows(case("names_comma.tsv"), columns=FORWARD)) == {
        ("ann", "Roe, Ben"),
        ("ben", "Poe, Cy"),
        ("cy", "Doe, Ann"),
    }
    found = read_follows(case("nx_attributes.edgelist"), columns=f"{FORWARD} weight")
    assert weights_of(found) == {(0, 1): 2.0, (1, 2): 1.0, (2, 0): 0.5}
    assert "--header yes" in refused(case("header_text_ids.csv"))
    assert read_follows(case("names.csv"), columns=FORWARD).follows == 5
    higgs = read_follows(case("higgs-activity_time.txt"), columns="follower followee time _")
    assert higgs.follows == 4
    konect = read_follows(case("out.konect"), columns="follower followee _ _", comments="%")
    assert pairs_of(konect) == {(11, 12), (12, 13), (13, 11)}
    friends = read_follows(case("facebook_combined.txt"), both_ways=True)
    assert friends.follows == 8


@pytest.mark.parametrize(
    "header",
    ["followee_id,follower_id", "followed,follower", "id,follower", "FolloweeId,user"],
)
def test_a_header_that_says_otherwise_is_refused_in_any_spelling(
    header: str, tmp_path: Path
) -> None:
    place = tmp_path / "f.csv"
    place.write_text(f"{header}\n1,2\n2,3\n")
    with pytest.raises(InputError, match="the header calls the column"):
        read_follows(place, columns="follower followee", header=True)
    reading = read_follows(place, columns="followee follower", header=True)  # control
    assert reading.follows == 2


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    place = tmp_path / "f.csv"
    place.write_text("account,account\n1,2\n")
    with pytest.raises(InputError, match="two columns have this name"):
        read_follows(place, columns="follower followee", header=True)
