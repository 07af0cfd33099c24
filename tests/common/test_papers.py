"""Methods text and citation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

import rumorsim
from rumorsim.cli.app import cli
from rumorsim.common.citation import bibtex, citation_file, reference
from rumorsim.scenario.shipped import shipped

ROOT = Path(__file__).parents[2]


def cells(text: str) -> dict[str, tuple[str, str]]:
    """Value and origin of every key, by table and key."""
    found: dict[str, tuple[str, str]] = {}
    table = ""
    for line in text.splitlines():
        if line.startswith("### "):
            table = ""
        if head := re.fullmatch(r"`\[(.*)\]`", line):
            table = f"{head[1]}."
        row = re.fullmatch(r"\| ([^|]+) \| `(.*?)` \| (given|default|assumption) \| .* \|", line)
        if row:
            found[table + row[1]] = (row[2], row[3])
    return found


def test_every_number_is_there_with_where_it_comes_from() -> None:
    scenario = rumorsim.load("small")
    found = cells(scenario.describe())
    assert found["horizon"] == ('"24.0 h"', "given")
    assert found["seed"] == ("1", "default")
    assert found["graph.accounts"] == ("200", "given")
    assert found["graph.follower_exponent"] == ("2.3", "default")
    assert found["graph.clustering"] == ("0.1", "assumption")
    assert found["stories[0].appeal"] == ("0.15", "given")
    assert found["stories[1].truth"] == ("true", "given")
    when = "policies[0].interventions[0].when.reports"
    assert found[when] == ("2", "given")
    changed = cells(scenario.set(when, 7).set("prices", {"close": 3}).describe())
    assert changed[when] == ("7", "given")
    assert changed["prices"] == ("{ close = 3.0 }", "given")


@pytest.mark.parametrize("name", shipped())
def test_an_account_of_every_scenario_that_ships(name: str) -> None:
    scenario = rumorsim.load(name)
    text = scenario.describe()
    heads = re.findall(r"^## (\d)\. ", text, re.MULTILINE)
    assert heads == list("1234567")
    leaves = len(re.findall(r"-?\d+(?:\.\d+)?", str(scenario.resolved()["stories"])))
    assert leaves > 0
    found = cells(text)
    for place, story in enumerate(scenario.stories):
        assert found[f"stories[{place}].appeal"][0] == repr(story.appeal)
    for policy in scenario.policies:
        assert policy.name in text
    assert " 1 stories" not in text and "None," not in text


def test_files_are_named_with_their_digests(tmp_path: Path) -> None:
    from rumorsim.scenario.starts import write_start

    write_start("graph", tmp_path / "mine.toml")
    scenario = rumorsim.load(tmp_path / "mine.toml")
    text = scenario.describe()
    digest = scenario.resolved()["graph"]["sha256"]
    assert f"- `graph.path`: `follows.csv`, SHA-256 `{digest}`" in text


def test_names_stay_on_their_lines() -> None:
    scenario = rumorsim.load("small").set("policies[0].name", "a | b `c`")
    text = scenario.describe()
    assert "a \\| b 'c'" in text
    assert all(line.count(" | ") >= 3 for line in text.splitlines() if line.startswith("| "))


def test_the_command(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["describe", "small"])
    assert done.exit_code == 0
    assert done.output == rumorsim.load("small").describe()


def test_how_to_cite() -> None:
    entry = bibtex()
    assert entry.startswith("@software{rumorsim,\n") and entry.endswith("}\n")
    fields = dict(re.findall(r"^  (\w+) += \{(.*)\},$", entry, re.MULTILINE))
    assert fields["version"] == rumorsim.__version__
    assert fields["author"] == "{The rumorsim developers}"
    assert re.fullmatch(r"20\d\d", fields["year"])
    assert entry.count("{") == entry.count("}")
    assert f"Version {rumorsim.__version__}." in reference()
    assert citation_file().read_text("utf-8") == (ROOT / "CITATION.cff").read_text("utf-8")
    for form, wanted in (("bibtex", entry), ("text", reference())):
        done = CliRunner().invoke(cli, ["cite", "--format", form])
        assert (done.exit_code, done.output) == (0, wanted)
