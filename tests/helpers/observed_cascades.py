"""Random cascades as platforms record them: repeated shares, shares of oneself, equal times."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from rumorsim.events.sinks import open_sink
from rumorsim.events.stream import EVENT, Batch, Facts, Kind, StoryFacts


def random_cascades(
    rng: np.random.Generator, accounts: int = 30, stories: int = 4, shares: int = 80
) -> tuple[Facts, Batch]:
    """Facts and posts of random cascades; times are such that many are equal."""
    posts: list[tuple[float, int, int, int]] = []  # time, story, account, parent
    for story in range(stories):
        posts.append((float(rng.integers(0, 3)), story, int(rng.integers(accounts)), -1))
    for _ in range(shares):
        parent = int(rng.integers(len(posts)))
        time = posts[parent][0] + float(rng.choice([0.25, 0.5, 1.0, rng.exponential()]))
        posts.append((time, posts[parent][1], int(rng.integers(accounts)), parent))
    order = sorted(range(len(posts)), key=lambda i: posts[i][0])
    number = {old: new for new, old in enumerate(order)}
    rows = np.zeros(len(posts), EVENT)
    for new, old in enumerate(order):
        time, story, account, parent = posts[old]
        source = -1 if parent < 0 else posts[parent][2]
        value = 1.0 if parent < 0 else float(number[parent])
        kind = int(Kind.PUBLISH if parent < 0 else Kind.SHARE)
        rows[new] = (time, value, story, new, account, source, kind, 0)
    facts = Facts(
        accounts=accounts,
        horizon=float(rows["time"].max()) + 1.0,
        stories=tuple(
            StoryFacts(f"cascade-{i}", bool(i % 2), "politics" if i % 3 else "health")
            for i in range(stories)
        ),
        person=np.arange(accounts, dtype=np.int32),
        kind=np.zeros(accounts, np.int16),
        followers=rng.integers(0, 40, accounts).astype(np.int32),
    )
    return facts, Batch(rows)


def saved(path: Path, facts: Facts, batch: Batch) -> Path:
    """The cascades as a file of events."""
    with open_sink(path, facts, force=True) as sink:
        sink.write(batch)
    return path
