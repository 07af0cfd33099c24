"""Sharing a story again: expected numbers of shares where every course can be gone through.

Each post is read once by each follower of its author, and the n-th share of an account has P(share)
appeal * again ** n (an author has shared once). What is read in which order then plays no part.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from theory_runs import FIXED, deviation, edge_file, scenario

from rumorsim import Kind, stream

COPIES = 3000
APPEAL = 0.6
#: Follows without a cycle, as (followee, follower), in an order in which all is known in turn.
ONWARD = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
#: With cycles; times any appeal up to 0.6 their largest eigenvalue is below 1.
AROUND = [(0, 1), (1, 2), (2, 0), (2, 3), (3, 1), (4, 3)]


def shares(
    folder: Path, edges: list[tuple[int, int]], again: float, engine: str = "fast"
) -> NDArray[np.int64]:
    """Shares of each copy by each account; int64 [copies, accounts]."""
    copies = COPIES if engine == "fast" else COPIES // 10
    told = scenario(
        edge_file(folder, edges),
        appeal=APPEAL,
        copies=copies,
        author="ids = [0]",
        feed=FIXED,
        rest=f"again = {again}",
    )
    found = np.zeros((copies, 1 + max(max(edge) for edge in edges)), np.int64)
    for batch in stream(told, "none", 5, engine):
        made = batch.only(Kind.SHARE)
        np.add.at(found, (made.story, made.account), 1)
    return found


def after_reads(reads: int, again: float) -> NDArray[np.float64]:
    """P(an account that reads so many posts shares 0, 1, 2 ... of them)."""
    chance = np.zeros(reads + 1)
    chance[0] = 1.0
    for _ in range(reads):
        once_more = chance * APPEAL * again ** np.arange(reads + 1)
        chance = chance - once_more + np.concatenate([[0.0], once_more[:-1]])
    return chance


def enumerated(again: float) -> NDArray[np.float64]:
    """Expected shares by account on ONWARD: every number of shares of each, in turn."""
    expected = np.zeros(4)
    courses = [((1, 0, 0, 0), 1.0)]
    for account in (1, 2, 3):
        further = []
        for posts, chance in courses:
            reads = sum(posts[author] for author, reader in ONWARD if reader == account)
            for count, odds in enumerate(after_reads(reads, again)):
                now = tuple(count if i == account else n for i, n in enumerate(posts))
                further.append((now, chance * odds))
                expected[account] += chance * odds * count
        courses = further
    return expected


@pytest.mark.parametrize("engine", ["fast", "reference"])
@pytest.mark.parametrize("again", [0.0, 0.5, 1.0])
def test_shares_are_as_many_as_enumeration_says(again: float, engine: str, tmp_path: Path) -> None:
    found = shares(tmp_path, ONWARD, again, engine)
    expected = enumerated(again)
    assert not found[:, 0].any()
    assert all(abs(deviation(found[:, i], expected[i])) < 4 for i in (1, 2, 3))
    if engine == "fast":
        # Negative control: nor would the last account's mean fit any of the other factors.
        others = {0.0, 0.5, 1.0} - {again}
        assert all(abs(deviation(found[:, 3], enumerated(each)[3])) > 8 for each in others)


def test_shares_without_memory_solve_linear_equations(tmp_path: Path) -> None:
    """again = 1: every read of a new post is a coin of its own, by authors as by all others."""
    found = shares(tmp_path, AROUND, 1.0)
    passes = np.zeros((5, 5))
    for author, reader in AROUND:
        passes[reader, author] = APPEAL
    expected = np.linalg.solve(np.eye(5) - passes, passes[:, 0])
    assert all(abs(deviation(found[:, i], expected[i])) < 4 for i in range(4))
    # Negative control: an author who never shares its own story.
    passes[0] = 0.0
    expected = np.linalg.solve(np.eye(5) - passes, passes[:, 0])
    assert abs(deviation(found[:, 1], expected[1])) > 8


def test_to_have_published_counts_as_a_share(tmp_path: Path) -> None:
    """Two accounts that follow each other take turns, each at half its willingness a turn."""
    found = shares(tmp_path, [(0, 1), (1, 0)], 0.5)
    turns = APPEAL * 0.5 ** np.array([turn // 2 for turn in range(1, 60)])
    assert turns[:4].tolist() == [APPEAL, APPEAL / 2, APPEAL / 2, APPEAL / 4]
    expected = np.cumprod(turns)
    assert abs(deviation(found[:, 1], float(expected[0::2].sum()))) < 4
    assert abs(deviation(found[:, 0], float(expected[1::2].sum()))) < 4
    # Negative control: as if the publication counted for nothing.
    turns = APPEAL * 0.5 ** np.array([turn // 2 for turn in range(60)])
    assert abs(deviation(found[:, 0], float(np.cumprod(turns)[1::2].sum()))) > 8


def test_an_account_shares_a_story_as_often_as_a_byte_counts_and_no_more(tmp_path: Path) -> None:
    """Two who share whatever they read: 255 shares of one, and of the author one less."""
    told = scenario(
        edge_file(tmp_path, [(0, 1), (1, 0)]),
        appeal=1.0,
        copies=1,
        author="ids = [0]",
        feed=FIXED,
        rest="again = 1.0",
    )
    for engine in ("fast", "reference"):
        made = [batch.only(Kind.SHARE) for batch in stream(told, "none", 1, engine)]
        counts = np.bincount(np.concatenate([each.account for each in made]), minlength=2)
        assert counts.tolist() == [254, 255]
