"""Posteriors for tests: of given values, in memory and as the directory of a calibration."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rumorsim.studies.runner.posterior import Drawn, Posterior


def posterior_of(
    drawn: Mapping[str, Sequence[Any]], weights: Sequence[float] | None = None
) -> Posterior:
    """Draws by dotted key, one value a draw; parameters are called a, b ... in this order."""
    names = [chr(ord("a") + place) for place in range(len(drawn))]
    rows = tuple(zip(*drawn.values(), strict=True))
    shares = np.full(len(rows), 1.0) if weights is None else np.array(weights)
    parameters = tuple(Drawn(name, (key,)) for name, key in zip(names, drawn, strict=True))
    return Posterior("by hand", parameters, shares / shares.sum(), rows)


def write_posterior(posterior: Posterior, directory: Path) -> Path:
    """The directory of a calibration that left this posterior."""
    directory.mkdir()
    with (directory / "posterior.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["draw", "weight", *(each.name for each in posterior.parameters)])
        for place, values in enumerate(posterior.values):
            cells = [json.dumps(value) for value in values]
            rows.writerow([place, repr(float(posterior.weights[place])), *cells])
    said = {
        "name": posterior.name,
        "parameters": [{"name": p.name, "keys": list(p.keys)} for p in posterior.parameters],
    }
    (directory / "calibration.json").write_text(json.dumps(said), encoding="utf-8")
    return directory
