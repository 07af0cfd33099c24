"""The parameters that each world of a study has: drawn from a posterior, or the scenario's own.

A world has one draw, whatever the policy, so that differences stay paired and intervals include
what is not known of the parameters. What a study sets itself (the points of a sweep, the delays of
a map) is set on top of the draw.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from typing_extensions import override

from rumorsim.common.claims import Claim
from rumorsim.common.csv_text import write_csv
from rumorsim.common.errors import Fault, InputError, show_value
from rumorsim.common.files import json_text, write_text
from rumorsim.common.plurals import counted
from rumorsim.common.settings.changing import parse_key, path_in
from rumorsim.graphs.made import graphs_of_worlds
from rumorsim.scenario import Scenario
from rumorsim.studies.runner.posterior import CALIBRATION, DRAWS, Posterior
from rumorsim.studies.runner.run_specs import Setting
from rumorsim.studies.sweep.overrides import overridden

#: What may be handed over as a posterior: the directory of a calibration, or what it holds.
AnyPosterior = Posterior | str | Path
#: A clause after "worlds" where the follow graph is drawn.
DRAWN_GRAPHS: Final = "each with a follow graph drawn for it"
#: More parameters than these are counted, not named.
_NAMED: Final = 4


@dataclass(frozen=True, eq=False)
class WorldDraws:
    """Which parameters the world of a seed has; without a posterior those of the scenario.

    Equal where the posteriors have the same digest.
    """

    posterior: Posterior | None = None

    @classmethod
    def of(cls, posterior: AnyPosterior | None) -> WorldDraws:
        """From a posterior or its directory; InputError where there is none."""
        if posterior is None or isinstance(posterior, Posterior):
            return cls(posterior)
        return cls(Posterior.load(posterior))

    def __bool__(self) -> bool:
        """Whether parameters are drawn."""
        return self.posterior is not None

    @property
    def digest(self) -> str:
        """The digest of the posterior; "" without one."""
        return "" if self.posterior is None else self.posterior.digest

    @override
    def __eq__(self, other: object) -> bool:
        return isinstance(other, WorldDraws) and other.digest == self.digest

    @override
    def __hash__(self) -> int:
        return hash(self.digest)

    def overrides(self, seed: int) -> dict[str, Any]:
        """The dotted keys and values that are drawn for the world of a seed."""
        return {} if self.posterior is None else self.posterior.overrides(seed)

    def setting(
        self,
        policy: str,
        seed: int,
        overrides: Mapping[str, Any] | None = None,
        *,
        draw_of: int | None = None,
    ) -> Setting:
        """A run in the world of ``seed`` with its draw, and ``overrides`` on top of it.

        ``draw_of``: the seed of another world whose draw it has.
        """
        drawn = self.overrides(seed if draw_of is None else draw_of)
        return Setting(policy, seed, {**drawn, **(overrides or {})})

    def place(self, seed: int) -> int:
        """The number of the draw that the world of a seed has; 0 without a posterior."""
        return 0 if self.posterior is None else self.posterior.place(seed)

    def distinct(self, seeds: Iterable[int]) -> dict[int, dict[str, Any]]:
        """The different draws of these worlds by their numbers, in order of appearance."""
        found: dict[int, dict[str, Any]] = {}
        for seed in seeds:
            place = self.place(seed)
            if place not in found:
                found[place] = self.overrides(seed)
        return found

    def graphs(self, graph: Mapping[str, Any]) -> str:
        """As :func:`.graphs_of_worlds`, with what is drawn of the follow graph."""
        return (
            DRAWN_GRAPHS if draws_graph(self.named().get("posterior")) else graphs_of_worlds(graph)
        )

    def check(self, scenario: Scenario, varied: Iterable[str] = ()) -> None:
        """InputError for keys that the scenario has not, or that a study varies as well."""
        if self.posterior is None:
            return
        paths = {path_in(scenario, key): key for key in varied}
        faults = []
        for key in self.posterior.keys:
            try:
                path = path_in(scenario, key)
            except InputError as error:
                faults += [
                    _of_this(replace(each, key=key), self._called()) for each in error.faults
                ]
                continue
            both = [other for where, other in paths.items() if _overlap(path, where)]
            rule = "is drawn from the posterior, and {} is varied"
            faults += [
                Fault(rule.format(show_value(other)), self._called(), key, "", "leave one out")
                for other in both
            ]
        if faults:
            raise InputError(faults)

    def scenarios(
        self, scenario: Scenario, seeds: Iterable[int], but: Container[int] = ()
    ) -> Iterator[tuple[int, Scenario]]:
        """The scenario with each of the different draws of these worlds, beside its number.

        ``but``: numbers of draws to leave out. InputError with the number of the draw where the
        scenario refuses it.
        """
        for place, overrides in self.distinct(seeds).items():
            if place in but:
                continue
            try:
                yield place, overridden(scenario, overrides)
            except InputError as error:
                called = f"{self._called()}, draw {place}"
                raise InputError(_of_this(each, called) for each in error.faults) from error

    def claim(self, holds: str, asked: Mapping[str, Any], source: str | Path = "") -> Claim:
        """The claim of an answer that rests on these draws."""
        return Claim.of(holds, asked, source, self.digest)

    def _called(self) -> str:
        return f"posterior {show_value(self.posterior.name if self.posterior else '')}"

    def named(self) -> dict[str, Any]:
        """What provenance says of the posterior; nothing without one."""
        if self.posterior is None:
            return {}
        parameters = [{"name": p.name, "keys": list(p.keys)} for p in self.posterior.parameters]
        about = {"name": self.posterior.name, "digest": self.digest, "draws": len(self.posterior)}
        return {"posterior": {**about, "parameters": parameters}}

    def as_dict(self, seeds: Sequence[int]) -> dict[str, Any]:
        """As plain JSON values under ``posterior``, with the draw of each world."""
        found = self.named()
        if found:
            worlds = [
                {"seed": seed, "draw": self.place(seed), "values": self.overrides(seed)}
                for seed in seeds
            ]
            found["posterior"]["worlds"] = worlds
        return found

    def save(self, directory: Path) -> None:
        """Write the posterior beside an answer, from where it can be loaded.

        Without one, that of an answer that was there before goes.
        """
        found = self.posterior
        if found is None:
            for name in (DRAWS, CALIBRATION):
                (directory / name).unlink(missing_ok=True)
            return
        about = self.named()["posterior"]
        rows = (
            [place, repr(float(weight)), *map(json.dumps, values)]
            for place, (weight, values) in enumerate(zip(found.weights, found.values, strict=True))
        )
        write_csv(directory / DRAWS, ["draw", "weight", *(p.name for p in found.parameters)], rows)
        write_text(directory / CALIBRATION, json_text(about))

    def sentence(self) -> str:
        """Where the parameters of each world come from; "" without a posterior."""
        return "" if self.posterior is None else drawn_sentence(self.named()["posterior"])


#: Every world has the parameters of the scenario.
NO_DRAWS: Final = WorldDraws()


def drawn_sentence(posterior: Mapping[str, Any]) -> str:
    """Where the parameters of each world come from, of :meth:`WorldDraws.named`."""
    names = [each["name"] for each in posterior["parameters"]]
    what = counted(len(names), "parameter")
    if len(names) <= _NAMED:
        what = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    return (
        f"Each world draws {what} from the posterior {show_value(posterior['name'])}"
        f" ({counted(posterior['draws'], 'draw')}), the same under every policy, so that intervals"
        " include not knowing the parameters."
    )


def draws_graph(posterior: Mapping[str, Any] | None) -> bool:
    """Whether a key of the follow graph is drawn, of :meth:`WorldDraws.named`."""
    parameters = () if posterior is None else posterior["parameters"]
    return any(parse_key(key)[0] == "graph" for each in parameters for key in each["keys"])


def _of_this(fault: Fault, called: str) -> Fault:
    """What a scenario refuses of a posterior that may be another's; ``called`` names its draw."""
    doubt = "is it a posterior of this scenario?"
    return replace(fault, file=called, advice=f"{fault.advice}; {doubt}" if fault.advice else doubt)


def _overlap(one: str, other: str) -> bool:
    """Whether two keys are the same, or one stands inside the other."""
    return one == other or any(
        long.startswith((f"{short}.", f"{short}[")) for long, short in ((one, other), (other, one))
    )
