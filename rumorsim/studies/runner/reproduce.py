"""reproduce: make the run of a record again and see whether it comes out the same."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from rumorsim.common.errors import Fault, InputError
from rumorsim.common.files import MARKER, checked_file, read_file
from rumorsim.common.plurals import counted
from rumorsim.common.provenance import RESULTS_VERSION, versions
from rumorsim.common.saved_json import MOST_JSON_BYTES, ProvenanceShape, Saved, checked, parse_json
from rumorsim.graphs.config import Given
from rumorsim.measures import flatten
from rumorsim.scenario.handing import things_of, with_imported
from rumorsim.scenario.inputs import input_files
from rumorsim.scenario.loading import from_values
from rumorsim.scenario.models import Scenario
from rumorsim.scenario.unions import in_force
from rumorsim.simulation.running import run
from rumorsim.studies.runner.manifest import MANIFEST, Manifest
from rumorsim.studies.runner.posterior import DRAWS
from rumorsim.studies.runner.records import Damaged, unpack

_ELSEWHERE: Final = "say where the files of its scenario are: files (--files)"


class _Record(Saved):
    """What a record must hold to be made again."""

    policy: str
    seed: int
    digest: str
    measures: dict[str, dict[str, Any]]
    scenario: dict[str, Any]
    provenance: ProvenanceShape


@dataclass(frozen=True)
class Reproduction:
    """A run made again: ``recorded`` and ``digest`` name the events then and now.

    ``numbers``: how many were compared; ``different``: those that are not the same.
    ``versions``: what the numbers depend on and has changed since, "then -> now".
    """

    policy: str
    seed: int
    recorded: str
    digest: str
    numbers: int
    different: tuple[str, ...]
    versions: Mapping[str, str]

    @property
    def same(self) -> bool:
        """Whether events and numbers are the same to the bit."""
        return self.recorded == self.digest and not self.different

    def text(self) -> str:
        """What came of it, for people."""
        what = f'policy "{self.policy}", seed {self.seed}'
        if self.same:
            numbers = counted(self.numbers, "number")
            return f"{what}: the same events (SHA-256 {self.digest}) and {numbers}"
        lines = [f"{what}: NOT the same"]
        if self.recorded != self.digest:
            lines.append(f"events: {self.recorded} then, {self.digest} now")
        lines += [f"differs: {key}" for key in self.different[:20]]
        lines += [f"changed since: {name} {text}" for name, text in self.versions.items()]
        return "\n".join(lines)


def reproduce(
    record: str | Path,
    files: str | Path | None = None,
    *,
    policies: Iterable[Any] = (),
    measures: Iterable[Any] = (),
) -> Reproduction:
    """Make the run in ``record`` again: a record of a sweep, or what ``run --out`` saved.

    ``files`` is the folder where relative paths of its scenario start: by default as the
    sweep's manifest says, else the present one. ``policies`` and ``measures`` are the user's
    own ones that it used, where they cannot be imported; they, and what is imported, must say
    what they said. InputError for what is no record, is damaged, or cannot be made again.
    """
    place = Path(record)
    payload = _payload(place)
    base = _folder_of(place) if files is None else Path(files)
    try:
        scenario = from_values(payload["scenario"], base, str(record))
    except InputError as error:
        absent = [
            Fault(
                f"was made with the plug-ins of {name} {wanted}, which is not installed",
                str(record),
            )
            for name, wanted in (payload["provenance"].get("plug_ins") or {}).items()
            if _version(name) == "not installed"
        ]
        raise InputError([*absent, *error.faults]) from None
    if isinstance(scenario.graph, Given):
        rule = "its follow graph was handed over from Python; it cannot be made from a file"
        raise InputError(Fault(rule, file=str(record)))
    if payload["provenance"].get("redraw"):
        rule = "it is a branch, whose redraw came from Python; it cannot be made from a file"
        advice = "call run() with the same redraw and compare the digests"
        raise InputError(Fault(rule, file=str(record), advice=advice))
    in_use = in_force(scenario, payload["policy"])
    try:
        in_use = with_imported(in_use.with_handed(things_of(policies, measures)))
    except InputError as error:
        raise InputError(replace(fault, file=str(record)) for fault in error.faults) from error
    _there_are_files(in_use)
    known = {measure: payload["measures"][measure] for measure in payload["measures"]}
    again = run(in_use, payload["policy"], payload["seed"], measures=tuple(known))
    then, now = flatten(known), again.scalars()
    # Sorted and without the order of keys, both as JSON gives them back.
    whole = json.loads(json.dumps(dict(again.measures)))
    different = [key for key in {**then, **now} if then.get(key) != now.get(key)]
    if not different:
        different = [name for name in known if known[name] != whole.get(name)]
    return Reproduction(
        payload["policy"],
        payload["seed"],
        payload["digest"],
        again.digest,
        len(now),
        tuple(different),
        _changed(payload["provenance"]),
    )


def _payload(place: Path) -> dict[str, Any]:
    if place.is_dir():
        if (place / "comparison.json").is_file():
            raise _comparison(place)
        place = place / MARKER
    data = read_file(checked_file(place), MOST_JSON_BYTES)
    advice = "name a file runs/x/ID.run of a sweep, or a directory of rumorsim run --out"
    if data[:1] == b"{":
        return dict(parse_json(data, str(place), _Record, advice=advice))
    try:
        text = unpack(data, place.stem)
    except Damaged as error:
        rule = f"is not a sound record: {error}"
        raise InputError(Fault(rule, file=str(place), advice=advice)) from None
    return dict(checked(text, str(place), _Record, advice))


def _comparison(place: Path) -> InputError:
    """That a directory holds a comparison, how to make it again, and what own code it needs."""
    saved = place / "scenario.json"
    values = parse_json(read_file(checked_file(saved), MOST_JSON_BYTES), str(saved))
    scenario = from_values(values, place, str(saved))
    codes = [(f'policy "{p.name}"', code) for p in scenario.policies for code in p.own or ()]
    codes += [(f'measure "{each.name}"', each) for each in scenario.own_measures or ()]
    option = " --own-code" if codes else ""
    option += f" --posterior {place}" if (place / DRAWS).is_file() else ""
    advice = f"compare again: rumorsim compare {saved}{option}"
    needed = [
        Fault(
            "is Python code that this needs",
            str(place),
            what,
            f"{code.code} (SHA-256 {code.sha256[:12]}...)",
            "it must be importable, and say the same",
        )
        for what, code in codes
    ]
    return InputError(
        [Fault("holds a comparison, not one run", str(place), advice=advice), *needed]
    )


def _folder_of(place: Path) -> Path:
    """Where the paths of a record's scenario start: what the manifest above it says."""
    place = place.absolute()
    if len(place.parents) < 3 or not (place.parents[2] / MANIFEST).is_file():
        return Path()
    return Path(Manifest.load(place.parents[2]).values["folder"])


def _there_are_files(scenario: Scenario) -> None:
    """InputError where the scenario's files are elsewhere."""
    try:
        input_files(scenario)
    except InputError as error:
        raise InputError(
            replace(fault, advice="; ".join(filter(None, (fault.advice, _ELSEWHERE))))
            for fault in error.faults
        ) from None


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "not installed"


def _changed(provenance: Mapping[str, Any]) -> dict[str, str]:
    used = provenance.get("plug_ins") or {}
    then = {"results version": provenance["results_version"], **provenance["versions"], **used}
    now = {
        "results version": RESULTS_VERSION,
        **versions(),
        **{name: _version(name) for name in used},
    }
    return {name: f"{then.get(name)} -> {now[name]}" for name in now if then.get(name) != now[name]}
