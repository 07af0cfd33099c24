"""Posts of a stream as the JSON lines of PNNL, which :mod:`.dialects.pnnl` reads."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from rumorsim.common.errors import InputError
from rumorsim.common.files import write_beside
from rumorsim.events.cascades import cascade_arrays
from rumorsim.events.observed.moments import zone_of
from rumorsim.events.stream import Batch, Facts


def write_pnnl(
    path: str | Path,
    facts: Facts,
    batches: Iterable[Batch],
    *,
    zone: str | None = None,
    force: bool = False,
) -> int:
    """Write every publication and share of a stream, one JSON object a line; returns how many.

    A node is called after its story, a share with the number of its post behind. Times are
    dates to the microsecond where the start of the stream is known, which is local time of
    ``zone``; else seconds from its hour 0. InputError where a start has no zone, OutputError
    where the file cannot be written, or exists and ``force`` is not given.
    """
    if facts.start and zone is None:
        rule, advice = "the start is local time of a zone that is not known", "say zone (--zone)"
        raise InputError(rule, key="start", value=facts.start, advice=advice)
    begun = None
    if facts.start:
        begun = datetime.fromisoformat(facts.start).replace(tzinfo=zone_of(zone))
    count = 0
    with write_beside(Path(path), overwrite=force) as draft, draft.open("wb") as file:
        for post in _posts(facts, batches, begun):
            file.write(json.dumps(post, ensure_ascii=False).encode() + b"\n")
            count += 1
    return count


def _posts(
    facts: Facts, batches: Iterable[Batch], begun: datetime | None
) -> Iterator[dict[str, Any]]:
    posts = cascade_arrays(batches)
    ids, platforms = facts.account_ids.tolist(), facts.platform.tolist()
    several = len(set(posts.story[posts.parent < 0].tolist())) < int((posts.parent < 0).sum())
    nodes: list[str] = []
    columns = (posts.parent, posts.root, posts.author, posts.time, posts.story)
    rows = zip(*(each.tolist() for each in columns), strict=True)
    for number, (parent, root, author, time, story) in enumerate(rows):
        name = facts.stories[story].name
        original = parent < 0
        nodes.append(name if original and not several else f"{name}/{number}")
        yield {
            "nodeID": nodes[-1],
            "nodeUserID": ids[author],
            "parentID": nodes[number if original else parent],
            "rootID": nodes[root],
            "actionType": "post" if original else "share",
            "nodeTime": time * 3600.0 if begun is None else _date(begun, time),
            "platform": facts.platforms[platforms[author]],
        }


def _date(begun: datetime, hours: float) -> str:
    return (begun + timedelta(hours=hours)).isoformat(timespec="microseconds")
