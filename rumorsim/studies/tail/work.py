"""Trees of a splitting, grown in processes: the tree of a world is one piece of work."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rumorsim.common.provenance import digest_of
from rumorsim.common.settings import replaced
from rumorsim.scenario import Scenario
from rumorsim.studies.runner.records import Damaged, run_id, unpack
from rumorsim.studies.runner.run_specs import RunSpec
from rumorsim.studies.runner.runner import RunError, Runner, executor_for
from rumorsim.studies.runner.worker import Job, RunWorker
from rumorsim.studies.tail.splitting import Asked, Leaf, Plan, tree


@dataclass(frozen=True)
class _TreeJob(Job):
    """A job whose orders are trees."""

    plan: Plan = field(default_factory=Plan)
    asked: Asked = field(default_factory=lambda: Asked(""))
    policies: tuple[str, ...] = ()
    weights: Mapping[int, float] = field(default_factory=dict)

    def maker(self) -> RunWorker:
        return _TreeWorker(self)


class _TreeWorker(RunWorker):
    """Grows the tree of one world after the other."""

    job: _TreeJob

    def payload(self, spec: RunSpec) -> dict[str, Any]:
        scenario = replaced(self.scenario(spec.text), seed=spec.seed)
        self.share_graph(scenario)
        job = self.job
        weight = job.weights.get(spec.seed, 1.0)
        leaves = tree(scenario, spec.seed, job.plan, job.asked, job.policies, weight=weight)
        return {"id": spec.id, "leaves": [leaf for leaf, _ in leaves]}


def grown(
    scenario: Scenario,
    seeds: Sequence[int],
    plan: Plan,
    asked: Asked,
    policies: Sequence[str],
    workers: int,
    progress: Callable[[int], None] = lambda _: None,
    *,
    weights: Sequence[float] | None = None,
) -> list[list[Leaf]]:
    """The leaves of the tree of each world; ``progress`` hears of runs made.

    ``weights``: of the worlds, 1 unless given; ``workers``: processes, 0 for this one. RunError
    naming a world whose tree failed.
    """
    values = scenario.resolved()
    del values["seed"]
    text = json.dumps(values)
    of_world = {} if weights is None else dict(zip(seeds, weights, strict=True))
    what = digest_of({"scenario": values, "plan": list(plan), "asked": list(asked)})
    specs = [RunSpec(run_id(what, "tree", seed), text, "tree", seed) for seed in seeds]
    place = {spec.id: number for number, spec in enumerate(specs)}
    trees: list[list[Leaf]] = [[] for _ in specs]
    runs = 0

    def executor(job: Job) -> Any:
        own = _TreeJob(
            **vars(job), plan=plan, asked=asked, policies=tuple(policies), weights=of_world
        )
        return executor_for(own, workers)

    with Runner(scenario, workers=workers, executor=executor) as runner:
        for made in runner.make(specs):
            if made.cause or made.record is None:
                error = RunError(f"the tree of seed {made.spec.seed}: {made.cause}")
                if made.trace:
                    error.add_note(made.trace)
                raise error
            try:
                leaves = unpack(made.record, made.spec.id)["leaves"]
            except Damaged as error:
                raise RunError(f"the tree of seed {made.spec.seed}: {error}") from error
            trees[place[made.spec.id]] = [_leaf(*each) for each in leaves]
            runs += sum(leaf.runs for leaf in trees[place[made.spec.id]])
            progress(runs)
    return trees


def _leaf(
    path: Any, weight: float, values: Any, audience: int, events: int, others: Any, reused: int
) -> Leaf:
    branches = tuple((level, branch) for level, branch in path)
    more = {policy: tuple(numbers) for policy, numbers in others.items()}
    return Leaf(branches, weight, values, audience, events, more, reused)
