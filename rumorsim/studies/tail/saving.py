"""A comparison of tails on the disk."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rumorsim.common.claims import Claim
from rumorsim.common.csv_text import write_csv, write_records
from rumorsim.common.files import MARKER, json_text, write_directory, write_text
from rumorsim.reports.figures.pictures import FigureFiles, save_pictures
from rumorsim.studies.tail.figures import tail_figure
from rumorsim.studies.tail.text import answer_text, effort, sentences

if TYPE_CHECKING:
    from rumorsim.studies.tail.answer import TailNumbers

#: What the marker of a directory says it holds.
HOLDS: Final = "tail comparison"


def save_tail(
    found: TailNumbers, place: Path, files: FigureFiles, *, force: bool, source: str | Path
) -> None:
    """The answer in a directory of its own; the figure comes last."""
    claim = Claim.of(HOLDS, found.scenario, source)
    claim.check(place, force=force)
    with write_directory(place) as draft:
        write_text(draft / "tail.txt", answer_text(found) + "\n")
        told = {"sentences": sentences(found), "made": effort(found)}
        write_text(draft / "tail.json", json_text({**found.as_dict(), **told}))
        write_text(draft / "scenario.json", json_text(dict(found.scenario)))
        write_records(draft / "chances.csv", [each.as_dict() for each in found.chances])
        write_records(draft / "curve.csv", [each.as_dict() for each in found.curve])
        if found.means:
            write_records(draft / "means.csv", [each.as_dict() for each in found.means])
        head = ("seed", "branch", "weight", "audience under none", *found.policies)
        write_csv(draft / "leaves.csv", head, _leaves(found))
        names = [each.name for each in draft.iterdir()]
        write_text(draft / MARKER, json_text({**claim.marker(), "files": sorted(names)}))
    drawn = save_pictures(place, {"chances.png": lambda: tail_figure(found)}, files)
    names += [each.name for each in drawn]
    write_text(place / MARKER, json_text({**claim.marker(), "files": sorted(names)}))


def _leaves(found: TailNumbers) -> Iterable[Iterable[Any]]:
    """One row a leaf; its branch as the level and number of each turn.

    Weights are those of worlds times those of leaves: their sum over all rows in the tail, divided
    by the worlds, is the chance.
    """
    worlds = found.worlds
    for seed, weight, leaves in zip(worlds.seeds, worlds.weights, found.trees, strict=True):
        for leaf in leaves:
            path = " ".join(f"{level}.{branch}" for level, branch in leaf.path)
            values = (leaf.values[policy] for policy in found.policies)
            yield (seed, path, weight * leaf.weight, leaf.audience, *values)
