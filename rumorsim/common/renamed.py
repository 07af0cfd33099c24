"""Old names of modules, which keep working for one release with a DeprecationWarning."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Final

#: New names by old ones, both without ``rumorsim.``; modules within a package move along with it.
RENAMED: Final = {
    "cascades": "events.cascades",
    "desk": "platform.desk",
    "engines": "engine.engines",
    "engines.base": "engine.base",
    "errors": "common.errors",
    "interventions": "platform.interventions",
    "kernels": "engine.kernels",
    "laws": "common.laws",
    "models": "engine.models",
    "pages": "reports.pages",
    "progress": "common.progress",
    "provenance": "common.provenance",
    "randomness": "common.randomness",
    "redraw": "world.redraw",
    "report": "reports.figures",
    "results": "simulation.results",
    "run": "simulation.running",
    "sinks": "events",
    "studies.compare.compare": "studies.compare.running",
    "studies.comparison": "studies.compare.comparison",
    "studies.delay_map.delay_map": "studies.delay_map.running",
    "studies.optimise.optimise": "studies.optimise.running",
    "studies.sensitivity.sensitivity": "studies.sensitivity.running",
    "studies.sweep.sweep": "studies.sweep.running",
    "studies.swept": "studies.sweep.swept",
    "studies.tail.tail": "studies.tail.running",
    "surfaces": "platform.surfaces",
    "units": "common.units",
    "verbs": "events.verbs",
    "written": "common.settings",
}


def new_name(old: str) -> str | None:
    """The present name of a module, None where it was not renamed."""
    parts = old.removeprefix("rumorsim.").split(".")
    for count in range(len(parts), 0, -1):
        new = RENAMED.get(".".join(parts[:count]))
        if new is not None:
            return ".".join(["rumorsim", new, *parts[count:]])
    return None


class _Renamed:
    """Imports the module of the present name where the old one is asked for.

    A finder and a loader by its methods: their base classes take a third of all that is imported.
    """

    def find_spec(
        self, name: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not name.startswith("rumorsim.") or new_name(name) is None:
            return None
        return ModuleSpec(name, self, is_package=True)  # type: ignore[arg-type]

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        new = new_name(spec.name)
        assert new is not None
        warnings.warn(
            f"{spec.name} is now {new}; the old name goes with the next release",
            DeprecationWarning,
            stacklevel=2,
        )
        module = ModuleType(spec.name)
        module.__dict__.update(vars(import_module(new)))
        return module

    def exec_module(self, module: ModuleType) -> None:
        pass


def moved(package: str, name: str, homes: Mapping[str, str]) -> Any:
    """What ``package`` held under ``name`` before it was a folder; AttributeError if nothing."""
    if name not in homes:
        raise AttributeError(f"module {package!r} has no attribute {name!r}")
    new = f"rumorsim.{homes[name]}"
    warnings.warn(
        f"{package}.{name} is now {new}.{name}; the old name goes with the next release",
        DeprecationWarning,
        stacklevel=3,
    )
    return getattr(import_module(new), name)


class _Exporting(ModuleType):
    """A package that loads its public names when they are first used."""

    homes: Mapping[str, str]

    def __getattr__(self, name: str) -> Any:
        home = self.homes.get(name)
        if home is None:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"rumorsim.{home}"), name)
        setattr(self, name, value)
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        # Importing a module, also by its old name, does not hide a function of the same name.
        if name not in self.homes or not isinstance(value, ModuleType):
            super().__setattr__(name, value)


def exports(package: str, homes: Mapping[str, str]) -> None:
    """Let ``package`` give public names, loaded when first used from the modules in ``homes``."""
    module = sys.modules[package]
    module.__dict__["homes"] = homes
    module.__class__ = _Exporting


def install() -> None:
    """Let imports of old names find the new ones."""
    if not any(isinstance(each, _Renamed) for each in sys.meta_path):
        sys.meta_path.append(_Renamed())
