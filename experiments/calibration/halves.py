"""The Weibo cascades in two random halves, by kind; others only where they began by day."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

import rumorsim
from rumorsim.events.observed.cascades import Cascades

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
ORIGINALS, REPOSTS = DATA / "weibo_cascades.parquet", DATA / "weibo_cascades_reposts.parquet"
#: 57 % of the other posts of CED were made between 23:00 and 23:59, which no platform is like.
BY_DAY = (8, 21)


def half(kind: str, which: int) -> Cascades:
    """Half 0 or 1 of the "rumors" or "others"; a random half, the same at every call."""
    originals = pd.read_parquet(ORIGINALS)
    order = np.random.default_rng(2012).permutation(len(originals))
    chosen = originals.iloc[np.sort(order[which::2])]
    chosen = chosen[chosen["is_rumor"].astype(bool) == (kind == "rumors")]
    if kind == "others":
        chosen = chosen[chosen["post_hour_cst"].between(*BY_DAY)]
    reposts = pd.read_parquet(REPOSTS)
    reposts = reposts[reposts["cascade"].isin(chosen["cascade"])]
    with tempfile.TemporaryDirectory() as folder:
        first, second = Path(folder) / "reposts.parquet", Path(folder) / "originals.parquet"
        reposts.to_parquet(first)
        chosen.to_parquet(second)
        return rumorsim.read_cascades(
            first,
            columns={
                "account": "user",
                "time": "t",
                "row": "node",
                "rumor": "is_rumor",
                "author_followers": "author_followers_2sf",
            },
            originals=second,
            unit="seconds",
        )
