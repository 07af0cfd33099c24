"""Pages of the catalogue, generated from registries and models before the build begins."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from command_pages import commands
from effect_examples import EXAMPLES
from effects import effect_of, picture
from fields import key_table, plain, table
from scenario_keys import calibration_keys, scenario_keys, study_keys
from sources import (
    ADVERSARIES,
    CATEGORIES,
    DIALECTS,
    EVENT_FORMATS,
    FAULTS,
    FORMATS,
    GRAPH_CONFIGS,
    INTERVENTIONS,
    LAWS,
    MEASURES,
    MODELS,
    ORIGINAL_ROLES,
    POST_ROLES,
    RULES,
    SCENARIOS,
    STUDIES,
    SURFACES,
    VERBS,
    Intervention,
    Kind,
    When,
    Whom,
    own_part,
    preset_names,
    preset_path,
    shipped,
    summary_of,
    toml_value,
)

__all__ = ["PARTS", "first_line", "overview", "write_parts"]

#: What interventions act on, in the plural.
_TARGETS: Final = {
    "account": "accounts",
    "post": "posts",
    "story": "stories",
    "platform": "platforms",
}
#: Fields that all interventions share.
_SHARED: Final = frozenset(Intervention.model_fields)


def first_line(thing: Any) -> str:
    """The first line of a docstring, as Markdown."""
    return plain(str(thing.__doc__).strip().split("\n")[0])


def rest(thing: Any) -> str:
    """What a docstring says after its first line and before its parameters, as Markdown."""
    return plain("\n".join(own_part(thing.__doc__ or "").split("\n")[1:]).strip())


def overview(registry: Mapping[str, Any], sort: str) -> str:
    """A table of names and summaries; ``sort`` begins the targets of the names."""
    rows = [(f"[`{name}`](#{sort}-{name})", summary(each)) for name, each in registry.items()]
    return table(("Name", "What it does"), rows)


def summary(thing: Any) -> str:
    """The one line that says what an entry of a registry is."""
    return plain(getattr(thing, "summary", "") or first_line(thing))


def heading(name: str, sort: str) -> str:
    """The section of an entry, with a target of its own."""
    return f"\n({sort}-{name})=\n## `{name}`\n"


def sentence(text: str) -> str:
    """A summary as a sentence."""
    return f"{text[0].upper()}{text[1:]}" + ("" if text.endswith(".") else ".")


# -- interventions ----------------------------------------------------------------------


def as_toml(table_name: str, values: Mapping[str, Any]) -> str:
    """A table as people write it in a scenario."""
    lines = [f"{key} = {toml_value(value)}" for key, value in values.items()]
    return "\n".join(["```toml", f"[[{table_name}]]", *lines, "```\n"])


def interventions(folder: Path) -> str:
    """Every intervention with its picture, its settings and the keys of its own."""
    parts = [overview(INTERVENTIONS.own, "intervention"), "\n## What all share\n"]
    parts += [key_table(Intervention, leave_out=("kind",))]
    parts += ["\n### `when`: what opens a case\n", key_table(When)]
    parts += ["\n### `whom`: which targets\n", key_table(Whom)]
    (folder / "effects").mkdir(exist_ok=True)
    for name, model in INTERVENTIONS.own.items():
        parts += intervention(name, model, folder)
    return "\n".join(parts)


def intervention(name: str, model: Any, folder: Path) -> Iterator[str]:
    """The section of one intervention."""
    yield heading(name, "intervention")
    yield f"{sentence(summary(model))} It acts on {_TARGETS[model.target]}.\n"
    yield rest(model)
    effect = effect_of(name)
    picture(name, effect, folder / "effects" / f"{name}.svg")
    before, after = effect.reach
    beside = " beside the other intervention of the example" if effect.beside else ""
    yield "\n:::{figure} /_generated/effects/" + f"{name}.svg\n:align: left"
    yield f":alt: Accounts reached over time, without and with {name}: {before} and {after}\n"
    yield (
        f"One small world: {before} accounts read the story `{effect.story}` without"
        f" `{name}`, {after} with it{beside}.\n:::\n"
    )
    for other in EXAMPLES[name].beside:
        yield as_toml("policies.interventions", other)
    yield as_toml("policies.interventions", {"kind": name, **EXAMPLES[name].settings})
    own = key_table(model, leave_out=_SHARED)
    yield f"Keys of its own:\n\n{own}" if own else "It has no keys of its own.\n"


# -- other registries -------------------------------------------------------------------


def models_of(registry: Mapping[str, Any], sort: str, tag: str = "kind") -> str:
    """A section for each entry of a registry of models, with its keys.

    ``tag``: the key that tells the models apart.
    """
    parts = [overview(registry, sort)]
    for name, model in registry.items():
        parts += [heading(name, sort), f"{sentence(summary(model))}\n\n{rest(model)}\n"]
        parts.append(key_table(model, leave_out=(tag,)))
    return "\n".join(parts)


def measures(_: Path) -> str:
    """Every measure with the events it reads and the numbers it gives."""
    parts = [overview(MEASURES.own, "measure")]
    for name, model in MEASURES.own.items():
        reads = ", ".join(f"`{kind.name.lower()}`" for kind in sorted(model.needs))
        parts += [heading(name, "measure"), f"{sentence(summary(model))}\n\n{rest(model)}\n"]
        parts += [f"Events that it reads: {reads}.\n"]
        rows = [
            (f"`{name}.{key}`", unit, plain(text)) for key, (unit, text) in model.meanings.items()
        ]
        parts.append(table(("Number", "Unit", "Meaning"), rows) if rows else "")
    return "\n".join(parts)


def presets(_: Path) -> str:
    """Everything that comes with rumorsim by name."""
    rooms = (
        ("Platforms", "platforms", '`[platforms.weibo] preset = "weibo"`, `accounts = 10_000`'),
        ("Kinds of accounts", "kinds", '`[accounts] preset = "catalogue"`'),
        ("Campaigns", "campaigns", "`rumorsim compare 2023-spring`"),
    )
    parts = []
    for title, room, use in rooms:
        rows = [(f"`{each}`", summary_of(preset_path(room, each))) for each in preset_names(room)]
        parts += [
            f"\n## {title}\n",
            f"How to use one: {use}.\n",
            table(("Name", "What it is"), rows),
        ]
    parts.append(
        "\nKeys of your own override a preset's, one by one. Results hold every value that was"
        " used.\n"
    )
    for title, rooms_of in (("Scenarios", SCENARIOS[:1]), ("Studies", STUDIES)):
        rows = [(f"`{name}`", summary_of(path)) for name, path in shipped(rooms_of).items()]
        parts += [f"\n## {title}\n", table(("Name", "First line"), rows)]
    parts += ["\n### Kinds of the preset `catalogue`\n", kinds_of_accounts()]
    return "\n".join(parts)


def kinds_of_accounts() -> str:
    """The kinds of accounts of the preset ``catalogue``."""
    values = tomllib.loads(preset_path("kinds", "catalogue").read_text("utf-8"))["kinds"]
    keys = list(dict.fromkeys(key for kind in values.values() for key in kind))
    rows = [
        (f"`{name}`", *(toml_value(kind[key]) if key in kind else "" for key in keys))
        for name, kind in values.items()
    ]
    return table(("Kind", *(f"`{key}`" for key in keys)), rows)


def categories(_: Path) -> str:
    """The listed categories of stories."""
    rows = [(f"`{name}`", text) for name, text in CATEGORIES.items()]
    return table(("Category", "Stories"), rows)


def graph_formats(_: Path) -> str:
    """Formats of follow graphs and of event files."""
    rows = [
        ("`text`", "any other, `.csv`", "lists of follows, the fastest to read", "yes"),
        ("`parquet`", "`.parquet`", "lists of follows as a table (extra `data`)", "yes"),
        ("`mapped`", "`.mapped`", "a directory of arrays that opens at once", "yes"),
    ]
    rows += [
        (
            f"`{each.name}`",
            " ".join(f"`{ending}`" for ending in each.endings),
            each.summary + (" (small graphs)" if each.by_networkx else ""),
            "yes" if each.writable else "no",
        )
        for each in FORMATS.own.values()
    ]
    parts = ["\n## Graphs\n", table(("Format", "Endings", "What it is for", "Written"), rows)]
    rows_of_events = [
        (f"`{name}`", " ".join(f"`{each}`" for each in form.suffixes), first_line(type(form)))
        for name, form in EVENT_FORMATS.own.items()
    ]
    parts += ["\n## Events\n", table(("Format", "Endings", "What it is"), rows_of_events)]
    rows_of_cascades = [
        (f"`{name}`", " ".join(f"`{end}`" for end in each.endings), plain(each.summary))
        for name, each in DIALECTS.own.items()
    ]
    heads = ("Format", "Endings", "What it is")
    parts += ["\n## Observed cascades\n", table(heads, rows_of_cascades)]
    return "\n".join(parts)


def cascade_columns(_: Path) -> str:
    """What a column of a table of cascades can be."""
    rows = [(f"`{role}`", plain(text)) for role, text in {**POST_ROLES, **ORIGINAL_ROLES}.items()]
    return table(("Role", "What the column says"), rows)


def cascade_faults(_: Path) -> str:
    """The kinds of faults that observed cascades have, their rules, and what those do."""
    kinds = [
        (f"`{kind}`", f"{each.noun} {each.what}", ", ".join(f"`{rule}`" for rule in each.rules))
        for kind, each in FAULTS.items()
    ]
    rules = [(f"`{rule}`", what) for rule, what in RULES.items()]
    tables = (("Fault", "What it is", "Rules, the default first"), kinds), (("Rule", "It"), rules)
    return "\n\n".join(table(heads, rows) for heads, rows in tables)


def verbs(_: Path) -> str:
    """The verbs of the desk, in the order of their numbers in events."""
    rows = [(str(number), f"`{verb}`") for number, verb in enumerate(VERBS)]
    return table(("`value` of an action", "Verb"), rows)


def kinds_of_events(_: Path) -> str:
    """The kinds of events and their numbers."""
    rows = [(str(int(kind)), f"`{kind.name.lower()}`") for kind in Kind]
    return table(("Number", "Kind"), rows)


# -- all parts --------------------------------------------------------------------------

#: Every generated part by the name of its file.
PARTS: Final[dict[str, Callable[[Path], str]]] = {
    "interventions": interventions,
    "adversaries": lambda _: models_of(ADVERSARIES.own, "adversary"),
    "measures": measures,
    "surfaces": lambda _: models_of(SURFACES.own, "surface"),
    "laws": lambda _: models_of(LAWS, "law", tag="law"),
    "presets": presets,
    "models": lambda _: models_of(MODELS, "model"),
    "generators": lambda _: models_of(GRAPH_CONFIGS.own, "graph"),
    "formats": graph_formats,
    "categories": categories,
    "verbs": verbs,
    "kinds-of-events": kinds_of_events,
    "cascade-columns": cascade_columns,
    "cascade-faults": cascade_faults,
    "commands": commands,
    "scenario": scenario_keys,
    "study": study_keys,
    "calibration": calibration_keys,
}


def write_parts(parts: Mapping[str, Callable[[Path], str]], folder: Path) -> None:
    """Write the parts into a folder; a file that would not change is left alone."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, part in parts.items():
        text, place = part(folder), folder / f"{name}.md"
        if not place.is_file() or place.read_text("utf-8") != text:
            place.write_text(text, encoding="utf-8")
