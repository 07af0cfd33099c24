"""The generated parts of the documentation hold the registries and the schema, all of them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "docs" / "_ext"))

import catalogue  # noqa: E402
import sources  # noqa: E402
from effect_examples import EXAMPLES  # noqa: E402
from effects import effect_of  # noqa: E402
from fields import key_table, source_of  # noqa: E402
from results import RESULTS  # noqa: E402
from scenario_keys import scenario_keys  # noqa: E402
from terms import TERMS, key_at, terms  # noqa: E402

REGISTRIES: dict[str, tuple[str, Any]] = {
    "interventions": ("intervention", sources.INTERVENTIONS.own),
    "adversaries": ("adversary", sources.ADVERSARIES.own),
    "measures": ("measure", sources.MEASURES.own),
    "surfaces": ("surface", sources.SURFACES.own),
    "laws": ("law", sources.LAWS),
    "models": ("model", sources.MODELS),
    "generators": ("graph", sources.GRAPH_CONFIGS.own),
}


@pytest.mark.parametrize("part", REGISTRIES)
def test_each_entry_has_a_section(part: str, tmp_path: Path) -> None:
    text = catalogue.PARTS[part](tmp_path)
    sort, registry = REGISTRIES[part]
    assert len(registry) > 2
    for name, entry in registry.items():
        assert f"({sort}-{name})=\n## `{name}`" in text
        assert f"[`{name}`](#{sort}-{name}) | {catalogue.summary(entry)} |" in text
        keys = getattr(entry, "model_fields", {})
        section = text.split(f"## `{name}`\n")[1].split("\n## `")[0]
        for key in keys:
            shared = part == "interventions" and key in sources.Intervention.model_fields
            if key not in ("kind", "law") and not shared:
                assert f"\n| `{keys[key].alias or key}` |" in section, (name, key)


def test_every_intervention_has_an_effect_in_its_picture() -> None:
    assert set(EXAMPLES) == set(sources.INTERVENTIONS.own)
    for kind in EXAMPLES:
        before, after = effect_of(kind).reach
        raises = kind in ("promote", "appeals")
        assert (after > before) if raises else (after < before), (kind, before, after)


def test_formats_presets_categories_verbs_commands(tmp_path: Path) -> None:
    parts = {name: catalogue.PARTS[name](tmp_path) for name in ("formats", "presets", "categories")}
    for name in [*sources.FORMATS.own, *sources.EVENT_FORMATS.own, *sources.DIALECTS.own]:
        assert f"| `{name}` |" in parts["formats"]
    columns = catalogue.PARTS["cascade-columns"](tmp_path)
    assert all(f"| `{role}` |" in columns for role in sources.ORIGINAL_ROLES)
    faults = catalogue.PARTS["cascade-faults"](tmp_path)
    assert all(f"| `{name}` |" in faults for name in [*sources.FAULTS, *sources.RULES])
    for room in ("campaigns", "platforms", "kinds"):
        for name in sources.preset_names(room):
            assert f"| `{name}` |" in parts["presets"]
    for name, text in sources.CATEGORIES.items():
        assert f"| `{name}` | {text} |" in parts["categories"]
    verbs, kinds = catalogue.PARTS["verbs"](tmp_path), catalogue.PARTS["kinds-of-events"](tmp_path)
    assert all(f"| {n} | `{verb}` |" in verbs for n, verb in enumerate(sources.VERBS))
    assert all(f"| {int(kind)} | `{kind.name.lower()}` |" in kinds for kind in sources.Kind)
    commands = catalogue.PARTS["commands"](tmp_path)
    for path in ("compare", "graph make power-law", "sweep slurm"):
        assert f"## `rumorsim {path}`" in commands
    assert "--replicates" in commands and "--mean-followers" in commands


def test_every_key_of_a_scenario_is_told(tmp_path: Path) -> None:
    text = scenario_keys(tmp_path)
    for key in sources.Scenario.model_fields:
        assert f"| `{key}` |" in text
    attention = next(line for line in text.splitlines() if line.startswith("| `attention` |"))
    assert 'whole number or `"unlimited"`; 1 to 1000 where it is a number' in attention
    assert '`"unlimited"`<br>*assumption*' in attention
    assert "## `[[stories]]`" in text and "## `[feed.check_ins]`" in text


def test_sources_of_defaults() -> None:
    assert source_of("places on the list (Weibo shows 50)") == "published"
    assert source_of("time between rankings (assumption)") == "assumption"
    assert source_of("how many accounts, drawn at random") == ""
    assert "*published*" in key_table(sources.SURFACES.own["trending"])


def test_terms_name_keys_that_exist(tmp_path: Path) -> None:
    text = terms(tmp_path)
    known = [term.factor for term in TERMS]
    engines = [factor.name for factor in sources.SHARE_FACTORS]
    assert sorted(known) == sorted(["appeal", "vigour", "receptivity", *engines])
    assert "`stories.appeal`: required" in text
    for term in TERMS:
        assert all(key_at(where).name == where.rpartition(".")[2] for where in term.where)


@pytest.mark.parametrize("part", RESULTS)
def test_results_are_those_of_the_experiments(part: str, tmp_path: Path) -> None:
    text = RESULTS[part](tmp_path)
    if part == "figures":
        assert len(list((tmp_path / "figures").glob("*.png"))) > 8
    else:
        assert text.count("|") > 50
    assert not text.startswith("# ")
