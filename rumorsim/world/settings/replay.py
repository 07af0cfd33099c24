"""What people write under [replay]: the observed cascades of a world whose evidence is fixed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from pydantic import Field, field_validator, model_validator

from rumorsim.common.errors import InputError, show_value
from rumorsim.common.settings import Model
from rumorsim.events.observed.moments import UNITS, zone_of

#: Later than any observed share: a replay ends with the last one, if not before.
LONG: Final = "36500 d"
#: What a replay measures unless it says otherwise.
MEASURES: Final = ("prevented", "shares", "enforcement", "collateral")
#: What a replay needs no [[stories]] for; the cascades have names, truths and authors of their
#: own. Without a follow graph the appeal has no effect, as only ratios of P(share) count.
STORY: Final[Mapping[str, Any]] = {
    "name": "cascades",
    "truth": False,
    "appeal": 0.01,
    "author": {"random": 1},
}


class Replay(Model):
    """Cascades that happened: who published, who shared what, when.

    Example::

        Replay(cascades="events.parquet")
    """

    cascades: str = Field(
        min_length=1,
        max_length=4096,
        description="the file of cascades, of any format that `rumorsim cascades import` reads;"
        " a relative path starts at the scenario's folder",
    )
    format: str | None = Field(
        None, max_length=100, description="its format, where the ending does not say it"
    )
    sha256: str | None = Field(
        None,
        min_length=64,
        max_length=64,
        description="SHA-256 of the file; where it is given, a changed file is refused. The"
        " resolved form holds it.",
    )
    columns: dict[str, str] = Field(
        default_factory=dict,
        max_length=20,
        description="of a table: which column has which role, where it is not called after it, as"
        ' in { account = "user" }',
    )
    originals: str | None = Field(
        None,
        min_length=1,
        max_length=4096,
        description="a second table with one row a cascade: author, truth, when it was posted ...",
    )
    originals_sha256: str | None = Field(
        None, min_length=64, max_length=64, description="SHA-256 of that table, as above"
    )
    unit: Literal[tuple(UNITS)] | None = Field(  # type: ignore[valid-type]
        None, description="unit of times that are numbers; absent: seconds"
    )
    zone: str | None = Field(
        None, max_length=100, description="time zone of dates that say none, such as Asia/Shanghai"
    )
    rules: dict[str, str] = Field(
        default_factory=dict,
        max_length=50,
        description="what to do with kinds of faults of the data, as in"
        ' { two-roots = "drop" }; see `rumorsim cascades formats`',
    )
    parents: Literal["given", "infer", "root", "latest", "most-followed"] = Field(
        "given",
        description="whose post is shared: what the file says; for each world what is drawn from"
        " the chances of all earlier posts; or what a naive rule says, to be compared",
    )
    law: str | None = Field(
        None,
        min_length=1,
        max_length=4096,
        description="with inferred parents: the file of their law, which `rumorsim cascades fit`"
        " writes; absent: fitted to the same cascades",
    )
    law_sha256: str | None = Field(
        None,
        min_length=64,
        max_length=64,
        description="SHA-256 of the law's file, as for the cascades",
    )
    appeal: float | None = Field(
        None,
        gt=0,
        le=1000,
        description="with a follow graph: base of P(share | read) of every story; absent:"
        " estimated for each story from its exposures and shares, and drawn for each world"
        " from what they leave open",
    )

    @field_validator("zone")
    @classmethod
    def _is_a_zone(cls, value: str | None) -> str | None:
        try:
            zone_of(value)
        except InputError as error:
            fault = error.faults[0]
            raise ValueError(f"{fault.rule}, {fault.advice}") from None
        return value

    @model_validator(mode="after")
    def _pins_a_file(self) -> Replay:
        if self.originals is None and self.originals_sha256 is not None:
            raise ValueError("originals_sha256 goes with originals")
        if self.law is None and self.law_sha256 is not None:
            raise ValueError("law_sha256 goes with law")
        return self

    @property
    def reading(self) -> dict[str, Any]:
        """How the file is read, as ``read_cascades`` takes it; what is not stated is left out.

        The table of originals is not in it: its path starts at the scenario's folder.
        """
        stated = {name: getattr(self, name) for name in ("columns", "unit", "zone", "rules")}
        return {name: value for name, value in stated.items() if value}


def expand_replay(values: Any) -> Any:
    """Plain values of a scenario with what a replay does not ask people to write.

    ``replay.follows`` becomes the file of [graph]. ValueError where both are given, or more than
    one description of stories.
    """
    if not isinstance(values, Mapping) or values.get("replay") is None:
        return values
    if isinstance(values["replay"], Replay):
        values = {**values, "replay": values["replay"].written(given=True)}
    if not isinstance(values["replay"], Mapping):
        value = show_value(values["replay"])
        raise ValueError(f"replay\t{value}\tmust be a table\twrite [replay] and cascades in it")
    expanded = {
        "horizon": LONG,
        "graph": {"kind": "observed"},
        "measures": list(MEASURES),
        **values,
    }
    replay = dict(values["replay"])
    follows = replay.pop("follows", None)
    if follows is not None:
        if not isinstance(follows, str):
            value, advice = show_value(follows), "name a file of follows"
            raise ValueError(f"replay.follows\t{value}\tmust be text\t{advice}")
        if "graph" in values:
            raise ValueError("replay.follows\t\tis the same as [graph]\tremove one of the two")
        expanded["graph"] = {"kind": "file", "path": follows, "columns": "follower followee"}
    expanded["replay"] = replay
    stories = values.get("stories") or [{}]
    if len(stories) != 1:
        rule = "a replay takes one description, which holds for all its cascades"
        raise ValueError(f"stories\t{len(stories)}\t{rule}\tkeep one, or none")
    expanded["stories"] = [{**STORY, **stories[0]}]
    feed = values.get("feed", {})
    if isinstance(feed, Mapping) and "model" not in values:
        expanded["feed"] = {"reading": "delay", **feed}
    return expanded
