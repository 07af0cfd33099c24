"""Section: one cascade drawn, as it went without a policy, and what a policy changed in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.plurals import counted
from rumorsim.reports.figures.style import hour_ticks
from rumorsim.reports.pages.page import Figure, Section, Text
from rumorsim.reports.pages.svg import INK, MUTED, PAPER, axes_of, drawn, look_of
from rumorsim.reports.pages.wording import both_of, ordered, quoted
from rumorsim.studies.compare.worlds import NONE

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from rumorsim.events.cascades import Posts
    from rumorsim.reports.pages.replay import Replay, World
    from rumorsim.reports.pages.saved import Saved


#: More posts than this are dots without a shape: the first of them are drawn.
_MOST_POSTS: Final = 600


def cascade_section(saved: Saved, again: Replay) -> Section | None:
    """The largest cascade of the first world, of a false story if there is one."""
    title = "One cascade"
    if not again.worlds:
        return Section("cascade", title, [Text(f"Not shown: {again.why_not}.")])
    base_policy = NONE if NONE in again.worlds else next(iter(again.worlds))
    base = again.worlds[base_policy][0]
    chosen = _largest(base, false=both_of(saved)[0])
    if chosen is None:
        return Section("cascade", title, [Text("In the first world nobody posted anything.")])
    # The best of the policies that acted in this world, if any did.
    first = {policy: again.worlds[policy][0] for policy in ordered(saved) if policy in again.worlds}
    acting = [policy for policy, world in first.items() if world.acted is not None]
    policy = acting[0] if acting and NONE in again.worlds else ""
    under = first[policy] if policy else None
    gone = _gone(base.posts, chosen, under)
    shown = chosen[:_MOST_POSTS]
    story = base.facts.stories[int(base.posts.story[chosen[0]])].name
    told = _caption_text(base.posts, chosen, story, policy, gone)
    shade = look_of(saved.policies.index(policy) if policy else 0)[0]
    drawing = _draw("cascade-tree", told, base.posts, shown, gone[: len(shown)], under, shade)
    caption = (
        f"Each dot is a post, each line a share of the post it starts from. World with seed"
        f" {base.seed}, {'no policy in force' if base_policy == NONE else quoted(base_policy)}."
    )
    if under is not None and under.acted is not None:
        caption += " Hollow: this account did not post the story in the same world under "
        if under.acted < base.posts.time[shown[0]]:
            caption += f"{quoted(policy)}, which had first acted before this was published."
        elif under.acted > base.posts.time[shown[-1]]:
            caption += f"{quoted(policy)}, which first acted after the last of these posts."
        else:
            caption += f"{quoted(policy)}, whose first action is the dotted line."
    if len(chosen) > len(shown):
        caption += f" Only the first {len(shown)} of {len(chosen)} posts are drawn."
    name = f"The largest cascade of {quoted(story)}"
    return Section("cascade", title, [Figure("tree", name, [("", drawing)], told, caption)])


def _largest(world: World, *, false: bool) -> NDArray[np.int64] | None:
    """Numbers of the posts of the largest cascade, in order of time."""
    posts = world.posts
    wanted = np.array([not (false and story.truth) for story in world.facts.stories], bool)
    inside = wanted[posts.story]
    if not inside.any():
        return None
    root = int(np.bincount(posts.root[inside]).argmax())
    found: NDArray[np.int64] = np.flatnonzero(posts.root == root)
    return found


def _gone(posts: Posts, chosen: NDArray[np.int64], under: World | None) -> NDArray[np.bool_]:
    """Which posts' authors did not post the story under the policy."""
    if under is None:
        return np.zeros(len(chosen), bool)
    there = under.posts.author[under.posts.story == posts.story[chosen[0]]]
    missing: NDArray[np.bool_] = ~np.isin(posts.author[chosen], there)
    return missing


def _caption_text(
    posts: Posts, chosen: NDArray[np.int64], story: str, policy: str, gone: NDArray[np.bool_]
) -> str:
    depth = int(posts.depth[chosen].max())
    hours = float(posts.time[chosen[-1]] - posts.time[chosen[0]])
    text = (
        f"A tree of {counted(len(chosen), 'post')} of {quoted(story)} that grew over {hours:.1f}"
        f" hours, the last {counted(depth, 'share')} away from the first."
    )
    if policy:
        text += (
            f" In the same world under {quoted(policy)}, {int(gone.sum())} of the"
            f" {counted(len(chosen), 'account')} in it did not post the story."
        )
    return text


def rows_of_tree(parent: NDArray[np.int64]) -> NDArray[np.float64]:
    """A row for each post of a tree such that branches do not cross.

    ``parent`` holds places in the same array, -1 for the root at place 0; every parent comes
    before its children. Leaves get rows of their own, a parent the middle of its children.
    """
    children: list[list[int]] = [[] for _ in parent]
    for place, above in enumerate(parent.tolist()):
        if above >= 0:
            children[above].append(place)
    rows = np.zeros(len(parent))
    order, stack = [], [0]
    while stack:
        place = stack.pop()
        order.append(place)
        stack += reversed(children[place])
    leaf = 0.0
    for place in order:
        if not children[place]:
            rows[place] = leaf
            leaf += 1.0
    for place in reversed(order):
        if children[place]:
            below = rows[children[place]]
            rows[place] = (below.min() + below.max()) / 2
    return rows


@drawn
def _draw(
    figure: Canvas,
    posts: Posts,
    shown: NDArray[np.int64],
    gone: NDArray[np.bool_],
    under: World | None,
    lost: str,
) -> None:
    from matplotlib.collections import LineCollection

    place = {int(post): at for at, post in enumerate(shown.tolist())}
    parent = np.array([place.get(int(posts.parent[post]), -1) for post in shown])
    rows = rows_of_tree(parent)
    hours = posts.time[shown] - posts.time[shown[0]]
    ax = axes_of(figure, min(2.4 + rows.max() / 40, 5.6), rows=True)
    below = np.flatnonzero(parent >= 0)
    above = parent[below]
    x, y = hours[np.stack([above, above, below])], rows[np.stack([above, below, below])]
    colours = [lost if gone[at] else MUTED for at in below]
    lines = list(np.stack([x, y], axis=-1).transpose(1, 0, 2))
    ax.add_collection(LineCollection(lines, colors=colours, linewidths=0.6, zorder=2))
    size = 26 if len(shown) < 150 else 12
    for hollow, shade in ((True, lost), (False, MUTED)):
        some = gone == hollow
        ax.scatter(
            hours[some], rows[some], s=size, zorder=3, linewidths=1.1, edgecolors=shade,
            facecolors=PAPER if hollow else shade,
        )  # fmt: skip
    ax.scatter(hours[:1], rows[:1], s=110, marker="*", color=INK, zorder=4, linewidths=0)
    if under is not None and under.acted is not None:
        at = under.acted - posts.time[shown[0]]
        if hours[0] <= at <= hours[-1]:
            ax.axvline(at, color=INK, linewidth=1.2, linestyle=":")
    ax.set_xlabel("hours since it was published")
    ax.margins(0.03)
    hour_ticks(ax, float(hours[-1]))
