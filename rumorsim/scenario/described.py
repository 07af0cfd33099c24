"""The methods text of a scenario: an account after the ODD protocol, in Markdown.

Overview, design concepts and details, in the order of Grimm et al., "The ODD protocol for
describing agent-based and other simulation models: a second update", JASSS 23 (2), 7 (2020).
Every number of the scenario is there, and whether it was given, is a default, or is a default
that nobody has measured.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import BaseModel

from rumorsim.common.errors import on_one_line
from rumorsim.common.provenance import RESULTS_VERSION, versions
from rumorsim.common.settings.shapes import keys_of, meaning_of
from rumorsim.graphs.made import graphs_of_worlds
from rumorsim.scenario.explained import toml_key, toml_value
from rumorsim.scenario.fields import ScenarioFields
from rumorsim.scenario.inputs import input_files
from rumorsim.scenario.replay_words import PROCESS, knowledge_words, observed_words
from rumorsim.world.settings.beliefs import Beliefs

#: What a default that was not measured says in its meaning, and what it is called here.
ASSUMPTION: Final = "assumption"
#: The tables of a scenario, in the order of the submodels.
_TABLES: Final = {
    "replay": "Replay: the observed cascades",
    "graph": "Follow graph",
    "accounts": "Accounts and persons",
    "feed": "Feed: check-ins and reading",
    "model": "Model of contacts",
    "stories": "Stories",
    "trending": "Trending list",
    "platforms": "Platforms",
    "beliefs": "Belief, trust and fear",
    "adversaries": "Adversaries",
    "policies": "Policies",
    "observation": "Observation: which cascades a data set would hold",
}
_ORDER: Final = (
    "Events are processed in order of time; where times are equal the platform acts before the"
    " public, then accounts go by number."
)


def described(scenario: ScenarioFields) -> str:
    """An account of the scenario's model in Markdown, seven sections after ODD.

    In every table a value is ``given`` (the scenario says it), ``default`` (of rumorsim) or
    ``assumption`` (a default for which no measured value is known).
    """
    values = scenario.resolved()
    blocks = [
        f"# {_line(scenario.name)}: model description",
        "After the ODD protocol (Grimm et al. 2020, JASSS 23(2) 7). Values are *given* by the"
        " scenario, a *default* of rumorsim, or an *assumption*: a default for which no measured"
        " value is known.",
        *_overview(scenario),
        *_concepts(scenario),
        *_initialisation(scenario, values),
        *_inputs(scenario),
        "## 7. Submodels",
        "### The scenario itself",
        *_table(scenario, values, "", True, below=False),
    ]
    for key, title in _TABLES.items():
        inner = getattr(scenario, key)
        if key in values and inner:
            given = key in scenario.model_fields_set
            blocks += [f"### {title}", *_tables(inner, values[key], key, given)]
    return "\n\n".join(blocks) + "\n"


def _overview(scenario: ScenarioFields) -> Iterator[str]:
    policies = [policy.name for policy in scenario.policies]
    count = len(scenario.stories)
    aim = f"The model asks how far {f'{count:,} stories get' if count > 1 else 'a story gets'}"
    under = f" without any policy, and under each of these: {_words(policies)}" if policies else ""
    yield "## 1. Purpose and patterns"
    if scenario.replay is not None:
        under = f" under each of these: {_words(policies)}" if policies else ""
        yield f"The model replays cascades that happened. It asks what is left of them{under}."
    else:
        yield f"{aim} on a follow graph{under}."
    yield "## 2. Entities, state variables and scales"
    kinds = ["ordinary", *scenario.accounts.kinds]
    yield (
        "Entities are accounts (with a kind, a person behind it, a rate of check-ins and a"
        " receptivity), follows, stories (false or true, with a category and an appeal), posts,"
        f" and platforms. Kinds of account: {_words(kinds)}. Time is continuous, in hours; a run"
        f" {_lasts(scenario)}."
    )
    yield "## 3. Process overview and scheduling"
    yield _process(scenario)


def _lasts(scenario: ScenarioFields) -> str:
    if scenario.replay is not None:
        return f"lasts as long as was observed, at most {scenario.horizon:g} h"
    return f"lasts {scenario.horizon:g} h from {scenario.start:%Y-%m-%d %H:%M} local time"


def _process(scenario: ScenarioFields) -> str:
    if scenario.replay is not None:
        return f"{PROCESS} {_ORDER}"
    if scenario.model is not None:
        how = (
            f"Stories pass by word of mouth after the model {scenario.model.kind}: contacts are"
            " points of a Poisson process, warped by the daily curve."
        )
    elif scenario.feed.reading == "delay":
        how = (
            "A post is delivered to the feed of every follower; each delivery is read after a"
            " random delay of its own."
        )
    else:
        read = (
            "all visible posts that came since"
            if scenario.feed.attention == "unlimited"
            else "the newest visible posts, as many as their attention allows; the rest is missed"
            " for good"
        )
        how = (
            "A post is delivered to the feed of every follower. Accounts open the app at the"
            f" points of a Poisson process, warped by the daily curve, and read {read}."
        )
    if any(story.visits is not None for story in scenario.stories):
        how += (
            " Originals are also read by visitors, who come upon them by search, a profile or a"
            " topic page: accounts of the author's platform drawn at random, each after a delay of"
            " its own; their number is lognormal over stories."
        )
    told = (
        " An account that hears a story passes it on with a probability that is the product of"
        " the story's appeal and the factors below, at most 1."
        if scenario.model is not None
        else f" A reader may report a post and may share it, {_how_often(scenario)}; a share is a"
        " post of its own. P(share | read) is the product of the story's appeal and the factors"
        " below, at most 1."
    )
    return f"{how}{told} {_ORDER}"


def _how_often(scenario: ScenarioFields) -> str:
    """How many shares of one story an account may make."""
    names = [story.name for story in scenario.stories if story.again > 0]
    if not names:
        return "at most one share of a story by an account"
    several = f"of {_words(names)} several, each of another post,"
    fewer = ", of all other stories one" if len(names) < len(scenario.stories) else ""
    return f"{several} with a P(share) multiplied by `again` for each earlier one{fewer}"


def _concepts(scenario: ScenarioFields) -> Iterator[str]:
    yield "## 4. Design concepts"
    lines = [
        "**Stochasticity.** Every random decision is a function of its address and the seed"
        " (Philox). All policies run in coupled worlds that are identical until a policy first"
        " acts, so differences between policies are paired.",
        "**Observation.** Measures: " + _words(list(scenario.measures)) + ".",
        "**Adaptation, learning.** Nobody follows anew, and accounts do not learn"
        + (
            "; belief, trust and the will to post change as the submodels say."
            if scenario.beliefs != Beliefs() or any(story.belief for story in scenario.stories)
            else "."
        ),
    ]
    if scenario.adversaries:
        kinds = _words([each.kind for each in scenario.adversaries])
        lines.append(f"**Adversaries.** {kinds}: they act under every policy.")
    yield "\n".join(f"- {line}" for line in lines)


def _initialisation(scenario: ScenarioFields, values: Mapping[str, Any]) -> Iterator[str]:
    yield "## 5. Initialisation"
    if scenario.replay is not None:
        yield f"{observed_words(scenario)} {knowledge_words(scenario)}"
    clause = graphs_of_worlds(values["graph"])
    shared = f" Replicates are worlds {clause}." if clause else ""
    yield (
        f"The follow graph is of the kind {values['graph']['kind']}.{shared}"
        f" World r has the seed s + r, where s is {scenario.seed} unless a run says"
        " otherwise; the seed also draws kinds, persons and authors."
        " At hour 0 nobody has read anything."
    )
    yield (
        f"Made with rumorsim {versions()['rumorsim']}, results version {RESULTS_VERSION}"
        " (`rumorsim cite`)."
    )


def _inputs(scenario: ScenarioFields) -> Iterator[str]:
    yield "## 6. Input data"
    files = input_files(scenario)
    if not files:
        yield "None."
        return
    paths = {
        "graph.path": getattr(scenario.graph, "path", ""),
        "replay.cascades": getattr(scenario.replay, "cascades", ""),
        "replay.originals": getattr(scenario.replay, "originals", ""),
        "accounts.file": scenario.accounts.file,
    }
    yield "\n".join(
        f"- `{key}`: `{_line(str(paths[key]))}`, SHA-256 `{digest}`"
        for key, digest in files.items()
    )


def _tables(inner: Any, values: Any, path: str, given: bool) -> Iterator[str]:
    """A table of values for each table of the scenario, its own keys first."""
    if isinstance(inner, BaseModel):
        yield from _table(inner, values, path, given)
    elif isinstance(inner, Mapping):
        for name, each in inner.items():
            yield from _tables(each, values[name], f"{path}.{toml_key(name)}", given)
    else:
        for place, each in enumerate(inner):
            yield from _tables(each, values[place], f"{path}[{place}]", given)


def _table(
    model: BaseModel, values: Mapping[str, Any], path: str, given: bool, *, below: bool = True
) -> Iterator[str]:
    rows = ["| key | value | origin | meaning |", "|---|---|---|---|"]
    inside: list[tuple[Any, Any, str, bool]] = []
    names = zip(keys_of(type(model)), type(model).model_fields, strict=True)
    for key, name in names:
        inner, value = getattr(model, name), values.get(key)
        written = given and name in model.model_fields_set
        meaning = meaning_of(type(model), key)
        if value is None:
            continue
        if _has_tables(inner):
            inside.append((inner, value, f"{path}.{key}", written))
            continue
        assumed = ASSUMPTION if ASSUMPTION in meaning else "default"
        cells = (key, f"`{_line(toml_value(value))}`", "given" if written else assumed, meaning)
        rows.append(f"| {' | '.join(_cell(cell) for cell in cells)} |")
    if len(rows) > 2:
        if path:
            yield f"`[{_line(path)}]`"
        yield "\n".join(rows)
    for inner, value, where, written in inside if below else ():
        yield from _tables(inner, value, where, written)


def _has_tables(inner: Any) -> bool:
    if isinstance(inner, Mapping):
        inner = tuple(inner.values())
    return isinstance(inner, BaseModel) or (
        isinstance(inner, tuple) and any(isinstance(each, BaseModel) for each in inner)
    )


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _line(text: str) -> str:
    """Text that stays on its line, whatever it holds; long lists are cut."""
    plain = on_one_line(text).replace("`", "'")
    return plain if len(plain) <= 200 else f"{plain[:197]}..."


def _words(words: list[str]) -> str:
    shown = [_line(word) for word in words]
    return ", ".join(shown[:-1]) + " and " + shown[-1] if len(shown) > 1 else "".join(shown)
