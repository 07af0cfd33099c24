"""The plan of a study: its points, settings and runs, counted before any is made.

A *row* is a point under a policy in a world; rows whose scenario with that policy alone is
the same (``none`` at every setting of another policy, say) are one *run*.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from rumorsim.common.errors import Fault, InputError, show_value
from rumorsim.common.plurals import counted
from rumorsim.common.settings import replaced
from rumorsim.measures import AnyMeasure
from rumorsim.scenario import Scenario
from rumorsim.scenario.handing import Policies, with_measures, with_policies
from rumorsim.scenario.idle import Idle
from rumorsim.scenario.unions import in_force, union_name
from rumorsim.studies.compare.worlds import NONE
from rumorsim.studies.runner.keyed import faults_of_keys
from rumorsim.studies.runner.records import run_id
from rumorsim.studies.runner.run_specs import RunSpecs, Setting
from rumorsim.studies.runner.world_draws import NO_DRAWS, WorldDraws
from rumorsim.studies.sweep.complaints import Complaints
from rumorsim.studies.sweep.study import Study


@dataclass(frozen=True)
class Plan:
    """What a study comes to.

    ``points[p]`` are the values of the parameters by name, ``settings[p][q][d]`` the digest of
    point p under ``policies[q]`` with the d-th of the draws that its worlds have (without a
    posterior there is one, of nothing); world r has the seed ``first_seed + r``.
    """

    study: Study
    points: tuple[dict[str, Any], ...]
    policies: tuple[str, ...]
    first_seed: int
    settings: tuple[tuple[tuple[str, ...], ...], ...]
    #: Digest and draw of each setting: the first point and policy they belong to; graphs side by
    #: side.
    different: dict[tuple[str, int], tuple[int, int]]
    #: What of a policy does not act as written, and at how many points.
    idle: Mapping[Idle, int]
    draws: WorldDraws = NO_DRAWS

    @property
    def rows(self) -> int:
        """How many rows the table of runs will have."""
        return len(self.points) * len(self.policies) * self.study.replicates

    @property
    def runs(self) -> int:
        """How many different runs there are."""
        counts = Counter(self.draw_of_world)
        return sum(counts[draw] for _, draw in self.different)

    def run_ids(self) -> Iterator[str]:
        """The name of every run, in the order they are made."""
        for _, name in self._in_order():
            yield name

    def wanted(self, names: frozenset[str] | set[str]) -> Iterator[Setting]:
        """The settings of those runs, in the order they are made."""
        for setting, name in self._in_order():
            if name in names:
                yield setting

    def _in_order(self) -> Iterator[tuple[Setting, str]]:
        worlds = list(zip(self.seeds, self.draw_of_world, strict=True))
        for (digest, draw), (point, place) in self.different.items():
            policy = self.policies[place]
            overrides = overrides_of(self.study, self.points[point])
            for seed in [seed for seed, its in worlds if its == draw]:
                yield self.draws.setting(policy, seed, overrides), run_id(digest, policy, seed)

    @property
    def draw_of_world(self) -> tuple[int, ...]:
        """Which of the draws each world has, counted in order of appearance."""
        order = {place: at for at, place in enumerate(self.draws.distinct(self.seeds))}
        return tuple(order[self.draws.place(seed)] for seed in self.seeds)

    @property
    def seeds(self) -> range:
        """The seeds of the worlds."""
        return range(self.first_seed, self.first_seed + self.study.replicates)


def overrides_of(study: Study, values: Mapping[str, Any]) -> dict[str, Any]:
    """What a point sets: dotted keys and values."""
    return {key: values[each.name] for each in study.parameters for key in each.sets}


def handed_over(
    study: Study,
    scenario: Scenario,
    policies: Policies | None,
    measures: Iterable[AnyMeasure] | None,
) -> tuple[Study, Scenario]:
    """Study and scenario with policies and measures in the place of the study's own.

    InputError for what is none, or does not fit.
    """
    if measures is not None:
        scenario = with_measures(scenario, measures)
        study = replaced(study, measures=None)
    if policies is not None:
        scenario, names = with_policies(scenario, policies, only=False)
        # Differences are to none.
        names = tuple(dict.fromkeys((NONE, *names)))
        study = replaced(study, policies=names, subsets=None)
    return study, scenario


def policies_of(study: Study, scenario: Scenario) -> tuple[str, ...]:
    """The policies of a study, in order."""
    if study.policies is not None:
        return study.policies
    if study.subsets is None:
        return scenario.policy_names
    sizes = range(len(study.subsets) + 1)
    return tuple(union_name(names) for k in sizes for names in combinations(study.subsets, k))


def check_study(study: Study, scenario: Scenario, most_runs: int | None = None) -> tuple[str, ...]:
    """The policies of the study; InputError with everything that is wrong before it is planned.

    Counts only: a study of too many runs is refused before a point of it exists.
    """
    faults: list[Fault] = []
    policies = policies_of(study, scenario)
    told = "policies" if study.subsets is None else "subsets"
    for i, name in enumerate(study.subsets or study.policies or ()):
        try:
            in_force(scenario, name)
        except InputError as error:
            key, value = f"{told}[{i}]", show_value(name)
            faults += [Fault(f.rule, study.file, key, value, f.advice) for f in error.faults]
    points = study.design.count(study.parameters)
    runs = points * len(policies) * study.replicates
    most = study.most_runs if most_runs is None else most_runs
    if runs > most:
        rule = (
            f"would be {counted(runs, 'run')} (points {points:,} x policies {len(policies):,} x"
            f" worlds {study.replicates:,}); the limit is {most:,}"
        )
        advice = "make it smaller, or raise most_runs (--most-runs)"
        faults.append(Fault(rule, file=study.file, advice=advice))
    first = scenario.seed if study.seed is None else study.seed
    if first > 2**64 - study.replicates:
        rule = "seeds of all replicates must lie in 0 to 2**64 - 1"
        faults.append(Fault(rule, study.file, "seed", str(first)))
    faults += faults_of_keys(study.parameters, scenario, study.file)
    if faults:
        raise InputError(faults)
    return policies


def planned(
    study: Study, specs: RunSpecs, most_runs: int | None = None, draws: WorldDraws = NO_DRAWS
) -> Plan:
    """The plan of a study; InputError as :func:`check_study`, and for values that are refused.

    ``draws`` gives each world parameters of its own, below those that the study varies.
    """
    policies = check_study(study, specs.scenario, most_runs)
    seed = specs.scenario.seed if study.seed is None else study.seed
    seeds = range(seed, seed + study.replicates)
    draws.check(specs.scenario, [key for each in study.parameters for key in each.sets])
    for _ in draws.scenarios(specs.scenario, seeds):  # all of them are checked
        pass
    drawn = draws.distinct(seeds)
    names = [parameter.name for parameter in study.parameters]
    points, settings = [], []
    complaints = Complaints(study, specs.scenario)
    graphs: dict[str, str] = {}
    first: dict[tuple[str, int], tuple[int, int]] = {}
    idle: Counter[Idle] = Counter()
    for p, point in enumerate(study.design.points(study.parameters)):
        values = dict(zip(names, point, strict=True))
        points.append(values)
        overrides = overrides_of(study, values)
        try:
            prepared = [
                [specs.prepared(each, {**its, **overrides}) for each in policies]
                for its in drawn.values()
            ]
        except InputError as error:
            complaints.add(p, values, error)
            continue
        told: dict[Idle, Idle] = {}
        for d, row in enumerate(prepared):
            for q, each in enumerate(row):
                first.setdefault((each.digest, d), (p, q))
                graphs.setdefault(each.digest, _graph_in(each.text))
                for one in _in_study(specs.scenario, each.idle):
                    told.setdefault(one._replace(value=""), one)  # its value may be drawn
        idle.update(told.values())
        settings.append(
            tuple(tuple(each.digest for each in its) for its in zip(*prepared, strict=True))
        )
    complaints.raise_all()
    # A graph is built once where its settings stand side by side.
    spec = {graph: i for i, graph in enumerate(dict.fromkeys(graphs.values()))}
    different = {key: first[key] for key in sorted(first, key=lambda key: spec[graphs[key[0]]])}
    return Plan(study, tuple(points), policies, seed, tuple(settings), different, idle, draws)


def _in_study(scenario: Scenario, found: Iterable[Idle]) -> set[Idle]:
    """With the keys that the policies have among all of the scenario."""
    names = [each.name for each in scenario.policies]
    return {
        each._replace(
            key=each.key.replace("policies[0]", f"policies[{names.index(each.policy)}]", 1)
        )
        if each.policy in names
        else each._replace(key=each.key.removeprefix("policies[0]."))
        for each in found
    }


def _graph_in(text: str) -> str:
    return json.dumps(json.loads(text)["graph"], sort_keys=True)
