"""What rumorsim's batteries of tests need to know of the plug-ins; see its tests folder."""

from __future__ import annotations

from collections import Counter
from typing import Any

#: Fields of ``intervention_examples.Example``: strong settings, the direction in which they move
#: the reach of stories, and for each field of its own what changing it alone does.
SHADOW_BAN: dict[str, Any] = {
    "strong": {"when": {"age": "0 h"}, "visibility": 0.0},
    "direction": -1,
    "own": {"visibility": ({"when": {"age": "0 h"}}, {"visibility": 0.5})},
}

#: Settings under which a surface shows stories several times within a day.
DIGEST: dict[str, Any] = {"every": "3 h", "opened": 0.5}
NEW_PAGE: dict[str, Any] = {"slots": 2, "refresh": "1 h", "looks": "2 per h"}


def naive_loudest(facts: Any, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The measure again, in plain Python over all events at once."""
    posts = Counter(row["account"] for row in rows if row["kind"] in ("publish", "share"))
    return {"posts": max(posts.values(), default=0)}
