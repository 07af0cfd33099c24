"""Pajek networks, read and written by networkx once it is sure that it will understand them.

networkx takes edges after arcs for arcs, a further list for an edge, and vertices of one label
for one vertex; so the lines are checked first.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import IO, Any, Final, NoReturn

import networkx as nx

from rumorsim.common.errors import InputError, show_value
from rumorsim.common.plurals import counted
from rumorsim.graphs.columns import Columns
from rumorsim.graphs.follows import FollowGraph
from rumorsim.graphs.formats import Request
from rumorsim.graphs.formats.small import decoded, network_to_write, read_small

_LISTS: Final = ("*arcs", "*edges")
#: Vertices that need no lines of their own.
_MOST_UNNAMED: Final = 1_000_000
#: Lines with their numbers.
Lines = list[tuple[int, str]]


def read(request: Request) -> FollowGraph:
    """Accounts go by the labels of their vertices; the numbers are their attribute "id"."""
    return read_small(request, "Pajek", _parse)


def _parse(raw: bytes, path: Path) -> nx.Graph[Any]:
    lines = [(i, each.strip()) for i, each in enumerate(decoded(raw, path).split("\n"), 1)]
    lines = [(i, each) for i, each in lines if each and not each.startswith("%")]
    size, head, vertices, edges = _parts(lines, str(path))
    return nx.parse_pajek([f"*vertices {size}", *vertices, head, *edges])


def _parts(lines: Lines, file: str) -> tuple[int, str, list[str], list[str]]:
    """The number of vertices, the head of the one list of edges, and the lines of both."""
    starts = [i for i, (_, line) in enumerate(lines) if line.startswith("*")]
    if starts[:1] != [0]:
        place = f"{file}, line {lines[0][0] if lines else 1}"
        _fault(place, 'must begin with "*Vertices"', lines[0][1] if lines else "", "is it Pajek?")
    parts = [lines[a:b] for a, b in zip(starts, [*starts[1:], len(lines)], strict=True)]
    if _word(parts[0]) == "*network":
        parts = parts[1:]
    if not parts or _word(parts[0]) != "*vertices":
        _fault(file, "there are no *Vertices", "", "save it as a Pajek network, .net")
    size, vertices = _vertices(parts[0], file)
    lists = [part for part in parts[1:] if len(part) > 1 or _word(part) not in _LISTS]
    for part in lists:
        if _word(part) not in _LISTS or len(lists) > 1:
            rule = "is not the only list: there must be one of *Arcs or one of *Edges"
            _fault(f"{file}, line {part[0][0]}", rule, part[0][1], "save one relation as arcs only")
    chosen = lists[0] if lists else [(1, "*arcs")]
    for number, line in chosen[1:]:
        _check_edge(f"{file}, line {number}", line, size)
    return size, _word(chosen), vertices, [line for _, line in chosen[1:]]


def _vertices(part: Lines, file: str) -> tuple[int, list[str]]:
    (number, head), *found = part
    place, words = f"{file}, line {number}", head.split()
    size = _count(words[1]) if len(words) == 2 else -1
    if size < 0:
        rule = "must say how many vertices there are, of one kind"
        _fault(place, rule, head, "two-mode networks have no followers")
    if not found and size <= _MOST_UNNAMED:
        return size, [f"{i} {i}" for i in range(1, size + 1)]
    if len(found) != size:
        rule = f"says {counted(size, 'vertex', 'vertices')} and lists {len(found):,}"
        _fault(place, rule, "", "list every vertex on a line")
    seen: set[str] = set()
    lines = []
    for i, (number, line) in enumerate(found, 1):
        place = f"{file}, line {number}"
        words = _words(line, place)
        if words[0] != str(i):
            _fault(place, f"must be vertex {i}", line, "number vertices from 1, in order")
        if len(words) == 1:
            words, line = words * 2, f"{line} {line}"
        label = words[1]
        if label in seen:
            _fault(place, "two vertices have this label", label, "give each its own")
        seen.add(label)
        lines.append(line)
    return size, lines


def _words(line: str, place: str) -> list[str]:
    """The words of a line as networkx sees them: quotes hold them together."""
    try:
        return shlex.split(line)
    except ValueError as error:
        rule = "ends in a backslash" if "escaped" in str(error) else "has quotes that do not match"
        _fault(place, rule, line, 'put names in "..." and no quotes inside them')


def _count(word: str) -> int:
    """The number that a word is; -1 for other words."""
    return int(word) if word.isascii() and word.isdigit() and len(word) < 10 else -1


def _check_edge(place: str, line: str, size: int) -> None:
    words = _words(line, place)
    for end in words[:2]:
        if not 1 <= _count(end) <= size:
            _fault(place, f"there are vertices 1 to {size}", end, "list it under *Vertices")
    if len(words) < 2:
        _fault(place, "an edge needs two vertices", line, "")
    try:
        float((words[2:] or ["1"])[0])
    except ValueError:
        _fault(place, "the value of an edge must be a number", words[2], "")


def _word(part: Lines) -> str:
    return part[0][1].split()[0].lower()


def _fault(place: str, rule: str, value: str, advice: str) -> NoReturn:
    raise InputError(rule, place, value=show_value(value) if value else "", advice=advice)


def kept(graph: FollowGraph) -> list[str]:
    """None: networkx writes attributes that are text only."""
    return []


def write(file: IO[bytes], graph: FollowGraph, columns: Columns, place: Path) -> None:
    """Vertices are numbered from 1 and labelled with the ids; weights are values of arcs."""
    nx.write_pajek(network_to_write(graph, columns, [], place), file)
