"""The battery: what must hold for every intervention, whoever wrote it.

It runs over the registry, so a new intervention is covered as soon as it is registered; it
needs an entry in ``intervention_examples.EXAMPLES``, and a test fails until it has one.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from intervention_examples import EXAMPLES, OF_PLATFORMS, OF_REACTING, SHARED, WORLD
from settings_fields import changed_alone, models_of
from small_worlds import (
    actions,
    agree,
    differ,
    events,
    lever_columns,
    merged,
    public,
    small,
)

from rumorsim.common.errors import InputError
from rumorsim.common.settings.shapes import leaves
from rumorsim.events.stream import VERBS, Batch, Kind
from rumorsim.platform.desk import Desk
from rumorsim.platform.interventions import INTERVENTIONS, Intervention, When, Whom
from rumorsim.scenario.loading import from_values
from rumorsim.scenario.models import Scenario
from rumorsim.simulation.simulation import Simulation

KINDS = sorted(INTERVENTIONS)
#: Kinds whose cases are opened by what others did: those have tests of their own besides.
REACTING = [kind for kind in KINDS if "when.at" in INTERVENTIONS[kind].refuses]
#: Kinds that open cases for accounts, posts or stories, and not for whole platforms.
TARGETED = [k for k in KINDS if INTERVENTIONS[k].target != "platform" and k not in REACTING]
#: Kinds whose doing can be undone.
UNDONE = [k for k in KINDS if not INTERVENTIONS[k].for_good and k not in REACTING]
NEVER = 2**31 - 2
#: Keeps the place of another one.
IDLE = {"kind": "close-accounts", "when": {"reports": NEVER}}
#: What the desk says without touching a lever.
WORDS_ONLY = ("flag", "dismiss", "appeal", "reject-appeal")


def world_with(kind: str, *settings: Any, **changes: Any) -> Scenario:
    """The battery's world with the policy "it": one intervention of this kind.

    Before those it needs beside it, which are the policy "others" behind one that idles.
    """
    intervention: Any = {"kind": kind, **EXAMPLES[kind].needed}
    for each in settings:
        if "law" in each.get("delay", {}):
            intervention.pop("delay", None)
        intervention = merged(intervention, each)
    beside = list(EXAMPLES[kind].beside)
    policies = [
        {"name": "it", "interventions": [intervention, *beside]},
        {"name": "others", "interventions": [IDLE, *beside]},
    ]
    return small(WORLD, EXAMPLES[kind].world, {"policies": policies}, changes)


def both(scenario: Scenario, engine: str = "fast") -> tuple[Batch, Batch]:
    """The events with and without the policy."""
    return events(scenario, "it", engine), events(scenario, "others", engine)


# -- the table -------------------------------------------------------------------------


def test_every_intervention_has_an_example() -> None:
    assert set(EXAMPLES) == set(KINDS)


def test_the_tables_of_effects_cover_every_field() -> None:
    """A field that is not in the table of effects might change nothing."""
    shared = set(Intervention.model_fields) - {"kind", "when", "whom"}
    shared |= {f"when.{name}" for name in When.model_fields}
    shared |= {f"whom.{name}" for name in Whom.model_fields}
    # Which platforms, needs two of them: that has a test of its own.
    assert set(SHARED) == shared - {"whom.platforms"}
    for kind, model in INTERVENTIONS.items():
        own = set(model.model_fields) - set(Intervention.model_fields)
        assert set(EXAMPLES[kind].own) == own, kind


def effects() -> list[tuple[str, str, Any, Any]]:
    """(kind, field, settings, the change of that field alone)."""
    table = []
    for kind in KINDS:
        every = SHARED if kind in TARGETED else OF_PLATFORMS
        every = OF_REACTING if kind in REACTING else every
        every = {**every, **EXAMPLES[kind].own}
        for name in ("whom.posts", "whom.nth"):
            if INTERVENTIONS[kind].target != "post":
                every.pop(name, None)
        if not INTERVENTIONS[kind].for_readers:
            every.pop("readers", None)
        for name in ("duration", "when.off"):
            if kind not in UNDONE:
                every.pop(name, None)
        table += [(kind, name, *every[name]) for name in every]
    return table


@pytest.mark.parametrize(("kind", "name", "settings", "change"), effects())
def test_every_field_has_an_effect(kind: str, name: str, settings: Any, change: Any) -> None:
    base, changed = world_with(kind, settings), world_with(kind, settings, change)
    one, other = (each.policies[0].interventions[0].model_dump() for each in (base, changed))
    [path] = changed_alone(one, other)
    assert path.startswith(name), "the table must change this field and no other"
    assert differ(events(base, "it"), events(changed, "it"))


def test_a_field_without_effect_would_be_seen() -> None:
    """Negative control: a quota nobody comes near, a threshold far away, are no change."""
    settings = {"when": {"at": ["6 h"]}}
    base = events(world_with("close-accounts", settings), "it")
    wide = events(world_with("close-accounts", settings, {"quota": "900 per h"}), "it")
    assert agree(base, wide)


@pytest.mark.parametrize("kind", [k for k in TARGETED if INTERVENTIONS[k].target != "post"])
def test_a_field_that_could_have_no_effect_is_refused(kind: str) -> None:
    with pytest.raises(InputError, match=r"whom\.posts"):
        world_with(kind, {"when": {"at": ["6 h"]}, "whom": {"posts": "shares"}})
    with pytest.raises(InputError, match=r"whom\.nth"):
        world_with(kind, {"when": {"at": ["6 h"]}, "whom": {"nth": 2}})


@pytest.mark.parametrize("kind", [k for k in KINDS if k not in TARGETED + REACTING])
@pytest.mark.parametrize(
    "settings",
    [
        {"when": {"reports": 3}},
        {"when": {"age": "3 h"}},
        {"when": {"at": ["3 h"]}, "whom": {"fraction": 0.5}},
        {"when": {"at": ["3 h"]}, "whom": {"kinds": ["self-media"]}},
        {"when": {"at": ["3 h"]}, "sensitivity": 0.5, "false_positive_rate": 0.5},
    ],
)
def test_what_means_nothing_for_a_platform_is_refused(kind: str, settings: Any) -> None:
    with pytest.raises(InputError, match="platform"):
        world_with(kind, settings)


@pytest.mark.parametrize("kind", [k for k in KINDS if k not in UNDONE + REACTING])
@pytest.mark.parametrize(
    "settings",
    [
        {"when": {"at": ["3 h"]}, "duration": "2 h"},
        {"when": {"reports": 3, "window": "1 h", "off": 1}},
    ],
)
def test_what_is_for_good_has_no_end(kind: str, settings: Any) -> None:
    with pytest.raises(InputError, match="cannot be undone"):
        world_with(kind, settings)


def test_an_off_threshold_that_no_window_is_below_is_refused() -> None:
    with pytest.raises(InputError, match=r"off"):
        When(reports=1, window="1 h", off=0)


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_has_a_description(kind: str) -> None:
    models = models_of(INTERVENTIONS[kind])
    assert {When, Whom} <= models
    for model in models:
        for name, field in model.model_fields.items():
            assert field.description, f"{model.__name__}.{name}"
    assert INTERVENTIONS[kind].summary
    assert INTERVENTIONS[kind].__doc__
    assert next(leaves(INTERVENTIONS[kind].model_fields["kind"].annotation)) is not str


# -- neutral ----------------------------------------------------------------------------

SILENT: dict[str, Any] = {
    "reports never reached": {"when": {"reports": NEVER}},
    "shares never reached": {"when": {"shares": NEVER}},
    "reach never reached": {"when": {"reach": NEVER}},
    "never within a window": {"when": {"reports": NEVER, "window": "1 h", "off": 1}},
    "older than the run": {"when": {"age": "100 d"}},
    "after the run": {"when": {"at": ["100 d"]}},
    "no share of targets, at times": {"when": {"at": ["1 h", "2 h"]}, "whom": {"fraction": 0.0}},
    "no share of targets, by count": {"when": {"reports": 1}, "whom": {"fraction": 0.0}},
    "no share of targets, by age": {"when": {"age": "1 h"}, "whom": {"fraction": 0.0}},
    "a kind without accounts": {"when": {"at": ["1 h", "9 h"]}, "whom": {"kinds": ["nobody"]}},
    "a kind without accounts, by count": {"when": {"reach": 1}, "whom": {"kinds": ["nobody"]}},
    "more strikes than anyone has": {"when": {"reach": 1}, "whom": {"strikes": 10_000}},
}


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        (k, why)
        for why in SILENT
        for k in KINDS
        if k in TARGETED or why == ("older than the run" if k in REACTING else "after the run")
    ],
)
def test_what_never_acts_changes_no_event(kind: str, why: str) -> None:
    silent = SILENT[why]
    if kind not in UNDONE and "off" in silent["when"]:
        silent = {"when": {key: each for key, each in silent["when"].items() if key != "off"}}
    assert agree(*both(world_with(kind, silent)))


@pytest.mark.parametrize("kind", TARGETED)
@pytest.mark.parametrize("when", [{"at": ["1 h", "9 h"]}, {"reach": 1}, {"age": "1 h"}])
def test_reviewers_who_dismiss_everything_change_no_public_event(kind: str, when: Any) -> None:
    blind = {"when": when, "sensitivity": 0.0, "false_positive_rate": 0.0}
    its, none = both(world_with(kind, blind))
    assert agree(public(its), public(none))
    said = by_it(its)
    assert len(actions(said, "flag")) > 3
    assert len(actions(said, *WORDS_ONLY)) == len(said)


@pytest.mark.parametrize("kind", KINDS)
def test_a_strong_setting_is_not_neutral(kind: str) -> None:
    """Negative control of the above."""
    its, none = both(world_with(kind, EXAMPLES[kind].strong))
    assert differ(public(its), public(none))


# -- before, after ------------------------------------------------------------------------


def by_it(batch: Batch) -> Batch:
    """What the intervention said and did; those beside it stand behind it in the policy."""
    acts = actions(batch)
    return Batch(acts.rows[acts.source == 0])


def first_act(batch: Batch) -> float:
    """When the intervention first did more than say something."""
    acts = actions(by_it(batch), *(verb for verb in VERBS if verb not in WORDS_ONLY))
    return float(acts.time[0])


@pytest.mark.parametrize("kind", [k for k in KINDS if k not in REACTING])
@pytest.mark.parametrize("seed", range(5))
def test_history_before_the_first_act_is_identical(kind: str, seed: int) -> None:
    late = {"delay": {"law": "fixed", "time": "5 h"}}
    scenario = world_with(kind, EXAMPLES[kind].strong, late, seed=seed)
    its, none = both(scenario)
    moment = first_act(its)
    assert moment >= 5.0
    others = (its.kind != Kind.ACTION) | (its.source != 0)
    its = Batch(its.rows[others])
    before = [Batch(batch.rows[batch.time < moment]) for batch in (its, none)]
    assert len(before[0]) > 10
    assert agree(*before)
    assert differ(before[0], events(scenario, "none", seed=seed + 100)[: len(before[0])])


PASSING: list[Any] = [
    {"when": {"at": ["3 h"]}, "duration": "2 h"},
    {"when": {"at": ["3 h", "4 h", "9 h"]}, "duration": "90 min"},
    {"when": {"reach": 1}, "duration": "2 h"},
    {"when": {"reports": 1, "window": "1 h", "off": 1}, "duration": "5 h"},
]


@pytest.mark.parametrize("kind", [k for k in TARGETED if INTERVENTIONS[k].verb])
def test_force_says_what_act_does(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether a case is moot is judged by ``force``; it must be what ``act`` then uses."""
    done: list[tuple[str, dict[str, float]]] = []
    do = Desk._do

    def noted(desk: Desk, verb: str, target: int, settings: Any, *others: Any, **more: Any) -> Any:
        done.append((verb, dict(settings)))
        return do(desk, verb, target, settings, *others, **more)

    monkeypatch.setattr(Desk, "_do", noted)
    scenario = world_with(kind, EXAMPLES[kind].strong)
    events(scenario, "it")
    model = scenario.policies[0].interventions[0]
    used = [settings for verb, settings in done if verb == model.verb]
    assert used, f"{kind} never uses its verb, {model.verb!r}"
    advice = f"verb_fields (or force()) of {kind} must be the settings of {model.verb!r} in act()"
    assert used[0] == model.force(), advice


@pytest.mark.parametrize(
    ("kind", "settings"),
    [(k, each) for each in PASSING for k in UNDONE if k in TARGETED or "at" in each["when"]],
)
def test_what_was_done_is_undone_exactly(kind: str, settings: Any) -> None:
    """Publications end at 12 h and friends read on; by 80 h all is over and undone."""
    quiet = {i: {"schedule": {"end": "12 h"}} for i in range(3)}
    written = world_with(kind, settings, horizon="80 h", stories=quiet)
    it = written.resolved()["policies"][0]["interventions"][0]
    alone = {"policies": [{"name": "it", "interventions": [it]}]}
    scenario = small(WORLD, EXAMPLES[kind].world, alone, {"horizon": "80 h", "stories": quiet})
    simulation = Simulation(scenario, "it")
    base = lever_columns(simulation.world)
    batch = simulation.advance(80.0)
    simulation.world.check()
    acts = [VERBS[int(v)] for v in actions(batch).value]
    acts = [verb for verb in acts if verb not in WORDS_ONLY]
    assert acts, "nothing was done"
    for (table, column), values in lever_columns(simulation.world).items():
        expected = np.ones(len(values)) if table.endswith("posts") else base[table, column]
        assert (values == expected).all(), (
            f"{table}.{column} is not as it was: act() must append to case.done all that it did"
        )


@pytest.mark.parametrize("kind", UNDONE)
def test_what_is_not_undone_stays(kind: str) -> None:
    """Negative control: with its strong example some lever is moved at the end."""
    simulation = Simulation(world_with(kind, EXAMPLES[kind].strong), "it")
    base = lever_columns(simulation.world)
    simulation.advance(30.0)
    moved = [
        (table, column)
        for (table, column), values in lever_columns(simulation.world).items()
        if (values != (1 if table.endswith("posts") else base[table, column])).any()
    ]
    assert moved


def test_a_case_undone_early_does_not_end_its_successor() -> None:
    """Calm at 2 h ends the first case before its duration; the second is alone in force."""
    settings = {"when": {"shares": 1, "window": "1 h", "off": 1}, "duration": "5 h"}
    for seed in range(5):
        batch = events(world_with("remove-followers", settings, seed=seed), "it")
        level: dict[int, int] = {}
        for row in actions(batch, "remove-followers", "restore-followers").rows:
            step = 1 if row["value"] == VERBS.index("remove-followers") else -1
            level[row["account"]] = level.get(row["account"], 0) + step
            assert level[row["account"]] in (0, 1), "two cases in force for one account"


# -- engines, reach, configuration --------------------------------------------------------

RICH: dict[str, Any] = {
    "by count": {
        "when": {"reports": 1},
        "quota": "2 per 3 h",
        "delay": {"law": "lognormal", "median": "30 min", "sigma": 1.0},
        "reviewers": 2,
        "review_time": {"law": "exponential", "mean": "20 min"},
        "sensitivity": 0.8,
        "false_positive_rate": 0.3,
        "duration": "5 h",
    },
    "by time": {
        "when": {"at": ["1 h", "7 h"]},
        "whom": {"fraction": 0.5, "categories": ["health"], "kinds": ["self-media", "ordinary"]},
    },
    "by window": {"when": {"shares": 1, "window": "1 h", "off": 1}, "whom": {"suspicion": 0.1}},
    "by age": {"when": {"age": "1 h"}, "whom": {"top": 30}, "quota": "1 per h"},
}
RICH_FOR_PLATFORMS: dict[str, Any] = {
    "by time": {
        "when": {"at": ["1 h", "7 h"]},
        "delay": {"law": "lognormal", "median": "30 min", "sigma": 1.0},
        "duration": "5 h",
    },
}
WAYS = [(k, how) for k in TARGETED for how in RICH]
WAYS += [(k, how) for k in KINDS if k not in TARGETED + REACTING for how in RICH_FOR_PLATFORMS]


@pytest.mark.parametrize(("kind", "how"), WAYS)
def test_engines_agree(kind: str, how: str) -> None:
    rich = dict((RICH if kind in TARGETED else RICH_FOR_PLATFORMS)[how])
    if kind not in UNDONE:
        rich.pop("duration", None)
        rich["when"] = {key: value for key, value in rich["when"].items() if key != "off"}
    scenario = world_with(kind, rich, horizon="14 h", measures=["reach", "impressions"])
    fast, slow = (events(scenario, "it", engine) for engine in ("fast", "reference"))
    assert len(actions(fast))
    assert agree(fast, slow)


@pytest.mark.parametrize("kind", KINDS)
def test_a_strong_setting_changes_reach(kind: str) -> None:
    """Paired over 5 worlds; the direction is the example's. In no world the other way."""
    reach = np.array(
        [
            [
                len(batch.only(Kind.EXPOSE))
                for batch in both(world_with(kind, EXAMPLES[kind].strong, seed=seed))
            ]
            for seed in range(5)
        ]
    )
    change = (reach[:, 0] - reach[:, 1]) * EXAMPLES[kind].direction
    assert (change >= 0).all()
    assert change.sum() > 0.05 * reach[:, 1].sum()


#: Two platforms with every surface, on which each intervention has something to do.
_SURFACES: dict[str, Any] = {
    "trending": {"slots": 2, "pinned": 1, "refresh": "20 min", "topics": "0 per h"},
    "recommendation": {"looks": "6 per day"},
    "push": {"opened": 0.5, "least": 0.0},
}
_PART = {"kind": "erdos-renyi", "accounts": 40, "mean_followers": 6.0, "seed": 3}
TWO: dict[str, Any] = {
    "trending": None,
    "horizon": "20 h",
    "graph": {
        **dict.fromkeys(("accounts", "mean_followers", "seed")),
        "kind": "union",
        "parts": {"one": _PART, "two": {**_PART, "seed": 4}},
    },
    "platforms": {"one": {**_SURFACES, "crosspost": 0.5}, "two": _SURFACES},
    "accounts": {"elsewhere": 0.5},
    "stories": {2: {"name": "answer", "answers": "rumor"}},
}


@pytest.mark.parametrize("kind", [k for k in KINDS if k not in REACTING])
def test_only_the_platforms_that_are_named_are_acted_upon(kind: str) -> None:
    """All of both at 6 h, or those of one: a smaller part of the same."""
    example, targets = EXAMPLES[kind], {}
    for named in ([], ["one"]):
        it = {"kind": kind, **example.needed, "when": {"at": ["6 h"]}}
        it = {**it, "whom": {"platforms": named}}
        scenario = small(WORLD, TWO, {"policies": [{"name": "it", "interventions": [it]}]})
        fast, slow = (events(scenario, "it", engine) for engine in ("fast", "reference"))
        assert agree(fast, slow)
        flagged = actions(fast, "flag").rows
        targets[len(named)] = {
            tuple(row) for row in flagged[["account", "post", "story", "platform"]].tolist()
        }
        if INTERVENTIONS[kind].target == "account":
            assert set(flagged["platform"].tolist()) == ({0} if named else {0, 1})
    assert targets[1] < targets[0]
    assert targets[1]


@pytest.mark.parametrize("seed", range(3))
def test_engines_agree_with_all_interventions_at_once(seed: int) -> None:
    """Each by time and by count, in one policy, on two platforms."""
    every: list[Any] = []
    for kind in KINDS:
        # Once a story is taken down there is nothing else to do about it.
        moment = "9 h" if kind == "take-down-story" else "6 h"
        at_six = {"kind": kind, **EXAMPLES[kind].needed, "when": {"at": [moment]}}
        if kind in REACTING:
            at_six.pop("when")
        every.append(at_six)
        if kind in TARGETED and kind != "take-down-story":
            some = {"fraction": 0.1}
            every.append({**at_six, "when": {"shares": 2, "window": "2 h"}, "whom": some})
    world = small(WORLD, TWO, {"policies": [{"name": "it", "interventions": every}]})
    fast, slow = (events(world, "it", engine, seed) for engine in ("fast", "reference"))
    assert agree(fast, slow)
    assert len(np.unique(actions(fast).value)) > 20


@pytest.mark.parametrize(("kind", "name", "settings", "change"), effects())
def test_configurations_come_back_from_their_resolved_form(
    kind: str, name: str, settings: Any, change: Any
) -> None:
    scenario = world_with(kind, settings, change)
    text = json.dumps(scenario.resolved())
    again = from_values(json.loads(text), Path())
    assert again == scenario
    assert json.dumps(again.resolved()) == text
    intervention = again.policies[0].interventions[0]
    assert type(intervention) is INTERVENTIONS[kind]


@pytest.mark.parametrize("kind", TARGETED)
def test_the_same_intervention_has_the_same_luck_in_two_policies(kind: str) -> None:
    """Beside one of another kind that never acts, all but its place stays as it was."""
    lucky = {
        "when": {"at": ["6 h"]},
        "whom": {"fraction": 0.6},
        "sensitivity": 0.5,
        "false_positive_rate": 0.5,
        "delay": {"law": "exponential", "mean": "1 h"},
    }
    alone = world_with(kind, lucky)
    other = next(k for k in TARGETED if k != kind)
    idle = {"kind": other, **EXAMPLES[other].needed, "when": {"reports": NEVER}}
    mine = alone.resolved()["policies"][0]["interventions"][0]
    world = (WORLD, EXAMPLES[kind].world)
    alone = small(*world, {"policies": [{"name": "it", "interventions": [mine]}]})
    beside = small(*world, {"policies": [{"name": "it", "interventions": [idle, mine]}]})
    twice = small(*world, {"policies": [{"name": "it", "interventions": [mine, mine]}]})
    one, two = events(alone, "it").rows, events(beside, "it").rows.copy()
    two["source"] -= two["kind"] == Kind.ACTION
    assert (one == two).all()
    luck = [
        actions(events(twice, "it"), "flag").rows[["account", "post", "story", "source"]].tolist()
    ]
    cases = [[row[:3] for row in luck[0] if row[3] == place] for place in (0, 1)]
    assert cases[0] != cases[1], "a second one of the kind has luck of its own"
