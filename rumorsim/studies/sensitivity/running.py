"""sensitivity: which parameters move an answer, alone and together with others.

A study whose design is ``sobol`` or ``morris`` says what is varied. Every point runs in the
same worlds; what is explained is, for each policy, the paired difference to ``none`` (what the
policy does), and for ``none`` the number itself. Saltelli et al., Computer Physics
Communications 181 (2010); Morris, Technometrics 33 (1991).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.claims import Claim
from rumorsim.common.errors import Fault, InputError
from rumorsim.common.progress import Counted, progress_of
from rumorsim.common.settings import replaced, unchecked
from rumorsim.measures import AnyMeasure
from rumorsim.scenario import Scenario
from rumorsim.scenario.handing import Policies
from rumorsim.studies.compare.effects import main_key
from rumorsim.studies.compare.worlds import NONE
from rumorsim.studies.runner.answering import (
    answer_runner,
    answer_subject,
    check_key,
    measure_of,
    needed,
    numbers,
)
from rumorsim.studies.runner.run_specs import RunSpecs, Setting
from rumorsim.studies.sensitivity.answer import HOLDS, Response, Sensitivity
from rumorsim.studies.statistics.indices import morris_effects, noise, saltelli, sobol_indices
from rumorsim.studies.sweep.asking import Asked, study_of
from rumorsim.studies.sweep.designs import Morris, Sobol
from rumorsim.studies.sweep.parameters import Parameter
from rumorsim.studies.sweep.plan import handed_over, overrides_of, planned
from rumorsim.studies.sweep.study import Study

#: For a study that names no design.
_DESIGN: Final = {"kind": "sobol", "points": 64}


def sensitivity(
    study: Asked,
    *,
    parameters: Mapping[str, Any] | Sequence[Any] | None = None,
    replicates: int | None = None,
    design: Mapping[str, Any] | None = None,
    key: str | None = None,
    out: str | Path | None = None,
    scenario: Scenario | None = None,
    policies: Policies | None = None,
    measures: Iterable[AnyMeasure] | None = None,
    workers: int | None = None,
    most_runs: int | None = None,
    reuse: bool = True,
    force: bool = False,
    progress: Counted = None,
) -> Sensitivity:
    """Estimate the sensitivity of a number to every parameter of a study.

    Parameters
    ----------
    study : str, path, mapping or Scenario
        A study file, a table of the same keys (its ``scenario`` a file or a :class:`.Scenario`),
        or a scenario whose parameters are given beside it.
    parameters : mapping or sequence, optional
        Parameters in place of the study's: values by dotted key, or tables as in a study file.
    replicates : int, optional
        Number of worlds for each point of the design, in place of the study's.
    design : mapping, optional
        A sobol (the default, with 64 points) or morris design.
    key : str, optional
        Dotted name of the number; by default the reach of false stories.
    out : str or path, optional
        Folder that keeps finished runs, so that a later call continues. Nothing else is written
        (see :meth:`.Sensitivity.save`).
    scenario : Scenario, optional
        Scenario in place of the one that the study names, for instance on a graph of your own.
    policies : iterable or mapping, optional
        Policies in place of the study's, as for :func:`.compare`.
    measures : iterable of str or Measure, optional
        Measures that ``key`` may be a number of, your own included.
    workers : int, optional
        Number of processes; by default one per core.
    most_runs : int, optional
        Refuse to start if more runs would be needed; by default the study's limit.
    reuse : bool
        As for :func:`.compare`.
    force : bool
        Whether ``out`` may replace the runs of another scenario.
    progress : function or bool, optional
        Called with the settings done and the settings in all; otherwise as for :func:`.compare`.

    Returns
    -------
    Sensitivity
        First-order and total indices (sobol) or elementary effects (morris) with intervals.

    Raises
    ------
    InputError
        If the study or the scenario is invalid or SALib is not installed.
    RunError
        If a run failed.

    Examples
    --------
    ::

        rumorsim.sensitivity(
            scenario,
            parameters={
                "feed.attention": {"low": 5, "high": 50, "whole": True},
                "stories[tap-water].appeal": {"low": 0.05, "high": 0.2},
            },
            replicates=5,
        )
    """
    told = progress_of(progress, "runs")
    needed("SALib")
    begun = study_of(study, _DESIGN, parameters=parameters, replicates=replicates, design=design)
    base = begun.load_scenario() if scenario is None else scenario
    begun, base = handed_over(begun, base, policies, measures)
    main = main_key(base.resolved())
    key = main if key is None else key
    check_key(key, "of", main, base.resolved())
    asked = replaced(begun, design=_design(begun))
    specs = RunSpecs(base, [measure_of(key)])
    plan = planned(asked, specs, most_runs)
    policies = plan.policies
    settings = [
        Setting(policy, seed, overrides_of(asked, point))
        for point in plan.points
        for policy in policies
        for seed in plan.seeds
    ]
    resolved = specs.scenario.resolved()
    written = begun.model_dump(mode="json", by_alias=True)
    claim = Claim.of(HOLDS, answer_subject(resolved, written), begun.path)
    with answer_runner(
        "sensitivity", specs, out, claim, force=force, unless=told, workers=workers, reuse=reuse
    ) as runner:
        found = numbers(runner, settings, [key], told)
    values = found.reshape(len(plan.points), len(policies), len(plan.seeds))
    return Sensitivity(
        name=begun.name,
        method=begun.design.kind,
        key=key,
        parameters=tuple(each.name for each in begun.parameters),
        points=plan.points,
        seeds=tuple(plan.seeds),
        responses=tuple(
            _response(asked, policy, *_explained(policies, policy, values)) for policy in policies
        ),
        scenario=resolved,
        study=written,
        source=begun.path,
        reused=runner.reused,
    )


class _Saltelli(Sobol):
    """Sobol' points in twice the dimensions, crossed as Saltelli's estimators want them."""

    def count(self, parameters: Sequence[Parameter]) -> int:
        """Two points more than parameters for each of the base points."""
        return self.number * (len(parameters) + 2)

    def units(self, dimensions: int) -> NDArray[np.float64]:
        """The crossed points."""
        return saltelli(super().units(2 * dimensions))


def _design(study: Study) -> Sobol | Morris:
    """The design that indices can be estimated from."""
    design = study.design
    if isinstance(design, Sobol):
        return unchecked(_Saltelli, kind="sobol", number=design.number, seed=design.seed)
    if isinstance(design, Morris):
        return design
    rule = "must be sobol or morris where sensitivity is asked"
    advice = 'such as design = { kind = "sobol", points = 64 }'
    raise InputError(Fault(rule, study.file, "design.kind", f'"{design.kind}"', advice))


def _explained(
    policies: tuple[str, ...], policy: str, values: NDArray[np.float64]
) -> tuple[bool, NDArray[np.float64]]:
    """Whether it is the difference to ``none``, and the responses: (points, worlds)."""
    own = values[:, policies.index(policy)]
    if policy == NONE or NONE not in policies:
        return False, own
    return True, own - values[:, policies.index(NONE)]


def _response(study: Study, policy: str, difference: bool, values: NDArray[np.float64]) -> Response:
    names = [each.name for each in study.parameters]
    design = study.design
    if isinstance(design, Morris):
        indices = morris_effects(values, design.units(len(names)), names, design.levels)
    else:
        indices = sobol_indices(values, names)
    return Response(policy, difference, values, tuple(indices), noise(values))
