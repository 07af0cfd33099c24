"""Figure: one cascade on its follow graph, coloured by generation, closed accounts marked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from rumorsim.common.errors import InputError
from rumorsim.common.plurals import counted
from rumorsim.events.cascades import Posts, cascade_arrays
from rumorsim.events.stream import Batch, Kind
from rumorsim.events.verbs import CLOSING, VERBS
from rumorsim.graphs.layout import follow_positions
from rumorsim.reports.figures.style import drawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from rumorsim.graphs.follows import FollowGraph


#: A follow graph of more accounts than this is a ball of wool.
MOST_ACCOUNTS: Final = 500

_QUIET: Final = "#d5d5d5"
_READ: Final = "#9a9a9a"
#: Generations 0, 1, 2 ... from dark to light, in lightness alone too; the last one goes on.
_GENERATIONS: Final = ("#00224E", "#31446B", "#2A788E", "#22A884", "#7AD151", "#D9C300")


def cascade_pictures(
    graph: FollowGraph, batches: Iterable[Batch], stories: Sequence[str] = (), note: str = ""
) -> dict[str, Callable[[], Figure]]:
    """What draws the largest cascade of a whole run, by the name of its picture.

    Empty where nobody posted. ``stories`` and ``note`` as in :func:`draw_cascade`.
    """
    whole = Batch.joined(list(batches))
    if not len(whole.only(Kind.PUBLISH)):
        return {}
    return {"cascade.png": lambda: draw_cascade(graph, [whole], stories=stories, note=note)}


def draw_cascade(
    graph: FollowGraph,
    batches: Iterable[Batch],
    root: int | None = None,
    *,
    stories: Sequence[str] = (),
    note: str = "",
) -> Figure:
    """The cascade of the publication ``root`` (default: the largest one) on the follow graph.

    The title says how many posts it has and when they were made; ``stories`` are the names of
    the stories by number, ``note`` says which run this is. ``batches`` are a whole run.
    InputError for a graph of more than 500 accounts, for a run without posts, and where
    ``root`` is no publication.
    """
    if graph.accounts > MOST_ACCOUNTS:
        rule = f"a cascade is drawn on a follow graph of at most {MOST_ACCOUNTS} accounts"
        raise InputError(rule, key="accounts", value=str(graph.accounts))
    whole = Batch.joined(list(batches))
    posts = cascade_arrays([whole])
    origin = _origin(posts, root)
    with drawing(7.0, 7.6) as figure:
        ax = figure.subplots()
        ax.set_axis_off()
        ax.set_aspect("equal")
        places = follow_positions(graph)
        _draw_follows(ax, graph, places)
        _draw_readers(ax, whole, places, int(posts.story[origin]))
        _draw_posts(ax, posts, places, origin)
        _draw_closed(ax, whole, places)
        ax.margins(0.04)
        handles, labels = ax.get_legend_handles_labels()
        title = _title(posts, origin, stories) + (f"\n{note}" if note else "")
        figure.suptitle(title, x=0.02, ha="left", fontsize=10.5)
        figure.legend(handles, labels, loc="outside lower center", ncols=3)
    return figure


def _title(posts: Posts, origin: int, stories: Sequence[str]) -> str:
    """What cascade it is: its story, its posts, when it began and how long it grew."""
    inside = posts.root == origin
    begin, end = float(posts.time[inside].min()), float(posts.time[inside].max())
    count, story = int(inside.sum()), int(posts.story[origin])
    of = f" of \u201c{stories[story]}\u201d" if story < len(stories) else ""
    grew = f", the last {end - begin:.1f} h later" if count > 1 else ""
    return f"A cascade{of}: {counted(count, 'post')}, the first at {begin:.1f} h{grew}"


def _origin(posts: Posts, root: int | None) -> int:
    if not len(posts.post):
        raise InputError("nobody posted anything: there is no cascade to draw")
    if root is None:
        return int(np.bincount(posts.root).argmax())
    if not 0 <= root < len(posts.post) or posts.parent[root] >= 0:
        raise InputError("must be a publication", key="root", value=str(root))
    return root


def _draw_follows(ax: Axes, graph: FollowGraph, places: NDArray[np.float64]) -> None:
    from matplotlib.collections import LineCollection

    followed = np.repeat(np.arange(graph.accounts), graph.follower_counts())
    lines = np.stack([places[followed], places[graph.followers]], axis=1)
    ax.add_collection(LineCollection(list(lines), colors="#ececec", linewidths=0.5, zorder=1))
    _dots(ax, places, s=14, color=_QUIET, linewidths=0, zorder=2, label="not reached")


def _draw_readers(ax: Axes, whole: Batch, places: NDArray[np.float64], story: int) -> None:
    exposed = whole.only(Kind.EXPOSE)
    readers = exposed.account[exposed.story == story]
    look = {"s": 18, "color": _READ, "linewidths": 0, "zorder": 3}
    _dots(ax, places[readers], **look, label="read the story")


def _draw_posts(ax: Axes, posts: Posts, places: NDArray[np.float64], origin: int) -> None:
    inside = np.flatnonzero(posts.root == origin)
    for post in inside[posts.parent[inside] >= 0].tolist():
        start, end = places[posts.author[posts.parent[post]]], places[posts.author[post]]
        arrow = {"arrowstyle": "-|>", "color": "#444444", "lw": 1.0, "shrinkA": 4, "shrinkB": 4}
        ax.annotate("", xy=tuple(end), xytext=tuple(start), arrowprops=arrow, zorder=4)
    last = len(_GENERATIONS) - 1
    depth = np.minimum(posts.depth[inside], last)
    for generation in range(int(depth.max()) + 1):
        accounts = posts.author[inside[depth == generation]]
        more = " or more" if generation == last else ""
        label = "published it" if generation == 0 else f"shared it, generation {generation}{more}"
        _dots(
            ax, places[accounts], s=130 if generation == 0 else 55, zorder=5, label=label,
            marker="*" if generation == 0 else "o", color=_GENERATIONS[generation],
            edgecolors="white", linewidths=0.6,
        )  # fmt: skip


def _draw_closed(ax: Axes, whole: Batch, places: NDArray[np.float64]) -> None:
    acts = whole.only(Kind.ACTION)
    closed = acts.account[np.isin(acts.value, [VERBS.index(verb) for verb in CLOSING])]
    if len(closed):
        _dots(
            ax, places[closed], s=150, marker="x", color="#D55E00", linewidths=2.2, zorder=6,
            label="account closed",
        )  # fmt: skip


def _dots(ax: Axes, places: NDArray[np.float64], **look: Any) -> None:
    ax.scatter(places[:, 0], places[:, 1], **look)
