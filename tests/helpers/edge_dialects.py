"""Random edge lists in the dialects that programs and people write, with the graph they mean.

Written from the formats alone: it shares no code with the reader.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from rumorsim.graphs import FollowGraph, from_edges

__all__ = ["EdgeList", "edge_lists"]

#: Text that is no text to a reader who is not told that ids are.
AS_NUMBERS = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?([eE][+]?[0-9]+)?")
SEPARATORS = {
    "tab": ["\t"],
    "comma": [",", ", "],
    "semicolon": [";"],
    "blanks": [" ", "  ", " \t"],
}
#: What each dialect of ids is made of.
NAMES = st.sampled_from(["ann", "bob", "cy", "émile", "小明", "Ann", "user", "source", "id"])
IDS: dict[str, st.SearchStrategy[Any]] = {
    "small numbers": st.integers(0, 9),
    "numbers": st.integers(-(2**70), 2**70) | st.integers(-9, 9) | st.integers(10**15, 10**15 + 9),
    "names": NAMES,
    "numbered names": st.tuples(st.sampled_from("ux"), st.integers(0, 12)).map(
        lambda pair: f"{pair[0]}{pair[1]}"
    ),
    "words with blanks": st.lists(NAMES, min_size=1, max_size=3).map(" ".join),
    "words with marks": st.tuples(st.sampled_from(["", "#", "%", "# ", "##"]), NAMES).map("".join),
    "words with separators": st.lists(NAMES, min_size=1, max_size=3).flatmap(
        lambda parts: st.sampled_from(",;\t|:").map(lambda mark: mark.join(parts))
    ),
    "odd words": st.text("ab1,; \t\"'#%{}:.eE+-", min_size=1, max_size=5).filter(
        lambda word: bool(word.strip())
    ),
    "any text": st.text(
        st.characters(min_codepoint=33, exclude_categories=["Cs", "Cc"]), min_size=1, max_size=5
    ),
}
HEADERS = [
    ("user_id", "friend_id"),
    ("src", "dst"),
    ("Source", "Target"),
    ("from", "to"),
    ("用户", "关注者"),
    ("A", "B"),
    ("Abonné", "Suivi"),
]
COMMENTS = [
    "a comment",
    " a comment, with a comma",
    " Nodes: 3 Edges: 4",
    "",
    " x y",
    "x;y",
    " 1 2",
]


@dataclass
class EdgeList:
    """One file and what it means."""

    name: str
    text: str
    encoding: str
    graph: FollowGraph
    #: What a reader must always be told.
    columns: str
    ids: str
    #: What a reader may be told.
    header: bool
    separator: str
    comments: str
    #: Whether what may be told, told, leaves nothing open.
    clear: bool
    traits: dict[str, Any] = field(default_factory=dict)

    def written(self, folder: Path) -> Path:
        path = folder / self.name
        raw = self.text.encode(self.encoding)
        path.write_bytes(gzip.compress(raw, mtime=0) if self.name.endswith(".gz") else raw)
        return path


def _quoted(cell: str) -> str:
    file = io.StringIO()
    csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="").writerow([cell])
    return file.getvalue()


def _must_be_quoted(cell: str, separator: str) -> bool:
    return (
        cell.startswith('"')
        or cell != cell.strip(" \t")
        or not cell
        or any(mark in cell for mark in (" \t" if separator == "blanks" else SEPARATORS[separator]))
        or (separator == "comma" and "," in cell)
    )


def _plain(word: str) -> str:
    """A word that a program which knows no quotes can write: it neither begins with one nor ends
    with a blank."""
    return word.strip(' \t"') or "x"


@st.composite
def edge_lists(draw: st.DrawFn) -> EdgeList:
    """A random edge list, its dialect and the graph it means."""
    kind = draw(st.sampled_from(list(IDS)))
    edges = draw(st.lists(st.tuples(IDS[kind], IDS[kind]), min_size=1, max_size=8))
    numbers = "numbers" in kind
    separator = draw(st.sampled_from(list(SEPARATORS)))
    mark = draw(st.sampled_from(SEPARATORS[separator]))
    quotes = draw(st.sampled_from(["never", "where needed", "always"]))
    if not numbers and separator == "blanks" and quotes != "always":
        # "a, b" is a comma and a blank to any reader, whatever the ids were.
        edges = [(a.strip(",; \t") or "x", b.strip(",; \t") or "x") for a, b in edges]
    if not numbers and quotes == "never":
        edges = [(_plain(a), _plain(b)) for a, b in edges]
        # A line that begins as a comment and has too many cells is one to any reader.
        edges = [
            (_plain(a.lstrip("#% ")), _plain(b.lstrip("#% ")))
            if any(_must_be_quoted(each, separator) for each in (a, b))
            else (a, b)
            for a, b in edges
        ]
    attributes = draw(st.sampled_from([None, None, "{}", "weight", "text"]))
    weighted = draw(st.booleans()) and attributes != "text"
    extra = 0 if attributes else draw(st.integers(0, 2))
    heading = None if attributes else draw(st.sampled_from([None, None, "ours", *HEADERS]))
    if heading == ("A", "B") and not numbers:
        # Among other text nobody could tell.
        heading = None
    comment = draw(st.sampled_from(["none", "none", "#", "%"]))
    weights = [draw(st.sampled_from(["1", "0.5", "2.25", "1e-3"])) for _ in edges]

    def cell(value: Any) -> str:
        word = str(value)
        if quotes == "always" or (quotes == "where needed" and _must_be_quoted(word, separator)):
            return _quoted(word)
        return word

    lines = []
    forward = draw(st.booleans())
    for (a, b), weight in zip(edges, weights, strict=True):
        ends = [cell(a), cell(b)] if forward else [cell(b), cell(a)]
        if attributes:
            shown = {"{}": "{}", "text": "{'note': 'a, b; c {d}'}"}.get(attributes)
            if attributes == "weight":
                shown = f"{{'weight': {weight}, 'since': 2011}}"
            lines.append(mark.join([*ends, str(shown)]))
            continue
        more = [draw(st.sampled_from(["7", "x", "2011-05-03", "-1.5"])) for _ in range(extra)]
        lines.append(mark.join([*ends, *([weight] if weighted else []), *more]))
    words = ["follower", "followee"] if forward else ["followee", "follower"]
    words += ["weight"] if weighted else []
    columns = " ".join(words + ["_"] * extra)
    if heading is not None:
        names = words[:2] if heading == "ours" else list(heading)
        names += ["weight"] if weighted else []
        names += [f"extra{i}" for i in range(extra)]
        lines.insert(0, mark.join(_quoted(n) if quotes == "always" else n for n in names))
        if heading != "ours" and draw(st.booleans()):
            pairs = zip(words, names, strict=False)
            columns = " ".join(f"{word}={name}" for word, name in pairs)
    if comment != "none":
        for _ in range(draw(st.integers(1, 3))):
            at = draw(st.sampled_from([0, 0, len(lines)]) | st.integers(0, len(lines)))
            lines.insert(at, comment + draw(st.sampled_from(COMMENTS)))
    if draw(st.booleans()):
        lines.insert(draw(st.integers(0, len(lines))), draw(st.sampled_from(["", "  "])))
    end = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    text = end.join(lines) + draw(st.sampled_from(["", end]))
    encoding = draw(st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "utf-16"]))
    name = draw(st.sampled_from(["f.txt", "f.csv", "f.tsv", "f.edgelist", "f.csv.gz", "f.txt.gz"]))
    given = None
    if weighted:
        given = [1.0 if attributes == "{}" else float(weight) for weight in weights]
    graph = from_edges(
        [a for a, _ in edges], [b for _, b in edges], direction="follower followee", weights=given
    )
    ids = "integer" if numbers else "text"
    if draw(st.booleans()) and (
        numbers or not any(AS_NUMBERS.fullmatch(str(each)) for edge in edges for each in edge)
    ):
        ids = "auto"
    raw = [str(each) for edge in edges for each in edge]
    clear = quotes != "never" or not any(
        _must_be_quoted(each, separator) or '"' in each for each in raw
    )
    # Told that a mark begins comments, a reader skips ids that begin so, unless quoted.
    firsts = [cell(edge[0 if forward else 1]) for edge in edges]
    clear = clear and not any(comment != "none" and each.startswith(comment) for each in firsts)
    return EdgeList(
        name,
        text,
        encoding,
        graph,
        columns,
        ids,
        heading is not None,
        separator,
        comment,
        clear,
        {"kind": kind, "quotes": quotes, "attributes": attributes, "heading": heading},
    )
