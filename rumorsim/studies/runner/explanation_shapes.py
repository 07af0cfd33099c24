"""The shape of the JSON file that an explanation is saved in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import Field

from rumorsim.common.saved_json import ProvenanceShape, Saved, ScenarioShape

_Count = Annotated[int, Field(ge=0)]


class _Counts(Saved):
    sharers: int
    reached: int


class _Account(Saved):
    account: _Count
    id: int | str
    kind: str
    followers: _Count
    reached_lost: int
    sharers_lost: int


class _Tree(Saved):
    ids: Annotated[list[int | str], Field(min_length=1)]
    parent: list[int]
    reached: list[_Count]


class _Rerun(Saved):
    account: _Count
    reached_lost: int
    sharers_lost: int


class _Flow(Saved):
    mechanism: str
    generation: str
    between: str
    kind: str
    platform: str
    accounts: Annotated[int, Field(ge=1)]


class _Between(Saved):
    id: int | str
    acted_upon: bool
    accounts: Annotated[int, Field(ge=1)]


class _Averted(Saved):
    in_words: str
    flows: list[_Flow]
    between: list[_Between]


class ExplanationShape(Saved):
    """What its page relies on."""

    name: str
    scenario: ScenarioShape
    provenance: ProvenanceShape
    policy: str
    seed: Annotated[int, Field(ge=0, lt=2**64)]
    stories: Annotated[list[str], Field(min_length=1)]
    counts: _Counts
    answer: str
    check: str
    accounts: list[_Account]
    tree: _Tree | None
    reruns: list[_Rerun]
    averted: _Averted | None


def faults_of_explanation(found: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """What no single key shows: sharers that hang on none before them."""
    tree = found["tree"]
    if tree is None:
        return
    if not len(tree["ids"]) == len(tree["parent"]) == len(tree["reached"]):
        yield "tree", "must have a parent and a number for every sharer"
    for at, above in enumerate(tree["parent"]):
        if not (0 <= above < at or above == at - 1 == -1):
            yield f"tree.parent.{at}", "must be the place of a sharer before it"
