"""Our own streams of events, of any format: every publication and its shares is a cascade."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from typing_extensions import override

from rumorsim.common.errors import InputError
from rumorsim.common.plurals import counted
from rumorsim.events.cascades import Posts, cascade_arrays
from rumorsim.events.observed.dialects.dialect import CascadeDialect
from rumorsim.events.observed.records import ROOT, UNKNOWN, Records
from rumorsim.events.observed.remembering import PROVENANCE, remembered
from rumorsim.events.observed.request import Request
from rumorsim.events.observed.starts import first_bytes, footer
from rumorsim.events.saved import read_events
from rumorsim.events.stream import Facts, Kind


def is_saved_stream(path: Path) -> bool:
    """Whether a file is a stream of events that rumorsim saved, as far as its header says."""
    if not path.is_file():
        return False
    if path.suffix == ".parquet":
        return b"rumorsim.header" in footer(path)
    start = first_bytes(path, 65_536)
    return b'"schema":"rumorsim-events-' in start[:200] or b"rumorsim.header" in start


class Own(CascadeDialect):
    """Streams that rumorsim saved: of a run, or of cascades that were imported."""

    summary: ClassVar = "streams of events that rumorsim saved"
    endings: ClassVar = (".ndjson", ".ndjson.gz", ".parquet", ".arrow")

    @override
    def recognises(self, request: Request) -> bool:
        """Whether a source is surely of this dialect."""
        return request.path is not None and is_saved_stream(request.path)

    @override
    def read(self, request: Request) -> Records:
        """The posts of a source; InputError with the place of what cannot be read."""
        if request.path is None:
            raise InputError("must be a file of events", key="source")
        facts, batches = read_events(request.path)
        kinds: Counter[int] = Counter()

        def counting() -> Any:
            for batch in batches:
                kinds.update(dict(enumerate(np.bincount(batch.kind).tolist())))
                yield batch.only(Kind.PUBLISH, Kind.SHARE)

        posts = cascade_arrays(counting())
        if not len(posts.post):
            raise InputError("holds no publication", request.name)
        return _records(request.path, facts, posts, kinds)


def _records(path: Path, facts: Facts, posts: Posts, kinds: Counter[int]) -> Records:
    own = np.flatnonzero(posts.parent < 0)
    story = posts.story[own]
    order = np.argsort(story, kind="stable")
    own, story = own[order], story[order]
    number = np.zeros(len(posts.post), np.int32)
    number[own] = np.arange(len(own), dtype=np.int32)
    again = np.arange(len(own)) - np.searchsorted(story, story)
    names = [
        facts.stories[at].name + (f" ({k + 1})" if k else "")
        for at, k in zip(story.tolist(), again.tolist(), strict=True)
    ]
    earlier, notes, known = remembered(facts, str(path))
    if again.any():
        further = int(np.count_nonzero(again))
        notes.append(f"{counted(further, 'further publication')} of a story: a cascade each")
    left = [kind for kind in Kind if kinds[kind] and kind not in (Kind.PUBLISH, Kind.SHARE)]
    if left and PROVENANCE not in facts.provenance:
        rest = ", ".join(f"{kinds[kind]:,} {kind.name.lower()}" for kind in left)
        notes.append(f"events that are neither publications nor shares were left out: {rest}")
    return Records(
        names=names,
        ids=facts.account_ids,
        cascade=number[posts.root],
        account=posts.author,
        time=posts.time,
        parent=np.where(posts.parent < 0, ROOT, posts.parent.astype(np.int64)),
        where=lambda row: f"{path}, post {row}",
        truth=np.array([facts.stories[at].truth for at in story.tolist()], np.int8),
        categories=[facts.stories[at].category for at in story.tolist()],
        followers=np.where(known, facts.followers, UNKNOWN).astype(np.int32),
        hour=1.0,
        from_zero=True,
        platform=facts.platform,
        platforms=facts.platforms,
        notes=notes,
        facts=facts,
        earlier=earlier,
    )
