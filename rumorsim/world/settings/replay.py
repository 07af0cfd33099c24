"""What people write under [replay]: the observed cascades of a world whose evidence is fixed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic import Field

from rumorsim.common.settings import Model

#: Later than any observed share: a replay ends with the last one, if not before.
LONG: Final = "36500 d"
#: What a replay measures unless it says otherwise.
MEASURES: Final = ("prevented", "shares", "enforcement", "collateral")
#: What a replay needs no [[stories]] for; the cascades have names, truths and authors of their
#: own. Without a follow graph the appeal has no effect, as only ratios of P(share) count.
STORY: Final[Mapping[str, Any]] = {
    "name": "cascades",
    "truth": False,
    "appeal": 0.01,
    "author": {"random": 1},
}


class Replay(Model):
    """Cascades that happened: who published, who shared what, when.

    Example::

        Replay(cascades="events.parquet")
    """

    cascades: str = Field(
        min_length=1,
        max_length=4096,
        description="the file of cascades, of any format that `rumorsim cascades import` reads;"
        " a relative path starts at the scenario's folder",
    )
    format: str | None = Field(
        None, max_length=100, description="its format, where the ending does not say it"
    )
    sha256: str | None = Field(
        None,
        min_length=64,
        max_length=64,
        description="SHA-256 of the file; where it is given, a changed file is refused. The"
        " resolved form holds it.",
    )
    appeal: float | None = Field(
        None,
        gt=0,
        le=1000,
        description="with a follow graph: base of P(share | read) of every story; absent:"
        " estimated for each story from its exposures and shares, and drawn for each world"
        " from what they leave open",
    )


def expand_replay(values: Any) -> Any:
    """Plain values of a scenario with what a replay does not ask people to write.

    ``replay.follows`` becomes the file of [graph]. ValueError where both are given, or more than
    one description of stories.
    """
    if not isinstance(values, Mapping) or not isinstance(values.get("replay"), Mapping):
        return values
    expanded = {
        "horizon": LONG,
        "graph": {"kind": "observed"},
        "measures": list(MEASURES),
        **values,
    }
    replay = dict(values["replay"])
    follows = replay.pop("follows", None)
    if follows is not None:
        if "graph" in values:
            raise ValueError("replay.follows\t\tis the same as [graph]\tremove one of the two")
        expanded["graph"] = {"kind": "file", "path": follows, "columns": "follower followee"}
    expanded["replay"] = replay
    stories = values.get("stories") or [{}]
    if len(stories) != 1:
        rule = "a replay takes one description, which holds for all its cascades"
        raise ValueError(f"stories\t{len(stories)}\t{rule}\tkeep one, or none")
    expanded["stories"] = [{**STORY, **stories[0]}]
    feed = values.get("feed", {})
    if isinstance(feed, Mapping):
        expanded["feed"] = {"reading": "delay", **feed}
    return expanded
