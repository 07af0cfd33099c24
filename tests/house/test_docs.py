"""Public names have docstrings with parameters, units, defaults and examples that run."""

from __future__ import annotations

import doctest
import inspect
import json
import pydoc
import re
import textwrap
from typing import Any

import numpy as np
import pytest

import rumorsim
from rumorsim.common.settings.shapes import keys_of, meaning_of
from rumorsim.platform.interventions import INTERVENTIONS
from rumorsim.scenario.models import Policy, Scenario, Story
from rumorsim.scenario.schema import json_schema
from rumorsim.studies.sweep.study import json_schema as study_schema

MODELS = [Scenario, Story, Policy, rumorsim.Intervention, *INTERVENTIONS.values()]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_parameter_is_told(model: Any) -> None:
    lines = model.__doc__.split("Parameters\n----------\n")[1].splitlines()
    for key, field in keys_of(model).items():
        (place,) = [i for i, line in enumerate(lines) if line.startswith(f"{key} : ")]
        assert ("required" in lines[place]) == field.is_required()
        if meaning_of(model, key):
            assert lines[place + 1].strip() == meaning_of(model, key)


def test_units_and_defaults_are_told() -> None:
    told = Scenario.__doc__ or ""
    assert 'horizon : text such as "90 min", required' in told
    assert "seed : whole number, default 1" in told
    assert 'quota : text such as "100 per day", absent by default' in (
        INTERVENTIONS["close-accounts"].__doc__ or ""
    )


def example(thing: Any) -> str:
    """The indented block behind ``Example::`` of a docstring."""
    after = inspect.getdoc(thing).split("Example::")[1].split("Parameters\n")[0]
    return textwrap.dedent(after)


def test_the_examples_run() -> None:
    names: dict[str, Any] = {
        "rumorsim": rumorsim, "Story": Story, "Policy": Policy,
    }  # fmt: skip
    names["scenario"] = rumorsim.load("small").with_(horizon="3 h")
    # Twenty worlds of it are too many for a test.
    compared: list[Any] = []
    fake = type("", (), {"compare": staticmethod(lambda *a, **k: compared.append((a, k)))})
    exec(example(Story), names)
    exec(example(Policy), names)
    exec(example(Scenario), names)
    assert len(names["scenario"].policies) == 1
    exec(example(rumorsim.Intervention), {**names, "rumorsim": fake})
    ((arguments, options),) = compared
    found = rumorsim.compare(
        rumorsim.load("small").with_(horizon="3 h"), **options, replicates=2, workers=1
    )
    assert arguments and found.policies == ("none", "close")


EXAMPLES = [
    found
    for name in rumorsim.__all__
    for found in doctest.DocTestFinder(recurse=False).find(getattr(rumorsim, name), name)
    if found.examples
]


@pytest.mark.parametrize("found", EXAMPLES, ids=lambda found: found.name)
def test_the_examples_of_functions_give_what_they_show(found: doctest.DocTest) -> None:
    found.globs = {"rumorsim": rumorsim, "np": np}
    reports: list[str] = []
    outcome = doctest.DocTestRunner(verbose=False).run(found, out=reports.append)
    assert outcome.attempted >= 1
    assert "".join(reports) == ""


def test_public_functions_describe_each_parameter() -> None:
    assert len(EXAMPLES) >= 7
    for name in rumorsim.__all__:
        thing = getattr(rumorsim, name)
        if not inspect.isfunction(thing):
            continue
        heads = re.findall(r"^(\w[\w, ]*) : ", inspect.getdoc(thing) or "", re.MULTILINE)
        described = {each for head in heads for each in head.split(", ")}
        assert set(inspect.signature(thing).parameters) <= described, name


def test_schemas_have_no_second_copy() -> None:
    for schema in (json_schema(), study_schema()):
        text = json.dumps(schema)
        assert "----------" not in text
        assert "A topic that posts carry" in text or "Settings of a scenario to run" in text


def test_help_shows_public_names_only() -> None:
    text = pydoc.plain(pydoc.render_doc(rumorsim))
    classes, functions = text.split("\nCLASSES\n")[1].split("\nFUNCTIONS\n")
    found = re.findall(r"^    class (\w+)\(", classes, re.MULTILINE)
    found += re.findall(r"^    (\w+)\(", functions, re.MULTILINE)
    assert {"Scenario", "compare", "run"} <= set(found) <= set(rumorsim.__all__)
    scenario = rumorsim.load("small")
    names = [name for name in dir(scenario) if not name.startswith("_")]
    assert {"with_", "set", "horizon", "describe"} <= set(names)
    assert not [name for name in names if name.startswith(("model_", "parse_", "json"))]
    assert set(dir(rumorsim)) == {*rumorsim.__all__, "__version__"}


def test_every_public_name_has_a_docstring() -> None:
    for name in rumorsim.__all__:
        thing = getattr(rumorsim, name)
        assert len(inspect.getdoc(thing) or "") > 20, name
