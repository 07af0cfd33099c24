"""What the answers that need many settings share: extras, responses, and their directory."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.claims import Claim
from rumorsim.common.csv_text import write_records
from rumorsim.common.errors import Fault, InputError, OutputError, nearest, show_value
from rumorsim.common.files import MARKER, json_text, write_beside, write_text
from rumorsim.common.progress import heartbeat
from rumorsim.common.provenance import RESULTS_VERSION, versions
from rumorsim.common.shown import Shown
from rumorsim.measures import describe
from rumorsim.scenario.used_code import own_code_in
from rumorsim.studies.runner.run_specs import RunSpecs, Setting
from rumorsim.studies.runner.runner import Run, Runner

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from rumorsim.reports.figures.pictures import FigureFiles, Picture

#: The folder of an answer's directory in which finished runs are kept.
KEPT: Final = "kept"


def needed(module: str, extra: str = "analysis") -> ModuleType:
    """A module of an extra; InputError saying how to install it where it is absent."""
    try:
        return import_module(module)
    except ImportError:
        name = module.partition(".")[0]
        advice = f'pip install "rumorsim[{extra}]"'
        raise InputError(Fault(f"this needs {name}", advice=advice)) from None


def check_key(
    key: str, option: str, example: str, scenario: Mapping[str, Any] | None = None
) -> None:
    """InputError unless ``key`` is the dotted name of a number that some measure gives.

    Of a measure that was handed over any name may be one; ``scenario`` in its resolved form
    says which there are.
    """
    own = {each["name"] for each in (scenario or {}).get("own_measures", ())}
    if key.partition(".")[0] not in own and describe(key) is None:
        rule = "is not the dotted name of a number that is measured"
        raise InputError(Fault(rule, "", option, show_value(key), f"such as {example}"))


def measure_of(key: str) -> str:
    """The name of the measure that gives a number."""
    return key.partition(".")[0]


def numbers(
    runner: Runner,
    settings: Sequence[Setting],
    keys: Sequence[str],
    progress: Callable[[int, int], None] | None = None,
) -> NDArray[np.float64]:
    """The numbers ``keys`` of the run of each setting: (settings, keys); memory stays flat.

    RunError naming a run that failed; InputError where the scenario is at fault, or a run has
    no such number.
    """
    table = np.empty((len(settings), len(keys)))
    with closing(runner.successful(settings, progress)) as stream:
        for place, run in stream:
            table[place] = [_scalar(run, key) for key in keys]
    return table


def _scalar(run: Run, key: str) -> float:
    if key not in run.scalars:
        inside = [each for each in run.scalars if measure_of(each) == measure_of(key)]
        rule = "there is no such number"
        raise InputError(Fault(rule, key=key, advice=nearest(key, inside) if inside else ""))
    value = run.scalars[key]
    if value is None:
        rule = f'has no value under policy "{run.setting.policy}" with seed {run.setting.seed}'
        raise InputError(Fault(rule, key=key, advice="choose a number that every run has"))
    return float(value)


def answer_subject(scenario: Mapping[str, Any], study: Mapping[str, Any]) -> dict[str, Any]:
    """What an answer of a study is of: the resolved scenario, and what is varied in it."""
    return {"scenario": scenario, "study": study}


def made_with(scenario: Mapping[str, Any]) -> dict[str, Any]:
    """Where an answer on a resolved scenario comes from: versions, and code of the user's own."""
    return {
        "results_version": RESULTS_VERSION,
        "versions": versions(),
        **own_code_in(scenario),
    }


class AnswerDirectory:
    """A directory that holds one answer of ours, and beside it the runs it rests on.

    OutputError where it holds anything else, or the answer of another scenario or study,
    unless ``force``. Files are replaced one by one, each whole or not at all; finished runs
    stay, so that asking again makes only what is missing.
    """

    def __init__(self, place: Path, claim: Claim, *, force: bool = False) -> None:
        claim.check(place, force=force)
        self.place, self.claim = place, claim
        marker = place / MARKER
        if marker.exists() and _holds(marker) != claim.holds:
            rule = f"holds results of another kind, not {show_value(claim.holds)}"
            raise OutputError(Fault(rule, file=str(place), advice="name another directory"))
        place.mkdir(exist_ok=True)
        if not marker.exists() or force:
            write_text(marker, json.dumps(claim.marker()) + "\n")

    @property
    def kept(self) -> Path:
        """Where finished runs are kept."""
        return self.place / KEPT

    def text(self, name: str, text: str) -> None:
        """Write a file of text."""
        write_text(self.place / name, text)

    def json(self, name: str, value: Any) -> None:
        """Write a file of JSON."""
        self.text(name, json_text(value))

    def csv(self, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write a table; the keys of the first row are its head."""
        with write_beside(self.place / name, overwrite=True) as draft:
            write_records(draft, rows)

    def done(self, pictures: Mapping[str, Callable[[], Figure]], files: FigureFiles) -> None:
        """Say in the marker which files there are, once the figures beside them are drawn."""
        from rumorsim.reports.figures.pictures import save_pictures

        save_pictures(self.place, pictures, files)
        there = sorted(p.name for p in self.place.iterdir() if p.is_file() and p.name != MARKER)
        marker = {**self.claim.marker(), "files": there}
        write_text(self.place / MARKER, json.dumps(marker) + "\n")


@contextmanager
def answer_runner(
    what: str,
    specs: RunSpecs,
    out: str | Path | None,
    claim: Claim,
    *,
    force: bool,
    unless: object,
    **options: Any,
) -> Iterator[Runner]:
    """A runner for the answer that ``claim`` names, with signs of life unless there is a bar.

    With ``out`` finished runs are kept there; ``options`` are those of :class:`.Runner`.
    """
    store = None if out is None else AnswerDirectory(Path(out), claim, force=force).kept
    life = heartbeat(what, unless=unless)
    with life, Runner(specs, store=store, curves=(), **options) as runner:
        yield runner


class SavedAnswer(Shown, ABC):
    """An answer that can be saved to a directory of its own: its claim, tables and figure."""

    def figure(self, width: str | None = None) -> Picture:
        """The figure, as :meth:`.Comparison.figure` gives one."""
        from rumorsim.reports.figures.pictures import Picture

        _, draw = self._drawn()
        return Picture(draw(), width)

    def _repr_html_(self) -> str:
        return super()._repr_html_() + self.figure().html()

    def save(
        self,
        out: str | Path,
        *,
        force: bool = False,
        figures: str | Iterable[str] | None = None,
        width: str | None = None,
    ) -> None:
        """Write tables and picture; OutputError where ``out`` is not one of ours.

        That includes an answer of another scenario or study, unless ``force``.
        The figure is saved as PNG and SVG, or as ``figures`` says ("pdf", "pdf,svg"), as wide as
        ``width`` ("8.5 cm"); InputError for what is neither.
        """
        from rumorsim.reports.figures.pictures import FigureFiles

        files = FigureFiles.of(figures, width)
        directory = AnswerDirectory(Path(out), self._claim(), force=force)
        self._write(directory)
        directory.done(self._pictures(), files)

    @abstractmethod
    def _claim(self) -> Claim:
        """What it is an answer to."""

    @abstractmethod
    def _write(self, directory: AnswerDirectory) -> None:
        """Write its text, JSON and tables."""

    def _pictures(self) -> dict[str, Callable[[], Figure]]:
        """Every figure that is saved, by its file."""
        name, draw = self._drawn()
        return {name: draw}

    @abstractmethod
    def _drawn(self) -> tuple[str, Callable[[], Figure]]:
        """The file of its figure, and what draws it."""


def _holds(marker: Path) -> str:
    try:
        return str(json.loads(marker.read_text(encoding="utf-8"))["holds"])
    except (OSError, ValueError, KeyError, TypeError):
        return "nothing known"
