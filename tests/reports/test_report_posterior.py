"""Reports on answers whose worlds drew their parameters from a posterior."""

from __future__ import annotations

from pathlib import Path

import pytest
from drawn_worlds import posterior_of
from small_worlds import small

from rumorsim.reports.pages.page import Code, Items, Page, Table, html_of
from rumorsim.reports.pages.report import page_of
from rumorsim.scenario.models import Scenario
from rumorsim.studies.compare.running import compare
from rumorsim.studies.delay_map.running import delay_map
from rumorsim.studies.runner.posterior import Posterior
from rumorsim.studies.sweep.running import sweep

APPEAL = "stories[rumor].appeal"


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    close = {"kind": "close-accounts", "when": {"at": ["2 h"]}, "whom": {"fraction": 0.5}}
    return small(
        {
            "graph": {"kind": "erdos-renyi", "accounts": 60, "mean_followers": 5},
            "stories": {0: {"author": {"random": 4, "ids": None}}},
            "policies": [{"name": "close", "interventions": [close]}],
            "measures": ["reach", "shares", "enforcement", "collateral", "cost"],
        }
    )


@pytest.fixture(scope="module")
def posterior() -> Posterior:
    return posterior_of({APPEAL: [0.2, 0.25, 0.3]})


def _section(page: Page, name: str) -> str:
    alone = Page(page.title, "", "", "", [s for s in page.sections if s.name == name], "", "")
    return html_of(alone)


def test_a_comparison_says_what_was_drawn_and_runs_its_worlds_again(
    scenario: Scenario, posterior: Posterior, tmp_path: Path
) -> None:
    found = compare(scenario, posterior=posterior, replicates=12, workers=1, seed=5)
    assert found.widths[0].found is not None
    found.save(tmp_path / "out")
    page = page_of(tmp_path / "out")
    drawn = next(section for section in page.sections if section.name == "drawn")
    items, table = drawn.parts[0], drawn.parts[-1]
    assert isinstance(items, Items)
    assert list(items.items) == [found.widths[0].sentence()]
    assert isinstance(table, Table)
    assert table.rows == [["a", APPEAL, "0.2", "0.25", "0.3"]]
    assert table.raw is not None
    assert [row[:2] for row in table.raw[1]] == [[s, posterior.place(s)] for s in found.seeds]
    # Worlds are run again with their own draws: the digests are those saved.
    assert "Not shown" not in _section(page, "before") + _section(page, "cascade")
    assert page.terms.endswith(found.draws.sentence())
    again = next(section for section in page.sections if section.name == "reproduce")
    commands = next(part.text for part in again.parts if isinstance(part, Code))
    assert commands.count("--posterior .") == 2
    assert '--policy "close" --replicates 1 --seed 5 --out one --posterior .' in commands
    assert "Not in force are the values of" in _section(page, "assumptions")
    # The one world of the page is that world.
    one = compare(
        scenario, policies=["close"], replicates=1, seed=5, posterior=tmp_path / "out", workers=1
    )
    assert one.digests["close"][0] == found.digests["close"][0]


def test_pages_of_other_answers_say_it_too(
    scenario: Scenario, posterior: Posterior, tmp_path: Path
) -> None:
    swept = sweep(
        scenario, tmp_path / "swept", parameters={"feed.attention": [3, 30]}, replicates=3,
        posterior=posterior, workers=0, measures=["reach", "shares", "enforcement"],
    )  # fmt: skip
    page = page_of(swept.directory)
    assert "Not shown" not in _section(page, "before")
    made = delay_map(
        scenario, "close", delays=("1 h",), coverages=(1.0,), replicates=3, posterior=posterior,
        workers=0,
    )  # fmt: skip
    made.save(tmp_path / "map")
    for each in (page, page_of(tmp_path / "map")):
        assert f"{APPEAL}</td>" in _section(each, "drawn")
        assert "intervals include not knowing the parameters" in each.terms
        assert "--posterior ." in _section(each, "reproduce")
    # The same scenario without the posterior is another answer.
    plain = delay_map(scenario, "close", delays=("1 h",), coverages=(1.0,), replicates=3, workers=0)
    plain.save(tmp_path / "plain")
    assert page_of(tmp_path / "plain").of != page_of(tmp_path / "map").of
    assert "drawn" not in [section.name for section in page_of(tmp_path / "plain").sections]
