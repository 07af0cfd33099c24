"""Follow graphs from files: edge lists as text, .gz, .csv, Parquet, GraphML, mapped arrays."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any, Literal

from rumorsim.common.errors import InputError, show_value
from rumorsim.common.files import checked_file
from rumorsim.common.plurals import counted
from rumorsim.graphs.building import from_edges
from rumorsim.graphs.cells import TextOptions, check_ids
from rumorsim.graphs.columns import COLUMNS_ADVICE, DIRECTIONS, SKIPPED, parse_columns
from rumorsim.graphs.follows import FollowGraph, ReadAs
from rumorsim.graphs.formats import FORMATS, Request, format_of_file
from rumorsim.graphs.lines import moment
from rumorsim.graphs.sources import Progress, file_format, is_mapped

Header = bool | Literal["yes", "no"] | None


def read_follows(
    path: str | os.PathLike[str],
    *,
    columns: str | None = None,
    ids: str = "auto",
    header: Header = None,
    separator: str | None = None,
    comments: str | None = None,
    both_ways: bool = False,
    format: str | None = None,
    id_attribute: str | None = None,
    until: float | str | None = None,
    max_bytes: int | None = None,
    progress: Progress | None = None,
) -> FollowGraph:
    """Read a follow graph from a file with one follow per line, row or edge.

    Accounts are those in the file; see :func:`.from_edges` for their numbering and for what is
    dropped. The decisions made while reading are in the graph's ``read_as``. Text may be in UTF-8,
    or in UTF-16 with a byte order mark. A directory of arrays, NAME.mapped, is read in place; it
    describes itself, and all other arguments but ``max_bytes`` are left out.

    Parameters
    ----------
    path : str or path
        The file. GraphML and the other formats of ``graphs.formats`` (GEXF, GML, Pajek, adjacency
        lists, node-link JSON, Matrix Market) are recognised by the ending of the name.
    columns : str, optional
        Content of the columns: "follower followee" or "followee follower", with "weight" and
        "time" where they exist and "_" for a column to skip; or, where the file has a header,
        "follower=NAME followee=NAME". In formats of graphs "follower followee" says that the
        source of an edge follows its target.
    ids : {"auto", "text"}
        "auto" takes whole numbers if the first line has them (then every line must); "text" keeps
        ids as written.
    header : bool or str, optional
        Whether the first line holds names: True or "yes", False or "no".
    separator : {"tab", "semicolon", "comma", "blanks"}, optional
        Separator of the columns, where it cannot be seen from the lines. Quotes keep a cell
        together; attributes as networkx writes them ({'weight': 2.0}) may end a line and give
        weights and times by name.
    comments : {"#", "%", "#%", "none"}, optional
        Whether lines that begin with these characters are skipped.
    both_ways : bool
        Whether each line stands for two follows, as in files of undirected edges; ``columns`` may
        then be left out if there are two.
    format : str, optional
        Name of the format; "text" and "parquet" are lists of follows.
    id_attribute : str, optional
        Node attribute that holds the ids, where those of the file mean nothing, such as igraph's
        "name".
    until : float or str, optional
        Keep follows up to this time, a number or a date as in the column "time".
    max_bytes : int, optional
        Limit on the size of the file once decompressed.
    progress : function, optional
        Called while the file is read.

    Returns
    -------
    FollowGraph

    Raises
    ------
    InputError
        If the file is invalid, with the line; also if a first line or a comment could be read in
        two ways and no argument decides.
    """
    options = TextOptions(ids, header_of(header), separator, comments)
    if is_mapped(path):
        from rumorsim.graphs.mapped import read_mapped

        given: dict[str, Any] = {"columns": columns, "until": until, "format": format}
        given |= {"ids": None if ids == "auto" else ids, "id_attribute": id_attribute}
        given |= {"both_ways": both_ways or None, **options.for_text_only()}
        _left_out(given, path, "the arrays say it themselves")
        return read_mapped(path, max_bytes=max_bytes)
    if columns is None and not both_ways:
        raise InputError("is missing", path, "columns", advice=COLUMNS_ADVICE)
    wanted = parse_columns(DIRECTIONS[0] if columns is None else columns)
    options.check()
    place = checked_file(path)
    named = format_of_file(place, format)
    kind = file_format(place, anything=named is not None and not named.ours)
    packed = kind == "gzip"
    chosen = named or (FORMATS.own.get(kind) if format is None else None)
    if chosen is not None:
        _left_out(
            {**options.for_text_only(), "until": until}, path, "only lists of follows have it"
        )
        for word in (each for each in wanted.words if each in (SKIPPED, "time")):
            rule = f"a graph format has no columns: {show_value(word)} must be left out"
            raise InputError(rule, path, "columns", show_value(str(wanted)))
        found = chosen.read(
            Request(place, wanted, ids, id_attribute, both_ways, packed, max_bytes, progress)
        )
        return _checked(found, ReadAs(chosen.name, str(wanted), both_ways=both_ways), ids, path)
    if id_attribute is not None:
        rule, advice = "a list of follows has no attributes of accounts", "leave it out"
        raise InputError(rule, path, "id_attribute", show_value(id_attribute), advice)
    if (format or kind) == "parquet":
        _left_out(options.for_text_only(), path, "only text has it")
        from rumorsim.graphs.parquet import read_columns

        edges = read_columns(place, wanted, ids == "text", max_bytes)
        read_as = ReadAs("Parquet", str(wanted))
    else:
        from rumorsim.graphs.text import read_text

        limits: dict[str, Any] = {"max_bytes": max_bytes, "progress": progress}
        edges, read_as = read_text(place, wanted, options, compressed=packed, **limits)
    read_as = replace(read_as, both_ways=both_ways, times=edges.span())
    if edges.first.size == 0:
        advice = "a graph needs at least one"
        if marked := read_as.skipped.get("comment", 0):
            lines = f"{counted(marked, 'line begins', 'lines begin')} with # or %"
            advice = f'{lines}: say comments = "none" (--comments none) if ids begin so'
        raise InputError("holds no follows", path, advice=advice)
    if until is not None:
        last = moment(str(until))
        if last != last:
            rule = "must be a number or a date such as 2011-05-03"
            raise InputError(rule, key="until", value=show_value(until))
        kept = edges.until(last, file=str(path))
        read_as = replace(read_as, too_late=edges.first.size - kept.first.size)
        edges = kept
    found = from_edges(
        edges.first,
        edges.second,
        direction=wanted.direction,
        weights=edges.weights,
        both_ways=both_ways,
        file=str(path),
    )
    return _checked(found, read_as, ids, path)


def _checked(
    graph: FollowGraph, read_as: ReadAs, ids: str, path: str | os.PathLike[str]
) -> FollowGraph:
    """The graph with what was decided; InputError for ids that a spreadsheet has rounded."""
    if ids == "auto":
        check_ids(graph.ids, str(path))
    return replace(graph, read_as=replace(read_as, ids=_kind_of_ids(graph)))


def _kind_of_ids(graph: FollowGraph) -> str:
    if graph.ids is None or graph.ids.dtype.kind in "iu":
        return "integer"
    kinds = {isinstance(each, str) for each in graph.ids.tolist()}
    return "mixed" if len(kinds) > 1 else "text" if kinds == {True} else "integer"


def header_of(header: Any) -> bool | None:
    """Whether the first line holds names, as the option says; InputError."""
    words = {"yes": True, "no": False, True: True, False: False, None: None}
    if not isinstance(header, bool | str | None) or header not in words:
        rule = 'must be true or false, or "yes" or "no"'
        raise InputError(rule, key="header", value=show_value(header))
    return words[header]


def _left_out(given: dict[str, Any], path: str | os.PathLike[str], why: str) -> None:
    for key, value in given.items():
        if value is not None:
            raise InputError(f"must be left out: {why}", path, key, show_value(value))
