"""The world: every field is felt, the same under every policy, and its invariants hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from own_doors import EarlyShares
from random_scenarios import random_scenario
from scipy import stats
from small_worlds import agree, events, small
from world_effects import EFFECTS, EVERYTHING, EXPOSED_LATE

from rumorsim.common.errors import InputError
from rumorsim.engine import fast
from rumorsim.engine.share_factors import SHARE_FACTORS
from rumorsim.events.stream import Batch, Kind
from rumorsim.platform.surfaces import SURFACES
from rumorsim.platform.surfaces.trending import Heat
from rumorsim.scenario.handing import with_measures
from rumorsim.scenario.loading import from_values
from rumorsim.scenario.models import (
    Accounts,
    Author,
    CheckIns,
    Feed,
    KindOfAccount,
    Novelty,
    Scenario,
    Schedule,
    Story,
    Visits,
)
from rumorsim.simulation.running import run
from rumorsim.simulation.simulation import Simulation
from rumorsim.world.settings.arms import Arms
from rumorsim.world.settings.beliefs import Beliefs
from rumorsim.world.settings.platforms import Platform

ALARM = 1e-4
MODELS = [
    Arms,
    *(Feed, CheckIns, Accounts, KindOfAccount, Story, Author, Schedule, Novelty, Visits, Heat),
    *(Platform, Beliefs),
    *SURFACES.own.values(),
]

#: Fields that name or describe and move no event: what measures are told must change.
TOLD = {"Scenario.prices", "Scenario.observation", "Story.name", "Accounts.second"}
#: Fields that need a file have a test of their own (in test_people), Scenario.name is a label.
ELSEWHERE = {"Accounts.file", "Accounts.sha256", "Scenario.model", "Scenario.name"}
#: A replay needs a file as well: see tests/simulation/test_replay.py.
ELSEWHERE |= {"Scenario.replay"}
#: Where it matters, the scenario is refused without it, so that there is no pair of scenarios to
#: compare; where both are read, it changes nothing: see test_graphs_accounts.
ELSEWHERE |= {"Accounts.isolated"}
#: Handed over from Python, not written: see below.
ELSEWHERE |= {"Scenario.own_measures"}
#: Presets are written out before anything else sees them: see test_platforms.
#: tests/platform/test_surfaces.py is about surfaces of other packages.
ELSEWHERE |= {"Platform.surfaces"}
ELSEWHERE |= {"Platform.preset", "Platform.accounts", "Accounts.preset"}
#: An intervention for treated readers is refused where there are none, and generated graphs have
#: no attributes: see test_arms.
ELSEWHERE |= {"Scenario.arms", "Arms.attribute"}
#: What a kind earns moves no event; the measure of it has tests of its own.
ELSEWHERE |= {"KindOfAccount.earnings"}


# -- every field is felt -----------------------------------------------------------------


def test_the_table_of_effects_covers_every_field() -> None:
    fields = {f"{m.__name__}.{name}" for m in [*MODELS, Scenario] for name in m.model_fields}
    missing, unknown = fields - ELSEWHERE - set(EFFECTS), set(EFFECTS) - fields
    assert not missing, f"add to EFFECTS of world_effects.py what these change: {missing}"
    assert not unknown, f"EFFECTS of world_effects.py has fields that are none: {unknown}"


def paths(before: Any, after: Any, here: str = "") -> list[str]:
    """The key paths in which two resolved forms differ."""
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = [(str(i), *pair) for i, pair in enumerate(zip(before, after, strict=True))]
    elif isinstance(before, dict) and isinstance(after, dict):
        pairs = [(key, before.get(key), after.get(key)) for key in {*before, *after}]
    else:
        return [] if before == after else [here]
    return [path for key, a, b in pairs for path in paths(a, b, f"{here}.{key}")]


def told(scenario: Scenario) -> str:
    facts = Simulation(scenario, "it").facts
    names = [story.name for story in facts.stories]
    seen = None if facts.observation is None else vars(facts.observation)
    return json.dumps([names, facts.person.tolist(), dict(facts.prices), seen])


@pytest.mark.parametrize("field", EFFECTS)
def test_every_field_has_an_effect(field: str) -> None:
    settings, change = EFFECTS[field]
    base, changed = small(EVERYTHING, settings), small(EVERYTHING, settings, change)
    moved = paths(base.resolved(), changed.resolved())
    assert any(field.split(".")[1] in path.split(".") for path in moved), "the table is off"
    if not field.startswith("Author."):
        alone = {path for path in moved if field.split(".")[1] not in path.split(".")}
        assert alone <= {".stories.0.schedule"}, "it must change alone"
    if field in TOLD:
        assert told(base) != told(changed)
    else:
        assert not agree(events(base, "it"), events(changed, "it"))


#: As strong as a factor on P(share) may be in these tests, or any other number.
STRONG = 20


def strengthened(change: Any, name: str) -> Iterator[Any]:
    """The change with the number called ``name`` in it replaced by a strong one, if there is."""
    if isinstance(change, dict):
        for key, value in change.items():
            if key == name and isinstance(value, float):
                yield {**change, key: float(STRONG)}
            elif key == name and isinstance(value, list) and isinstance(value[0], float):
                yield {**change, key: [*value[:-1], float(STRONG)]}
            else:
                yield from ({**change, key: each} for each in strengthened(value, name))


def strong_scenarios() -> dict[str, Scenario]:
    """Every field that is a number at a strong value, as posts are read and with late exposures."""
    found = {}
    for field, (settings, change) in EFFECTS.items():
        for strong in strengthened(change, field.split(".")[1]):
            for how, base in (("", {}), (" late", {**EXPOSED_LATE, **_LATE})):
                try:
                    found[field + how] = small(EVERYTHING, base, settings, strong, FEW)
                except InputError:
                    # Beyond what it may be, or what late exposures can do.
                    continue
    return found


#: Fewer reads than in EVERYTHING: what all scenarios below take of the reference engine's time.
FEW = {"horizon": "12 h"}
_LATE = {"feed": {**EXPOSED_LATE["feed"], "exposures": "late"}}
STRONG_SCENARIOS = strong_scenarios()


def test_factors_on_sharing_are_among_the_strong_scenarios() -> None:
    fields = {name.removesuffix(" late") for name in STRONG_SCENARIOS}
    assert {"Story.appeal", "Story.reinforcement", "Story.backfire_factor"} <= fields
    assert {"Accounts.receptivity", "Accounts.trust", "Platform.crosspost"} <= fields
    assert "Story.appeal late" in STRONG_SCENARIOS


@pytest.mark.parametrize("field", STRONG_SCENARIOS)
def test_both_engines_agree_on_strong_values(field: str) -> None:
    """A factor on P(share) above its ceiling would lose shares of the fast engine alone."""
    scenario = STRONG_SCENARIOS[field]
    quick, slow = (Simulation(scenario, "it", engine=each) for each in ("fast", "reference"))
    batches = [each.advance(scenario.horizon) for each in (quick, slow)]
    advice = (
        "the engines differ: what the field does must be in engine/kernels and engine/reference"
    )
    assert agree(*batches), advice
    if scenario.feed.exposures == "late":
        # Exposures of one time come in no order.
        columns = ["time", "account", "story", "post", "source"]
        one, other = (sorted(each.exposures().rows[columns].tolist()) for each in (quick, slow))
        assert one == other


@pytest.mark.parametrize(
    ("missing", "field"),
    [
        ("reinforcement", "Story.reinforcement"),
        ("corrections", "Story.backfire_factor"),
        ("trust", "Accounts.trust"),
        ("trust", "Accounts.trust late"),
        ("cross-posting", "Platform.crosspost"),
    ],
)
def test_a_factor_without_a_ceiling_ends_the_run(
    missing: str, field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: the fast engine does not go on when its bound is too low."""
    rest = tuple(each for each in SHARE_FACTORS if each.name != missing)
    assert len(rest) == len(SHARE_FACTORS) - 1
    scenario = STRONG_SCENARIOS[field]
    Simulation(scenario, "it").advance(scenario.horizon)
    monkeypatch.setattr(fast, "SHARE_FACTORS", rest)
    with pytest.raises(AssertionError, match="is not in share_factors"):
        Simulation(scenario, "it").advance(scenario.horizon)


def test_own_measures_have_an_effect_on_what_is_measured() -> None:
    """They change alone, and move no event but their own numbers."""
    early, late = (
        with_measures(small(EVERYTHING), ["reach", EarlyShares(hours)]) for hours in (12.0, 24.0)
    )
    moved = paths(early.resolved(), late.resolved())
    assert moved and all(path.startswith(".own_measures.") for path in moved)
    one, other = (run(each, "it") for each in (early, late))
    assert one.digest == other.digest
    assert one.measures["reach"] == other.measures["reach"]
    assert 0 < one.measures["early-shares"]["shares"] < other.measures["early-shares"]["shares"]


def test_a_field_without_effect_would_be_seen() -> None:
    """Negative control: what is only a label, or out of reach, leaves all as it was."""
    base = events(small(EVERYTHING), "it")
    assert agree(base, events(small(EVERYTHING, {"name": "another"}), "it"))
    unread = {"feed": {"delay": {"law": "fixed", "time": "9 h"}}}
    assert agree(base, events(small(EVERYTHING, unread), "it"))


@pytest.mark.parametrize("field", EFFECTS)
def test_every_setting_comes_back_from_its_resolved_form(field: str) -> None:
    scenario = small(EVERYTHING, *EFFECTS[field])
    text = json.dumps(scenario.resolved())
    again = from_values(json.loads(text), Path())
    assert again == scenario
    assert json.dumps(again.resolved()) == text


# -- invariants ------------------------------------------------------------------------------


@pytest.mark.parametrize("number", range(30))
def test_invariants_hold_at_every_hour(number: int) -> None:
    scenario = random_scenario(number)
    simulation = Simulation(scenario, "mixed")
    for hour in np.linspace(0, scenario.horizon, 7)[1:]:
        simulation.advance(float(hour))
        simulation.world.check()


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("posts", "root", 10**6),
        ("posts", "k", 7),
        ("posts", "time", 1e9),
        ("posts", "reach", 10**6),
        ("accounts", "audience", 1.5),
        ("stories", "shares", 10**6),
    ],
)
def test_a_broken_invariant_is_seen(table: str, column: str, value: Any) -> None:
    """Negative control: one number changed in the middle."""
    simulation = Simulation(small(EVERYTHING), "it")
    simulation.advance(20.0)
    simulation.world.check()
    made = simulation.world.posts[: simulation.world.posts_made]
    shares = np.flatnonzero(made["k"] == 0)
    row = int(shares[len(shares) // 2]) if table == "posts" else 1
    getattr(simulation.world, table)[column][row] = value
    with pytest.raises(AssertionError):
        simulation.world.check()


# -- stories and who starts them -----------------------------------------------------------------


def planned(scenario: Scenario, policy: str = "none", seed: int | None = None) -> Any:
    return Simulation(scenario, policy, seed).world.rules.publications


def authors(scenario: Scenario, seed: int | None = None) -> list[int]:
    return sorted(set(planned(scenario, seed=seed)["author"].tolist()))


def test_publications_are_sorted_and_the_same_in_every_policy() -> None:
    for number in range(20):
        scenario = random_scenario(number)
        table = planned(scenario)
        rows = list(
            zip(*(table[n].tolist() for n in ("time", "author", "story", "k")), strict=True)
        )
        assert rows == sorted(rows)
        assert (planned(scenario, "mixed") == table).all()
        for author, story in {row[1:3] for row in rows}:
            own = [row[3] for row in rows if row[1:3] == (author, story)]
            assert own == list(range(1, len(own) + 1)), "k counts from 1 in order of time"
        assert all(0 <= row[0] < scenario.horizon for row in rows)


def test_what_is_published_is_what_was_planned_but_for_who_may_not_post() -> None:
    scenario = small(EVERYTHING)
    keys = ["time", "author", "story", "k"]

    def published(policy: str) -> list[tuple[Any, ...]]:
        rows = events(scenario, policy).only(Kind.PUBLISH).rows
        return [(r["time"], r["account"], r["story"], int(r["value"])) for r in rows]

    table = planned(scenario)
    all_of_them = list(zip(*(table[key].tolist() for key in keys), strict=True))
    assert published("none") == all_of_them
    closed = {
        row["account"] for row in events(scenario, "it").only(Kind.ACTION).rows if row["value"] == 2
    }
    left = [row for row in all_of_them if row[1] not in closed or row[0] < 9.0]
    assert published("it") == left
    assert len(left) < len(all_of_them)


def with_author(**author: Any) -> Scenario:
    cleared = {"kind": None, "count": None, **author}
    return small(
        EVERYTHING, {"stories": {0: {"author": cleared, "schedule": None}, 1: {"answers": None}}}
    )


def of_first_story(scenario: Scenario, seed: int | None = None) -> list[int]:
    table = planned(scenario, seed=seed)
    return table["author"][table["story"] == 0].tolist()


def test_every_way_of_choosing_authors() -> None:
    world = Simulation(small(EVERYTHING)).world
    counts = world.graph.follower_counts()
    assert sorted(of_first_story(with_author(ids=[7, 3]))) == [3, 7]
    most = of_first_story(with_author(most_followed=4))
    assert sorted(counts[most])[::-1] == sorted(counts)[::-1][:4]
    some = of_first_story(with_author(random=9))
    assert len(set(some)) == 9
    people = world.people
    for kind, count in (("self-media", 5), ("official-media", 1), ("ordinary", 3)):
        chosen = of_first_story(with_author(kind=kind, count=count))
        assert len(set(chosen)) == count
        assert {people.kinds[people.kind[a]] for a in chosen} == {kind}


def test_random_authors_are_uniform_and_change_with_the_seed() -> None:
    """Chi square over 400 worlds of three authors of 20; fails for a fair draw with ALARM."""
    graph = {"kind": "path", "accounts": 20, "mean_followers": None, "seed": None}
    scenario = small({"graph": graph, "stories": {0: {"author": {"ids": None, "random": 3}}}})
    chosen = [of_first_story(scenario, seed) for seed in range(400)]
    counts = np.bincount(np.concatenate(chosen), minlength=20)
    assert stats.chisquare(counts).pvalue > ALARM
    assert len({tuple(each) for each in chosen}) > 300


def test_copies_are_stories_of_their_own() -> None:
    """Each with its own authors and publications, answered by its own correction."""
    copies = {"stories": {0: {"copies": 5}, 1: {"copies": 5}}}
    world = Simulation(small(EVERYTHING, copies)).world
    assert world.story_names == tuple(
        f"{n}#{i}" for n in ("rumor", "correction") for i in range(1, 6)
    )
    assert [s.answers for s in world.facts.stories] == [None] * 5 + [
        f"rumor#{i}" for i in range(1, 6)
    ]
    table = world.rules.publications
    per_story = [frozenset(table["author"][table["story"] == i].tolist()) for i in range(5)]
    assert len(set(per_story)) == 5, "three of 24, five times"


def test_a_schedule_is_a_poisson_process_between_its_ends() -> None:
    """Counts by author are Poisson, gaps exponential; both fail for right ones with ALARM."""
    story = {
        "author": {"ids": None, "random": 300},
        "schedule": {"rate": "2 per h", "begin": "5 h", "end": "25 h"},
    }
    graph = {"kind": "path", "accounts": 300}
    table = planned(small({"horizon": "50 h", "graph": graph, "stories": {0: story}}))
    assert table["time"].min() > 5
    assert table["time"].max() < 25
    counts = np.bincount(table["author"], minlength=300)
    spread = counts.var(ddof=1) / counts.mean() * 299
    assert ALARM / 2 < stats.chi2.cdf(spread, 299) < 1 - ALARM / 2
    assert stats.kstest((table["time"] - 5) / 20, "uniform").pvalue > ALARM
    assert ALARM / 2 < stats.poisson.cdf(len(table), 300 * 40) < 1 - ALARM / 2


@pytest.mark.parametrize(
    ("author", "cause"),
    [
        ({"ids": [999]}, r"stories\[0\]\.author\.ids\[0\] = 999: no account"),
        ({"ids": [3, "x"]}, r"stories\[0\]\.author\.ids\[1\] = \"x\": no account"),
        ({"most_followed": 81}, r"author\.most_followed = 81: the graph has only 80 accounts"),
        ({"random": 81}, r"only 80 such accounts can be drawn"),
        ({"kind": "self-media", "count": 60}, r"only 24 such accounts can be drawn"),
    ],
)
def test_authors_that_the_graph_does_not_have_are_refused(author: Any, cause: str) -> None:
    with pytest.raises(InputError, match=cause):
        Simulation(with_author(**author))


def test_worlds_of_one_seed_are_the_same_and_of_two_are_not() -> None:
    scenario = small(EVERYTHING)
    first, again, other = (events(scenario, "it", seed=seed) for seed in (1, 1, 2))
    assert agree(first, again)
    assert not agree(first, Batch(other.rows))


def test_more_posts_than_can_be_numbered_are_refused() -> None:
    world = Simulation(small({})).world
    world.grow_posts(100)
    with pytest.raises(OverflowError, match="1,073,741,824 at most"):
        world.grow_posts(2**30 + 1)


def test_rules_cannot_be_changed_during_a_run() -> None:
    """What changes belongs to the world: every array of the rules is read-only."""
    rules = Simulation(small({"trending": {}})).world.rules
    arrays = [value for value in vars(rules).values() if isinstance(value, np.ndarray)]
    assert len(arrays) > 5
    assert not any(array.flags.writeable for array in arrays)
    with pytest.raises(ValueError, match="read-only"):
        rules.tables[0] = 0
