"""The posts of a run, from the stream: who posted what, when, and from which post.

A share is a post too: the tree of a publication is its root and the shares that lead back
to it. Memory is 20 bytes a post.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from rumorsim.common.errors import InputError
from rumorsim.events.stream import Batch, Kind


class Growing:
    """A column that grows by appending; ``view()`` is what it holds now."""

    def __init__(self, dtype: DTypeLike) -> None:
        self._data: NDArray[Any] = np.empty(1024, dtype)
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def extend(self, values: NDArray[Any]) -> None:
        """Append ``values``; the room doubles where it is too small."""
        end = self._length + len(values)
        if end > len(self._data):
            data = np.empty(max(end, 2 * len(self._data)), self._data.dtype)
            data[: self._length] = self.view()
            self._data = data
        self._data[self._length : end] = values
        self._length = end

    def view(self) -> NDArray[Any]:
        """The values so far, without a copy."""
        return self._data[: self._length]


class PostLog:
    """Columns over posts, in post order: story, author, parent (-1: a publication), time."""

    def __init__(self) -> None:
        self._story = Growing(np.int32)
        self._author = Growing(np.int32)
        self._parent = Growing(np.int32)
        self._time = Growing(np.float64)

    def __len__(self) -> int:
        return len(self._story)

    @property
    def story(self) -> NDArray[np.int32]:
        """Number of the story of each post (int32)."""
        return self._story.view()

    @property
    def author(self) -> NDArray[np.int32]:
        """Number of the author of each post (int32)."""
        return self._author.view()

    @property
    def parent(self) -> NDArray[np.int32]:
        """Number of the post that each post shares, -1 for a publication (int32)."""
        return self._parent.view()

    @property
    def time(self) -> NDArray[np.float64]:
        """Hours at which each post was made (float64)."""
        return self._time.view()

    def observe(self, batch: Batch) -> Batch:
        """Take the posts of ``batch`` in; returns its publish and share events.

        Raises InputError for a stream whose posts are not numbered 0, 1, 2 ... as they
        appear, or whose shares come before what they share.
        """
        made = batch.only(Kind.PUBLISH, Kind.SHARE)
        if not len(made):
            return made
        number = np.arange(len(self), len(self) + len(made))
        parent = np.where(made.kind == Kind.SHARE, made.value, -1.0)
        shared = made.kind == Kind.SHARE
        wrong = (made.post != number) | (parent >= number) | (shared & (parent < 0))
        if wrong.any():
            at = int(np.argmax(wrong))
            raise InputError(
                "posts are numbered in order of appearance and shares follow what they share",
                key="post",
                value=str(int(made.post[at])),
                advice=f"post {int(number[at])} was due at {float(made.time[at])!r} h",
            )
        self._story.extend(made.story)
        self._author.extend(made.account)
        self._parent.extend(parent)
        self._time.extend(made.time)
        return made

    def known_at(
        self, batch: Batch, chosen: NDArray[np.bool_], *names: str
    ) -> Iterator[tuple[Any, ...]]:
        """These columns of each ``chosen`` event (bool [batch]), then how many posts there were.

        ``batch`` is the one last taken in, so that what an event knows of is what came before
        it in the stream, wherever the stream was cut.
        """
        if not chosen.any():
            return iter(())
        posted = (batch.kind == Kind.PUBLISH) | (batch.kind == Kind.SHARE)
        made = posted.cumsum()
        before = len(self) - made[-1] + made[chosen]
        rows = batch.rows[chosen]
        return zip(*(rows[name].tolist() for name in names), before.tolist(), strict=True)


def depths_and_roots(parent: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Generation of each post (0 = publication) and the publication it goes back to.

    Both have shape [posts]. Each pass doubles how far every post looks back, so the work is
    posts x log2(deepest).
    """
    number = np.arange(len(parent))
    back = np.where(parent < 0, number, parent)
    depth = (parent >= 0).astype(np.int64)
    while True:
        further = depth[back]
        if not further.any():
            return depth, back
        depth += further
        back = back[back]
