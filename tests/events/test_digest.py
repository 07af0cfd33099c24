"""The digest of a stream: every column counts, batches do not."""

from __future__ import annotations

import numpy as np
import pytest

from rumorsim.events.stream import EVENT, Batch, StreamDigest

COLUMNS = EVENT.names or ()


def rows() -> np.ndarray:
    made = np.zeros(5, EVENT)
    for place, name in enumerate(COLUMNS):
        made[name] = np.arange(5) + place
    return made


def digest_of(*parts: np.ndarray) -> str:
    digest = StreamDigest()
    for part in parts:
        digest.update(Batch(part))
    return digest.hexdigest()


@pytest.mark.parametrize("column", COLUMNS)
def test_every_column_counts(column: str) -> None:
    changed = rows()
    changed[column][3] += 1
    assert digest_of(changed) != digest_of(rows())


def test_batches_do_not_count() -> None:
    made = rows()
    assert digest_of(made[:2], made[2:2], made[2:]) == digest_of(made)


def test_a_missing_row_counts() -> None:
    assert digest_of(rows()[:-1]) != digest_of(rows())
