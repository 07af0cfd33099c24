"""The campaign presets: they load, name their sources, run, and do what they are about."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from rumorsim.cli.app import cli
from rumorsim.scenario import load
from rumorsim.scenario.categories import CATEGORIES
from rumorsim.simulation.running import run
from rumorsim.world.settings.presets import configs, preset_names

NAMES = ["2018-autumn", "2018-trolls", "2021-new-rules", "2023-spring"]
FILES = {room: sorted((configs() / room).glob("*.toml")) for room in ("campaigns", "platforms")}
PLATFORMS = ["bilibili", "douyin", "kuaishou", "wechat", "weibo"]


def path_of(name: str) -> Path:
    return configs() / "campaigns" / f"{name}.toml"


def test_there_are_four_campaigns_and_five_platforms() -> None:
    assert preset_names("campaigns") == NAMES
    assert preset_names("platforms") == PLATFORMS


def bare_numbers(text: str) -> list[str]:
    """Lines that set a number without saying what it stands for."""
    lines = [line.strip() for line in text.splitlines()]
    settings = [line for line in lines if re.match(r"[a-z_-]+ = ", line)]
    named = re.compile(r"(name|preset|platform|truth) = ")
    return [
        line
        for line in settings
        if re.search(r"\d", line.split("#")[0]) and "#" not in line and not named.match(line)
    ]


@pytest.mark.parametrize("file", [*FILES["campaigns"], *FILES["platforms"]], ids=lambda f: f.stem)
def test_every_number_says_what_it_stands_for(file: Path) -> None:
    assert bare_numbers(file.read_text("utf-8")) == []


def test_a_bare_number_would_be_seen() -> None:
    """Negative control."""
    assert bare_numbers('a = 1  # why\nb = 2\nname = "2018"\n# c = 3') == ["b = 2"]


@pytest.mark.parametrize("name", NAMES)
def test_campaigns_load_with_listed_categories_and_cite_their_sources(name: str) -> None:
    scenario = load(path_of(name))
    assert scenario.name == name
    assert {story.category for story in scenario.stories} <= set(CATEGORIES)
    assert any(story.truth for story in scenario.stories)
    head = path_of(name).read_text("utf-8").split("\nname =")[0]
    assert re.search(r"report|statement|Xinhua|Post", head), "dates come from the press: cite it"


def test_what_is_reported_of_2023_adds_up() -> None:
    """67,000 closures and 930,000 lesser penalties; the named kinds are 700,000 of 997,000."""
    for policy in load(path_of("2023-spring")).policies:
        main = next(each for each in policy.interventions if each.kind == "campaign")
        counts = dict(main.penalties)  # type: ignore[attr-defined]
        assert counts.pop("delete") == 1_400_000
        assert counts.pop("close") == 67_000
        assert sum(counts.values()) == 930_000
        named = sum(aim.share for aim in main.aims)  # type: ignore[attr-defined]
        assert named == pytest.approx(700_000 / 997_000, abs=1e-3)
        assert main.end == 74 * 24  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", NAMES)
def test_every_policy_of_a_campaign_does_something(name: str) -> None:
    scenario = load(path_of(name))
    none, *policies = scenario.policy_names
    assert none == "none" and policies
    for policy in policies:
        result = run(scenario, policy, seed=3, measures=["reach", "enforcement"])
        verbs = result.measures["enforcement"]["interventions"]
        idle = [name for name, each in verbs.items() if not each["actions"] + each["flags"]]
        assert set(idle) <= {"by hand", "appeals", "paid-deletion"}, f"{policy}: {idle}"
        assert result.measures["reach"]["truth"]["false"]["accounts"] > 100


@pytest.mark.parametrize("name", PLATFORMS)
def test_each_platform_runs_by_its_name(name: str, tmp_path: Path) -> None:
    path = tmp_path / "one.toml"
    path.write_text(
        f"""horizon = "12 h"
[platforms.here]
preset = "{name}"
accounts = 400
[[stories]]
name = "a"
truth = false
appeal = 0.1
author = {{ random = 5 }}
"""
    )
    scenario = load(path)
    assert scenario.graph.kind == "power-law"
    assert run(scenario).measures["reach"]["accounts"] > 10
    surfaces = scenario.platforms["here"]
    assert (surfaces.trending is not None) == (name in ("weibo", "bilibili"))
    assert (surfaces.recommendation is not None) == (name in ("douyin", "kuaishou", "bilibili"))
    assert (surfaces.publications_per_day == 1) == (name == "wechat")


def test_the_command_lists_and_prints() -> None:
    listed = CliRunner().invoke(cli, ["campaigns"])
    assert listed.exit_code == 0
    assert [line.split()[0] for line in listed.stdout.splitlines()] == NAMES
    printed = CliRunner().invoke(cli, ["campaigns", "2018-trolls"])
    assert printed.stdout == path_of("2018-trolls").read_text("utf-8")
    wrong = CliRunner().invoke(cli, ["campaigns", "2018-troll"])
    assert wrong.exit_code == 2 and 'did you mean "2018-trolls"' in wrong.stderr
