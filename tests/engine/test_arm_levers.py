"""Arms: both engines agree, treating everybody is the policy itself, treating nobody is none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from small_worlds import agree, events, public, small

from rumorsim import Scenario, Simulation, load, run
from rumorsim.common.errors import InputError
from rumorsim.events.stream import Batch, Kind

#: A world in which every lever of readers is felt: feeds, a list, recommendations, pushes.
WORLD: dict[str, Any] = {
    "horizon": "24 h",
    "graph": {"kind": "erdos-renyi", "accounts": 90, "mean_followers": 7.0, "seed": 4},
    "feed": {"attention": 6, "background": "20 per day", "check_ins": {"mean": "1 per h"}},
    "trending": None,
    "platforms": {
        "one": {
            "trending": {
                "slots": 3,
                "refresh": "20 min",
                "topics": "1 per h",
                "looks": "6 per day",
            },
            "recommendation": {"looks": "8 per day", "others": 1.0},
            "push": {"least": 0.1, "opened": 0.3, "refresh": "1 h"},
        }
    },
    "stories": [
        {"name": name, "truth": False, "appeal": 0.25, "report": 0.1, "belief": 0.3}
        | {"author": {"random": 2}, "copies": 3, "schedule": {"rate": "4 per day"}}
        for name in ("rumor", "other")
    ],
}
#: Interventions for readers, by name: settings, and whether the surfaces tell of them.
FOR_READERS: dict[str, tuple[dict[str, Any], bool]] = {
    "label": ({"kind": "label", "when": {"shares": 1}, "credence": 0.2}, False),
    "crowd-note": (
        {"kind": "crowd-note", "when": {"shares": 1}, "delay": {"law": "fixed", "time": "1 h"}},
        False,
    ),
    "friction": ({"kind": "friction", "when": {"at": ["3 h"]}, "friction": 0.3}, False),
    "forward-limit": (
        {"kind": "friction", "when": {"at": ["3 h"]}, "friction": 1.0, "forward_limit": 2},
        False,
    ),
    "circuit-breaker": (
        {"kind": "circuit-breaker", "when": {"shares": 3}, "flow": 0.2, "amplified": False},
        True,
    ),
    "filter-trending": ({"kind": "filter-trending", "when": {"shares": 3}}, True),
    "derank": ({"kind": "derank", "when": {"shares": 2}, "keep": 0.1}, True),
    "limit-push": ({"kind": "limit-push", "when": {"shares": 2}}, True),
    "user-reports": ({"kind": "user-reports", "when": {"shares": 1}, "factor": 6.0}, False),
}
DESIGNS: dict[str, dict[str, Any]] = {
    "account": {"by": "account"},
    "community": {"by": "community"},
    "ego": {"by": "ego"},
    "followers": {"by": "followers", "top": 20, "start": "5 h"},
    "stages": {"by": "account", "stages": 3, "every": "4 h", "start": "2 h"},
    "switch": {"by": "everyone", "switch": "3 h"},
}


def world(kind: str, arms: dict[str, Any] | None, **changes: Any) -> Scenario:
    """The world with one intervention for treated readers; without arms for all."""
    settings, _ = FOR_READERS[kind]
    readers = {} if arms is None else {"readers": "treated"}
    policies = [{"name": "it", "interventions": [{**settings, **readers}]}]
    with_arms = {} if arms is None else {"arms": arms}
    return small(WORLD, {"policies": policies}, with_arms, changes)


def of_people(batch: Batch) -> Batch:
    """What people did: neither the desk's actions nor what surfaces tell."""
    return Batch(batch.rows[(batch.kind != Kind.ACTION) & (batch.kind != Kind.SURFACE)])


@pytest.mark.parametrize("kind", FOR_READERS)
@pytest.mark.parametrize("design", ["account", "switch"])
def test_engines_agree(kind: str, design: str) -> None:
    scenario = world(kind, DESIGNS[design])
    assert agree(events(scenario, "it"), events(scenario, "it", "reference"))


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("kind", ["friction", "filter-trending"])
def test_engines_agree_in_every_design(kind: str, design: str) -> None:
    scenario = world(kind, DESIGNS[design])
    assert agree(events(scenario, "it"), events(scenario, "it", "reference"))


@pytest.mark.parametrize("reading", ["delay", "check-in"])
def test_engines_agree_in_other_feeds(reading: str) -> None:
    feed = {"reading": reading, "attention": "unlimited", "background": "0 per day"}
    scenario = world("label", DESIGNS["account"], feed=feed)
    assert agree(events(scenario, "it"), events(scenario, "it", "reference"))


@pytest.mark.parametrize(
    "name", ["classroom-maki-thompson", "classroom-linear-threshold", "replay"]
)
def test_arms_do_the_same_in_contact_models_and_replays(name: str) -> None:
    """Engines agree; treating everybody is the policy itself, and half is something else."""
    slow = FOR_READERS["friction"][0] | {"when": {"at": ["0 h"]}}
    found = []
    for arms in (None, {"by": "everyone"}, {"by": "account"}):
        one = {**slow, "readers": "all" if arms is None else "treated"}
        policies = [{"name": "it", "interventions": [one]}]
        scenario = load(name).with_({"policies": policies, "arms": arms})
        found.append(run(scenario, policy="it").digest)
        assert found[-1] == run(scenario, policy="it", engine="reference").digest
    assert found[0] == found[1] != found[2]


@pytest.mark.parametrize("kind", FOR_READERS)
def test_treating_everybody_is_the_policy_itself(kind: str) -> None:
    """To the bit; where surfaces tell of the ranking of others, all that people do."""
    whole, treated = (events(world(kind, arms), "it") for arms in (None, {"by": "everyone"}))
    if FOR_READERS[kind][1]:
        whole, treated = of_people(whole), of_people(treated)
    assert agree(whole, treated)


@pytest.mark.parametrize("kind", FOR_READERS)
def test_treating_nobody_changes_nothing(kind: str) -> None:
    scenario = world(kind, {"by": "account", "start": "23.999 h"})
    pair = [public(events(scenario, policy)) for policy in ("it", "none")]
    assert agree(*(Batch(each.rows[each.time < 23.9]) for each in pair))


@pytest.mark.parametrize("kind", FOR_READERS)
def test_treating_half_is_neither(kind: str) -> None:
    """Negative control of the two above: a lever that no kernel read would pass them both."""
    half = events(world(kind, {"by": "account"}), "it")
    whole = events(world(kind, {"by": "everyone"}), "it")
    assert not agree(of_people(half), of_people(whole))
    assert not agree(of_people(half), of_people(events(world(kind, {"by": "account"}), "none")))


def test_who_is_not_treated_shares_as_before() -> None:
    """Where nobody follows anybody, nothing goes over from one arm to the other."""
    graph = {"kind": "erdos-renyi", "accounts": 400, "mean_followers": 0.0, "seed": 4}
    stories = {
        0: {"visits": {"mean": 2.0, "sigma": 0.1}, "appeal": 0.6},
        1: {"visits": {"mean": 2.0, "sigma": 0.1}, "appeal": 0.6},
    }
    slow = {**FOR_READERS["friction"][0], "readers": "treated"}
    scenario = small(
        {
            "graph": graph,
            "feed": {"reading": "delay"},
            "arms": {"by": "account"},
            "stories": [{**WORLD["stories"][i], **stories[i]} for i in stories],
            "policies": [{"name": "it", "interventions": [slow]}],
        }
    )
    begins = Simulation(scenario, "it").world.treatment.begins
    with_policy, without = events(scenario, "it"), events(scenario, "none")
    sharers = [
        set(batch.account[batch.kind == Kind.SHARE].tolist()) for batch in (with_policy, without)
    ]
    control = set(np.flatnonzero(np.isinf(begins)).tolist())
    assert len(sharers[1] & control) > 10
    assert sharers[0] & control == sharers[1] & control
    assert len(sharers[0] - control) < len(sharers[1] - control) / 2


def test_two_limits_do_not_multiply() -> None:
    """A limit for treated accounts and one for all: the lower of the two counts."""
    limit = {"kind": "friction", "friction": 1.0}
    both = [
        {**limit, "when": {"at": ["3 h"]}, "forward_limit": 3, "readers": "treated"},
        {**limit, "when": {"at": ["2 h"]}, "forward_limit": 5},
    ]
    lower = [
        {**limit, "when": {"at": ["3 h"]}, "forward_limit": 3},
        {**limit, "when": {"at": ["2 h"]}, "forward_limit": 5},
    ]
    policies = [[{"name": "it", "interventions": each}] for each in (both, lower)]
    everyone = {"arms": {"by": "everyone"}}
    assert agree(*(events(small(WORLD, {"policies": each}, everyone), "it") for each in policies))


def test_only_treated_accounts_are_acted_upon() -> None:
    close = {"kind": "close-accounts", "when": {"reports": 1}, "whom": {"arm": "treated"}}
    scenario = small(
        WORLD, {"policies": [{"name": "it", "interventions": [close]}], "arms": {"by": "account"}}
    )
    batch, twin = events(scenario, "it"), events(scenario, "it", "reference")
    assert agree(batch, twin)
    begins = Simulation(scenario, "it").world.treatment.begins
    hit = batch.account[batch.kind == Kind.ACTION]
    assert len(set(hit.tolist())) > 3 and np.isfinite(begins[hit]).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"arms": None}, "there is no experiment"),
        (
            {"feed": {"reading": "delay", "exposures": "late"}, "platforms": {}},
            "tells readers apart",
        ),
    ],
)
def test_what_arms_cannot_do_is_refused(change: dict[str, Any], message: str) -> None:
    scenario = world("label", {"by": "account"})
    with pytest.raises(InputError, match=message):
        scenario.with_(change)


@pytest.mark.parametrize(
    ("kind", "settings", "message"),
    [
        ("close-accounts", {}, 'whom.arm = "treated"'),
        ("crowd-note", {"withdrawal": 0.5}, "remove withdrawal"),
        ("user-reports", {"brigade": 3}, "brigade"),
    ],
)
def test_what_is_not_for_some_readers_is_refused(
    kind: str, settings: dict[str, Any], message: str
) -> None:
    one = {"kind": kind, "when": {"shares": 3}, "readers": "treated", **settings}
    with pytest.raises(InputError, match=message):
        small(WORLD, {"policies": [{"name": "it", "interventions": [one]}], "arms": {}})
