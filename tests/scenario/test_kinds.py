"""The catalogue of kinds and the list of categories: included by name, overridden, matched."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from small_worlds import small

from rumorsim.common.errors import InputError
from rumorsim.events.stream import Kind
from rumorsim.graphs.power_law import power_law
from rumorsim.scenario.categories import CATEGORIES, slip_of
from rumorsim.scenario.loading import from_values
from rumorsim.simulation.running import run
from rumorsim.simulation.simulation import Simulation
from rumorsim.world.people import draw_people
from rumorsim.world.settings.accounts import Accounts, default_kinds
from rumorsim.world.settings.presets import configs, over, preset, preset_names

ISSUE = {
    "celebrity",
    "official-media",
    "public-institution",
    "website",
    "fake-military",
    "fake-institution",
    "fake-news-media",
    "synthetic-anchor",
    "unqualified-advice",
    "clout-chaser",
    "troll",
    "paid-poster",
    "bot",
}


def test_the_catalogue_has_every_kind_and_several_niches() -> None:
    kinds = preset("kinds", "catalogue")["kinds"]
    niches = {name for name in kinds if name.startswith("self-media-")}
    assert len(niches) >= 4
    assert set(kinds) - niches == ISSUE


def test_every_number_of_the_catalogue_says_what_it_rests_on() -> None:
    lines = (configs() / "kinds" / "catalogue.toml").read_text("utf-8").splitlines()
    bare = [line for line in lines if line.startswith("share =") and "#" not in line]
    assert bare == []


def test_a_preset_is_laid_under_what_is_written() -> None:
    written = {"bot": {"share": 0.02}, "mine": {"share": 0.1}}
    accounts = Accounts.model_validate({"preset": "catalogue", "kinds": written})
    plain = Accounts.model_validate({"preset": "catalogue"})
    assert accounts.kinds["bot"].share == 0.02
    assert accounts.kinds["bot"].receptivity == plain.kinds["bot"].receptivity != 1.0
    assert accounts.kinds["mine"].share == 0.1
    rest = set(plain.kinds) - {"bot"}
    assert all(accounts.kinds[name] == plain.kinds[name] for name in rest)
    assert Accounts().kinds == default_kinds(), "without a preset the small default stays"


def test_the_resolved_form_holds_the_kinds_themselves() -> None:
    scenario = small({"accounts": {"preset": "catalogue"}})
    resolved = json.loads(json.dumps(scenario.resolved()))
    assert "preset" not in resolved["accounts"]
    assert set(resolved["accounts"]["kinds"]) > ISSUE
    assert from_values(resolved, Path()) == scenario


def test_preset_names_and_laying_over() -> None:
    assert "catalogue" in preset_names("kinds")
    with pytest.raises(InputError, match='did you mean "catalogue"'):
        preset("kinds", "catalouge")
    base = {"a": {"x": 1, "y": [1]}, "b": 2}
    assert over(base, {"a": {"y": [2, 3]}, "c": 4}) == {"a": {"x": 1, "y": [2, 3]}, "b": 2, "c": 4}
    assert base == {"a": {"x": 1, "y": [1]}, "b": 2}


def test_followers_match_kinds_and_the_degree_distribution_stays() -> None:
    """Kinds are handed out over the graph: no follow changes, the prominent are followed most.

    Medians of followers fall from celebrities to self-media to ordinary accounts, the kinds
    without prominence are as the graph is (KS), and with no prominence at all nobody stands
    out (the negative control).
    """
    graph = power_law(20_000, 15, seed=4)
    before = graph.follower_counts().copy()
    drawn = draw_people(Accounts(preset="catalogue"), graph, 7, {})
    assert (graph.follower_counts() == before).all()
    by_name = {name: before[drawn.kind == i] for i, name in enumerate(drawn.kinds)}
    median = {name: float(np.median(each)) for name, each in by_name.items()}
    assert median["celebrity"] > median["official-media"] > median["self-media-news"]
    assert median["self-media-news"] > median["ordinary"]
    rest = before[np.isin(drawn.kind, [0, drawn.kinds.index("bot")])]
    assert stats.ks_2samp(by_name["bot"], rest).pvalue > 1e-4
    assert stats.ks_2samp(by_name["self-media-news"], rest).pvalue < 1e-6
    table = preset("kinds", "catalogue")["kinds"]
    flat = {name: {**each, "prominence": 0.0} for name, each in table.items()}
    alike = draw_people(Accounts.model_validate({"kinds": flat}), graph, 7, {})
    news = before[alike.kind == alike.kinds.index("self-media-news")]
    assert stats.ks_2samp(news, before).pvalue > 1e-4


NEW = {
    "credence": (0.5, 0.0),
    "posting": (2.0, 7.0),
    "dependence": (0.5, 1.0),
    "earnings": (3.0, 100.0),
    "countable": (0.25, 0.0),
}


@pytest.mark.parametrize("field", NEW)
def test_kind_and_file_set_what_is_new(field: str, tmp_path: Path) -> None:
    """The kind's value for all of the kind; the file's where it has one."""
    of_kind, of_file = NEW[field]
    path = tmp_path / "accounts.csv"
    path.write_text(f"id,kind,{field}\n0,bot,\n1,bot,{of_file}\n2,,\n3,new,\n")
    kinds = {"bot": {"share": 0.0, field: of_kind}}
    world = Simulation(small({"accounts": {"kinds": kinds, "file": str(path)}})).world
    neutral = 1.0 if field in ("credence", "posting", "countable") else 0.0
    assert world.people.column(field)[:4].tolist() == [of_kind, of_file, neutral, neutral]


@pytest.mark.parametrize("field", ["credence", "dependence", "countable"])
def test_a_file_with_a_weight_over_one_is_refused(field: str, tmp_path: Path) -> None:
    path = tmp_path / "accounts.csv"
    path.write_text(f"id,{field}\n0,1\n1,1.5\n")
    with pytest.raises(InputError, match="at most 1"):
        Simulation(small({"accounts": {"file": str(path)}}))


def test_slips_of_listed_categories_are_seen_and_own_names_stand() -> None:
    assert all(slip_of(name) is None for name in CATEGORIES)
    assert slip_of("fake news") == slip_of("Fake-News") == slip_of("fake-new") == "fake-news"
    assert slip_of("history_and_heroes") == "history-and-heroes"
    for own in ("health", "news", "sport", "money", "fake", "advice", "anything at all"):
        assert slip_of(own) is None


def test_every_preset_is_toml_of_one_room() -> None:
    for file in (configs() / "kinds").glob("*.toml"):
        assert set(tomllib.loads(file.read_text("utf-8"))) == {"kinds"}


def test_earnings_are_what_reads_bring() -> None:
    """Twice the rate, twice the money; nothing earned is the default."""

    def earned(rate: float) -> float:
        kinds = {"self-media": {"share": 0.5, "earnings": rate}}
        scenario = small({"accounts": {"kinds": kinds}, "measures": ["earnings"]})
        return float(run(scenario).measures["earnings"]["earned"])

    assert earned(0.0) == 0.0
    assert earned(4.0) > 0
    assert earned(8.0) == pytest.approx(2 * earned(4.0))


def test_who_is_demonetised_keeps_a_part() -> None:
    """From the start and nobody depends on it: the same reads, so exactly that part is paid."""

    def money(*keeps: float) -> tuple[float, float]:
        hit = [{"kind": "demonetise", "when": {"at": ["0 h"]}, "keep": keep} for keep in keeps]
        scenario = small(
            {
                "accounts": {"kinds": {"self-media": {"share": 1.0, "earnings": 4.0}}},
                "measures": ["earnings"],
                "policies": [{"name": "act", "interventions": hit}],
            }
        )
        found = run(scenario, "act" if keeps else "none").measures["earnings"]
        return float(found["earned"]), float(found["withheld"])

    whole, none = money()
    assert whole > 0 and none == 0
    assert money(0.25) == pytest.approx((0.25 * whole, 0.75 * whole))
    assert money(0.0) == pytest.approx((0.0, whole))
    assert money(0.5, 0.25) == pytest.approx((0.125 * whole, 0.875 * whole))


def test_earnings_come_back_with_what_undoes_it() -> None:
    """For half of the day nobody earns more than a quarter."""
    hit = {"kind": "demonetise", "when": {"at": ["0 h"]}, "keep": 0.25, "duration": "12 h"}
    scenario = small(
        {
            "accounts": {"kinds": {"self-media": {"share": 1.0, "earnings": 1000.0}}},
            "measures": ["earnings"],
            "stories": [
                {
                    "name": "a",
                    "truth": True,
                    "appeal": 0.0,
                    "author": {"ids": [0]},
                    "at": [f"{hour} h" for hour in range(24)],
                }
            ],
            "policies": [{"name": "act", "interventions": [hit]}],
        }
    )
    simulation = Simulation(scenario, "act")
    reads = simulation.advance(24.0).only(Kind.READ)
    first = int((reads.time < 12).sum())
    found = run(scenario, "act").measures["earnings"]
    assert first > 20 and len(reads) - first > 20
    assert found["earned"] == pytest.approx(0.25 * first + len(reads) - first)
    assert found["withheld"] == pytest.approx(0.75 * first)
