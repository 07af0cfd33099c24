"""What studies of a scenario share: which scenario, from which file, and where paths start."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ModelWrapValidatorHandler, PrivateAttr, model_validator
from typing_extensions import override

from rumorsim.common.files import relative_to_cwd
from rumorsim.common.settings import Model
from rumorsim.scenario import Scenario, load
from rumorsim.scenario.shipped import shipped

if TYPE_CHECKING:
    from typing import Self


class OfScenario(Model):
    """A study that names a ``scenario``: a file from the study's folder, or one from Python."""

    if TYPE_CHECKING:
        # A field of each study, in the place that its file has it.
        scenario: str
    #: A scenario that was handed over from Python instead of a file.
    _scenario: Scenario | None = PrivateAttr(None)
    _file: str = PrivateAttr("study")
    _base_dir: Path = PrivateAttr(default_factory=Path.cwd)

    @model_validator(mode="wrap")
    @classmethod
    def _with_scenario(cls, values: Any, made: ModelWrapValidatorHandler[Self]) -> Self:
        given = values.get("scenario") if isinstance(values, dict) else None
        if not isinstance(given, Scenario):
            return made(values)
        study = made({**values, "scenario": given.name})
        study._scenario = given
        return study

    @property
    def file(self) -> str:
        """What messages call the study."""
        return self._file

    @property
    def base_dir(self) -> Path:
        """Where its paths start."""
        return self._base_dir

    @property
    def path(self) -> str:
        """The absolute path it was read from; "" where it came from Python."""
        place = self._base_dir.absolute() / Path(self._file).name
        return str(place) if place.is_file() else ""

    def at(self, base_dir: Path, file: str) -> Self:
        """The same study with its scenario's path starting at ``base_dir``."""
        moved = self.model_copy()
        moved._base_dir, moved._file = base_dir.absolute(), file
        return moved

    @override
    def made_from(self, values: dict[str, Any]) -> Self:
        made = super().made_from(values).at(self._base_dir, self._file)
        if made._scenario is None and made.scenario == self.scenario:
            made._scenario = self._scenario
        return made

    def load_scenario(self) -> Scenario:
        """The scenario it was given or names; InputError where there is none or it has faults."""
        if self._scenario is not None:
            return self._scenario
        place = relative_to_cwd(self._base_dir) / self.scenario
        if not place.exists() and self.scenario in shipped():
            return load(self.scenario)
        return load(place)
